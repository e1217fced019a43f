"""Which sites have something to do now, and which have waited longest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, func, or_, select

from newscrawl.storage.frontier import CLOCK_TOLERANCE, asked_to_wait
from newscrawl.storage.reading import read_connection
from newscrawl.storage.schema import pages, runs


@dataclass(frozen=True, slots=True)
class Standing:
    """A spider between two runs."""

    last_started: datetime | None
    """None where it never ran."""
    is_due: bool


def standings(url: str, sources: Mapping[str, str]) -> dict[str, Standing]:
    """Look at spiders, each with the source of its pages, in the database at `url`. Raises StorageError."""
    now = datetime.now(UTC)
    # A record of a run that could not begin says nothing about the site.
    ran = or_(runs.c.reason.is_(None), runs.c.reason != "not_started")
    last = select(runs.c.spider, func.max(runs.c.started_at)).where(ran).group_by(runs.c.spider)
    with read_connection(url) as connection:
        started = {row[0]: row[1] for row in connection.execute(last).all()}
        return {
            spider: Standing(started.get(spider), _is_due(connection, source, started.get(spider), now))
            for spider, source in sources.items()
        }


def _is_due(connection: Connection, source: str, last: datetime | None, now: datetime) -> bool:
    if last is None or last > now + CLOCK_TOLERANCE:  # by a clock that was ahead, as were the plans that it made
        return True
    due = select(pages.c.id).where(pages.c.source == source, pages.c.next_fetch_at <= now).limit(1)
    return connection.execute(due).first() is not None and asked_to_wait(connection, source, now) is None
