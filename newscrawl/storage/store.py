"""The store: writes what a run has found and asks for, in transactions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine

from newscrawl.archive import ArchiveError, ArchiveWriter
from newscrawl.health import Measures, Visited
from newscrawl.items import Candidate, Listing, Outcome, Visit, stored_size
from newscrawl.storage import runs
from newscrawl.storage.article_urls import record_redirect
from newscrawl.storage.article_writes import ArticleWriter, write_article
from newscrawl.storage.boilerplate import prune_blocks
from newscrawl.storage.clocks import by_database_clock, clock_ahead, engine_clock_ahead
from newscrawl.storage.engine import (
    DatabaseFile,
    database_clock,
    disposed_on_error,
    explained,
    fenced,
    kept_engine,
    open_engine,
    write_transaction,
)
from newscrawl.storage.errors import StorageError
from newscrawl.storage.frontier import (
    Defer,
    Seed,
    Survey,
    Take,
    asked_to_wait,
    defer,
    find_due,
    known_listings,
    load_shapes,
    postpone,
    rekey,
    seed,
    survey,
    take,
)
from newscrawl.storage.leases import LEASE_LOST, Lease, LeaseLost, lease_of
from newscrawl.storage.listings import Pace, Reading, begin_listing, record_listing, write_slice
from newscrawl.storage.runs import Traffic
from newscrawl.storage.statistics import Counts, Result, count_measures, write_measures
from newscrawl.storage.visits import record_article, record_local_article, record_outcome
from newscrawl.urls import remember_keys, url_key
from newscrawl.window import Wanted

Prepared = Candidate | Outcome | Reading | Seed | Take | Survey | Defer
"""An item with its keys."""
StoreItem = Candidate | Outcome | Listing | Seed | Take | Survey | Defer
"""Something to write, or a request for due pages."""

Statement = Callable[[Connection], Any]
"""What is to be done within a transaction."""


@dataclass(slots=True)
class Store:
    """Write access of one run to the database. Every method raises StorageError with a one-line message."""

    engine: Engine
    run_id: int
    wanted: Wanted = field(default_factory=Wanted)
    archive: ArchiveWriter | None = None
    """Receives the raw pages of stored articles."""
    counts: Counts = field(default_factory=Counts)
    measures: dict[str, Measures] = field(default_factory=dict)
    """Measures for the health of each source; empty unless `is_watched`."""
    is_watched: bool = False
    traffic: Callable[[], Traffic] | None = None
    """Returns the network traffic of the run so far."""
    most_known: int = 0
    """Pages of a source that may be known; 0 for no limit."""
    pace: Pace = field(default_factory=Pace)
    shares_engine: bool = False
    """Whether the engine is other runs' as well, and stays open."""
    is_over: Callable[[], bool] = lambda: False
    """Says that the run has no more time for a long listing."""
    lease: Lease | None = None
    """What lets the run write, where several machines share the database."""
    refused: int = 0
    """What it was not allowed to write, in items, because another process had taken over the site."""
    is_abandoned: bool = False
    clock_ahead: timedelta = timedelta()
    """How far the clock of this machine is ahead of the database's, by which everything is planned."""
    file: DatabaseFile = field(init=False)
    _fenced: Engine = field(init=False)
    """For transactions of its own."""

    def __post_init__(self) -> None:
        self.file = DatabaseFile.of(self.engine)
        self._fenced = fenced(self.engine, self._check)

    @classmethod
    def open(
        cls,
        url: str,
        spider: str,
        arguments: dict[str, str],
        archive: ArchiveWriter | None = None,
        run_id: int | None = None,
    ) -> Store:
        """Open the database, create or upgrade its tables, and start a run, or continue the one with `run_id`.

        Where this process has a lease for that run, the store writes only until another process takes the site.
        """
        lease = lease_of(url, run_id) if run_id is not None else None
        kept = kept_engine(url) if run_id is not None else None
        if kept is not None and run_id is not None:
            ahead = engine_clock_ahead(kept) if lease is None else lease.clock_ahead
            return cls(kept, run_id, archive=archive, shares_engine=True, lease=lease, clock_ahead=ahead)
        engine = open_engine(url, create=run_id is None)
        with disposed_on_error(engine), explained(engine), write_transaction(engine) as connection:
            if run_id is None:
                run_id = runs.begin(connection, spider, arguments)
            prune_blocks(connection, database_clock(connection))
            ahead = clock_ahead(connection)
        return cls(engine, run_id, archive=archive, lease=lease, clock_ahead=ahead)

    def write(self, items: Sequence[StoreItem]) -> list[Result]:
        """Process items in order, in one transaction: if it raises, nothing is stored and no due page is taken.

        Of a long listing all but the last slice is written before, in transactions of its own. Raises ListingLeft
        where the run has no time for all of it, LeaseLost if another process has taken over the site.
        """
        return write_together(self.engine, [(self, item) for item in items])

    def now(self) -> datetime:
        """Return the time by the database's clock."""
        return datetime.now(UTC) - self.clock_ahead

    def abandon(self) -> None:
        """Write nothing more: the run was left, and another one may have its site."""
        self.is_abandoned = True

    def refuse_abandoned(self) -> None:
        """Raise StorageError if the run was left."""
        if self.is_abandoned:
            raise StorageError("the run was left, and writes nothing more")

    def _check(self, connection: Connection) -> None:
        self.refuse_abandoned()
        if self.lease is not None:
            self.lease.fence(connection)

    def write_ahead(self, item: Listing | Reading) -> Reading:
        """Begin a listing, or write its next slice in a transaction of its own; return what is left."""
        with explained(self.engine):
            if isinstance(item, Reading):
                return write_slice(self._fenced, item, self.pace, self.is_over)
            if self.clock_ahead:
                item = by_database_clock(item, self.clock_ahead)
            reading = Reading.of(item, self.run_id, self.wanted, self.now())
            return begin_listing(self._fenced, reading, self.pace, self.most_known)

    def is_long(self, reading: Reading) -> bool:
        """Whether more of a listing is left than is written with its last slice."""
        return len(reading.pairs) > self.pace.rows

    def prepare(self, item: Prepared | Listing) -> Prepared:
        """Do what takes long before the transaction: keys of hostile URLs, the search for due pages, long listings."""
        if isinstance(item, Listing):
            reading = self.write_ahead(item)
            while self.is_long(reading):
                reading = self.write_ahead(reading)
            return reading
        if self.clock_ahead:
            item = by_database_clock(item, self.clock_ahead)
        match item:
            case Take(is_narrow=True):
                with explained(self.engine), self.engine.connect() as connection:
                    return replace(item, ids=find_due(connection, item, self.now()))
            case Seed():
                return replace(item, keys=tuple(url_key(link.url) for link in item.links))
            case Candidate(page=page, extraction=extraction):
                remember_keys(page.visit.requested_url if page.visit else None, extraction.article.canonical_url)
            case Outcome(visit=Visit(requested_url=requested)):
                remember_keys(requested)
        return item

    def _count(
        self, connection: Connection, done: Sequence[tuple[StoreItem | Prepared, Result]]
    ) -> tuple[Counts, dict[str, Measures]]:
        """Write what the run has done so far, and return it: the transaction may fail."""
        counts = self.counts.plus(done)
        if counts != self.counts:
            runs.count(connection, self.run_id, counts, self._traffic())
        counted = count_measures(self.measures, done) if self.is_watched else {}
        write_measures(connection, self.run_id, counted, self.measures.keys())
        if self.archive is not None:
            self.archive.sync()  # before the commit, so that no row points at a record lost in a power cut
        return counts, counted

    def _rekey(self, item: Prepared, result: Result) -> Result:
        """Give pages that were taken the keys that they have by what the site's spider says of parameters today."""
        while isinstance(item, Take) and result.due:
            due = [(page, url_key(page.url)) for page in result.due]
            if all(page.key == key for page, key in due):
                break
            with write_transaction(self._fenced) as connection:
                left = rekey(connection, due) or take(connection, self.run_id, item, self.now())
            result = replace(result, due=tuple(left))
        return result

    def finish(self, reason: str) -> None:
        """Record the end of the run."""
        with explained(self.engine), write_transaction(self.engine) as connection:
            self.ending(reason)(connection)

    def ending(self, reason: str) -> Statement:
        """Return what records the end of the run now.

        A run that has lost its site ends as `lease_lost`: its own record is the one thing that it may still write.
        """
        seconds, traffic = runs.elapsed(self._url, self.run_id), self._traffic()

        def finish(connection: Connection) -> None:
            end = reason
            if self.lease is not None:
                with suppress(LeaseLost):
                    self.lease.fence(connection)
                if self.lease.lost is not None:
                    end = LEASE_LOST
                    counts = replace(self.counts, reasons=self.counts.reasons + Counter({LEASE_LOST: self.refused}))
                    runs.count(connection, self.run_id, counts)
            runs.finish(connection, self.run_id, end, traffic, seconds)
            self.file.check()

        return finish

    @property
    def _url(self) -> str:
        return self.engine.url.render_as_string(hide_password=False)

    def _traffic(self) -> Traffic | None:
        return None if self.traffic is None else self.traffic()

    def close(self) -> None:
        """Close the archive, and the database unless it is kept open; release the run's lock."""
        runs.release(self._url, self.run_id)
        if not self.shares_engine:
            self.engine.dispose()
        if self.archive is not None:
            with _archive_errors():
                self.archive.close()


