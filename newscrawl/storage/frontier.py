"""What to fetch next. The crawl state lives in `pages`, so a killed crawl loses none of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, case, delete, false, func, insert, or_, select, update

from newscrawl.items import EVER, DuePage, Link, ListedFacts, Listing, PageKind, SiteShape, Wanted, Window
from newscrawl.storage.engine import read_connection
from newscrawl.storage.rows import facts_from_json
from newscrawl.storage.schema import listed_facts, pages, runs, site_shapes
from newscrawl.storage.visits import after_listing
from newscrawl.urls import plainer_keys, url_key

CLOCK_TOLERANCE = timedelta(hours=1)
"""A recorded time further in the future than this comes from a wrong clock; so does a visit planned with it."""

MOST_WAITING = 2_000
"""Maximum articles of a source queued for their first visit. Older ones are recorded as skipped and left to a run that
asks for their dates: an hourly crawl does not fetch a site's whole past."""

CHUNK = 500
"""Keys looked up per statement."""

_FEW_VANISHED = 20
"""Pages that may vanish from a sitemap at a time, however small it is."""


@dataclass(frozen=True, slots=True)
class Seed:
    """Request pages by URL: the listings that a run starts from, or what the user asks for."""

    source: str
    links: tuple[Link, ...]
    unknown_only: bool = False
    """Skip pages that were visited before."""


@dataclass(frozen=True, slots=True)
class Take:
    """Request due pages of a source."""

    source: str
    limit: int
    kinds: tuple[PageKind, ...]
    window: Window = EVER
    within: frozenset[str] | None = None
    """Only these keys; None for all."""


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


def _note_facts(connection: Connection, links: Mapping[str, Link], now: datetime) -> None:
    """Keep what a feed says of the pages that it names; what it leaves out later is still true."""
    said = {key: link.facts for key, link in links.items() if link.facts is not None}
    if not said:
        return
    known = facts_of_keys(connection, list(said))
    keys = [key for key, facts in said.items() if known.get(key) != facts]
    for start in range(0, len(keys), CHUNK):
        chunk = pages.c.url_key.in_(keys[start : start + CHUNK])
        for page_id, key in connection.execute(select(pages.c.id, pages.c.url_key).where(chunk)).all():
            values = {"facts": asdict(said[key]), "seen_at": now}
            if key in known:
                connection.execute(update(listed_facts).where(listed_facts.c.page_id == page_id).values(**values))
            else:
                connection.execute(insert(listed_facts).values(page_id=page_id, **values))


def defer(connection: Connection, wanted: Defer, now: datetime) -> None:
    """Plan the first visits of pages for later."""
    waiting = and_(pages.c.source == wanted.source, pages.c.kind == wanted.kind, pages.c.fetched_at.is_(None))
    due = and_(waiting, pages.c.next_fetch_at <= now)
    connection.execute(update(pages).where(due).values(next_fetch_at=wanted.until))


MOST_SHAPES = 200
"""Shapes of one kind that are kept of a source."""


def load_shapes(connection: Connection, source: str) -> tuple[SiteShape, ...]:
    """Return how the addresses of a source look, the most frequent first."""
    known = select(site_shapes).where(site_shapes.c.source == source).order_by(site_shapes.c.addresses.desc())
    return tuple(SiteShape(row.shape, row.kind, row.addresses, row.example) for row in connection.execute(known).all())


def _note_shapes(connection: Connection, source: str, shapes: Iterable[SiteShape], now: datetime) -> None:
    """Keep what a listing shows of a site's addresses; of very many shapes the first that were seen."""
    known = {(one.kind, one.shape): one for one in load_shapes(connection, source)}
    for one in shapes:
        before = known.get((one.kind, one.shape))
        own = and_(site_shapes.c.source == source, site_shapes.c.kind == one.kind, site_shapes.c.shape == one.shape)
        if before is None:
            if sum(kind == one.kind for kind, _ in known) < MOST_SHAPES:
                values = {"kind": one.kind, "shape": one.shape, "addresses": one.addresses, "example": one.example}
                connection.execute(insert(site_shapes).values(source=source, seen_at=now, **values))
                known[one.kind, one.shape] = one
        elif one.addresses > before.addresses:
            connection.execute(update(site_shapes).where(own).values(addresses=one.addresses, seen_at=now))


