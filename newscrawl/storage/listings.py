"""What a listing names: its pages are queued, in slices, so that a long listing keeps nobody from writing."""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, astuple, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, and_, delete, func, insert, or_, select, update

from newscrawl.discovery.kinds import days_of_address
from newscrawl.discovery.link_keys import link_keys
from newscrawl.discovery.shapes import MOST_SHAPES
from newscrawl.items import Link, LinkKeys, Listing, SiteShape
from newscrawl.storage.engine import write_transaction
from newscrawl.storage.forgetting import count_forgotten
from newscrawl.storage.frontier import facts_of_keys, load_shapes, make_due
from newscrawl.storage.rows import CHUNK, DELETED
from newscrawl.storage.schema import listed_facts, pages, runs, site_shapes
from newscrawl.storage.visits import after_listing
from newscrawl.text import printable
from newscrawl.window import Wanted, Window

MOST_WAITING = 2_000
"""Maximum articles of a source queued for their first visit. Older ones are recorded as skipped and left to a run that
asks for their dates: an hourly crawl does not fetch a site's whole past."""

_FEW_VANISHED = 20
"""Pages that may vanish from a sitemap at a time, however small it is."""

LONGEST_SLICE = 0.05
"""Seconds that a transaction may take which writes a part of a listing."""
_FEWEST_ROWS, _MOST_ROWS = 50, 5_000

_ROW_BYTES = 120
"""Bytes of a row of `pages` beside its addresses, about."""

Pair = tuple[LinkKeys, Link]


@dataclass(slots=True)
class Pace:
    """How many rows of a listing are written at a time: as many as LONGEST_SLICE allowed the last time."""

    rows: int = 300
    longest: float = 0.0
    """Seconds of the longest transaction so far."""

    def note(self, rows: int, seconds: float) -> None:
        """Adapt to a transaction that wrote so many rows."""
        self.longest = max(self.longest, seconds)
        fitting = int(rows * 0.7 * LONGEST_SLICE / max(seconds, 1e-6))
        self.rows = min(max(fitting, _FEWEST_ROWS), 2 * self.rows, _MOST_ROWS)


