"""What to fetch next. The crawl state lives in `pages`, so a killed crawl loses none of it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from itertools import islice
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    case,
    delete,
    false,
    func,
    insert,
    or_,
    select,
    update,
)

from newscrawl.items import DuePage, Link, ListedFacts, PageKind, SiteShape
from newscrawl.storage.rows import CHUNK, DELETED, facts_from_json
from newscrawl.storage.schema import listed_facts, pages, runs, site_shapes
from newscrawl.storage.types import UtcDateTime
from newscrawl.window import EVER, Window

CLOCK_TOLERANCE = timedelta(hours=1)
"""A recorded time further in the future than this comes from a wrong clock; so does a visit planned with it."""


@dataclass(frozen=True, slots=True)
class Seed:
    """Request pages by URL: the listings that a run starts from, or what the user asks for."""

    source: str
    links: tuple[Link, ...]
    unknown_only: bool = False
    """Skip pages that were visited before."""
    keys: tuple[str, ...] = ()
    """Of the links; the store computes them."""


@dataclass(frozen=True, slots=True)
class Take:
    """Request due pages of a source."""

    source: str
    limit: int
    kinds: tuple[PageKind, ...]
    window: Window = EVER
    within: frozenset[str] | None = None
    """Only these keys; None for all."""
    ids: tuple[int, ...] | None = None
    """Of the pages, in a run for some days or keys; the store looks for them, see `find_due`."""

    @property
    def is_narrow(self) -> bool:
        """Whether only some of the due pages are wanted."""
        return bool(self.window) or self.within is not None


@dataclass(frozen=True, slots=True)
class Survey:
    """Ask how many of the latest articles of a source its sitemaps name."""

    source: str


@dataclass(frozen=True, slots=True)
class Defer:
    """Leave the pages of a kind that are due and were never visited to a later moment."""

    source: str
    kind: PageKind
    until: datetime


_LATEST = 200
"""Articles by which a source is surveyed."""


def survey(connection: Connection, wanted: Survey) -> float:
    """Return the share of the latest articles of a source that a sitemap names; 0 where there are none."""
    origin = pages.alias()
    is_article = and_(pages.c.source == wanted.source, pages.c.kind == "article", pages.c.discovered_from.is_not(None))
    latest = select(pages.c.discovered_from).where(is_article).order_by(pages.c.id.desc()).limit(_LATEST).subquery()
    counted = select(func.count(), func.sum(case((origin.c.kind == "sitemap", 1), else_=0)))
    known, named = connection.execute(
        counted.select_from(latest.join(origin, origin.c.id == latest.c.discovered_from))
    ).one()
    return named / known if known else 0.0


def known_listings(connection: Connection, source: str) -> frozenset[PageKind]:
    """Return the kinds of the listings of a source that were read."""
    read = and_(pages.c.source == source, pages.c.kind.in_(("feed", "sitemap")), pages.c.outcome == "listed")
    return frozenset(connection.execute(select(pages.c.kind).where(read).distinct()).scalars())


def facts_of_keys(connection: Connection, keys: Sequence[str]) -> dict[str, ListedFacts]:
    """Return what feeds say of pages, by their keys."""
    known = select(pages.c.url_key, listed_facts.c.facts).join(listed_facts, listed_facts.c.page_id == pages.c.id)
    found: dict[str, ListedFacts] = {}
    for start in range(0, len(keys), CHUNK):
        rows = connection.execute(known.where(pages.c.url_key.in_(keys[start : start + CHUNK]))).all()
        found |= {row.url_key: facts_from_json(row.facts) for row in rows}
    return found


_ASKED_IN_VAIN = and_(
    pages.c.url_key.in_(bindparam("keys", expanding=True)),
    pages.c.article_id.is_(None),
    pages.c.outcome.in_(("no_article", "failed")),
    pages.c.reason != DELETED,
    or_(pages.c.retry_at.is_(None), pages.c.retry_at <= bindparam("now", type_=UtcDateTime)),
)


def make_due(connection: Connection, keys: Sequence[str], now: datetime) -> None:
    """Have pages that gave no article fetched again, since a feed was found to have their texts meanwhile."""
    for start in range(0, len(keys), CHUNK):
        again = update(pages).where(_ASKED_IN_VAIN).values(next_fetch_at=now, failures=0, taken_by=None)
        connection.execute(again, {"keys": keys[start : start + CHUNK], "now": now})


def defer(connection: Connection, wanted: Defer, now: datetime) -> None:
    """Plan the first visits of pages for later."""
    waiting = and_(pages.c.source == wanted.source, pages.c.kind == wanted.kind, pages.c.fetched_at.is_(None))
    due = and_(waiting, pages.c.next_fetch_at <= now)
    connection.execute(update(pages).where(due).values(next_fetch_at=wanted.until))


def load_shapes(connection: Connection, source: str) -> tuple[SiteShape, ...]:
    """Return how the addresses of a source look, the most frequent first."""
    known = select(site_shapes).where(site_shapes.c.source == source).order_by(site_shapes.c.addresses.desc())
    return tuple(SiteShape(row.shape, row.kind, row.addresses, row.example) for row in connection.execute(known).all())


def seed(connection: Connection, run_id: int, wanted: Seed, now: datetime) -> list[DuePage]:
    """Take the requested pages for a run, and add those not known yet."""
    taken = []
    for link, key in zip(wanted.links, wanted.keys, strict=True):
        row = connection.execute(select(pages).where(pages.c.url_key == key)).first()
        if row is None:
            new = {"url": link.url, "source": wanted.source, "kind": link.kind, "outcome": "queued", "queued_at": now}
            connection.execute(insert(pages).values(url_key=key, next_fetch_at=now, taken_by=run_id, **new))
            taken.append(DuePage(key, link.url, link.kind, None, None))
        elif row.taken_by != run_id and not (wanted.unknown_only and row.fetched_at is not None):
            asked: dict[str, Any] = {"taken_by": run_id, "kind": link.kind}
            if row.reason == DELETED:  # who requests exactly this address wants it again
                asked |= {"outcome": "queued", "reason": None}
            connection.execute(update(pages).where(pages.c.id == row.id).values(**asked))
            facts = facts_of_keys(connection, [key]).get(key)
            taken.append(DuePage(key, link.url, link.kind, *_validators(row, link.kind, now), facts=facts))
    return taken


_DAYS_BELIEVED: dict[PageKind, int] = {"feed": 1, "section": 1, "sitemap": 7}
"""A listing is asked for whole once in so many days, otherwise only if it has changed: some servers always say that it
has not. Sitemaps are large, and mostly beside feeds."""


def _validators(row: Row[Any], kind: PageKind, now: datetime) -> tuple[str | None, str | None]:
    """Return the ETag and Last-Modified to ask for a page with; none where a listing is to be asked for whole."""
    days = _DAYS_BELIEVED.get(kind)
    if days is not None and row.fetched_at is not None:
        turn = row.id % days  # not all sitemaps of a site on one day
        if (row.fetched_at.toordinal() + turn) // days != (now.toordinal() + turn) // days:
            return None, None
    return row.etag, row.last_modified


_RANKS = {"sitemap": 0, "feed": 1, "section": 2}
_LAST = 3
"""Rank of articles."""


def _selected(kinds: Sequence[PageKind]) -> Select[Any]:
    """Select pages of some kinds that no running run has taken, in the order in which they are to be fetched."""
    rank = case(_RANKS, value=pages.c.kind, else_=_LAST)
    running = select(runs.c.id).where(runs.c.finished_at.is_(None))
    origin = pages.alias()
    return (
        select(pages.c.id, pages.c.url_key, pages.c.url, pages.c.kind)
        .add_columns(pages.c.etag, pages.c.last_modified, pages.c.fetched_at)
        .add_columns(origin.c.kind.label("named_by"))
        .select_from(pages.outerjoin(origin, origin.c.id == pages.c.discovered_from))
        .where(pages.c.kind.in_(kinds), pages.c.url.is_not(None))
        .where(or_(pages.c.taken_by.is_(None), pages.c.taken_by.not_in(running)))
        .order_by(rank, pages.c.listed_at.desc().nulls_last(), pages.c.id)
    )


@cache
def _due_pages(kinds: tuple[PageKind, ...]) -> Select[Any]:
    """Select due pages of a source: built once, because that takes longer than running it, and each run asks often."""
    future = bindparam("future", type_=UtcDateTime)
    planned = pages.c.next_fetch_at
    has_future_date = or_(pages.c.queued_at > future, pages.c.fetched_at > future)
    is_due = or_(planned <= bindparam("now", type_=UtcDateTime), and_(planned.is_not(None), has_future_date))
    return _selected(kinds).where(pages.c.source == bindparam("source"), is_due).limit(bindparam("most"))


def take(connection: Connection, run_id: int, wanted: Take, now: datetime) -> list[DuePage]:
    """Take due pages for a run: listings before articles, the latest first."""
    rows: list[Any] = []
    if not wanted.is_narrow:
        given = {"source": wanted.source, "now": now, "future": now + CLOCK_TOLERANCE, "most": wanted.limit}
        rows += connection.execute(_due_pages(tuple(wanted.kinds)), given).all()
    else:
        chosen = _selected(wanted.kinds).where(_is_due(wanted.window, now))
        if wanted.ids is not None:
            rows += connection.execute(chosen.where(pages.c.id.in_(wanted.ids))).all()
        if not rows and wanted.ids != ():  # another run has taken them meanwhile
            rows += connection.execute(chosen.where(pages.c.id.in_(find_due(connection, wanted, now)))).all()
    if rows:
        ids = [row.id for row in rows]
        connection.execute(update(pages).where(pages.c.id.in_(ids)).values(taken_by=run_id))
    facts = facts_of_keys(connection, [row.url_key for row in rows])
    return [
        DuePage(
            row.url_key,
            row.url,
            row.kind,
            *_validators(row, row.kind, now),
            is_named=row.named_by in {"feed", "sitemap"},
            facts=facts.get(row.url_key),
        )
        for row in rows
    ]


def find_due(connection: Connection, wanted: Take, now: datetime) -> tuple[int, ...]:
    """Return the ids of the first due pages of a run for some days or keys.

    Many pages may have to be read for it, so it is done before the transaction that takes them.
    """
    due = _selected(wanted.kinds).with_only_columns(pages.c.id, pages.c.url, pages.c.kind, pages.c.listed_at)
    due = due.where(_is_due(wanted.window, now), _is_inside(wanted.window))
    if wanted.within is None:
        own = due.where(pages.c.source == wanted.source)
        rows = connection.execute(own, execution_options={"yield_per": CHUNK})
        return tuple(row.id for row in islice(_of_window(rows, wanted.window), wanted.limit))
    # Not by its index, for SQLite would read all pages of the source for each statement.
    own = due.where(func.coalesce(pages.c.source, "") == wanted.source).order_by(None)
    keys, found = sorted(wanted.within), list[Row[Any]]()
    for start in range(0, len(keys), CHUNK):
        rows = connection.execute(own.where(pages.c.url_key.in_(keys[start : start + CHUNK])))
        found += _of_window(rows, wanted.window)
    return tuple(row.id for row in sorted(found, key=_order)[: wanted.limit])


def _order(row: Row[Any]) -> tuple[int, float, int]:
    """As the database sorts `_selected`."""
    latest = -row.listed_at.timestamp() if row.listed_at is not None else math.inf
    return _RANKS.get(row.kind, _LAST), latest, row.id


def _of_window(rows: Iterable[Any], window: Window) -> Iterator[Any]:
    """Leave out articles whose address holds another day."""
    if not window:
        yield from rows
        return
    from newscrawl.discovery.kinds import days_of_address  # noqa: PLC0415 - loads trafilatura, which readers can spare

    for row in rows:
        days = days_of_address(row.url) if row.kind == "article" else None
        if days is None or window.holds_days(*days):
            yield row


def _is_due(window: Window, now: datetime) -> ColumnElement[bool]:
    planned = pages.c.next_fetch_at
    future = now + CLOCK_TOLERANCE
    has_future_date = or_(pages.c.queued_at > future, pages.c.fetched_at > future)
    is_due = or_(planned <= now, and_(planned.is_not(None), has_future_date))
    # A backfill fetches what earlier runs skipped as too old.
    return or_(is_due, pages.c.outcome == "skipped") if window else is_due


def _is_inside(window: Window) -> ColumnElement[bool]:
    since = pages.c.listed_at >= window.since if window.since else None
    # A listing names articles older than its own date.
    until = or_(pages.c.kind != "article", pages.c.listed_at < window.until) if window.until else None
    limits = [limit for limit in (since, until) if limit is not None]
    return or_(pages.c.listed_at.is_(None), and_(*limits)) if limits else ~false()


def rekey(connection: Connection, due: Sequence[tuple[DuePage, str]]) -> list[DuePage]:
    """Give taken pages the keys that they have by the current rules; leave out those that another row stands for."""
    keyed = [(page, rekey_page(connection, page.key, current)) for page, current in due]
    return [replace(page, key=key) for page, key in keyed if key is not None]


def rekey_page(connection: Connection, key: str, current: str) -> str | None:
    """Update the key of a row of `pages` to the one that its URL has by the current rules, and return it.

    Returns None if another row already has that key; then this row is a duplicate and is not fetched again.
    """
    if current == key:
        return key
    own = pages.c.url_key == key
    if connection.execute(select(pages.c.id).where(pages.c.url_key == current)).first() is None:
        connection.execute(update(pages).where(own).values(url_key=current))
        return current
    connection.execute(delete(pages).where(own, pages.c.fetched_at.is_(None)))
    connection.execute(update(pages).where(own).values(next_fetch_at=None))
    return None


def asked_to_wait(connection: Connection, source: str, now: datetime) -> datetime | None:
    """Return until when the server of a source asked not to be sent requests; None if that is past."""
    asked = select(func.max(pages.c.retry_at)).where(
        pages.c.source == source,
        pages.c.next_fetch_at > now,  # implied by retry_at, and indexed
        pages.c.retry_at > now,
        pages.c.fetched_at <= now + CLOCK_TOLERANCE,
    )
    return connection.execute(asked).scalar()


def postpone(connection: Connection, source: str, until: datetime) -> None:
    """Postpone all visits to articles of a source until a time that its server asked for."""
    earlier = and_(pages.c.source == source, pages.c.next_fetch_at < until)
    connection.execute(update(pages).where(earlier, pages.c.kind == "article").values(next_fetch_at=until))
