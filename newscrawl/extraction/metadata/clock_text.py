"""Times of day and zones as pages write them beside a date."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, time, timedelta, timezone, tzinfo

NEAR = 24
"""How many characters may stand between a date and its time of day."""

_TIME = re.compile(
    r"(?<![\d.:/-])(\d{1,2})\s?(?:[:h]|(?<=\d)\.(?=\d\d(?!\d|\.)))\s?(\d{2})(?::(\d{2}))?(?!\d|\.\d|[/-]\d)"
    r"\s?'?([AaPp]\.?\s?[Mm]\b\.?|SA\b|CH\b)?"
)
_HOUR = re.compile(r"(?<![\d.:/-])(\d{1,2})()()\s?([AaPp]\.?[Mm])\b")
_ASIAN = re.compile(r"(午前|午後|上午|下午|오전|오후)?\s?(\d{1,2})\s?[時时点시:]\s?(\d{1,2})\s?[分분]?")
_AFTERNOON = ("午後", "下午", "오후")
_ZONE = re.compile(r"\s{0,2}[(\[]?\s?(?:(?:GMT|UTC)\s?([+-]\d{1,2})(?::?(\d{2}))?|([+-]\d{2}):?(\d{2})|([A-Z]{1,5}))\b")

_HOURS = {"UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "CET": 1, "MEZ": 1, "WAT": 1, "WEST": 1, "CEST": 2, "MESZ": 2, "EET": 2}
_HOURS |= {"SAST": 2, "EEST": 3, "MSK": 3, "EAT": 3, "ICT": 7, "WIB": 7, "HKT": 8, "SGT": 8, "JST": 9, "KST": 9}
_HOURS |= {"AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13, "BRT": -3, "EDT": -4, "EST": -5, "CDT": -5, "MDT": -6}
_HOURS |= {"MST": -7, "PDT": -7, "PST": -8}
"""Only what has one meaning where news is written: IST, BST, CST and AST are left to the page's own zone."""


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day as written."""

    time: time
    """With tzinfo where the text gives a zone."""
    seconds: bool
    """Whether the text gives seconds."""
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)
    """Where it stands in the text, its zone included."""


def clock_near(text: str, start: int, end: int) -> Clock | None:
    """Return the time of day that stands next to the date at `start` to `end` of a text."""
    first = max(0, start - NEAR - 8)
    after, before = text[end : end + NEAR + 8], text[first:start]
    behind = [match for pattern in (_TIME, _HOUR) for match in pattern.finditer(after) if match.start() <= NEAR]
    ahead = [match for pattern in (_TIME, _HOUR) for match in pattern.finditer(before)]
    ahead = [match for match in reversed(ahead) if len(before) - match.end() <= NEAR]
    for at, match in (*((end, match) for match in behind), *((first, match) for match in ahead)):
        zone, last = _zone_after(text, at + match.end())
        read = clock(_hour(int(match[1]), match[4]), match[2] or "0", match[3], zone or zone_at(text, end))
        return read and replace(read, start=at + match.start(), end=last)
    return None


def asian_clock(text: str) -> Clock | None:
    """Return the time of day in a text such as 午後3時15分."""
    match = _ASIAN.search(text)
    if match is None:
        return None
    half = None if match[1] is None else "pm" if match[1] in _AFTERNOON else "am"
    read = clock(_hour(int(match[2]), half), match[3], None, None)
    return read and replace(read, start=match.start(), end=match.end())


def _hour(hour: int, half: str | None) -> int:
    """The hour of 24. A half of the day beside an hour that needs none says nothing: 13:00 PM."""
    if not half or hour > 12:
        return hour
    return hour % 12 + (12 if half[0] in "pPC" else 0)


def clock(hour: int, minute: str, second: str | None, zone: tzinfo | None) -> Clock | None:
    """Make a time of day; None for what no clock shows."""
    try:
        return Clock(time(hour, int(minute), int(second or 0), tzinfo=zone), seconds=bool(second))
    except ValueError:
        return None


def zone_at(text: str, start: int) -> tzinfo | None:
    """Return the zone that is written at a place in a text, as an offset or by one of the names with one meaning."""
    return _zone_after(text, start)[0]


def _zone_after(text: str, start: int) -> tuple[tzinfo | None, int]:
    """The zone, and where it ends; None and the place itself where there is none."""
    match = _ZONE.match(text, start)
    if match is None or (match[5] and match[5] not in _HOURS):
        return None, start
    if match[5]:
        return timezone(timedelta(hours=_HOURS[match[5]])), match.end()
    return _offset(match[1] or match[3], match[2] or match[4] or "0"), match.end()


def iso_zone(text: str | None) -> tzinfo | None:
    """Return the zone at the end of an ISO 8601 time."""
    if not text:
        return None
    return UTC if text[0] in "ZUG" else _offset(text[:3], text[3:].strip(":") or "0")


def _offset(hours: str, minutes: str) -> tzinfo | None:
    offset = timedelta(hours=int(hours), minutes=int(minutes) * (-1 if hours[0] == "-" else 1))
    return timezone(offset) if abs(offset) <= timedelta(hours=14) else None