@dataclass(frozen=True, slots=True)
class Written:
    """What became of the links of a listing."""

    news: int = 0
    """Articles that are new or modified."""
    added: int = 0
    """Pages that were not known."""
    forgotten: int = 0
    """Pages that were not known for long, or were not even added, because the site has too many."""
    removed: int = 0
    """Known pages among those."""
    bytes: int = 0
    """Bytes of the rows, without indexes."""

    def plus(self, other: Written) -> Written:
        """Return the sum of both."""
        return Written(*(one + another for one, another in zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True, slots=True)
class Ceiling:
    """How many pages of the source of a listing may be known."""

    most: int = 0
    """0 for no limit."""
    known: int = 0
    """Pages known before the listing."""
    oldest: tuple[tuple[bool, datetime, int], ...] = ()
    """Those that were never fetched, the first to be forgotten first: whether it is queued, its age, `pages.id`."""

    @classmethod
    def of(cls, engine: Engine, source: str, links: int, most: int) -> Ceiling:
        """Look up what has to make room for so many links; without the write lock, for it may be much."""
        if not most:
            return cls()
        running = select(runs.c.id).where(runs.c.finished_at.is_(None))
        is_free = or_(pages.c.taken_by.is_(None), pages.c.taken_by.not_in(running))
        is_unread = and_(pages.c.fetched_at.is_(None), pages.c.article_id.is_(None), is_free)
        is_own = and_(pages.c.source == source, is_unread, pages.c.outcome.in_(("queued", "skipped")))
        age = func.coalesce(pages.c.listed_at, pages.c.queued_at)
        is_queued = pages.c.outcome == "queued"
        is_deleted = pages.c.reason.is_not_distinct_from(DELETED)
        unread = select(is_queued, age, pages.c.id).where(is_own, age.is_not(None), ~is_deleted)
        with engine.connect() as connection:
            known = connection.execute(select(func.count()).where(pages.c.source == source)).scalar_one()
            excess = known + links - most
            if excess <= 0:
                return cls(most, known)
            rows = connection.execute(unread.order_by(is_queued, age, pages.c.id).limit(excess)).all()
        return cls(most, known, tuple((bool(row[0]), row[1], row[2]) for row in rows))


@dataclass(frozen=True, slots=True)
class Reading:
    """A fetched listing, the run that fetched it, and what of it is to be written."""

    listing: Listing
    run_id: int
    wanted: Wanted
    now: datetime
    pairs: tuple[Pair, ...]
    """The links that are not written yet, each page once, the newest first; of equals, in the order of the listing."""
    named: frozenset[str]
    """Keys of all links."""
    ceiling: Ceiling = Ceiling()
    written: Written = Written()
    """What became of the links written so far."""

    @classmethod
    def of(cls, listing: Listing, run_id: int, wanted: Wanted, now: datetime) -> Reading:
        """Prepare a listing; computes the keys of its links where no worker has."""
        keys = listing.keys if listing.keys is not None else link_keys(listing.links)
        links = {one.key: (one, link) for one, link in zip(keys, listing.links, strict=True)}
        # An undated link may be from today.
        pairs = sorted(links.values(), key=lambda pair: pair[1].modified_at or now, reverse=True)
        return cls(listing, run_id, wanted, now, tuple(pairs), frozenset(links))


DISBELIEVED: Mapping[str, str | None] = {"etag": "", "last_modified": None}
"""The validators of a feed whose server gave the same for different contents."""


class ListingLeft(Exception):  # noqa: N818 - says what happened to a listing
    """The crawl ended before a listing was written. The next one reads it again."""


def begin_listing(engine: Engine, reading: Reading, pace: Pace, most_known: int = 0) -> Reading:
    """Schedule visits to what a listing no longer names, and look how much room there is for what it does.

    `most_known` is how many pages of its source may be known; 0 for no limit.
    """
    _revisit_vanished(engine, reading, pace)
    return replace(reading, ceiling=Ceiling.of(engine, reading.listing.source, len(reading.pairs), most_known))


def write_slice(engine: Engine, reading: Reading, pace: Pace, is_over: Callable[[], bool] = lambda: False) -> Reading:
    """Write the next slice of a listing in a transaction; return what is left.

    `is_over` says that there is no more time; then ListingLeft is raised. A crawl that ends or is killed meanwhile
    reads the listing again: that it was read is recorded with the last slice, by `record_listing`.
    """
    if is_over():
        raise ListingLeft(f"{printable(reading.listing.url)}: the crawl ended before all of it was written")
    part, rest = reading.pairs[: pace.rows], reading.pairs[pace.rows :]
    with _slice(engine, pace, len(part)) as connection:
        page = _page_of(connection, reading)
        written = _record(connection, reading, page.id, part)
    return replace(reading, pairs=rest, written=reading.written.plus(written))


@contextmanager
def _slice(engine: Engine, pace: Pace, rows: int) -> Iterator[Connection]:
    """Write so many rows in a transaction, then leave others the time to write."""
    with write_transaction(engine) as connection:
        began = time.monotonic()
        yield connection
    seconds = time.monotonic() - began
    pace.note(rows, seconds)
    time.sleep(min(seconds, LONGEST_SLICE) / 2)


def record_listing(connection: Connection, reading: Reading) -> tuple[int, Written]:
    """Queue the pages that a listing still names, and record that it was read.

    Returns its `pages.id` and what became of all its links.
    """
    listing, now = reading.listing, reading.now
    before = _page_of(connection, reading)
    written = reading.written.plus(_record(connection, reading, before.id, reading.pairs))
    _note_shapes(connection, listing.source, listing.shapes, now)
    values = {
        "url": listing.url,
        "source": listing.source,
        "kind": listing.visit.kind,
        "outcome": "listed",
        "reason": listing.reason,
        "error": None,
        "status": listing.visit.status,
        **_validators(listing, before, written),
        "fetched_at": listing.fetched_at,
        "next_fetch_at": after_listing(now, before.fetched_at, written.news),
        "failures": 0,
        "taken_by": reading.run_id,
        "run_id": reading.run_id,
    }
    connection.execute(update(pages).where(pages.c.id == before.id).values(**values))
    return before.id, written


def _validators(listing: Listing, before: Row[Any], written: Written) -> Mapping[str, str | None]:
    """Return what to ask for a listing with: nothing for one that was cut off, or had news under its old ETag."""
    given = {"etag": listing.visit.header("ETag"), "last_modified": listing.visit.header("Last-Modified")}
    is_same = any(given.values()) and given == {"etag": before.etag, "last_modified": before.last_modified}
    is_lie = listing.visit.kind == "feed" and is_same and written.added > 0
    if is_lie or before.etag == DISBELIEVED["etag"]:
        return DISBELIEVED
    return given if listing.complete else dict.fromkeys(given)


def _page_of(connection: Connection, reading: Reading) -> Any:
    """Return the row of a listing; add it if it is not known."""
    columns = (pages.c.id, pages.c.fetched_at, pages.c.etag, pages.c.last_modified)
    own = select(*columns).where(pages.c.url_key == reading.listing.key)
    row = connection.execute(own).first()
    if row is not None:
        return row
    listing, now = reading.listing, reading.now
    values = {"url": listing.url, "source": listing.source, "outcome": "queued", "queued_at": now}
    values |= {"url_key": listing.key, "kind": listing.visit.kind, "next_fetch_at": now, "taken_by": reading.run_id}
    connection.execute(insert(pages).values(**values))
    return connection.execute(own).one()


def _record(connection: Connection, reading: Reading, page_id: int, pairs: Sequence[Pair]) -> Written:
    """Queue pages, and record what the listing says of them."""
    links = {keys.key: (keys, link) for keys, link in pairs}
    known = {row.url_key: row for row in _known(connection, links) if row.id != page_id}
    new = [pair for key, pair in links.items() if key not in known and key != reading.listing.key]
    written = _queue(connection, reading, page_id, _without_other_forms(connection, new, reading.named))
    news = sum(_update_known(connection, reading, page_id, row, links[key][1]) for key, row in known.items())
    size = _note_facts(connection, {keys.key: link for keys, link in pairs}, reading.now)
    return written.plus(Written(news=news, bytes=size))


def _known(connection: Connection, keys: Iterable[str]) -> list[Row[Any]]:
    wanted: list[str] = list(keys)
    origin = pages.alias()
    columns = select(*pages.c, origin.c.kind.label("origin_kind"))
    joined = columns.select_from(pages.outerjoin(origin, origin.c.id == pages.c.discovered_from))
    rows: list[Any] = []
    for start in range(0, len(wanted), CHUNK):
        rows += connection.execute(joined.where(pages.c.url_key.in_(wanted[start : start + CHUNK]))).all()
    return rows


def _without_other_forms(connection: Connection, new: Sequence[Pair], named: Collection[str]) -> list[Pair]:
    """Leave out AMP, mobile and print URLs of articles whose plain URL is known or listed."""
    wanted = {plain for keys, link in new if link.kind == "article" for plain in keys.plainer}
    if not wanted:
        return list(new)
    there = {row.url_key for row in _known(connection, wanted) if row.kind == "article"} | (wanted & set(named))
    return [(keys, link) for keys, link in new if link.kind != "article" or there.isdisjoint(keys.plainer)]


def _queue(connection: Connection, reading: Reading, page_id: int, new: Sequence[Pair]) -> Written:
    """Insert new pages, and queue the newest."""
    window, now = reading.wanted.window, reading.now
    room = MOST_WAITING - _count_waiting(connection, reading.listing.source)
    has_room = bool(window) or reading.wanted.everything
    rows: list[dict[str, Any]] = []
    queued = 0
    for keys, link in new:
        is_article = link.kind == "article"
        is_wanted = _is_of_window(window, link) if is_article else _may_hold(window, link)
        is_wanted = is_wanted and (has_room or queued < room)
        queued += is_article and is_wanted
        row = {
            "url_key": keys.key,
            "url": link.url,
            "source": reading.listing.source,
            "kind": link.kind,
            "outcome": "queued" if is_wanted else "skipped",
            "reason": None if is_wanted else "older",
            "discovered_from": page_id,
            "listed_at": _listed_at(link, window, now),
            "queued_at": now,
            "next_fetch_at": now if is_wanted else None,
        }
        rows.append(row)
    kept, removed = _make_room(reading, rows)
    for start in range(0, len(removed), CHUNK):
        connection.execute(delete(pages).where(pages.c.id.in_(removed[start : start + CHUNK])))
    if kept:
        connection.execute(insert(pages), kept)
    forgotten = len(rows) - len(kept) + len(removed)
    if forgotten:
        count_forgotten(connection, reading.listing.source, forgotten, reading.now)
    news = sum(row["outcome"] == "queued" and row["kind"] == "article" for row in kept)
    size = sum(len(row["url_key"]) + len(row["url"]) + _ROW_BYTES for row in kept)
    return Written(news, len(kept), forgotten, len(removed), size)


def _make_room(reading: Reading, rows: Sequence[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[int]]:
    """Return which of the new rows are added, and the ids of known ones that are forgotten for them.

    What is queued comes before what was too old for the run, and the later before the earlier.
    """
    ceiling, written = reading.ceiling, reading.written
    known = ceiling.known + written.added - written.removed
    excess = known + len(rows) - ceiling.most if ceiling.most else 0
    if excess <= 0:
        return list(rows), []
    oldest: list[tuple[bool, datetime, int, bool]] = [(*one, True) for one in ceiling.oldest[written.removed :]]
    oldest += [
        (row["outcome"] == "queued", row["listed_at"] or reading.now, place, False) for place, row in enumerate(rows)
    ]
    victims = heapq.nsmallest(excess, oldest)
    left_out = {number for *_, number, is_known in victims if not is_known}
    kept = [row for place, row in enumerate(rows) if place not in left_out]
    return kept, [number for *_, number, is_known in victims if is_known]


def _is_of_window(window: Window, link: Link) -> bool:
    """Whether an article may be of the window: by the date in its address, else by what its listing says."""
    days = days_of_address(link.url) if window else None
    return window.holds(link.modified_at) if days is None else window.holds_days(*days)


def _listed_at(link: Link, window: Window, now: datetime) -> datetime | None:
    """The date of a new page: what its listing says; in a run for some days, the date in its address if that is one."""
    days = days_of_address(link.url) if window and link.kind == "article" else None
    if days is None or not window.holds_days(*days) or (link.modified_at and window.holds(link.modified_at)):
        return link.modified_at
    noon = datetime(days[1].year, days[1].month, days[1].day, 12, tzinfo=UTC)
    return min(noon, now) if window.holds(noon) else None


def _may_hold(window: Window, link: Link) -> bool:
    """Whether a listing last modified then can name articles within the window."""
    return window.since is None or link.modified_at is None or link.modified_at >= window.since


def _update_known(connection: Connection, reading: Reading, page_id: int, row: Row[Any], link: Link) -> int:
    """Record what a listing says about a known page; return 1 if that queues an article, else 0."""
    if row.reason == DELETED:  # by the user, for good
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
        bool(changes)
        or wanted.everything
        or (row.outcome == "skipped" and wanted.window and _is_of_window(wanted.window, link))
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
        changes["discovered_from"] = page_id
    if changes:
        connection.execute(update(pages).where(pages.c.id == row.id).values(**changes))
    return int(row.kind == "article" and "next_fetch_at" in changes)


def _revisit_vanished(engine: Engine, reading: Reading, pace: Pace) -> None:
    """Schedule one visit to articles that a sitemap no longer names, unless it lost most, as a list of the latest."""
    if reading.listing.visit.kind != "sitemap" or not reading.listing.complete:
        return
    own = select(pages.c.id).where(pages.c.url_key == reading.listing.key).scalar_subquery()
    listed = select(pages.c.id, pages.c.url_key).where(
        pages.c.discovered_from == own, pages.c.kind == "article", pages.c.fetched_at.is_not(None)
    )
    with engine.connect() as connection:  # without the write lock
        rows = connection.execute(listed).all()
    vanished = [row.id for row in rows if row.url_key not in reading.named]
    values: dict[str, Any] = {"discovered_from": None}
    if len(vanished) <= max(_FEW_VANISHED, len(rows) // 2):
        values["next_fetch_at"] = reading.now
    while vanished:
        some, vanished = vanished[: min(pace.rows, CHUNK)], vanished[min(pace.rows, CHUNK) :]
        with _slice(engine, pace, len(some)) as connection:
            connection.execute(update(pages).where(pages.c.id.in_(some)).values(**values))


def _count_waiting(connection: Connection, source: str) -> int:
    """Return how many articles of a source are queued for their first visit."""
    waiting = select(func.count()).where(
        pages.c.source == source,
        pages.c.next_fetch_at.is_not(None),
        pages.c.fetched_at.is_(None),
        pages.c.kind == "article",
    )
    return connection.execute(waiting).scalar_one()


def _note_facts(connection: Connection, links: Mapping[str, Link], now: datetime) -> int:
    """Keep what a feed says of the pages that it names; what a feed leaves out, later or beside another, is still true.

    Pages that gave no article before a feed had their text are due again.

    Returns how many characters that is, about, as far as it is new.
    """
    said = {key: link.facts for key, link in links.items() if link.facts is not None}
    if not said:
        return 0
    known = facts_of_keys(connection, list(said))
    said |= {key: said[key].after(earlier) for key, earlier in known.items()}
    keys = [key for key, facts in said.items() if known.get(key) != facts]
    told = [key for key in keys if said[key].content and not (key in known and known[key].content)]
    make_due(connection, told, now)
    for start in range(0, len(keys), CHUNK):
        chunk = pages.c.url_key.in_(keys[start : start + CHUNK])
        for page_id, key in connection.execute(select(pages.c.id, pages.c.url_key).where(chunk)).all():
            values = {"facts": asdict(said[key]), "seen_at": now}
            if key in known:
                connection.execute(update(listed_facts).where(listed_facts.c.page_id == page_id).values(**values))
            else:
                connection.execute(insert(listed_facts).values(page_id=page_id, **values))
    return sum(len(text) for key in keys for text in (said[key].title, said[key].summary, said[key].content) if text)


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
