"""When an article was published and last changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from itertools import islice

from newscrawl.extraction.metadata.date_text import Order, Written, read_date
from newscrawl.extraction.metadata.json_ld import JsonLd
from newscrawl.extraction.metadata.meta_tags import MetaTags, line_of
from newscrawl.items import DatePrecision, DateSource

MOST_CANDIDATES = 40
AHEAD = timedelta(days=1)
"""How far a date may lie after the page was fetched: clocks and zones differ, and some papers are dated tomorrow."""

_OLDEST = date(1990, 1, 1)
# What publishing systems write where they hold no date.
_EMPTY = frozenset((date(1, 1, 1), date(1900, 1, 1), date(1969, 12, 31), date(1970, 1, 1)))
_MODIFIED = (
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "dcterms.modified",
    "last-modified",
    "lastmod",
    "last_modified",
)


@dataclass(frozen=True, slots=True)
class Published:
    """When an article was published; all None where the page does not say it."""

    at: datetime | None = None
    raw: str | None = None
    source: DateSource | None = None
    precision: DatePrecision | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """How the dates of one page are read."""

    fetched_at: datetime
    zone: tzinfo | None
    """Of times that are written without one."""
    order: Order | None
    language: str | None

    def read(self, raw: str) -> Written | None:
        """Read a date; None where there is none, or one that lies in the future or before there were news sites."""
        written = read_date(raw, self.order, self.language)
        if written is None or written.day in _EMPTY:
            return None
        return written if written.moment(self.zone)[0] <= self.fetched_at + AHEAD else None


def published(candidates: Iterable[tuple[DateSource, str]], reading: Reading) -> Published:
    """Return the first date that can be read; a later one of the same day may add the time of day that it lacks.

    Structured dates may be of any year; one in running text that is older than the web is what an article is about.
    """
    best = Published()
    day: date | None = None
    for source, raw in islice(candidates, MOST_CANDIDATES):
        written = reading.read(raw)
        if written is None or (source in ("byline", "url") and written.day < _OLDEST):
            continue
        at, precision = written.moment(reading.zone)
        if day is None or (written.day == day and precision != "day"):
            # A line of text says more than the date; structured data is given as it is written.
            words = written.words if source == "byline" else raw[:300]
            best, day = Published(at, line_of(words), source, precision), written.day
        if precision != "day" or source == "byline":
            break
    return best


def modified(head: MetaTags, structured: JsonLd, since: datetime | None, reading: Reading) -> datetime | None:
    """Return when the article was last changed; None without a time of day, or before its publication."""
    for raw in (structured.modified, *head.all(*_MODIFIED)):
        written = reading.read(raw) if raw else None
        if written is not None:
            at, precision = written.moment(reading.zone)
            if precision != "day" and (since is None or at >= since):
                return at
    return None
