"""Writing: what becomes of a page is decided here, page by page, inside the transaction that stores it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, func, insert, select, update

from newscrawl.archive import ArchiveError, ArchiveWriter
from newscrawl.items import Candidate, Listing, Outcome
from newscrawl.storage import runs
from newscrawl.storage.counts import Counts, Result
from newscrawl.storage.duplicates import relink
from newscrawl.storage.engine import StorageError, explained, open_engine, write_transaction
from newscrawl.storage.frontier import Seed, Take, asked_to_wait, postpone, seed, take
from newscrawl.storage.listings import Wanted, record_listing
from newscrawl.storage.schema import article_revisions, articles
from newscrawl.storage.visits import record_article, record_outcome

StoreItem = Candidate | Outcome | Listing | Seed | Take
"""What the store is asked to write, or for what is due."""

_JUST_NOW = timedelta(minutes=10)


@dataclass(slots=True)
class Store:
    """One run's writing access to the database. Every method raises StorageError with a line for a person."""

    engine: Engine
    run_id: int
    wanted: Wanted = field(default_factory=Wanted)
    archive: ArchiveWriter | None = None
    """Where the raw pages of stored articles are kept."""
    counts: Counts = field(default_factory=Counts)

    @classmethod
    def open(cls, url: str, spider: str, arguments: dict[str, str], archive: ArchiveWriter | None = None) -> Store:
        """Open the database, create or upgrade its tables, and begin a run."""
        engine = open_engine(url)
        with explained(engine), write_transaction(engine) as connection:
            run_id = runs.begin(connection, spider, arguments, Counts().as_json())
        return cls(engine, run_id, archive=archive)

    def write(self, items: Sequence[StoreItem]) -> list[Result]:
        """Store pages in order, and hand out what is due, all of it or, when it raises, nothing."""
        with explained(self.engine), _archived(), write_transaction(self.engine) as connection:
            results = [_write(connection, item, self) for item in items]
            counts = self.counts.plus(zip(items, results, strict=True))
            if counts != self.counts:
                runs.count(connection, self.run_id, counts.as_json())
            if self.archive is not None:
                self.archive.sync()  # a row never points at what a power cut can take
        self.counts = counts
        return results

    def finish(self, reason: str) -> None:
        """End the run."""
        with explained(self.engine), write_transaction(self.engine) as connection:
            runs.finish(connection, self.run_id, reason)

    def close(self) -> None:
        """Let go of the database, and of the archive."""
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
            return Result("listed", news=record_listing(connection, item, store.run_id, store.wanted, now))
        case Outcome():
            record_outcome(connection, item, store.run_id, now)
            if item.visit is not None and item.visit.retry_at is not None and item.source is not None:
                postpone(connection, item.source, item.visit.retry_at)
            return Result(item.outcome)
        case Candidate():
            result = _write_article(connection, item, store, now)
            record_article(connection, item, result, store.run_id, now)
            return result


def _write_article(connection: Connection, item: Candidate, store: Store, now: datetime) -> Result:
    known = connection.execute(select(articles).where(articles.c.url_key == item.page.key)).mappings().first()
    if known is None:
        values = _article_values(item, store) | {"first_seen_at": now, "updated_at": now, "revision": 1}
        added = insert(articles).values(url_key=item.page.key, **values).returning(articles.c.id)
        article_id = connection.execute(added).scalar_one()
        relink(connection, item.content_hash)
        return Result("stored", article_id)
    if (known["title"], known["text"]) == (item.extraction.article.title, item.extraction.article.text):
        _refresh(connection, known, item, now)
        return Result("unchanged", known["id"])
    if _is_older_copy(item, known["fetched_at"], now):
        return Result("unchanged", known["id"])
    _revise(connection, known, item, store, now)
    return Result("stored", known["id"], revised=True)


def _is_older_copy(item: Candidate, stored: datetime, now: datetime) -> bool:
    """Whether the page was saved before the stored one. What was fetched just now never was, whatever a clock said."""
    page = item.page
    return page.url is not None and page.fetched_at < stored and now - page.fetched_at > _JUST_NOW


def _article_values(item: Candidate, store: Store) -> dict[str, Any]:
    article = item.extraction.article
    place = store.archive.write(item.page) if store.archive is not None and item.page.visit is not None else None
    return {
        **_facts(item),
        "title": article.title,
        "text": article.text,
        "fetched_at": item.page.fetched_at,
        "content_hash": item.content_hash,
        "word_count": article.word_count,
        "extractor": item.extraction.extractor,
        "archive_file": place.file if place else None,
        "archive_offset": place.offset if place else None,
        "run_id": store.run_id,
    }


def _facts(item: Candidate) -> dict[str, Any]:
    """What may change without being a revision."""
    article = item.extraction.article
    return {
        "url": article.url,
        "canonical_url": article.canonical_url,
        "source": article.source,
        "description": article.description,
        "authors": list(article.authors),
        "section": article.section,
        "tags": list(article.tags),
        "language": article.language,
        "image_url": article.image_url,
        "images": [{"url": image.url, "caption": image.caption} for image in article.images],
        "published_at": article.published_at,
        "published_raw": article.published_raw,
        "published_source": article.published_source,
        "published_precision": article.published_precision,
        "modified_at": article.modified_at,
        "paywalled": article.paywalled,
        "blocks": [[block.kind, block.text, block.reason] for block in item.extraction.blocks],
        "body_digest": hashlib.sha256(item.page.body).hexdigest(),
        "gone_at": None,
    }


def _refresh(connection: Connection, known: RowMapping, item: Candidate, now: datetime) -> None:
    changed = {name: value for name, value in _facts(item).items() if known[name] != value}
    if changed:
        statement = update(articles).where(articles.c.id == known["id"]).values(updated_at=now, **changed)
        connection.execute(statement)
        if "published_at" in changed:
            relink(connection, known["content_hash"])


def _revise(connection: Connection, known: RowMapping, item: Candidate, store: Store, now: datetime) -> None:
    """Put the stored text aside. The same bytes with another text are the extractor's doing, not the publisher's."""
    values = _article_values(item, store)
    cause = "extractor" if values["body_digest"] == known["body_digest"] else "publisher"
    earlier = select(func.count()).where(article_revisions.c.article_id == known["id"])
    connection.execute(
        insert(article_revisions).values(
            article_id=known["id"],
            number=connection.execute(earlier).scalar_one() + 1,
            cause=cause,
            replaced_at=now,
            **{name: known[name] for name in ("title", "text", "extractor", "fetched_at")},
        )
    )
    values |= {"updated_at": now, "revision": known["revision"] + (cause == "publisher")}
    connection.execute(update(articles).where(articles.c.id == known["id"]).values(**values))
    for content_hash in {known["content_hash"], item.content_hash}:
        relink(connection, content_hash)
