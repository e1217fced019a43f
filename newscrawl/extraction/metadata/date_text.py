"""Dates and times as pages write them, in any language, read strictly: what is not certain is not read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from newscrawl.extraction.metadata.calendars import Months, day_of, era_year, is_weekday, months_in, short_year
from newscrawl.items import DatePrecision
from newscrawl.text import nfc

Order = Literal["dmy", "mdy"]
"""What comes first in 4/3/2015."""

LONGEST = 300
SHORT = 80
"""Characters of a text in which two digits may be a year."""

NEAR = 24
"""How many characters may stand between a date and its time of day."""

_TIME = re.compile(
    r"(?<![\d.:/-])(\d{1,2})\s?(?:[:h]|(?<=\d)\.(?=\d\d(?!\d|\.)))\s?(\d{2})(?::(\d{2}))?(?!\d|\.\d|[/-]\d)"
    r"\s?'?([AaPp]\.?\s?[Mm]\b\.?|SA\b|CH\b)?"
)
_HOUR = re.compile(r"(?<![\d.:/-])(\d{1,2})()()\s?([AaPp]\.?[Mm])\b")
_ASIAN = re.compile(r"(午前|午後|上午|下午|오전|오후)?\s?(\d{1,2})\s?[時时点시:]\s?(\d{1,2})\s?[分분]?")
_AFTERNOON = ("午後", "下午", "오후")
_ZONE = re.compile(
    r"\s{0,2}[(\[]?\s?(?:(?:GMT|UTC)\s?([+-]\d{1,2})(?::?(\d{2}))?|([+-]\d{2}):?(\d{2})|([A-ZА-Я]{1,5}))\b"
)

_HOURS = {
    "UTC": 0,
    "GMT": 0,
    "UT": 0,
    "Z": 0,
    "WET": 0,
    "CET": 1,
    "MEZ": 1,
    "WAT": 1,
    "WEST": 1,
    "CEST": 2,
    "MESZ": 2,
    "EET": 2,
}
_HOURS |= {"SAST": 2, "EEST": 3, "MSK": 3, "EAT": 3, "ICT": 7, "WIB": 7, "HKT": 8, "SGT": 8, "JST": 9, "KST": 9}
_HOURS |= {"AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13, "BRT": -3, "EDT": -4, "EST": -5, "CDT": -5, "MDT": -6}
_HOURS |= {"MST": -7, "PDT": -7, "PST": -8, "AKST": -9, "AKDT": -8, "HST": -10, "BRST": -2, "AWST": 8}
_HOURS |= {"WEZ": 0, "MET": 1, "MEST": 2, "OEZ": 2, "OESZ": 3, "МСК": 3, "MSD": 4, "PKT": 5, "WITA": 8, "MYT": 8}
_HOURS |= {"HNE": -5, "HAE": -4, "HNC": -6, "HAC": -5, "HNR": -7, "HAR": -6, "HNP": -8, "HAP": -7}
"""Only what has one meaning where news is written: IST, BST, CST and AST are left to the page's own zone."""
_CITIES = {"ET": "New_York", "CT": "Chicago", "MT": "Denver", "PT": "Los_Angeles"}
"""Zones of North America by the names that do not say whether it is summer."""