def seed(connection: Connection, run_id: int, wanted: Seed, now: datetime) -> list[DuePage]:
    """Take the requested pages for a run, and add those not known yet."""
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
            facts = facts_of_keys(connection, [key]).get(key)
            taken.append(DuePage(key, link.url, link.kind, row.etag, row.last_modified, facts=facts))
    return taken


def take(connection: Connection, run_id: int, wanted: Take, now: datetime) -> list[DuePage]:
    """Take due pages for a run: listings before articles, the latest first."""
    rank = case({"sitemap": 0, "feed": 1, "section": 2}, value=pages.c.kind, else_=3)
    running = select(runs.c.id).where(runs.c.finished_at.is_(None))
    free = or_(pages.c.taken_by.is_(None), pages.c.taken_by.not_in(running))
    origin = pages.alias()
    due = (
        select(pages.c.id, pages.c.url_key, pages.c.url, pages.c.kind, pages.c.etag, pages.c.last_modified)
        .add_columns(origin.c.kind.label("named_by"))
        .select_from(pages.outerjoin(origin, origin.c.id == pages.c.discovered_from))
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
    facts = facts_of_keys(connection, [key for key, _ in keyed if key is not None])
    due_pages = [
        DuePage(
            key,
            row.url,
            row.kind,
            row.etag,
            row.last_modified,
            is_named=row.named_by in {"feed", "sitemap"},
            facts=facts.get(key),
        )
        for key, row in keyed
        if key is not None
    ]
    return due_pages if due_pages or not rows else take(connection, run_id, wanted, now)


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


def _conditions(within: frozenset[str] | None) -> Sequence[ColumnElement[bool]]:
    if within is None:
        return [~false()]
    keys = sorted(within)
    return [pages.c.url_key.in_(keys[start : start + CHUNK]) for start in range(0, len(keys), CHUNK)]


def rekey_page(connection: Connection, page_id: int, key: str, url: str) -> str | None:
    """Update the key of a row of `pages` to the one that `url` has by the current rules, and return it.

    Returns None if another row already has that key; then this row is a duplicate and is not fetched again.
    """
    current = url_key(url)
    if current == key:
        return key
    own = pages.c.id == page_id
    if connection.execute(select(pages.c.id).where(pages.c.url_key == current)).first() is None:
        connection.execute(update(pages).where(own).values(url_key=current))
        return current
    connection.execute(delete(pages).where(own, pages.c.fetched_at.is_(None)))
    connection.execute(update(pages).where(own).values(next_fetch_at=None))
    return None


def _count_waiting(connection: Connection, source: str) -> int:
    """Return how many articles of a source are queued for their first visit."""
    waiting = select(func.count()).where(
        pages.c.source == source,
        pages.c.next_fetch_at.is_not(None),
        pages.c.fetched_at.is_(None),
        pages.c.kind == "article",
    )
    return connection.execute(waiting).scalar_one()


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


@dataclass(frozen=True, slots=True)
class Standing:
    """State of a spider between two runs."""

    last_started: datetime | None
    """None if it never ran."""
    is_due: bool


def standings(url: str, sources: Mapping[str, str]) -> dict[str, Standing]:
    """Return the state of spiders, given with their sources, in the database at `url`. Raises StorageError."""
    now = datetime.now(UTC)
    # A run that could not start did not visit the site.
    ran = or_(runs.c.reason.is_(None), runs.c.reason != "not_started")
    last = select(runs.c.spider, func.max(runs.c.started_at)).where(ran).group_by(runs.c.spider)
    with read_connection(url) as connection:
        started = {row[0]: row[1] for row in connection.execute(last).all()}
        return {
            spider: Standing(started.get(spider), _spider_is_due(connection, source, started.get(spider), now))
            for spider, source in sources.items()
        }


def _spider_is_due(connection: Connection, source: str, last: datetime | None, now: datetime) -> bool:
    if last is None or last > now + CLOCK_TOLERANCE:  # recorded, and planned ahead, by a clock that was fast
        return True
    due = select(pages.c.id).where(pages.c.source == source, pages.c.next_fetch_at <= now).limit(1)
    return connection.execute(due).first() is not None and asked_to_wait(connection, source, now) is None


@dataclass(frozen=True, slots=True)
class _Reading:
    """A fetched listing, and the run that fetched it."""

    connection: Connection
    listing: Listing
    page_id: int
    run_id: int
    wanted: Wanted
    now: datetime


def record_listing(
    connection: Connection, listing: Listing, run_id: int, wanted: Wanted, now: datetime
) -> tuple[int, int]:
    """Queue the pages that a listing names; return its `pages.id` and how many of its articles are new or modified."""
    before = connection.execute(select(pages).where(pages.c.url_key == listing.key)).first()
    page_id: int = before.id if before else _add(connection, listing, now)
    reading = _Reading(connection, listing, page_id, run_id, wanted, now)
    links = {url_key(link.url): link for link in listing.links}
    known = {row.url_key: row for row in _known(connection, links) if row.id != page_id}
    new = {key: link for key, link in links.items() if key not in known and key != listing.key}
    news = _queue(reading, _without_other_forms(connection, new))
    news += sum(_update_known(reading, row, links[key]) for key, row in known.items())
    _note_facts(connection, links, now)
    _note_shapes(connection, listing.source, listing.shapes, now)
    if listing.visit.kind == "sitemap" and listing.complete:
        _revisit_vanished(reading, links.keys())
    last_visit = before.fetched_at if before else None
    values = {
        "url": listing.url,
        "source": listing.source,
        "kind": listing.visit.kind,
        "outcome": "listed",
        "reason": listing.reason,
        "error": None,
        "status": listing.visit.status,
        "etag": listing.visit.header("ETag"),
        "last_modified": listing.visit.header("Last-Modified"),
        "fetched_at": listing.fetched_at,
        "next_fetch_at": after_listing(now, last_visit, news),
        "failures": 0,
        "taken_by": run_id,
        "run_id": run_id,
    }
    connection.execute(update(pages).where(pages.c.id == page_id).values(**values))
    return page_id, news


def _add(connection: Connection, listing: Listing, now: datetime) -> int:
    values = {"url": listing.url, "source": listing.source, "outcome": "queued", "queued_at": now}
    added = insert(pages).values(url_key=listing.key, kind=listing.visit.kind, **values).returning(pages.c.id)
    page_id: int = connection.execute(added).scalar_one()
    return page_id


def _known(connection: Connection, keys: Iterable[str]) -> list[Row[Any]]:
    wanted: list[str] = list(keys)
    origin = pages.alias()
    columns = select(*pages.c, origin.c.kind.label("origin_kind"))
    joined = columns.select_from(pages.outerjoin(origin, origin.c.id == pages.c.discovered_from))
    rows: list[Any] = []
    for start in range(0, len(wanted), CHUNK):
        rows += connection.execute(joined.where(pages.c.url_key.in_(wanted[start : start + CHUNK]))).all()
    return rows


def _without_other_forms(connection: Connection, links: dict[str, Link]) -> dict[str, Link]:
    """Leave out AMP, mobile and print URLs of articles whose plain URL is known or listed."""
    plainer = {key: plainer_keys(key) for key, link in links.items() if link.kind == "article"}
    wanted = {plain for plains in plainer.values() for plain in plains}
    if not wanted:
        return links
    there = {row.url_key for row in _known(connection, wanted) if row.kind == "article"} | links.keys()
    return {key: link for key, link in links.items() if there.isdisjoint(plainer.get(key, ()))}


def _queue(reading: _Reading, links: dict[str, Link]) -> int:
    """Insert new pages, and queue the newest; return how many articles are queued."""
    window, now = reading.wanted.window, reading.now
    room = MOST_WAITING - _count_waiting(reading.connection, reading.listing.source)
    has_room = bool(window) or reading.wanted.everything
    rows: dict[str, dict[str, Any]] = {}
    queued = 0
    # An undated link may be from today.
    for key, link in sorted(links.items(), key=lambda item: item[1].modified_at or now, reverse=True):
        is_article = link.kind == "article"
        is_wanted = window.holds(link.modified_at) if is_article else _may_hold(window, link)
        is_wanted = is_wanted and (has_room or queued < room)
        queued += is_article and is_wanted
        rows[key] = {
            "url_key": key,
            "url": link.url,
            "source": reading.listing.source,
            "kind": link.kind,
            "outcome": "queued" if is_wanted else "skipped",
            "reason": None if is_wanted else "older",
            "discovered_from": reading.page_id,
            "listed_at": link.modified_at,
            "queued_at": now,
            "next_fetch_at": now if is_wanted else None,
        }
    if rows:
        # In the order of the listing, which is mostly by importance.
        reading.connection.execute(insert(pages), [rows[key] for key in links])
    return queued


def _may_hold(window: Window, link: Link) -> bool:
    """Whether a listing last modified then can name articles within the window."""
    return window.since is None or link.modified_at is None or link.modified_at >= window.since


def _update_known(reading: _Reading, row: Row[Any], link: Link) -> int:
    """Record what a listing says about a known page; return 1 if that queues an article, else 0."""
    if row.reason == "deleted":  # by the user, for good
        return 0
    changes: dict[str, Any] = {}
    wanted, date = reading.wanted, link.modified_at
    last_known = row.listed_at or row.fetched_at
    is_modified = date is not None and last_known is not None and date > last_known
    # Of such a page only a local copy was read.
    is_unvisited = row.fetched_at is None and row.next_fetch_at is None and row.outcome not in {"queued", "skipped"}
    if is_unvisited and wanted.window.holds(date):
        changes |= {"queued_at": reading.now, "outcome": "queued", "reason": None, "error": None}
    is_requested = (
        bool(changes) or wanted.everything or (row.outcome == "skipped" and wanted.window and wanted.window.holds(date))
    )
    if date is not None and (row.listed_at is None or date > row.listed_at):
        changes["listed_at"] = date
    if (is_modified or is_requested) and row.taken_by != reading.run_id:
        changes |= {"next_fetch_at": reading.now, "failures": 0}
        if row.outcome == "skipped":
            changes |= {"outcome": "queued", "reason": None}
    # A page that vanishes from its sitemap may be gone; a feed drops every page sooner or later.
    rank = {"sitemap": 2, "feed": 1}
    if rank.get(reading.listing.visit.kind, 0) > rank.get(row.origin_kind or "", 0):
        changes["discovered_from"] = reading.page_id
    if changes:
        reading.connection.execute(update(pages).where(pages.c.id == row.id).values(**changes))
    return int(row.kind == "article" and "next_fetch_at" in changes)


def _revisit_vanished(reading: _Reading, keys: Iterable[str]) -> None:
    """Schedule one visit to articles that a sitemap no longer names, unless it lost most, as a list of the latest."""
    listed = select(pages.c.id, pages.c.url_key).where(
        pages.c.discovered_from == reading.page_id, pages.c.kind == "article", pages.c.fetched_at.is_not(None)
    )
    rows = reading.connection.execute(listed).all()
    named = set(keys)
    vanished = [row.id for row in rows if row.url_key not in named]
    values: dict[str, Any] = {"discovered_from": None}
    if len(vanished) <= max(_FEW_VANISHED, len(rows) // 2):
        values["next_fetch_at"] = reading.now
    for start in range(0, len(vanished), CHUNK):
        some = pages.c.id.in_(vanished[start : start + CHUNK])
        reading.connection.execute(update(pages).where(some).values(**values))
