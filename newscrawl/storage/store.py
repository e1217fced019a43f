"""The store: decides what becomes of each page, inside the transaction that writes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, bindparam, insert, select, update

from newscrawl.archive import ArchiveError, ArchiveWriter
from newscrawl.health import Measures, Visited
from newscrawl.items import Candidate, Listing, Outcome, Visit, Wanted, kept_text, stored_size
from newscrawl.storage import runs
from newscrawl.storage.article_urls import OtherUrl, article_at, find_twin, move_article, record_redirect, record_url
from newscrawl.storage.boilerplate import (
    Cause,
    apply_sighting,
    cause_of,
    leave_room,
    prune_blocks,
    save_revision,
    without_templates,
)
from newscrawl.storage.clocks import by_database_clock, clock_ahead, engine_clock_ahead
from newscrawl.storage.duplicates import add_links, change_links, find_copies, has_twin_text, reelect_head
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
    known_listings,
    load_shapes,
    postpone,
    rekey,
    seed,
    survey,
    take,
)
from newscrawl.storage.leases import LEASE_LOST, Lease, LeaseLost, lease_of
from newscrawl.storage.listings import Pace, Reading, record_listing, write_ahead
from newscrawl.storage.replacement import is_untrusted, with_known_facts, worsening
from newscrawl.storage.revisions import is_same, is_same_page
from newscrawl.storage.rows import BLOCK_COLUMNS, TEXT_COLUMNS, blocks_of, facts_of, text_of
from newscrawl.storage.runs import Traffic
from newscrawl.storage.schema import articles
from newscrawl.storage.statistics import Counts, Result, count_measures, lost_facts, write_measures
from newscrawl.storage.visits import first_sight, is_older_copy, record_article, record_local_article, record_outcome
from newscrawl.text import printable
from newscrawl.urls import remember_keys, url_key

# Built once, because building a statement takes as long as running it.
_BY_KEY = select(articles).where(articles.c.url_key == bindparam("key"))
_ADDED = insert(articles).returning(articles.c.id)

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
        self._fenced = fenced(self.engine, self.lease.fence if self.lease is not None else None)

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

    def prepare(self, item: Prepared | Listing) -> Prepared:
        """Compute keys before the transaction, for hostile URLs take long, and write long listings ahead."""
        if self.clock_ahead:
            item = by_database_clock(item, self.clock_ahead)
        match item:
            case Listing():
                reading = Reading.of(item, self.run_id, self.wanted, self.now())
                return write_ahead(self._fenced, reading, self.pace, self.most_known, self.is_over)
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
        if store.is_abandoned:
            raise StorageError("the run was left, and writes nothing more")
        store.file.check()  # before anything is archived
    with explained(engine):
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
            result = _write_article(connection, item, store, now)
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


def _write_article(connection: Connection, item: Candidate, store: Store, now: datetime) -> Result:
    known = connection.execute(_BY_KEY, {"key": item.page.key}).mappings().first()
    if known is not None:
        write = _leave if is_untrusted(item.page, known) else _write_known
        return write(connection, item, known, store, now)
    clean, sighting = without_templates(connection, item, None)
    other = article_at(connection, clean)
    if other is not None:
        reason = "not_replaced" if is_untrusted(item.page, other) else None
        return Result("unchanged", other["id"], is_elsewhere=True, reason=reason)
    copies = find_copies(connection, clean)
    twin = find_twin(connection, clean, copies.ids)
    if twin is None:
        values = _article_values(clean, store) | {"first_seen_at": now, "updated_at": now, "revision": 1}
        values["seen_at"] = first_sight(connection, item.page, now)
        article_id = connection.execute(_ADDED, {"url_key": item.page.key, **values}).scalar_one()
        add_links(connection, article_id, copies)
        apply_sighting(connection, sighting, article_id, now)
        return Result("stored", article_id, extraction=clean.extraction, is_copy=bool(copies.ids))
    if is_untrusted(item.page, twin.article):
        return _leave(connection, item, twin.article, store, now)
    if not twin.leads:
        assert item.page.url is not None
        record_url(connection, twin.article["id"], OtherUrl(item.page.key, item.page.url, twin.relation), now)
        return Result("unchanged", twin.article["id"], is_elsewhere=True)
    moved = move_article(connection, twin, item, now)
    return (_replace_view if twin.is_view else _write_known)(connection, item, moved, store, now)


def _leave(connection: Connection, item: Candidate, known: RowMapping, store: Store, now: datetime) -> Result:  # noqa: ARG001
    """Leave a stored article as it is, whatever a local page says of it."""
    return Result("unchanged", known["id"], reason="not_replaced")


def _write_known(connection: Connection, item: Candidate, known: RowMapping, store: Store, now: datetime) -> Result:
    item, sighting = without_templates(connection, item, known)
    article = item.extraction.article
    is_first_fetched = item.page.origin != known["origin"]  # what a local page says of its own age proves nothing
    if not is_first_fetched and is_older_copy(item.page, known["fetched_at"], now):
        _note_sight(connection, known, item)
        return Result("unchanged", known["id"])
    if item.page.visit is not None and not is_first_fetched and not store.wanted.accepted:
        of_another = partial(has_twin_text, connection, known["id"], article.source, item.content_hash)
        if (worse := worsening(known, item, of_another)) is not None:
            return _keep(item, known["id"], worse)
    if is_first_fetched:
        leave_room(connection, known)
        values = {"seen_at": first_sight(connection, item.page, now)}
        connection.execute(update(articles).where(articles.c.id == known["id"]).values(**values))
    lost = lost_facts(known, article)
    item = with_known_facts(known, item)
    article = item.extraction.article
    if is_same(known["title"], article.title) and is_same(known["text"], article.text):
        _refresh(connection, known, item, now)
        apply_sighting(connection, sighting, known["id"], now)
        return Result("unchanged", known["id"], extraction=item.extraction, lost=lost)
    if _is_same_page(known, item):
        _refresh(connection, known, item, now, but=frozenset(TEXT_COLUMNS + BLOCK_COLUMNS))
        return Result("unchanged", known["id"], lost=lost)
    cause = _revise(connection, known, item, store, now)
    apply_sighting(connection, sighting, known["id"], now)
    if cause == "template":
        return Result("unchanged", known["id"], extraction=item.extraction)
    return Result("stored", known["id"], revised=True, extraction=item.extraction, lost=lost)


def _note_sight(connection: Connection, known: RowMapping, item: Candidate) -> None:
    """Keep that an article was fetched earlier than it seemed, as an archive may show."""
    if known["seen_at"] is not None and item.page.fetched_at < known["seen_at"]:
        values = {"seen_at": item.page.fetched_at}
        connection.execute(update(articles).where(articles.c.id == known["id"]).values(**values))
        reelect_head(connection, known["id"])


def _keep(item: Candidate, article_id: int, why: str) -> Result:
    """Leave a known article as it is, because its page got worse."""
    page = item.page
    message = printable(f"{page.url or page.key}: {why}; the stored text stays")
    instead = Outcome(page.key, "no_article", "worse", message, page.fetched_at, page.url, page.source, page.visit)
    return Result("no_article", article_id, instead=instead)


def _is_same_page(known: RowMapping, item: Candidate) -> bool:
    """Whether the same extractor only classified borderline blocks differently; then the stored text is kept."""
    article, old, new = item.extraction.article, blocks_of(known["blocks"]), item.extraction.blocks
    is_of_blocks = known["text"] == kept_text(old) and article.text == kept_text(new)
    is_comparable = is_of_blocks and known["extractor"] == item.extraction.extractor
    return is_comparable and is_same(known["title"], article.title) and is_same_page(old, new)


def _replace_view(connection: Connection, item: Candidate, known: RowMapping, store: Store, now: datetime) -> Result:
    """Replace an AMP or mobile form of an article by its plain form, without a new revision."""
    item, sighting = without_templates(connection, item, known)
    values = _article_values(item, store) | {"updated_at": now}
    connection.execute(update(articles).where(articles.c.id == known["id"]).values(**values))
    change_links(connection, known["id"], known["text"])
    apply_sighting(connection, sighting, known["id"], now)
    return Result("unchanged", known["id"], extraction=item.extraction)


def _article_values(item: Candidate, store: Store) -> dict[str, Any]:
    place = store.archive.write(item.page) if store.archive is not None and item.page.visit is not None else None
    file, offset = (place.file, place.offset) if place else item.page.archived or (None, None)
    return {
        **facts_of(item),
        **text_of(item),
        "origin": item.page.origin,
        "fetched_at": item.page.fetched_at,
        "extractor": item.extraction.extractor,
        "archive_file": file,
        "archive_offset": offset,
        "run_id": store.run_id,
    }


def _refresh(
    connection: Connection, known: RowMapping, item: Candidate, now: datetime, but: frozenset[str] = frozenset()
) -> None:
    new = (
        facts_of(item) | text_of(item) | {"origin": item.page.origin}
    )  # texts that count as the same may differ in white space
    if known["archive_file"] is None and item.page.archived is not None:
        new["archive_file"], new["archive_offset"] = item.page.archived
    changed = {name: value for name, value in new.items() if known[name] != value and name not in but}
    if changed:
        statement = update(articles).where(articles.c.id == known["id"]).values(updated_at=now, **changed)
        connection.execute(statement)
        if "content_hash" in changed:
            change_links(connection, known["id"], known["text"])
        elif not changed.keys().isdisjoint({"published_at", "gone_at", "origin"}):
            reelect_head(connection, known["id"])


def _revise(connection: Connection, known: RowMapping, item: Candidate, store: Store, now: datetime) -> Cause:
    """Store a new text, and the previous one as a revision; only a change by the publisher counts as a revision."""
    values = _article_values(item, store)
    cause = cause_of(known, item, values["body_digest"])
    save_revision(connection, known, cause, now)
    values |= {"updated_at": now, "revision": known["revision"] + (cause == "publisher")}
    connection.execute(update(articles).where(articles.c.id == known["id"]).values(**values))
    change_links(connection, known["id"], known["text"])
    return cause
