"""What to fetch next. The crawl's state lives in `pages`, so a crawl that is killed loses none of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, false, func, insert, or_, select, update

from newscrawl.items import Link, PageKind
from newscrawl.storage.rekeying import rekey_page
from newscrawl.storage.schema import pages, runs
from newscrawl.urls import url_key

CLOCK_TOLERANCE = timedelta(hours=1)
"""What has happened later than this from now happened by a clock that was wrong, and so did the plan that it made."""

CHUNK = 500
"""Keys looked up by one statement."""


@dataclass(frozen=True, slots=True)
class Window:
    """A span of time that a run is about; None is open."""

    since: datetime | None = None
    until: datetime | None = None
    """The first moment after it."""

    def __bool__(self) -> bool:
        return self.since is not None or self.until is not None

    def holds(self, moment: datetime | None) -> bool:
        """Say whether a moment lies within; one that is not known may."""
        if moment is None:
            return True
        return (self.since is None or moment >= self.since) and (self.until is None or moment < self.until)


EVER = Window()


@dataclass(frozen=True, slots=True)
class Seed:
    """Ask for pages by name: the listings that a run begins with, or what a person wants."""

    source: str
    links: tuple[Link, ...]
    unknown_only: bool = False
    """Pass over what was visited before."""


@dataclass(frozen=True, slots=True)
class Take:
    """Ask for what is due of a source."""

    source: str
    limit: int
    kinds: tuple[PageKind, ...]
    window: Window = EVER
    within: frozenset[str] | None = None
    """Only these keys; None for all."""


@dataclass(frozen=True, slots=True)
class DuePage:
    """A page to fetch now; the run that is given it has it for itself."""

    key: str
    url: str
    kind: PageKind
    etag: str | None
    last_modified: str | None


def seed(connection: Connection, run_id: int, wanted: Seed, now: datetime) -> list[DuePage]:
    """Take pages for a run, those that are unknown so far as well."""
    taken = []
    for link in wanted.links:
        key = url_key(link.url)
        row = connection.execute(select(pages).where(pages.c.url_key == key)).first()
        if row is None:
            new = {"url": link.url, "source": wanted.source, "kind": link.kind, "outcome": "queued", "queued_at": now}
            connection.execute(insert(pages).values(url_key=key, next_fetch_at=now, taken_by=run_id, **new))
            taken.append(DuePage(key, link.url, link.kind, None, None))
        elif row.taken_by != run_id and not (wanted.unknown_only and row.fetched_at is not None):
            connection.execute(update(pages).where(pages.c.id == row.id).values(taken_by=run_id, kind=link.kind))
            taken.append(DuePage(key, link.url, link.kind, row.etag, row.last_modified))
    return taken


def take(connection: Connection, run_id: int, wanted: Take, now: datetime) -> list[DuePage]:
    """Take due pages for a run: listings before articles, what was published last before what is older."""
    rank = case({"sitemap": 0, "feed": 1, "section": 2}, value=pages.c.kind, else_=3)
    running = select(runs.c.id).where(runs.c.finished_at.is_(None))
    free = or_(pages.c.taken_by.is_(None), pages.c.taken_by.not_in(running))
    due = (
        select(pages.c.id, pages.c.url_key, pages.c.url, pages.c.kind, pages.c.etag, pages.c.last_modified)
        .where(pages.c.source == wanted.source, pages.c.kind.in_(wanted.kinds), pages.c.url.is_not(None))
        .where(free, _is_due(wanted.window, now), _is_inside(wanted.window))
        .order_by(rank, pages.c.listed_at.desc().nulls_last(), pages.c.id)
        .limit(wanted.limit)
    )
    rows: list[Any] = []
    for condition in _conditions(wanted.within):
        rows += connection.execute(due.where(condition)).all()
        if len(rows) >= wanted.limit:
            break
    rows = rows[: wanted.limit]
    if rows:
        ids = [row.id for row in rows]
        connection.execute(update(pages).where(pages.c.id.in_(ids)).values(taken_by=run_id))
    keyed = [(rekey_page(connection, row.id, row.url_key, row.url), row) for row in rows]
    due_pages = [DuePage(key, row.url, row.kind, row.etag, row.last_modified) for key, row in keyed if key is not None]
    return due_pages if due_pages or not rows else take(connection, run_id, wanted, now)


def _is_due(window: Window, now: datetime) -> ColumnElement[bool]:
    planned = pages.c.next_fetch_at
    future = now + CLOCK_TOLERANCE
    is_of_a_wrong_clock = or_(pages.c.queued_at > future, pages.c.fetched_at > future)
    is_due = or_(planned <= now, and_(planned.is_not(None), is_of_a_wrong_clock))
    # What earlier runs passed over for its age is what a backfill is about.
    return or_(is_due, pages.c.outcome == "skipped") if window else is_due


def _is_inside(window: Window) -> ColumnElement[bool]:
    since = pages.c.listed_at >= window.since if window.since else None
    # A listing holds what is older than its own date.
    until = or_(pages.c.kind != "article", pages.c.listed_at < window.until) if window.until else None
    limits = [limit for limit in (since, until) if limit is not None]
    return or_(pages.c.listed_at.is_(None), and_(*limits)) if limits else ~false()


def _conditions(within: frozenset[str] | None) -> Sequence[ColumnElement[bool]]:
    if within is None:
        return [~false()]
    keys = sorted(within)
    return [pages.c.url_key.in_(keys[start : start + CHUNK]) for start in range(0, len(keys), CHUNK)]


def count_waiting(connection: Connection, source: str) -> int:
    """How many articles of a source are queued and were never visited."""
    waiting = select(func.count()).where(
        pages.c.source == source,
        pages.c.next_fetch_at.is_not(None),
        pages.c.fetched_at.is_(None),
        pages.c.kind == "article",
    )
    return connection.execute(waiting).scalar_one()


def asked_to_wait(connection: Connection, source: str, now: datetime) -> datetime | None:
    """Return before when the server of a source asked not to be asked, while that is to come."""
    asked = select(func.max(pages.c.retry_at)).where(
        pages.c.source == source,
        pages.c.next_fetch_at > now,  # as the page itself is planned for then, or later; there is an index of it
        pages.c.retry_at > now,
        pages.c.fetched_at <= now + CLOCK_TOLERANCE,
    )
    return connection.execute(asked).scalar()


def postpone(connection: Connection, source: str, until: datetime) -> None:
    """Plan no visit of a source before a moment: its server asked for it."""
    earlier = and_(pages.c.source == source, pages.c.next_fetch_at < until)
    connection.execute(update(pages).where(earlier, pages.c.kind == "article").values(next_fetch_at=until))
