"""Care for a database: newer tables, what is wrong with it, and its file without waste."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import exists, func, select

from newscrawl.storage.backends import backend_of
from newscrawl.storage.engine import explained, open_engine, write_transaction
from newscrawl.storage.reading import read_connection, require
from newscrawl.storage.schema import article_words, articles, search_queue
from newscrawl.storage.search_index import count_queued, index_queued

_BATCH = 200


@dataclass(frozen=True, slots=True)
class Indexing:
    """How many articles are indexed of those that waited."""

    done: int
    total: int


def upgrade(url: str, *, reindex: bool = False) -> Iterator[Indexing]:
    """Bring the tables of a database that is there up to date, and index what waits for it, or all articles anew.

    In short transactions; a crawl may run meanwhile. Raises StorageError.
    """
    require(url)
    engine = open_engine(url)
    try:
        with explained(engine):
            if reindex:
                with write_transaction(engine) as connection:
                    backend_of(url).index_anew(connection)
            with engine.connect() as connection:
                waiting = count_queued(connection)
                everything = connection.execute(select(func.count()).select_from(articles)).scalar_one()
            total = everything if reindex else waiting
            done = total - waiting
            yield Indexing(done, total)
            while done < total:
                with write_transaction(engine) as connection:
                    indexed = index_queued(connection, _BATCH)
                if not indexed:
                    break
                done += indexed
                yield Indexing(min(done, total), total)
                time.sleep(0.01)  # for a crawl that waits to write
    finally:
        engine.dispose()


def check(url: str) -> Iterator[str]:
    """Yield what is wrong with a database, a line for a person each. Raises StorageError."""
    backend = backend_of(url)
    with read_connection(url) as connection:
        yield from backend.damage(connection)
        waiting = count_queued(connection)
        if waiting:
            yield f"{waiting} articles cannot be found by their words yet: newscrawl db upgrade"
        is_indexed = exists().where(article_words.c.article_id == articles.c.id)
        is_waiting = exists().where(search_queue.c.article_id == articles.c.id)
        missing = connection.execute(
            select(func.count()).select_from(articles).where(~is_indexed, ~is_waiting)
        ).scalar_one()
        if missing:
            yield f"{missing} articles are not in the index and do not wait for it: newscrawl db upgrade --reindex"
    engine = open_engine(url)
    try:
        with explained(engine):
            if not backend.is_index_whole(engine):
                yield "the index does not agree with its words: newscrawl db upgrade --reindex"
    finally:
        engine.dispose()


def vacuum(url: str) -> tuple[int, int]:
    """Compact a database; return the bytes that it takes, before and after.

    Raises StorageError, also where a crawl is writing.
    """
    require(url)
    backend, engine = backend_of(url), open_engine(url)
    try:
        with explained(engine):
            with engine.connect() as connection:
                before = backend.size(connection)
            backend.compact(engine)
            with engine.connect() as connection:
                return before, backend.size(connection)
    finally:
        engine.dispose()