_ISO = re.compile(
    r"(?<![\d/.-])(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)"
    r"(?:[T\s,_-]{0,3}(\d{1,2}):(\d{2})(?::(\d{1,2})(?:[.,]\d{1,9})?)?\s?(Z\b|UTC\b|GMT\b|[+-]\d{2}:?\d{2}\b|[+-]\d{2}\b)?)?"
)
_COMPACT = re.compile(r"\A(\d{4})(\d{2})(\d{2})(?:[T_\s-]?(\d{2}):?(\d{2}):?(\d{2})?(Z|[+-]\d{2}:?\d{2})?)?\Z")
_EPOCH = re.compile(r"\A\d{10}(?:\d{3})?\Z", re.ASCII)
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})\s?(?:[./]|年|년)\s?(\d{1,2})\s?(?:[./]|月|월)\s?(\d{1,2})(?!\d)\s?(?:日|일)?")
_ERA = re.compile(r"(令和|平成|昭和|民國|民国)\s?(\d{1,3}|元)\s?年\s?(\d{1,2})\s?月\s?(\d{1,2})\s?日")
_HAN = re.compile(
    r"([〇○零一二三四五六七八九]{4})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})[日号號]"
)
_HAN_DIGITS = {char: digit for digit, chars in enumerate(("〇○零", *"一二三四五六七八九")) for char in chars}
_YEAR_LAST = re.compile(r"(?<![\d/.-])(\d{1,2})\s?([./|-])\s?(\d{1,2})\s?\2\s?(\d{4})(?!\d)")
_SHORT_YEAR = re.compile(r"(?<![\d/.:-])(\d{1,2})([./-])(\d{1,2})\2(\d{2})(?![\d/.:-]*\d)(?![%\w])")
_VIETNAMESE = re.compile(
    r"(?<!\d)(\d{1,2})\s{1,3}tháng\s{1,3}(\d{1,2})\s?,?\s?(?:năm\s)?\s?(\d{4})(?!\d)", re.IGNORECASE
)
_CTIME = re.compile(
    r"\A\w{3},?\s([^\s\d]{2,20})\s{1,2}(\d{1,2})\s(\d\d?):(\d\d):(\d\d)\s((?:[A-Z]{3,4}\s?(?:[+-]\d{4})?\s)?)(\d{4})"
)
_YEAR_MONTH_DAY = ("ko", "ja", "zh", "hu", "lt", "mn")
"""Languages that write 26.3.2 for the second of March."""

BEFORE = 40
"""How many characters before a date its day of the week begins at most."""

_DIRECTION = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
"""Marks of writing direction, which Arabic and Hebrew pages put between the parts of a date."""

_PART = re.compile(r"[\w’'-]+")


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


@dataclass(frozen=True, slots=True)
class Written:
    """A date as written."""

    day: date
    clock: Clock | None = None
    words: str = field(default="", compare=False)
    """What says it, with the day of the week and without what else the text says."""

    def moment(self, zone: tzinfo | None) -> tuple[datetime, DatePrecision]:
        """Return the time in UTC and its precision; without a zone of its own or `zone` there is only the day."""
        if self.clock is not None and (self.clock.time.tzinfo or zone):
            local = datetime.combine(self.day, self.clock.time)
            try:
                moment = (local if local.tzinfo else local.replace(tzinfo=zone)).astimezone(UTC)
            except (OverflowError, ValueError):  # in the first hours of year 1 or the last of 9999
                pass
            else:
                return moment, "second" if self.clock.seconds else "minute"
        return datetime.combine(self.day, time(), UTC), "day"


class _Reader(NamedTuple):
    """How texts in some languages are read. Most dates are in digits, so what reads names is made when it is needed."""

    order: Order | None
    languages: tuple[str, ...]
    """The surest one first."""

    @property
    def months(self) -> Months:
        """The names of the months."""
        return months_in(self.languages)

    @property
    def patterns(self) -> tuple[re.Pattern[str], ...]:
        """Dates with the name of a month, in groups `year`, `month` and `day`."""
        return _patterns(self.languages)


