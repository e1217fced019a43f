"""Sitemaps whose addresses name a day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from newscrawl.window import Window

_DAYS_OF_A_PLAIN_RUN = 3
"""So that what was published late on the last day of a month is not missed on the first of the next."""


def fill(patterns: Sequence[str], window: Window, timezone: str | None, now: datetime | None = None) -> list[str]:
    """Return the sitemaps of the days that a run is about, in the site's zone: the last few where it names none."""
    zone = ZoneInfo(timezone) if timezone else UTC
    today = (now or datetime.now(UTC)).astimezone(zone).date()
    last = (window.until - timedelta(microseconds=1)).astimezone(zone).date() if window.until else today
    first = window.since.astimezone(zone).date() if window.since else min(last, today) - timedelta(_DAYS_OF_A_PLAIN_RUN)
    days = list(_days(first, min(last, today)))
    return list(dict.fromkeys(pattern.format(**_parts(day)) for pattern in patterns for day in reversed(days)))


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += timedelta(days=1)


def _parts(day: date) -> dict[str, int]:
    return {"year": day.year, "month": day.month, "day": day.day}
