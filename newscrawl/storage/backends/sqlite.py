"""SQLite: one file, written by one process at a time and read by all."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Select,
    bindparam,
    create_engine,
    event,
    func,
    literal_column,
    select,
    text,
)
from sqlalchemy.dialects import sqlite as dialect
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import (
    DatabaseError,
    DataError,
    DBAPIError,
    DisconnectionError,
    IntegrityError,
    ProgrammingError,
)
from sqlalchemy.pool import ConnectionPoolEntry

from newscrawl.search.query import Phrase
from newscrawl.storage.errors import StorageError
from newscrawl.storage.schema import articles
from newscrawl.storage.selection import FRESH_DAYS, LEAD_WEIGHT, TITLE_WEIGHT, Selection, conditions
from newscrawl.text import printable

insert = dialect.insert

BUSY_TIMEOUT = 60
"""Seconds to wait for another process's transaction before giving up."""

_READING = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}


def check_address(url: URL) -> URL:
    """A file is named. Raises StorageError."""
    if url.database in {None, "", ":memory:"}:
        raise StorageError("DATABASE_URL names a database in memory, which would be lost; name a file: sqlite:///x.db")
    return url


def location(url: URL) -> str:
    """The path of the file."""
    return str(_path(url))


def require(url: URL) -> None:
    """The file is there. Raises StorageError."""
    if not _path(url).is_file():
        raise StorageError(f"database {printable(location(url))} does not exist; a crawl makes it")


def writer(url: URL) -> Engine:
    """Durable transactions that hold the right to write from their beginning, and wait for it."""
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": BUSY_TIMEOUT})
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    event.listen(engine, "close", _on_close)
    return engine


def _on_connect(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:  # noqa: ARG001
    # The driver would begin transactions by itself, and later than we want them.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("pragma journal_mode = wal")
    cursor.execute("pragma synchronous = full")  # what is acknowledged survives a power cut
    cursor.execute("pragma foreign_keys = on")
    cursor.close()


def _on_begin(connection: Connection) -> None:
    # A transaction that began by reading is refused at once, whatever the timeout, when another one writes.
    writes = connection.get_execution_options().get("newscrawl_writes")
    connection.exec_driver_sql("begin immediate" if writes else "begin")


def _on_close(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:  # noqa: ARG001
    # The last connection empties the log by itself; a reader that keeps its own makes that one of nobody who may write.
    # A log that is left would be taken up by a backup that is copied over the file. Nobody is waited for.
    with suppress(sqlite3.Error):
        cursor = connection.cursor()
        cursor.execute("pragma busy_timeout = 0")
        cursor.execute("pragma wal_checkpoint(truncate)")


def reader(url: URL) -> Engine:
    """Who reads again has its connection at hand, as long as the file is what it was: neither another, nor changed."""
    engine = create_engine(url, hide_parameters=True, json_deserializer=_loads, pool_size=1, max_overflow=-1)

    def connect(_dialect: object, record: ConnectionPoolEntry, *_: object) -> sqlite3.Connection:
        record.info.update(file=_state(url), is_new=True)
        address = f"{_path(url).as_uri()}?mode=ro"
        return sqlite3.connect(address, uri=True, timeout=BUSY_TIMEOUT, isolation_level=None, check_same_thread=False)

    def compare(_connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: object) -> None:
        # A crawl may change the file as fast as it is opened; who has just opened it sees all that there is.
        if not record.info.pop("is_new", False) and record.info["file"] != _state(url):
            raise DisconnectionError("the file has changed")  # the pool opens it again

    event.listen(engine, "do_connect", connect)
    event.listen(engine, "checkout", compare)
    event.listen(engine, "begin", _on_begin)
    return engine


def _state(url: URL) -> tuple[int, ...] | None:
    """What a file that was replaced, or written over, does not have in common with the one before."""
    with suppress(OSError):
        found = _path(url).stat()
        return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns
    return None


def _loads(value: str) -> Any:
    return [] if value == "[]" else json.loads(value)  # most lists are empty


def cause(error: DBAPIError) -> str | None:
    """SQLite's own words, and what to do."""
    if not isinstance(error, DatabaseError) or isinstance(error, DataError | IntegrityError | ProgrammingError):
        return None
    said = printable(str(error.orig)).strip()
    return said + "".join(f" ({what})" for words, what in _ADVICE.items() if words in said)


_ADVICE = {
    "unable to open": "does its folder exist, and may you write there?",
    "readonly": "may you write the file and its folder?",
    "not a database": "name another file; this one was left as it is",
    "already exists": "it holds tables of another program; name another file",
    "is locked": f"another process has been writing for {BUSY_TIMEOUT} s; try again when it is done",
    "disk I/O": "is the disk full, or failing? what was stored before is safe",
    "is full": "free some space; what was stored before is safe",
}


def query(url: URL, statement: str) -> Iterator[Sequence[Any]]:
    """Read with a file that is opened for reading, and an authorizer that refuses all else, also attaching files."""
    path = _path(url)
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=BUSY_TIMEOUT)) as connection:
            connection.set_authorizer(
                lambda action, *_: sqlite3.SQLITE_OK if action in _READING else sqlite3.SQLITE_DENY
            )
            cursor = connection.execute(statement)
            yield [column[0] for column in cursor.description or ()]
            yield from cursor
    except (sqlite3.Error, sqlite3.Warning, ValueError) as error:
        said = str(error)
        if said == "not authorized":
            said = "only reading is allowed: one select"
        raise StorageError(f"database {printable(str(path))}: {printable(said)}") from error