@lru_cache(maxsize=256)
def _patterns(languages: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    name = rf"(?P<month>{months_in(languages).pattern})"
    day = r"(?<!\d)(?P<day>\d{1,2})"
    # Two digits are a year where nothing makes a time, a share or a number of them.
    year = (
        r"(?P<year>\d{4}(?!\d)|['’]?\d\d(?![\d:.,%h]*\d)"
        r"(?!\s?(?:[:%]|[AaPp]\.?[Mm]\b|h\b|min|[^\W\d_]{1,3}\b\s?\d)))"
    )
    day_first = (
        rf"{day}(?:st|nd|rd|th|er|[.ºª°])?(?:[\s.-]{{0,2}}|\s?/\s?)(?:(?:de|of|di|d[’']|ta[’'])\s?)?{name}"
        rf"[.,،]{{0,2}}(?:[\s-]{{0,2}}|\s?/\s?)(?:(?:de|del|of|r\.|năm|พ\.ศ\.|ค\.ศ\.)\s?)?{year}"
    )
    patterns = (
        day_first,
        rf"{name}\.?\s{{0,2}}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\.?,?\s{{1,2}}{year}",
        rf"(?<!\d)(?P<year>\d{{4}})\.?,?\s?(?:m\.\s|gada\s|оны\s|ko\s|թ\.\s)?{name}\.?\s?(?P<day>\d{{1,2}})(?!\d)",
        rf"(?<!\d)(?P<year>\d{{4}})\.?\s?(?:gada|ж\.)\s(?P<day>\d{{1,2}})\.?\s?{name}",
    )
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)


def read_date(text: str, order: Order | None = None, language: str | tuple[str, ...] | None = None) -> Written | None:
    """Read the first date in the first 300 characters of a text.

    `order` decides days such as 4/3/2015, which are not read without it. `language` (ISO 639-1; one or several) is that
    of the names of months; English is always known.
    """
    text = nfc(text.strip()[:LONGEST])
    if not text.isascii():
        text = _DIRECTION.sub("", text)
    if not any(map(str.isdigit, text)) and not _HAN.search(text):
        return None
    languages = (language,) if isinstance(language, str) else language or ()
    reader = _Reader(order, languages)
    return _iso(text, reader) or _digits(text) or _ctime(text, reader) or _in_words(text, reader)


def _iso(text: str, reader: _Reader) -> Written | None:
    match = _ISO.search(text)
    day = match and day_of(int(match[1]), int(match[2]), int(match[3]))
    if not match or not day:
        return None
    if match[4] is None:
        near = clock_near(text, match.start(), match.end())
        return Written(day, near, _words(text, match, near, reader))
    near = clock(int(match[4]), match[5], match[6], iso_zone(match[7]))
    return Written(day, near, _words(text, match, None, reader))


def _digits(text: str) -> Written | None:
    """20150403, 20150403T101112Z, and seconds or milliseconds since 1970."""
    if _EPOCH.match(text):
        moment = datetime.fromtimestamp(int(text[:10]), UTC)
        return Written(moment.date(), Clock(moment.timetz(), seconds=True), text)
    match = _COMPACT.match(text)
    day = match and day_of(int(match[1]), int(match[2]), int(match[3]))
    if not match or not day:
        return None
    near = clock(int(match[4]), match[5], match[6], iso_zone(match[7])) if match[4] else None
    return Written(day, near, text)


def _ctime(text: str, reader: _Reader) -> Written | None:
    """``Mon Jan 05 10:00:00 UTC 2026``."""
    match = _CTIME.match(text)
    month = match and reader.months.number(match[1])
    day = day_of(int(match[7]), month, int(match[2])) if match and month else None
    if not match or not day:
        return None
    return Written(day, clock(int(match[3]), match[4], match[5], zone_at(match[6], 0)), match[0])


def _in_words(text: str, reader: _Reader) -> Written | None:
    found = [(match.start(), -match.end(), match, day) for match, day in _days(text, reader) if day]
    if not found:
        return None
    _, _, match, day = min(found, key=lambda one: one[:2])
    near = clock_near(text, match.start(), match.end())
    if near is None and match.re in (_YEAR_FIRST, _ERA, _HAN):
        near = asian_clock(text[match.end() : match.end() + NEAR])
        near = near and replace(near, start=near.start + match.end(), end=near.end + match.end())
    return Written(day, near, _words(text, match, near, reader))


