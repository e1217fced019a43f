"""Dates and times as pages write them, in any language, read strictly: what is not certain is not read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, tzinfo
from typing import Literal

from newscrawl.extraction.metadata.clock_text import NEAR, Clock, asian_clock, clock, clock_near, iso_zone, zone_at
from newscrawl.extraction.metadata.months import is_weekday, month_of
from newscrawl.items import DatePrecision

Order = Literal["dmy", "mdy"]
"""What comes first in 4/3/2015."""

LONGEST = 300

_ISO = re.compile(
    r"(?<![\d/.-])(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)"
    r"(?:[T\s,_-]{0,3}(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?\s?(Z\b|UTC\b|GMT\b|[+-]\d{2}:?\d{2}\b|[+-]\d{2}\b)?)?"
)
_COMPACT = re.compile(r"\A(\d{4})(\d{2})(\d{2})(?:[T_\s-]?(\d{2}):?(\d{2}):?(\d{2})?(Z|[+-]\d{2}:?\d{2})?)?\Z")
_EPOCH = re.compile(r"\A\d{10}(?:\d{3})?\Z", re.ASCII)
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})\s?(?:[./]|年|년)\s?(\d{1,2})\s?(?:[./]|月|월)\s?(\d{1,2})(?!\d)\s?(?:日|일)?")
_YEAR_LAST = re.compile(r"(?<![\d/.-])(\d{1,2})([./-])\s?(\d{1,2})\2\s?(\d{4})(?!\d)")
_VIETNAMESE = re.compile(
    r"(?<!\d)(\d{1,2})\s{1,3}tháng\s{1,3}(\d{1,2})\s?,?\s?(?:năm\s)?\s?(\d{4})(?!\d)", re.IGNORECASE
)
_WORD = r"([^\s\d.,/:;|()\[\]-]{2,20})"
_DAY_NAME_YEAR = re.compile(
    rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th|er|[.ºª°])?[\s-]{{0,2}}(?:(?:de|of|di|d[’'])\s?)?{_WORD}"
    r"[.,]?[\s-]{0,2}(?:(?:de|del|of|r\.)\s)?(\d{4})(?!\d)"
)
_NAME_DAY_YEAR = re.compile(rf"{_WORD}\.?\s{{0,2}}(\d{{1,2}})(?:st|nd|rd|th)?\.?,?\s{{1,2}}(\d{{4}})(?!\d)")
_CTIME = re.compile(
    rf"\A\w{{3}},?\s{_WORD}\s{{1,2}}(\d{{1,2}})\s(\d\d?):(\d\d):(\d\d)\s((?:[A-Z]{{3,4}}\s?(?:[+-]\d{{4}})?\s)?)(\d{{4}})"
)
BEFORE = 40
"""How many characters before a date its day of the week begins at most."""

_PART = re.compile(r"[\w’'-]+")


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


def read_date(text: str, order: Order | None = None, language: str | None = None) -> Written | None:
    """Read the first date in the first 300 characters of a text.

    `order` decides days such as 4/3/2015, which are not read without it. `language` (ISO 639-1) is that of the names
    of months; English is always known.
    """
    text = text.strip()[:LONGEST]
    return _iso(text, language) or _digits(text) or _ctime(text, language) or _in_words(text, order, language)


def _iso(text: str, language: str | None) -> Written | None:
    match = _ISO.search(text)
    day = match and _day(match[1], match[2], match[3])
    if not match or not day:
        return None
    if match[4] is None:
        near = clock_near(text, match.start(), match.end())
        return Written(day, near, _words(text, match, near, language))
    near = clock(int(match[4]), match[5], match[6], iso_zone(match[7]))
    return Written(day, near, _words(text, match, None, language))


def _digits(text: str) -> Written | None:
    """20150403, 20150403T101112Z, and seconds or milliseconds since 1970."""
    if _EPOCH.match(text):
        moment = datetime.fromtimestamp(int(text[:10]), UTC)
        return Written(moment.date(), Clock(moment.timetz(), seconds=True), text)
    match = _COMPACT.match(text)
    day = match and _day(match[1], match[2], match[3])
    if not match or not day:
        return None
    near = clock(int(match[4]), match[5], match[6], iso_zone(match[7])) if match[4] else None
    return Written(day, near, text)


def _ctime(text: str, language: str | None) -> Written | None:
    """``Mon Jan 05 10:00:00 UTC 2026``."""
    match = _CTIME.match(text)
    month = match and month_of(match[1], language)
    day = _day(match[7], month, match[2]) if match and month else None
    if not match or not day:
        return None
    return Written(day, clock(int(match[3]), match[4], match[5], zone_at(match[6], 0)), match[0])


def _in_words(text: str, order: Order | None, language: str | None) -> Written | None:
    found = [(match.start(), match, day) for match, day in _days(text, order, language) if day]
    if not found:
        return None
    _, match, day = min(found, key=lambda one: one[0])
    near = clock_near(text, match.start(), match.end())
    if near is None and match.re is _YEAR_FIRST:
        near = asian_clock(text[match.end() : match.end() + NEAR])
        near = near and replace(near, start=near.start + match.end(), end=near.end + match.end())
    return Written(day, near, _words(text, match, near, language))


def _words(text: str, match: re.Match[str], near: Clock | None, language: str | None) -> str:
    start, end = match.span()
    if near is not None:
        start, end = min(start, near.start), max(end, near.end)
    parts = list(_PART.finditer(text, max(0, start - BEFORE), start))
    names = ((one.start(), last.end()) for at, one in enumerate(parts) for last in parts[at : at + 3])
    start = next((begin for begin, stop in names if is_weekday(text[begin:stop], language)), start)
    opened = any(text.count(one, start, end) > text.count(other, start, end) for one, other in ("()", "[]"))
    return text[start : end + (opened and text[end : end + 1] in (")", "]"))].strip()


def _days(text: str, order: Order | None, language: str | None) -> Iterator[tuple[re.Match[str], date | None]]:
    if match := _YEAR_FIRST.search(text):
        yield match, _day(match[1], match[2], match[3])
    if match := _YEAR_LAST.search(text):
        yield match, _ordered(match[1], match[3], match[4], order)
    if match := _VIETNAMESE.search(text):
        yield match, _day(match[3], match[2], match[1])
    for match in _DAY_NAME_YEAR.finditer(text):
        if month := month_of(match[2], language):
            yield match, _day(match[3], month, match[1])
    for match in _NAME_DAY_YEAR.finditer(text):
        if month := month_of(match[1], language):
            yield match, _day(match[3], month, match[2])


def _ordered(first: str, second: str, year: str, order: Order | None) -> date | None:
    if order is None and int(first) <= 12 and int(second) <= 12 and first != second:
        return None
    if int(second) > 12 or (order == "mdy" and int(first) <= 12):
        return _day(year, first, second)
    return _day(year, second, first)


def _day(year: str, month: str | int, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
