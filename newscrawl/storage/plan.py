"""The plan of a round: which sites are due, in the order in which they have waited."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import Select, and_, exists, func, or_, select

from newscrawl.storage.engine import database_clock, read_connection
from newscrawl.storage.frontier import CLOCK_TOLERANCE
from newscrawl.storage.outages import NEXT_TRY
from newscrawl.storage.schema import pages, runs, sites

NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class PlannedSite:
    """A site between two runs."""

    name: str
    """Of its spider."""
    source: str
    declared_in: str
    """`row`, or `spider`: one that only a project with that spider can crawl."""
    last_started: datetime | None
    """When its last run began; None if it never ran."""
    next_fetch_at: datetime | None
    """When its next page is due; None if none is planned."""
    is_due: bool

    @property
    def waiting_since(self) -> datetime:
        """By which sites are put into order: one that never ran has waited longest."""
        return self.last_started or NEVER


def plan(url: str, names: Collection[str] | None = None, now: datetime | None = None) -> list[PlannedSite]:
    """Return the active sites of the database at `url`, the longest waiting first; of `names`, those in any state.

    A site that is not active is never due, but that one that came to count as dead by itself is asked now and then: it
    is in the plan when that is due. One query, which looks up four entries of indexes for a site, however many
    pages and runs there are. Raises StorageError.
    """
    with read_connection(url) as connection:
        now = now or database_clock(connection)
        wanted = _query(now)
        is_dead = and_(sites.c.state == "dead", sites.c.dead_at.is_not(None))
        chosen = or_(sites.c.state == "active", is_dead) if names is None else sites.c.name.in_(list(names))
        rows = connection.execute(wanted.where(chosen)).all()
    found = [_planned(row, now) for row in rows]
    if names is None:
        found = [site for site, row in zip(found, rows, strict=True) if row.state == "active" or site.is_due]
    return sorted(found, key=attrgetter("waiting_since", "name"))


def _query(now: datetime) -> Select[Any]:
    # Scalar subqueries and no joined groups: a group reads every row of its site, these the first entry of an index.
    started = (
        select(runs.c.started_at)
        # A run that could not start did not visit the site.
        .where(runs.c.spider == sites.c.name, or_(runs.c.reason.is_(None), runs.c.reason != "not_started"))
        .order_by(runs.c.started_at.desc())
        .limit(1)
    )
    planned = select(func.min(pages.c.next_fetch_at)).where(pages.c.source == sites.c.source)
    is_known = exists().where(pages.c.source == sites.c.source)
    asked_to_wait = select(func.max(pages.c.retry_at)).where(
        pages.c.source == sites.c.source,
        pages.c.retry_at > now,
        pages.c.next_fetch_at > now,
        pages.c.fetched_at <= now + CLOCK_TOLERANCE,
    )
    return select(
        sites.c.name,
        sites.c.source,
        sites.c.declared_in,
        sites.c.state,
        sites.c.failing_since,
        sites.c.dead_at,
        sites.c.next_crawl_at,
        started.correlate(sites).scalar_subquery().label("started"),
        planned.correlate(sites).scalar_subquery().label("planned"),
        asked_to_wait.correlate(sites).scalar_subquery().label("waits_until"),
        is_known.correlate(sites).label("is_known"),
    )


def _planned(row: Any, now: datetime) -> PlannedSite:
    name, source, declared_in, state, failing, dead_at, again, started, planned, waits_until, is_known = row
    is_failing = failing is not None and (state == "active" or (state == "dead" and dead_at is not None))
    # Its pages may all have been given up. Without a time, the last run could not say when to ask again.
    is_overdue = is_failing and waits_until is None and (again or (started or NEVER) + NEXT_TRY) <= now
    if state != "active":
        is_due = is_overdue
    # The last run was recorded, and planned ahead, by a clock that was fast; or it ended before it stored anything.
    elif started is None or started > now + CLOCK_TOLERANCE or not is_known:
        is_due = True
    else:
        is_due = is_overdue or (planned is not None and planned <= now and waits_until is None)
    return PlannedSite(name, source, declared_in, started, planned, is_due)
