"""SQLite: one file, one writer at a time, any number of readers."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Insert,
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

BUSY_TIMEOUT = 5
"""Seconds to wait for another process's transaction at a time; `write_transaction` waits again."""

_OF_ANOTHER_PROGRAM = "select count(*) > 0 and sum(name = 'alembic_version') = 0 from sqlite_master"

_STEPS = 100_000
"""Instructions of SQLite between two looks at the clock, about a millisecond."""
_READING = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}

_ADVICE = {
    "unable to open": "check that its folder exists and is writable",
    "readonly": "check that the file and its folder are writable",
    "not a database": "set DATABASE_URL to another file; this one was not changed",
    "already exists": "the file holds tables of another program; set DATABASE_URL to another file",
    "is locked": "another process has been writing all the time; try again when it is done",
    "disk I/O": "the disk may be full or failing; what was stored before is safe",
    "interrupted": "the question takes too long to answer; narrow it",
    "is full": "free some space; what was stored before is safe",
}
"""What to do, by words in SQLite's message."""

_AFTER_DELETED = """(
    select article_id + 1 from last_deleted where article_id > (select coalesce(max(id), 0) from articles))"""
"""NULL if the newest article is not deleted, and SQLite then counts on by itself."""
_INSERT_ARTICLE = insert(articles).values(id=literal_column(_AFTER_DELETED)).returning(articles.c.id)

_TEXTS = "{title description text}"
# A covering index for selections, because in a row of `articles` those columns come after the text, pages away.
_MATCHES = "article_index cross join articles indexed by ix_articles_by_id on articles.id = article_index.rowid"


def check_address(url: URL) -> URL:
    """Check that a file is named. Raises StorageError."""
    if url.database in {None, "", ":memory:"}:
        raise StorageError("DATABASE_URL names a database in memory, which would be lost; name a file: sqlite:///x.db")
    return url


def location(url: URL) -> str:
    """Return the path of the file."""
    return str(_path(url))


def require(url: URL) -> None:
    """Check that the file exists. Raises StorageError."""
    if not _path(url).is_file():
        raise StorageError(f"database {printable(location(url))} does not exist; run a crawl to create it")


def writer(url: URL, *, create: bool) -> Engine:
    """Create an engine for durable transactions that take the write lock when they begin, and wait for it."""
    engine = create_engine(url, hide_parameters=True)

    def connect(*_: object) -> sqlite3.Connection:
        if not create:
            require(url)
        return _connect(url, "rwc" if create else "rw")

    event.listen(engine, "do_connect", connect)
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    event.listen(engine, "close", _on_close)
    return engine


def _connect(url: URL, mode: str) -> sqlite3.Connection:
    """Connect to the file. Without an isolation level, because the driver would begin transactions too late."""
    address = f"{_path(url).as_uri()}?mode={mode}"
    return sqlite3.connect(address, uri=True, timeout=BUSY_TIMEOUT, isolation_level=None, check_same_thread=False)


def _on_connect(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:  # noqa: ARG001
    cursor = connection.cursor()
    cursor.execute(_OF_ANOTHER_PROGRAM)
    if cursor.fetchone() == (0,):  # the mode is written into the file, and a strange one is left as it is
        cursor.execute("pragma journal_mode = wal")
    cursor.execute("pragma synchronous = full")  # a commit survives a power cut
    cursor.execute("pragma foreign_keys = on")
    cursor.close()


def _on_begin(connection: Connection) -> None:
    # A transaction that starts by reading cannot wait for the write lock: it fails at once, whatever the timeout.
    writes = connection.get_execution_options().get("newscrawl_writes")
    connection.exec_driver_sql("begin immediate" if writes else "begin")


def _on_close(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:  # noqa: ARG001
    # The last connection to close would checkpoint the write-ahead log, but that may be a pooled reader, which cannot
    # write. If a backup is copied over the file, a leftover log would be applied to it. So checkpoint, without waiting.
    with suppress(sqlite3.Error):
        cursor = connection.cursor()
        cursor.execute("pragma busy_timeout = 0")
        cursor.execute("pragma wal_checkpoint(truncate)")


def reader(url: URL) -> Engine:
    """Create a read-only engine that keeps a connection open until the file is changed or replaced."""
    engine = create_engine(url, hide_parameters=True, json_deserializer=_loads, pool_size=1, max_overflow=-1)

    def connect(_dialect: object, record: ConnectionPoolEntry, *_: object) -> sqlite3.Connection:
        record.info.update(file=_state(url), is_new=True)
        return _connect(url, "ro")

    def compare(_connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: object) -> None:
        # A new connection is current by itself; comparing it could go on forever while a crawl keeps writing.
        if not record.info.pop("is_new", False) and record.info["file"] != _state(url):
            raise DisconnectionError("the file has changed")  # makes the pool reconnect

    event.listen(engine, "do_connect", connect)
    event.listen(engine, "checkout", compare)
    event.listen(engine, "begin", _on_begin)
    return engine


@contextmanager
def limited(connection: Connection, seconds: float) -> Iterator[None]:
    """Interrupt what takes longer; SQLite has no limit for a statement, so this is one for all in the body."""
    ends = monotonic() + seconds
    driver: Any = connection.connection.driver_connection
    driver.set_progress_handler(lambda: monotonic() > ends, _STEPS)
    try:
        yield
    finally:
        driver.set_progress_handler(None, 0)


def _state(url: URL) -> tuple[int, ...] | None:
    """Return what changes if the file is written or replaced; None if there is no file."""
    with suppress(OSError):
        found = _path(url).stat()
        return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns
    return None


def _loads(value: str) -> Any:
    return [] if value == "[]" else json.loads(value)  # most lists are empty


def cause(error: DBAPIError) -> str | None:
    """Return SQLite's message and what to do about it; None for an error in the statement or its values."""
    if not isinstance(error, DatabaseError) or isinstance(error, DataError | IntegrityError | ProgrammingError):
        return None
    said = printable(str(error.orig)).strip()
    return said + "".join(f" ({what})" for words, what in _ADVICE.items() if words in said)


def is_locked(error: DBAPIError) -> bool:
    """Whether another process held the write lock for as long as was waited."""
    return "is locked" in str(error.orig)


def query(url: URL, statement: str, seconds: float) -> Iterator[Sequence[Any]]:
    """Run a statement on a read-only connection, with an authorizer that also refuses to attach files."""
    path = _path(url)
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=BUSY_TIMEOUT)) as connection:
            connection.set_authorizer(_permission)
            end = monotonic() + seconds
            if seconds:
                connection.set_progress_handler(lambda: monotonic() > end, _STEPS)
            cursor = connection.execute(statement)
            yield [column[0] for column in cursor.description or ()]
            yield from cursor
    except (sqlite3.Error, sqlite3.Warning, ValueError) as error:
        said = str(error)
        if said == "not authorized":
            said = "only one SELECT statement is allowed"
        elif said == "interrupted":
            said = f"the statement took more than {seconds:g} s"
        raise StorageError(f"database {printable(str(path))}: {printable(said)}") from error


