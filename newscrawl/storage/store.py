"""Writing: what becomes of a page is decided here, page by page, inside the transaction that stores it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, func, insert, select, update

from newscrawl.items import Candidate, Outcome
from newscrawl.storage import runs
from newscrawl.storage.counts import Counts, Result
from newscrawl.storage.duplicates import relink
from newscrawl.storage.engine import explained, open_engine, write_transaction
from newscrawl.storage.schema import article_revisions, articles, pages


@dataclass(slots=True)
class Store:
    """One run's writing access to the database. Every method raises StorageError with a line for a person."""

    engine: Engine
    run_id: int
    counts: Counts = field(default_factory=Counts)

    @classmethod
    def open(cls, url: str, spider: str, arguments: dict[str, str]) -> Store:
        """Open the database, create or upgrade its tables, and begin a run."""
        engine = open_engine(url)
        with explained(engine), write_transaction(engine) as connection:
            return cls(engine, runs.begin(connection, spider, arguments, Counts().as_json()))

    def write(self, items: Sequence[Candidate | Outcome]) -> list[Result]:
        """Store pages in order, all of them or, when it raises, none."""
        with explained(self.engine), write_transaction(self.engine) as connection:
            results = [_write(connection, item, self.run_id) for item in items]
            counts = self.counts.plus(zip(items, results, strict=True))
            runs.count(connection, self.run_id, counts.as_json())
        self.counts = counts
        return results

    def finish(self, reason: str) -> None:
        """End the run."""
        with explained(self.engine), write_transaction(self.engine) as connection:
            runs.finish(connection, self.run_id, reason)

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()


def _write(connection: Connection, item: Candidate | Outcome, run_id: int) -> Result:
    now = datetime.now(UTC)
    if isinstance(item, Outcome):
        _write_page(connection, item.key, {**_page_values(item), "run_id": run_id})
        return Result(item.outcome)
    result = _write_article(connection, item, run_id, now)
    page = {
        "url": item.page.url,
        "source": item.page.source,
        # What stands in the database for this page, whichever visit put it there.
        "outcome": "stored",
        "reason": None,
        "error": None,
        "article_id": result.article_id,
        "fetched_at": item.page.fetched_at,
        "run_id": run_id,
    }
    _write_page(connection, item.page.key, page)
    return result


def _page_values(item: Outcome) -> dict[str, Any]:
    return {name: getattr(item, name) for name in ("url", "source", "outcome", "reason", "error", "fetched_at")}


def _write_page(connection: Connection, key: str, values: dict[str, Any]) -> None:
    known = connection.execute(select(pages.c.id).where(pages.c.url_key == key)).scalar()
    if known is None:
        connection.execute(insert(pages).values(url_key=key, **values))
    else:
        connection.execute(update(pages).where(pages.c.id == known).values(**values))


def _write_article(connection: Connection, item: Candidate, run_id: int, now: datetime) -> Result:
    known = connection.execute(select(articles).where(articles.c.url_key == item.page.key)).mappings().first()
    if known is None:
        values = _article_values(item, run_id) | {"first_seen_at": now, "updated_at": now, "revision": 1}
        added = insert(articles).values(url_key=item.page.key, **values).returning(articles.c.id)
        article_id = connection.execute(added).scalar_one()
        relink(connection, item.content_hash)
        return Result("stored", article_id)
    if (known["title"], known["text"]) == (item.extraction.article.title, item.extraction.article.text):
        _refresh(connection, known, item, now)
        return Result("unchanged", known["id"])
    if item.page.url is not None and item.page.fetched_at < known["fetched_at"]:
        return Result("unchanged", known["id"])  # an older copy of the page than the one that is stored
    _revise(connection, known, item, run_id, now)
    return Result("stored", known["id"], revised=True)


def _article_values(item: Candidate, run_id: int) -> dict[str, Any]:
    article = item.extraction.article
    return {
        **_facts(item),
        "title": article.title,
        "text": article.text,
        "fetched_at": item.page.fetched_at,
        "content_hash": item.content_hash,
        "word_count": article.word_count,
        "extractor": item.extraction.extractor,
        "run_id": run_id,
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
    }


def _refresh(connection: Connection, known: RowMapping, item: Candidate, now: datetime) -> None:
    changed = {name: value for name, value in _facts(item).items() if known[name] != value}
    if changed:
        statement = update(articles).where(articles.c.id == known["id"]).values(updated_at=now, **changed)
        connection.execute(statement)
        if "published_at" in changed:
            relink(connection, known["content_hash"])


def _revise(connection: Connection, known: RowMapping, item: Candidate, run_id: int, now: datetime) -> None:
    """Put the stored text aside. The same bytes with another text are the extractor's doing, not the publisher's."""
    values = _article_values(item, run_id)
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