def damage(connection: Connection) -> Iterator[str]:
    """Pages of the file that do not fit together, and rows that point to nothing."""
    for row in connection.exec_driver_sql("pragma integrity_check(20)"):
        if row[0] != "ok":
            yield f"the file is damaged: {row[0]}"
    for table, _, parent, _ in connection.exec_driver_sql("pragma foreign_key_check").fetchmany(20):
        yield f"a row of {table} points to one of {parent} that is not there"


def is_index_whole(engine: Engine) -> bool:
    """FTS5 compares its index with its content itself."""
    with engine.begin() as connection:
        try:
            connection.exec_driver_sql("insert into article_index (article_index, rank) values ('integrity-check', 1)")
        except DatabaseError as error:
            if "malformed" not in str(error):
                raise
            return False
    return True


def index_anew(connection: Connection) -> None:
    """First the index as the words are, so that each can be taken out of it with its old ones."""
    connection.exec_driver_sql("insert into article_index (article_index) values ('rebuild')")
    connection.exec_driver_sql("insert or ignore into search_queue select id from articles")


def compact(engine: Engine) -> None:
    """Merge the index and rewrite the file, so that nothing deleted remains in either."""
    with engine.connect().execution_options(newscrawl_writes=True) as connection, connection.begin():
        connection.exec_driver_sql("insert into article_index (article_index) values ('optimize')")
    with engine.connect() as connection:
        connection.exec_driver_sql("commit")  # ends the transaction in which nothing of this can be done
        connection.exec_driver_sql("vacuum")
        connection.exec_driver_sql("pragma wal_checkpoint(truncate)")


def count_on(connection: Connection) -> None:
    """It always does."""


def size(connection: Connection) -> int:
    """The file, without what still waits in the write-ahead log."""
    return _path(connection.engine.url).stat().st_size


def _path(url: URL) -> Path:
    return Path(url.database or "").absolute()


_TEXTS = "{title description text}"
# The index has the columns that a selection looks at; a row of `articles` has them behind its text, pages away.
_MATCHES = "article_index cross join articles indexed by ix_articles_by_id on articles.id = article_index.rowid"


def prepare(connection: Connection) -> None:
    """Nothing to do: FTS5 is asked before all else."""


def matching(selection: Selection) -> Select[Any]:
    """The ids of the articles that a selection with words names, in the order of their storing."""
    condition = _matches(selection)
    ids: ColumnElement[int] = literal_column("article_index.rowid").label("id")
    if condition is None:  # words to be without, and none to be with
        listed = select(articles.c.id).where(*conditions(selection))
        without = text("article_index match :without").bindparams(without=_any(selection.query.without))
        return listed.where(articles.c.id.not_in(select(ids).select_from(text("article_index")).where(without)))
    return select(ids).select_from(text(_MATCHES)).where(condition, *conditions(selection, _column))


def ranked(selection: Selection, now: datetime, limit: int) -> Select[Any]:
    """The ids of the best articles for a selection with words, with how many there are.

    BM25, the title counting most; a new article counts up to twice as much as an old one.
    """
    weights = f"{TITLE_WEIGHT}, {LEAD_WEIGHT}, 1.0, 0.0, 0.0"
    age = f"max(0, julianday(:now) - julianday(articles.published_at)) / {FRESH_DAYS}"
    freshness = f"coalesce(1 + 1 / (1 + {age}), 1)"
    # The function gives less for what fits better. It works beside the index alone, not beside a count.
    order = text(f"bm25(article_index, {weights}) * {freshness} as score").bindparams(now=now.isoformat())
    scored = matching(selection).add_columns(order).cte("scored").prefix_with("materialized")
    score: ColumnElement[float] = literal_column("scored.score")
    total = func.count().over().label("total")
    return select(scored.c.id, total).order_by(score, scored.c.id.desc()).limit(limit)


def _column(name: str) -> ColumnElement[Any]:
    return literal_column(f"articles.{name}", articles.c[name].type)


def _matches(selection: Selection) -> ColumnElement[bool] | None:
    query = selection.query
    parts = [f"({_TEXTS} : {_quoted(phrase)})" for phrase in query.phrases]
    parts += [f"({name} : {_quoted(phrase)})" for name, phrase in _named(selection)]
    if not parts:
        return None
    words = " AND ".join(parts)
    if query.without:
        words = f"({words}) NOT {_any(query.without)}"
    return literal_column("article_index").op("match", is_comparison=True)(bindparam("words", words))


def _named(selection: Selection) -> list[tuple[str, Phrase]]:
    wanted = (("authors", selection.author), ("section", selection.section))
    return [(name, phrase) for name, phrase in wanted if phrase]


def _any(phrases: tuple[Phrase, ...]) -> str:
    return f"({_TEXTS} : ({' OR '.join(map(_quoted, phrases))}))"


def _quoted(phrase: Phrase) -> str:
    """A phrase in FTS5's syntax. Its words are letters and digits, so nothing in them can mean anything."""
    return f'"{" ".join(phrase)}"'
