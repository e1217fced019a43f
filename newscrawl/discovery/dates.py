"""When a listing says that a page changed: in UTC, never in the future, and not at all where it is not certain."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from itertools import pairwise

from newscrawl.extraction.metadata.calendars import language_of_date
from newscrawl.extraction.metadata.date_text import LONGEST, Order, Written, read_date

_FIRST_YEAR = 1990
EARLIEST, LATEST = timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))
"""Where a day begins first and where it ends last."""
_NUMBERS = re.compile(r"(?<![\d/.-])(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?!\d)")
_SHORT_YEAR = re.compile(r"(?<=\s)(\d{1,2}\s[A-Za-z]{3}\s)(\d{2})(?=\s\d\d:)")
"""Of RFC 822, before RFC 1123."""
_SHORT_OFFSET = re.compile(r"(?<=\d\s)([+-]\d\d)\s*\Z")
_WORDS = re.compile(r"[^\s,.;()/\d+-]{2,40}")
_NEAR = timedelta(days=3)
"""A feed's newest entry is rarely older; the other reading must be ten times as far away."""


def when(
    text: str, order: Order | None, zone: tzinfo | None, now: datetime, language: str | None = None
) -> datetime | None:
    """Return the latest moment that a date can mean, in UTC; None for no date, the future, and before 1990.

    A future date would make its page look modified at every visit until it has come. A day, and a time in an
    unknown zone, mean the end of that day once it is over, and its beginning until then: so a page is
    looked at once more after its day, which finds what was changed late in it, and not at every visit.
    """
    if not text:
        return None
    written = read_listed_date(text, order, language)
    if written is None or not _FIRST_YEAR <= written.day.year <= now.year + 1:
        return None
    if written.clock is not None and (written.clock.time.tzinfo or zone):
        moment, _ = written.moment(zone)
        return moment if moment <= now else None
    return _of_day(written.day, zone, now)


def read_listed_date(text: str, order: Order | None, language: str | None = None) -> Written | None:
    """Read a date of a feed or a sitemap: months in the language given, else in the one that the date itself tells."""
    text = _SHORT_OFFSET.sub(r"\g<1>00", _SHORT_YEAR.sub(r"\g<1>20\2", text[:LONGEST]))
    written = read_date(text, order, language)
    if written is None and any(map(str.isdigit, text)):
        told = language_of_date(_WORDS.findall(text))
        written = read_date(text, order, told) if told else None
    return written


def _of_day(day: date, zone: tzinfo | None, now: datetime) -> datetime | None:
    begin = datetime.combine(day, time(), zone or EARLIEST).astimezone(UTC)
    end = datetime.combine(day + timedelta(days=1), time(), zone or LATEST).astimezone(UTC) - timedelta(seconds=1)
    if end <= now:
        return end
    return begin if begin <= now else None


def latest(moments: Iterable[datetime | None]) -> datetime | None:
    """The latest of those that are there."""
    return max((moment for moment in moments if moment is not None), default=None)


def order_of(texts: Sequence[str], now: datetime) -> Order | None:
    """Return whether day or month stands first in the dates of a whole feed; None where they do not tell.

    In this order: a number above 12; dates that would lie in the future; entries that are sorted by time under one
    reading alone; a newest entry of these days. What contradicts itself tells nothing.
    """
    pairs = [(int(m[1]), int(m[3]), int(m[4])) for text in texts if (m := _NUMBERS.search(text[:300]))]
    first, second = any(a > 12 for a, _, _ in pairs), any(b > 12 for _, b, _ in pairs)
    if first or second or not pairs:
        return None if first == second else "dmy" if first else "mdy"
    readings: dict[Order, list[date]] = {
        "dmy": _days((year, b, a) for a, b, year in pairs),
        "mdy": _days((year, a, b) for a, b, year in pairs),
    }
    tomorrow = now.date() + timedelta(days=1)
    for is_sound in (lambda days: bool(days) and max(days) <= tomorrow, _is_sorted):
        sound: list[Order] = [order for order, days in readings.items() if is_sound(days)]
        if len(sound) == 1:
            return sound[0]
    near, far = sorted(readings, key=lambda order: _distance(readings[order], now))
    is_near = _distance(readings[near], now) <= _NEAR and _distance(readings[far], now) > 10 * _NEAR
    return near if is_near else None


def _days(triples: Iterable[tuple[int, int, int]]) -> list[date]:
    days = []
    for year, month, day in triples:
        try:
            days.append(date(year, month, day))
        except ValueError:  # month or day 0, or year 0
            continue
    return days


def _is_sorted(days: list[date]) -> bool:
    falls = all(a >= b for a, b in pairwise(days))
    rises = all(a <= b for a, b in pairwise(days))
    return (falls or rises) and len(set(days)) > 2


def _distance(days: list[date], now: datetime) -> timedelta:
    return abs(now.date() - max(days)) if days else timedelta.max