Entry = tuple[Store, StoreItem | Prepared] | Statement
"""An item of a run, or something else to write."""


def write_together(engine: Engine, entries: Sequence[Entry]) -> list[Any]:
    """Process what several runs have for one database, in order and in one transaction, as `Store.write` does.

    Returns a Result for each item, and for a statement what it returns.
    """
    stores = {id(entry[0]): entry[0] for entry in entries if isinstance(entry, tuple)}
    for store in stores.values():
        store.refuse_abandoned()
        store.file.check()  # before anything is archived
    prepared = [(one[0], one[0].prepare(one[1])) if isinstance(one, tuple) else one for one in entries]
    with explained(engine), _archive_errors(), write_transaction(engine) as connection:
        for store in stores.values():
            _fence(connection, store, is_alone=len(entries) == 1)
        results: list[Any] = []
        done: dict[int, list[tuple[StoreItem | Prepared, Result]]] = {key: [] for key in stores}
        for entry, ready in zip(entries, prepared, strict=True):
            if isinstance(ready, tuple):
                result = _write(connection, ready[1], ready[0])
                assert isinstance(entry, tuple)
                done[id(ready[0])].append((result.instead or _listing_of(entry[1]), result))
                results.append(result)
            else:
                results.append(ready(connection))
        counted = {key: store._count(connection, done[key]) for key, store in stores.items()}
        for store in stores.values():
            store.file.check()
    for key, (counts, measures) in counted.items():
        stores[key].counts = counts
        stores[key].measures |= measures
    with explained(engine):
        return [
            one[0]._rekey(one[1], result) if isinstance(one, tuple) else result
            for one, result in zip(prepared, results, strict=True)
        ]


