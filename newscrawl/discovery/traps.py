"""Addresses that a site makes without end: calendars, paths that grow by themselves, filters upon filters."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import filterfalse
from urllib.parse import urlsplit

from newscrawl.urls import LONGEST_URL

# Heritrix: TooManyPathSegmentsDecideRule refuses more than 20 segments, PathologicalPathDecideRule a segment more than
# twice in a row. News sites have fewer: none of 3,300 addresses of benchmark pages and their links has more than 8.
MOST_SEGMENTS = 10
MOST_REPEATS = 3
MOST_PARAMETERS = 8
_FIRST_YEAR = 1990

_DAY = re.compile(r"/(\d{4})/(\d{1,2})(?:/(\d{1,2}))?(?=/|$)|/(\d{4})-(\d{2})(?:-(\d{2}))?(?=/|$)")
_DAY_ONLY = re.compile(
    r"(?:/\d{4}(?:[/-]\d{1,2}){0,2}|/(?:calendar|events?|lich|archives?|month|day|week))+/?", re.IGNORECASE
)
_YEAR_IN_QUERY = re.compile(
    r"(?:^|&)(?:year|nam|y)=(\d{4})(?:&|$)|(?:^|&)(?:date|day|month|ngay)=(\d{4})-\d{1,2}", re.IGNORECASE
)


def is_trap(url: str, now: datetime | None = None) -> bool:
    """Say whether a URL looks like one of endlessly many.

    That is one of more than 2,000 characters, 10 segments or 8 parameters, with a name three times in its path, or with
    a date before 1990 or after next year; a path that is nothing but a date, after tomorrow.
    """
    if len(url) > LONGEST_URL:
        return True
    try:
        parts = urlsplit(url)
    except ValueError:
        return True
    segments = [segment for segment in parts.path.lower().split("/") if segment]
    return (
        len(segments) > MOST_SEGMENTS
        or any(count >= MOST_REPEATS for count in Counter(filterfalse(str.isdecimal, segments)).values())
        or len([one for one in parts.query.split("&") if one]) > MOST_PARAMETERS
        or _is_calendar(parts.path, parts.query, now or datetime.now(UTC))
    )


def _is_calendar(path: str, query: str, now: datetime) -> bool:
    for match in _YEAR_IN_QUERY.finditer(query):
        if not _FIRST_YEAR <= int(match[1] or match[2]) <= now.year + 1:
            return True
    day = _day_of(path)
    if day is None:
        return False
    if not _FIRST_YEAR <= day[0] <= now.year + 1:
        return True
    tomorrow = now + timedelta(days=1)  # it is already tomorrow somewhere
    is_ahead = day > (tomorrow.year, tomorrow.month, tomorrow.day if day[2] else 0)
    return is_ahead and _DAY_ONLY.fullmatch(path) is not None


def _day_of(path: str) -> tuple[int, int, int] | None:
    """Year, month and day, which is 0 where there is none; None for numbers that are no date."""
    match = _DAY.search(path)
    if match is None:
        return None
    year, month, day = (int(number or 0) for number in (match.groups()[:3] if match[1] else match.groups()[3:]))
    return (year, month, day) if 1 <= month <= 12 and day <= 31 else None
