"""What to fetch next. The crawl's state lives in `pages`, so a crawl that is killed loses none of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, case, delete, false, func, insert, or_, select, update

from newscrawl.items import EVER, DuePage, Link, Listing, PageKind, Wanted, Window
from newscrawl.storage.engine import read_connection
from newscrawl.storage.schema import pages, runs
from newscrawl.storage.visits import after_listing
from newscrawl.urls import plainer_keys, url_key


def rekey_page(connection: Connection, page_id: int, key: str, url: str) -> str | None:
    """Let a page of `pages` be known by today's key of its address, and return that.

    None where another page has it already: then the two are one, and this one is not fetched any more.
    """
    today = url_key(url)
    if today == key:
        return key
    own = pages.c.id == page_id
    if connection.execute(select(pages.c.id).where(pages.c.url_key == today)).first() is None:
        connection.execute(update(pages).where(own).values(url_key=today))
        return today
    connection.execute(delete(pages).where(own, pages.c.fetched_at.is_(None)))
    connection.execute(update(pages).where(own).values(next_fetch_at=None))
    return None


CLOCK_TOLERANCE = timedelta(hours=1)
"""What has happened later than this from now happened by a clock that was wrong, and so did the plan that it made."""

CHUNK = 500
"""Keys looked up by one statement."""


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
            spider: Standing(started.get(spider), _spider_is_due(connection, source, started.get(spider), now))
            for spider, source in sources.items()
        }


def _spider_is_due(connection: Connection, source: str, last: datetime | None, now: datetime) -> bool:
    if last is None or last > now + CLOCK_TOLERANCE:  # by a clock that was ahead, as were the plans that it made
        return True
    due = select(pages.c.id).where(pages.c.source == source, pages.c.next_fetch_at <= now).limit(1)
    return connection.execute(due).first() is not None and asked_to_wait(connection, source, now) is None


MOST_WAITING = 2_000
"""Articles of a source that wait for their first visit at a time. What is older than these is known, and left to a
run that asks for its dates: a site's whole past is no business of an hourly crawl."""

_FEW = 20
"""Pages that may vanish from a sitemap at a time, however small it is."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """One reading of a listing."""

    connection: Connection
    listing: Listing
    page_id: int
    run_id: int
    wanted: Wanted
    now: datetime


def record_listing(
    connection: Connection, listing: Listing, run_id: int, wanted: Wanted, now: datetime
) -> tuple[int, int]:
    """Queue what a listing names; return the id of its page, and how many articles of it are new or modified."""
    before = connection.execute(select(pages).where(pages.c.url_key == listing.key)).first()
    page_id: int = before.id if before else _add(connection, listing, now)
    reading = _Reading(connection, listing, page_id, run_id, wanted, now)
    links = {url_key(link.url): link for link in listing.links}
    known = {row.url_key: row for row in _known(connection, links) if row.id != page_id}
    new = {key: link for key, link in links.items() if key not in known and key != listing.key}
    news = _queue(reading, _without_other_forms(connection, new))
    news += sum(_renew(reading, row, links[key]) for key, row in known.items())
    if listing.visit.kind == "sitemap" and listing.complete:
        _notice_vanished(reading, links.keys())
    last_visit = before.fetched_at if before else None
    values = {
        "url": listing.url,
        "source": listing.source,
        "kind": listing.visit.kind,
        "outcome": "listed",
        "reason": None,
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
    """Leave out addresses for AMP, telephones or print of articles that are known or named by their plain ones."""
    plainer = {key: plainer_keys(key) for key, link in links.items() if link.kind == "article"}
    wanted = {plain for plains in plainer.values() for plain in plains}
    if not wanted:
        return links
    there = {row.url_key for row in _known(connection, wanted) if row.kind == "article"} | links.keys()
    return {key: link for key, link in links.items() if there.isdisjoint(plainer.get(key, ()))}


def _queue(reading: _Reading, links: dict[str, Link]) -> int:
    """Queue new pages, the youngest first; return how many are articles to visit."""
    window, now = reading.wanted.window, reading.now
    room = MOST_WAITING - count_waiting(reading.connection, reading.listing.source)
    has_room = bool(window) or reading.wanted.everything
    rows: dict[str, dict[str, Any]] = {}
    queued = 0
    # What has no date may be of today.
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
        # In the order of the listing, which is mostly that of importance.
        reading.connection.execute(insert(pages), [rows[key] for key in links])
    return queued


def _may_hold(window: Window, link: Link) -> bool:
    """Whether a listing that was last changed then can name anything as young as the window."""
    return window.since is None or link.modified_at is None or link.modified_at >= window.since


def _renew(reading: _Reading, row: Row[Any], link: Link) -> int:
    """Note what a listing says of a page that is known; return 1 for an article that is to be visited for it."""
    if row.reason == "deleted":  # by a person, for good
        return 0
    changes: dict[str, Any] = {}
    wanted, date = reading.wanted, link.modified_at
    last_known = row.listed_at or row.fetched_at
    is_modified = date is not None and last_known is not None and date > last_known
    is_asked_for = wanted.everything or (row.outcome == "skipped" and wanted.window and wanted.window.holds(date))
    if date is not None and (row.listed_at is None or date > row.listed_at):
        changes["listed_at"] = date
    if (is_modified or is_asked_for) and row.taken_by != reading.run_id:
        changes |= {"next_fetch_at": reading.now, "failures": 0}
        if row.outcome == "skipped":
            changes |= {"outcome": "queued", "reason": None}
    # A sitemap that drops a page says that it is gone; a feed does so with everything.
    if reading.listing.visit.kind == "sitemap" and row.origin_kind != "sitemap":
        changes["discovered_from"] = reading.page_id
    if changes:
        reading.connection.execute(update(pages).where(pages.c.id == row.id).values(**changes))
    return int(row.kind == "article" and "next_fetch_at" in changes)


def _notice_vanished(reading: _Reading, keys: Iterable[str]) -> None:
    """Visit articles that a sitemap no longer names, once; one that lost most of them is a list of the latest."""
    listed = select(pages.c.id, pages.c.url_key).where(
        pages.c.discovered_from == reading.page_id, pages.c.kind == "article", pages.c.fetched_at.is_not(None)
    )
    rows = reading.connection.execute(listed).all()
    named = set(keys)
    vanished = [row.id for row in rows if row.url_key not in named]
    values: dict[str, Any] = {"discovered_from": None}
    if len(vanished) <= max(_FEW, len(rows) // 2):
        values["next_fetch_at"] = reading.now
    for start in range(0, len(vanished), CHUNK):
        some = pages.c.id.in_(vanished[start : start + CHUNK])
        reading.connection.execute(update(pages).where(some).values(**values))