def _words(text: str, match: re.Match[str], near: Clock | None, reader: _Reader) -> str:
    start, end = match.span()
    if near is not None:
        start, end = min(start, near.start), max(end, near.end)
    parts = list(_PART.finditer(text, max(0, start - BEFORE), start))
    names = ((one.start(), last.end()) for at, one in enumerate(parts) for last in parts[at : at + 3])
    language = reader.languages[0] if reader.languages else None
    start = next((begin for begin, stop in names if is_weekday(text[begin:stop], language)), start)
    opened = any(text.count(one, start, end) > text.count(other, start, end) for one, other in ("()", "[]"))
    return text[start : end + (opened and text[end : end + 1] in (")", "]"))].strip()


def _days(text: str, reader: _Reader) -> Iterator[tuple[re.Match[str], date | None]]:
    if match := _YEAR_FIRST.search(text):
        yield match, day_of(int(match[1]), int(match[2]), int(match[3]))
    if match := _ERA.search(text):
        yield match, day_of(era_year(match[1], match[2]), int(match[3]), int(match[4]))
    if match := _HAN.search(text):
        year = int("".join(str(_HAN_DIGITS[char]) for char in match[1]))
        yield match, day_of(year, _han(match[2]), _han(match[3]))
    if match := _YEAR_LAST.search(text):
        yield match, _ordered(match, int(match[4]), reader)
    if match := _VIETNAMESE.search(text):
        yield match, day_of(int(match[3]), int(match[2]), int(match[1]))
    yield from _named_days(text, reader)
    if len(text) <= SHORT and (match := _SHORT_YEAR.search(text)):
        if any(language in _YEAR_MONTH_DAY for language in reader.languages):
            yield match, day_of(short_year(int(match[1]), ()), int(match[3]), int(match[4]))
        else:
            yield match, _ordered(match, short_year(int(match[4]), reader.languages), reader)


def _named_days(text: str, reader: _Reader) -> Iterator[tuple[re.Match[str], date | None]]:
    """Dates with the name of a month. Two digits are a year only in a short text: a long one has other numbers."""
    for pattern in reader.patterns:
        for match in pattern.finditer(text):
            digits = match["year"].lstrip("'’")
            if len(digits) == 4 or len(text) <= SHORT:
                year = int(digits) if len(digits) == 4 else short_year(int(digits), reader.languages)
                yield match, day_of(year, reader.months.number(match["month"]) or 0, int(match["day"]))


def _han(written: str) -> int:
    """A number of two digits, such as 十二 and 二十九."""
    tens, ten, ones = written.rpartition("十")
    return (10 * (_HAN_DIGITS[tens[-1]] if tens else 1) if ten else 0) + (_HAN_DIGITS[ones[-1]] if ones else 0)


def _ordered(match: re.Match[str], year: int, reader: _Reader) -> date | None:
    """A day written in digits, whose order is the page's; nobody puts stops into a month that comes first."""
    first, second = int(match[1]), int(match[3])
    order = reader.order or ("dmy" if match[2] in ".|" else None)
    if order is None and first <= 12 and second <= 12 and first != second:
        return None
    if second > 12 or (order == "mdy" and first <= 12):
        return day_of(year, first, second)
    return day_of(year, second, first)


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
    if match is None:
        return None, start
    if (name := match[5]) in _CITIES:
        return ZoneInfo(f"America/{_CITIES[name]}"), match.end()
    if name in _HOURS:
        return timezone(timedelta(hours=_HOURS[name])), match.end()
    if name:
        return None, start
    return _offset(match[1] or match[3], match[2] or match[4] or "0"), match.end()


def iso_zone(text: str | None) -> tzinfo | None:
    """Return the zone at the end of an ISO 8601 time."""
    if not text:
        return None
    return UTC if text[0] in "ZUG" else _offset(text[:3], text[3:].strip(":") or "0")


def _offset(hours: str, minutes: str) -> tzinfo | None:
    offset = timedelta(hours=int(hours), minutes=int(minutes) * (-1 if hours[0] == "-" else 1))
    return timezone(offset) if abs(offset) <= timedelta(hours=14) else None
