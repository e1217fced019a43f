"""Writing: what becomes of a page is decided here, page by page, inside the transaction that stores it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, bindparam, insert, select, update

from newscrawl.archive import ArchiveError, ArchiveWriter
from newscrawl.health import Measures, Visited
from newscrawl.items import Candidate, Listing, Outcome, Wanted, kept_text
from newscrawl.storage import runs
from newscrawl.storage.article_urls import OtherUrl, article_at, find_twin, move, note_redirect, note_url
from newscrawl.storage.boilerplate import Cause, blocks_of, cause_of, forget, put_aside, settle, without_templates
from newscrawl.storage.duplicates import add_links, change_lead, change_links, find_copies
from newscrawl.storage.engine import Presence, disposed_on_error, explained, open_engine, write_transaction
from newscrawl.storage.errors import StorageError
from newscrawl.storage.frontier import Seed, Take, asked_to_wait, postpone, record_listing, seed, take
from newscrawl.storage.revisions import is_judged_otherwise, is_same
from newscrawl.storage.runs import Traffic
from newscrawl.storage.schema import articles
from newscrawl.storage.statistics import Counts, Result, lost_by, tally, write_tally
from newscrawl.storage.types import facts_of, text_of
from newscrawl.storage.visits import is_older_copy, record_article, record_outcome

# Statements of every page are made once: to make one takes as long as to run it.
_BY_KEY = select(articles).where(articles.c.url_key == bindparam("key"))
_ADDED = insert(articles).returning(articles.c.id)

StoreItem = Candidate | Outcome | Listing | Seed | Take
"""What the store is asked to write, or for what is due."""


@dataclass(slots=True)
class Store:
    """One run's writing access to the database. Every method raises StorageError with a line for a person."""

    engine: Engine
    run_id: int
    wanted: Wanted = field(default_factory=Wanted)
    archive: ArchiveWriter | None = None
    """Where the raw pages of stored articles are kept."""
    counts: Counts = field(default_factory=Counts)
    measures: dict[str, Measures] = field(default_factory=dict)
    """What was done on each source, where the run is one to judge their health by."""
    is_watched: bool = False
    traffic: Callable[[], Traffic] | None = None
    """What the run has asked of the network so far."""
    presence: Presence = field(init=False)

    def __post_init__(self) -> None:
        self.presence = Presence.of(self.engine)

    @classmethod
    def open(
        cls,
        url: str,
        spider: str,
        arguments: dict[str, str],
        archive: ArchiveWriter | None = None,
        run_id: int | None = None,
    ) -> Store:
        """Open the database, create or upgrade its tables, and begin a run, or go on with one that has begun."""
        engine = open_engine(url)
        with disposed_on_error(engine), explained(engine), write_transaction(engine) as connection:
            if run_id is None:
                run_id = runs.begin(connection, spider, arguments, Counts().as_json())
            forget(connection, datetime.now(UTC))
        return cls(engine, run_id, archive=archive)

    def write(self, items: Sequence[StoreItem]) -> list[Result]:
        """Store pages in order, and hand out what is due, all of it or, when it raises, nothing."""
        with explained(self.engine), _archived(), write_transaction(self.engine) as connection:
            results = [_write(connection, item, self) for item in items]
            counts = self.counts.plus(zip(items, results, strict=True))
            if counts != self.counts:
                runs.count(connection, self.run_id, counts.as_json(), self._traffic())
            counted = tally(self.measures, zip(items, results, strict=True)) if self.is_watched else {}
            write_tally(connection, self.run_id, counted, self.measures.keys())
            if self.archive is not None:
                self.archive.sync()  # a row never points at what a power cut can take
            self.presence.check()
        self.counts = counts
        self.measures |= counted
        return results

    def finish(self, reason: str) -> None:
        """End the run."""
        with explained(self.engine), write_transaction(self.engine) as connection:
            runs.finish(connection, self.run_id, reason, self._traffic())
            self.presence.check()

    def _traffic(self) -> Traffic | None:
        return None if self.traffic is None else self.traffic()

    def close(self) -> None:
        """Let go of the database, and of the archive."""
        runs.let_go(self.engine.url.render_as_string(hide_password=False), self.run_id)
        self.engine.dispose()
        if self.archive is not None:
            with _archived():
                self.archive.close()


@contextmanager
def _archived() -> Iterator[None]:
    """Turn what the archive cannot do into a StorageError: a page that is not kept is not stored."""
    try:
        yield
    except ArchiveError as error:
        raise StorageError(f"archive: {error}") from error


def _write(connection: Connection, item: StoreItem, store: Store) -> Result:
    now = datetime.now(UTC)
    match item:
        case Seed():
            if retry_at := asked_to_wait(connection, item.source, now):
                return Result("queued", retry_at=retry_at)
            return Result("queued", due=tuple(seed(connection, store.run_id, item, now)))
        case Take():
            return Result("queued", due=tuple(take(connection, store.run_id, item, now)))
        case Listing():
            page_id, news = record_listing(connection, item, store.run_id, store.wanted, now)
            return Result("listed", news=news, visited=Visited(page_id))
        case Outcome():
            visited = record_outcome(connection, item, store.run_id, now)
            if item.visit is not None and item.visit.retry_at is not None and item.source is not None:
                postpone(connection, item.source, item.visit.retry_at)
            return Result(item.outcome, visited=visited)
        case Candidate():
            result = _write_article(connection, item, store, now)
            if result.article_id is not None:
                note_redirect(connection, item, result.article_id, now)
            visited = record_article(connection, item, result, store.run_id, now)
            return replace(result, visited=replace(visited, is_copy=result.is_copy, lost=result.lost))


