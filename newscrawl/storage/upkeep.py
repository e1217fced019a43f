"""Care for a database: newer tables, what is wrong with it, and its file without waste."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Engine, exists, func, select
from sqlalchemy.exc import DatabaseError

from newscrawl.storage.engine import explained, open_engine, write_transaction
from newscrawl.storage.reading import existing_file, read_connection
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
    existing_file(url)
    engine = open_engine(url)
    try:
        with explained(engine):
            if reindex:
                _let_all_wait(engine)
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
    with read_connection(url) as connection:
        for row in connection.exec_driver_sql("pragma integrity_check(20)"):
            if row[0] != "ok":
                yield f"the file is damaged: {row[0]}"
        for table, _, parent, _ in connection.exec_driver_sql("pragma foreign_key_check").fetchmany(20):
            yield f"a row of {table} points to one of {parent} that is not there"
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
    if not _is_index_whole(url):
        yield "the index does not agree with its words: newscrawl db upgrade --reindex"


def _is_index_whole(url: str) -> bool:
    engine = open_engine(url)
    try:
        with explained(engine), engine.begin() as connection:
            try:
                connection.exec_driver_sql(
                    "insert into article_index (article_index, rank) values ('integrity-check', 1)"
                )
            except DatabaseError as error:
                if "malformed" not in str(error):
                    raise
                return False
        return True
    finally:
        engine.dispose()


def _let_all_wait(engine: Engine) -> None:
    with write_transaction(engine) as connection:
        # First the index as the words are, so that each can be taken out of it with its old ones.
        connection.exec_driver_sql("insert into article_index (article_index) values ('rebuild')")
        connection.exec_driver_sql("insert or ignore into search_queue select id from articles")


def vacuum(url: str) -> tuple[int, int]:
    """Merge the index and rewrite the file, so that nothing deleted remains in either; return the size of both.

    In bytes, before and after. Raises StorageError, also where a crawl is writing.
    """
    path = existing_file(url)
    before = path.stat().st_size
    engine = open_engine(url)
    try:
        with explained(engine):
            with write_transaction(engine) as connection:
                connection.exec_driver_sql("insert into article_index (article_index) values ('optimize')")
            with engine.connect() as connection:
                connection.exec_driver_sql("commit")  # ends the transaction in which nothing of this can be done
                connection.exec_driver_sql("vacuum")
                connection.exec_driver_sql("pragma wal_checkpoint(truncate)")
    finally:
        engine.dispose()
    return before, path.stat().st_size