def _fence(connection: Connection, store: Store, *, is_alone: bool) -> None:
    """Raise LeaseLost for a run that has lost its site. What was written together is then written one by one."""
    if store.lease is None:
        return
    try:
        store.lease.fence(connection)
    except LeaseLost:
        store.refused += is_alone
        raise


def _listing_of(item: StoreItem | Prepared) -> StoreItem | Prepared:
    """Return the listing of a reading, which counts as it."""
    return item.listing if isinstance(item, Reading) else item


@contextmanager
def _archive_errors() -> Iterator[None]:
    """Turn an ArchiveError into a StorageError: an article whose page cannot be archived is not stored."""
    try:
        yield
    except ArchiveError as error:
        raise StorageError(f"archive: {error}") from error


def _answer(connection: Connection, item: Seed | Take | Survey | Defer, run_id: int, now: datetime) -> Result:
    """Give the frontier what it asks for."""
    match item:
        case Seed():
            if retry_at := asked_to_wait(connection, item.source, now):
                return Result("queued", retry_at=retry_at)
            if not item.links:  # a run that begins
                kinds = known_listings(connection, item.source)
                return Result("queued", shapes=load_shapes(connection, item.source), kinds=kinds)
            return Result("queued", due=tuple(seed(connection, run_id, item, now)))
        case Take():
            return Result("queued", due=tuple(take(connection, run_id, item, now)))
        case Survey():
            return Result("queued", covered=survey(connection, item))
        case Defer():
            defer(connection, item, now)
            return Result("queued")


def _write(connection: Connection, item: Prepared, store: Store) -> Result:
    now = store.now()
    match item:
        case Seed() | Take() | Survey() | Defer():
            answer = _answer(connection, item, store.run_id, now)
            at = answer.retry_at  # which the run compares with its own clock
            return answer if at is None else replace(answer, retry_at=at + store.clock_ahead)
        case Reading():
            page_id, written = record_listing(connection, item)
            result = Result("listed", news=written.news, forgotten=written.forgotten, bytes=written.bytes)
            return replace(result, visited=Visited(page_id))
        case Outcome():
            visited = record_outcome(connection, item, store.run_id, now)
            if item.visit is not None and item.visit.retry_at is not None and item.source is not None:
                postpone(connection, item.source, item.visit.retry_at)
            return Result(item.outcome, visited=visited)
        case Candidate():
            result = write_article(connection, item, ArticleWriter(store.run_id, store.archive, store.wanted), now)
            if result.outcome == "stored":
                result = replace(result, bytes=stored_size(item.extraction))
            if result.instead is not None:
                return replace(result, visited=record_outcome(connection, result.instead, store.run_id, now))
            if item.page.origin != "fetched":
                return replace(result, visited=record_local_article(connection, item, result, store.run_id))
            if result.article_id is not None:
                record_redirect(connection, item, result.article_id, now)
            visited = record_article(connection, item, result, store.run_id, now)
            return replace(result, visited=replace(visited, is_copy=result.is_copy, lost=result.lost))