def _write_article(connection: Connection, item: Candidate, store: Store, now: datetime) -> Result:
    known = connection.execute(_BY_KEY, {"key": item.page.key}).mappings().first()
    if known is not None:
        return _write_known(connection, item, known, store, now)
    bare, sighting = without_templates(connection, item, None)
    other = article_at(connection, bare)
    if other is not None:
        return Result("unchanged", other["id"], is_elsewhere=True)
    copies = find_copies(connection, bare)
    twin = find_twin(connection, bare, copies.ids)
    if twin is None:
        values = _article_values(bare, store) | {"first_seen_at": now, "updated_at": now, "revision": 1}
        article_id = connection.execute(_ADDED, {"url_key": item.page.key, **values}).scalar_one()
        add_links(connection, article_id, copies)
        settle(connection, sighting, article_id, now)
        return Result("stored", article_id, extraction=bare.extraction, is_copy=bool(copies.ids))
    if not twin.leads:
        assert item.page.url is not None
        note_url(connection, twin.article["id"], OtherUrl(item.page.key, item.page.url, twin.relation), now)
        return Result("unchanged", twin.article["id"], is_elsewhere=True)
    moved = move(connection, twin, item, now)
    return (_show_anew if twin.is_view else _write_known)(connection, item, moved, store, now)


def _write_known(connection: Connection, item: Candidate, known: RowMapping, store: Store, now: datetime) -> Result:
    item, sighting = without_templates(connection, item, known)
    article = item.extraction.article
    if is_older_copy(item.page, known["fetched_at"], now):
        return Result("unchanged", known["id"])
    lost = lost_by(known, article)
    if is_same(known["title"], article.title) and is_same(known["text"], article.text):
        _refresh(connection, known, item, now)
        settle(connection, sighting, known["id"], now)
        return Result("unchanged", known["id"], extraction=item.extraction, lost=lost)
    if _is_judged_otherwise(known, item):
        _refresh(connection, known, item, now, but=_TEXT)
        return Result("unchanged", known["id"], lost=lost)
    cause = _revise(connection, known, item, store, now)
    settle(connection, sighting, known["id"], now)
    if cause == "template":
        return Result("unchanged", known["id"], extraction=item.extraction)
    return Result("stored", known["id"], revised=True, extraction=item.extraction, lost=lost)


_TEXT = frozenset({"title", "text", "description", "blocks", "word_count", "content_hash"})


def _is_judged_otherwise(known: RowMapping, item: Candidate) -> bool:
    """Whether the publisher changed nothing, and the same extractor has a doubt: then the text stays as it is."""
    article, old, new = item.extraction.article, blocks_of(known["blocks"]), item.extraction.blocks
    is_of_blocks = known["text"] == kept_text(old) and article.text == kept_text(new)
    is_comparable = is_of_blocks and known["extractor"] == item.extraction.extractor
    return is_comparable and is_same(known["title"], article.title) and is_judged_otherwise(old, new)


def _show_anew(connection: Connection, item: Candidate, known: RowMapping, store: Store, now: datetime) -> Result:
    """Store the plain form of an article in the place of one for AMP or telephones: no change of the article."""
    item, sighting = without_templates(connection, item, known)
    values = _article_values(item, store) | {"updated_at": now}
    connection.execute(update(articles).where(articles.c.id == known["id"]).values(**values))
    change_links(connection, known["id"], known["text"])
    settle(connection, sighting, known["id"], now)
    return Result("unchanged", known["id"], extraction=item.extraction)


def _article_values(item: Candidate, store: Store) -> dict[str, Any]:
    place = store.archive.write(item.page) if store.archive is not None and item.page.visit is not None else None
    file, offset = (place.file, place.offset) if place else item.page.archived or (None, None)
    return {
        **facts_of(item),
        **text_of(item),
        "fetched_at": item.page.fetched_at,
        "extractor": item.extraction.extractor,
        "archive_file": file,
        "archive_offset": offset,
        "run_id": store.run_id,
    }


def _refresh(
    connection: Connection, known: RowMapping, item: Candidate, now: datetime, but: frozenset[str] = frozenset()
) -> None:
    new = facts_of(item) | text_of(item)  # the same text may have other spaces now
    if known["archive_file"] is None and item.page.archived is not None:
        new["archive_file"], new["archive_offset"] = item.page.archived
    changed = {name: value for name, value in new.items() if known[name] != value and name not in but}
    if changed:
        statement = update(articles).where(articles.c.id == known["id"]).values(updated_at=now, **changed)
        connection.execute(statement)
        if "content_hash" in changed:
            change_links(connection, known["id"], known["text"])
        elif not changed.keys().isdisjoint({"published_at", "gone_at"}):
            change_lead(connection, known["id"])


def _revise(connection: Connection, known: RowMapping, item: Candidate, store: Store, now: datetime) -> Cause:
    """Put the stored text aside. The same bytes with another text are the extractor's doing, not the publisher's."""
    values = _article_values(item, store)
    cause = cause_of(known, item, values["body_digest"])
    put_aside(connection, known, cause, now)
    values |= {"updated_at": now, "revision": known["revision"] + (cause == "publisher")}
    connection.execute(update(articles).where(articles.c.id == known["id"]).values(**values))
    change_links(connection, known["id"], known["text"])
    return cause