def _permission(action: int, *of: str | None) -> int:
    """Allow what reads, and what SQLite does by itself to read a virtual table, such as `json_each` or an index."""
    # It declares the table in its memory as if it changed the schema (always in SQLite 3.40). The same by a statement
    # is refused before it is asked about here, unless `pragma writable_schema` is on, and that is refused here.
    declares = action == sqlite3.SQLITE_UPDATE and (of[0], of[2]) == ("sqlite_master", "main")
    compares = action == sqlite3.SQLITE_PRAGMA and of[:2] == ("data_version", None)  # FTS5: has the index changed
    return sqlite3.SQLITE_OK if action in _READING or declares or compares else sqlite3.SQLITE_DENY


def insert_article() -> Insert:
    """Return an INSERT for articles that counts on after the newest one, also if that is deleted."""
    return _INSERT_ARTICLE


def find_damage(connection: Connection) -> Iterator[str]:
    """Yield the results of SQLite's integrity check, and rows with dangling references."""
    for row in connection.exec_driver_sql("pragma integrity_check(20)"):
        if row[0] != "ok":
            yield f"the file is corrupt: {row[0]}"
    for table, _, parent, _ in connection.exec_driver_sql("pragma foreign_key_check").fetchmany(20):
        yield f"a row of table {table} references a missing row of table {parent}"


def is_index_whole(engine: Engine) -> bool:
    """Let FTS5 compare its index with `article_words`."""
    with engine.begin() as connection:
        try:
            connection.exec_driver_sql("insert into article_index (article_index, rank) values ('integrity-check', 1)")
        except DatabaseError as error:
            if "malformed" not in str(error):
                raise
            return False
    return True


def queue_all(connection: Connection) -> None:
    """Rebuild the index, because FTS5 removes an entry by its old words; then queue all articles."""
    connection.exec_driver_sql("insert into article_index (article_index) values ('rebuild')")
    connection.exec_driver_sql("insert or ignore into search_queue select id from articles")


def compact(engine: Engine) -> None:
    """Optimise the index and rewrite the file, so that no deleted data remains in either."""
    with engine.connect().execution_options(newscrawl_writes=True) as connection, connection.begin():
        connection.exec_driver_sql("insert into article_index (article_index) values ('optimize')")
    with engine.connect() as connection:
        connection.exec_driver_sql("commit")  # VACUUM cannot run in a transaction
        connection.exec_driver_sql("vacuum")
        connection.exec_driver_sql("pragma wal_checkpoint(truncate)")


def advance_sequences(connection: Connection) -> None:
    """Do nothing: SQLite numbers after the highest id."""


def size(connection: Connection) -> int:
    """Return the size of the file, without the write-ahead log."""
    return _path(connection.engine.url).stat().st_size


def _path(url: URL) -> Path:
    return Path(url.database or "").absolute()


def prepare(connection: Connection) -> None:
    """Do nothing: the statements force the use of the index themselves."""


def matching(selection: Selection) -> Select[Any]:
    """Select the ids of the articles that match a selection with words, ordered by id."""
    condition = _matches(selection)
    ids: ColumnElement[int] = literal_column("article_index.rowid").label("id")
    if condition is None:  # only excluded words
        listed = select(articles.c.id).where(*conditions(selection))
        without = text("article_index match :without").bindparams(without=_any(selection.query.without))
        return listed.where(articles.c.id.not_in(select(ids).select_from(text("article_index")).where(without)))
    return select(ids).select_from(text(_MATCHES)).where(condition, *conditions(selection, _column))


def ranked(selection: Selection, now: datetime, limit: int) -> Select[Any]:
    """Select `id` and `total` of the best matches for a selection with words.

    The score is BM25 with title and lead weighted up; a new article scores up to twice as high as an old one.
    """
    weights = f"{TITLE_WEIGHT}, {LEAD_WEIGHT}, 1.0, 0.0, 0.0"
    age = f"max(0, julianday(:now) - julianday(articles.published_at)) / {FRESH_DAYS}"
    freshness = f"coalesce(1 + 1 / (1 + {age}), 1)"
    # bm25() is lower for better matches. It cannot be used in a query with a window function, hence the CTE.
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
    """Return a phrase in FTS5 syntax. Folded words are letters and digits only, so nothing needs escaping."""
    return f'"{" ".join(phrase)}"'
