"""Open a database: migrations, transactions, and error messages that say what to do."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Self
from weakref import WeakSet, finalize

from sqlalchemy import Connection, Engine, Pool, func, inspect, select
from sqlalchemy.exc import DatabaseError, DBAPIError

from newscrawl.storage.backends import backend_of, location, parse_url
from newscrawl.storage.errors import StorageError
from newscrawl.storage.schema import VERSION
from newscrawl.storage.search_index import index_queued
from newscrawl.text import printable

logger = logging.getLogger(__name__)

MOST_WAITS = 120
"""How often to wait for another process's transaction before giving up, five seconds each."""
_is_hurried = False


def hurry() -> None:
    """From now on wait but once for another process's transaction, because this process was asked to end."""
    global _is_hurried  # noqa: PLW0603 - as is a signal, it is the process's
    _is_hurried = True


def is_hurried() -> bool:
    """Whether this process was asked to end."""
    return _is_hurried


_ASK_VERSION = "select version_num from alembic_version"


def open_engine(url: str, *, create: bool = False) -> Engine:
    """Open a database for writing, and migrate its tables to the current schema.

    Only with `create` is a missing one created, so that nothing takes the place of one that is moved away meanwhile.
    Raises StorageError if the address is wrong or the database cannot be opened, read or upgraded.
    """
    engine = backend_of(url).writer(parse_url(url), create=create)
    with disposed_on_error(engine), explained(engine), write_transaction(engine) as connection:
        if _is_outdated(connection):
            from newscrawl.storage.migrate import upgrade  # noqa: PLC0415 - Alembic is slow to import, rarely needed

            upgrade(connection)
    return engine


def check_database(url: str) -> None:
    """Open a database as a crawl does, creating it if it is missing, and close it again. Raises StorageError."""
    open_engine(url, create=True).dispose()


_kept: dict[str, Engine] = {}


@contextmanager
def kept_open(url: str) -> Iterator[Engine]:
    """Keep a database open for writing, so that `writing_engine` need not open it for every run of this process.

    Opening costs as much CPU as all that an idle crawl writes. Raises StorageError.
    """
    engine = _kept[url] = open_engine(url)
    try:
        yield engine
    finally:
        del _kept[url]
        close_readers()
        engine.dispose()


def kept_engine(url: str) -> Engine | None:
    """Return the engine that this process keeps open for a database, if it does."""
    return _kept.get(url)


@contextmanager
def writing_engine(url: str) -> Iterator[Engine]:
    """Yield the engine that is kept open, or else one for the body alone. Raises StorageError."""
    kept = kept_engine(url)
    if kept is not None:
        yield kept
        return
    engine = open_engine(url)
    try:
        yield engine
    finally:
        close_readers()
        engine.dispose()


@contextmanager
def write_connection(url: str) -> Iterator[Connection]:
    """Run one write transaction in an existing database. Raises StorageError."""
    with writing_engine(url) as engine, explained(engine), write_transaction(engine) as connection:
        yield connection


@contextmanager
def write_transaction(engine: Engine) -> Iterator[Connection]:
    """Run a transaction that holds the write lock from its start, so that what it reads cannot change meanwhile.

    Articles it writes are queued by triggers and indexed for search before the commit. An engine that is `fenced` asks
    first whether it may write.
    """
    with ExitStack() as opened:
        connection = _begin(engine, opened)
        if (fence := connection.get_execution_options().get(_FENCE)) is not None:
            fence(connection)
        yield connection
        index_queued(connection)


_FENCE = "newscrawl_fence"


def fenced(engine: Engine, fence: Callable[[Connection], None] | None) -> Engine:
    """Return the engine with a function that each of its write transactions calls first; None for no function."""
    return engine.execution_options(**{_FENCE: fence})


def _begin(engine: Engine, opened: ExitStack) -> Connection:
    """Begin a write transaction; while another process holds the lock, wait, and say so every five seconds."""
    for waits_left in reversed(range(MOST_WAITS)):
        try:
            with ExitStack() as begun:
                connection = begun.enter_context(engine.connect().execution_options(newscrawl_writes=True))
                begun.enter_context(connection.begin())
                opened.push(begun.pop_all())
                return connection
        except DBAPIError as error:
            if _is_hurried or not waits_left or not backend_of(engine.url).is_locked(error):
                raise
            place = printable(location(engine.url))
            logger.warning("database %s is locked: another process is writing; waiting for it", place)
    raise AssertionError("unreachable")


@contextmanager
def disposed_on_error(engine: Engine) -> Iterator[None]:
    """Dispose of the engine if the body raises."""
    try:
        yield
    except BaseException:
        engine.dispose()
        raise


@contextmanager
def explained(engine: Engine) -> Iterator[None]:
    """Turn errors of the database itself into a StorageError with a one-line message."""
    try:
        yield
    except DBAPIError as error:
        cause = backend_of(engine.url).cause(error)
        if cause is None:
            raise
        raise StorageError(f"database {printable(location(engine.url))}: {cause}") from error


def require_current(connection: Connection) -> None:
    """Check that the schema is the current version. Raises StorageError if tables are missing or of another version.

    As the first statement on a pooled connection it also reconnects if the server has dropped that connection.
    """
    try:
        current = connection.exec_driver_sql(_ASK_VERSION).scalar()
    except DBAPIError:  # the table may be missing
        connection.rollback()
        current = _version(connection)
    if current == VERSION:
        return
    place = f"database {printable(location(connection.engine.url))}"
    if current is None and not inspect(connection).get_table_names():
        raise StorageError(f"{place} has no newscrawl tables; run a crawl to create them")
    if _is_outdated(connection):
        raise StorageError(
            f"{place} was created by an older version of newscrawl; run `newscrawl db upgrade` or a crawl to upgrade it"
        )


def _version(connection: Connection) -> str | None:
    version: str | None = None
    with suppress(DatabaseError), connection.begin_nested():  # the table may be missing
        version = connection.exec_driver_sql(_ASK_VERSION).scalar()
    return version


def _is_outdated(connection: Connection) -> bool:
    """Whether tables are missing or old. Raises StorageError if they belong to another program or a newer version."""
    current = _version(connection)
    if current == VERSION:
        return False
    if current is None and inspect(connection).get_table_names():
        raise StorageError(
            f"database {printable(location(connection.engine.url))} holds tables of another program; "
            "set DATABASE_URL to another database"
        )

    from newscrawl.storage.migrate import versions  # noqa: PLC0415 - Alembic is slow to import, rarely needed

    if current is not None and current not in versions():
        raise StorageError(
            f"database {printable(location(connection.engine.url))} was created by a newer version of newscrawl "
            f"(schema {printable(current)}); upgrade newscrawl"
        )
    return True


@dataclass(frozen=True, slots=True)
class DatabaseFile:
    """Identity of the file that was opened. SQLite keeps writing to a file that was unlinked, and the data is lost."""

    path: Path | None
    _file: os.stat_result | None

    @classmethod
    def of(cls, engine: Engine) -> Self:
        """Remember the file of an SQLite database; for other databases there is nothing to check."""
        if engine.dialect.name != "sqlite":
            return cls(None, None)
        path = Path(location(engine.url))
        return cls(path, _stat(path))

    def check(self) -> None:
        """Raise StorageError if the file was removed or replaced since it was opened."""
        if self.path is None or self._file is None:
            return
        now = _stat(self.path)
        if now is None or not os.path.samestat(now, self._file):
            raise StorageError(
                f"database {printable(str(self.path))} was removed or replaced during the run "
                "(restore a backup before the next crawl, which would create a new database)"
            )


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None


def require(url: str) -> None:
    """Raise StorageError if the database does not exist."""
    backend_of(url).require(parse_url(url))


def has_database(url: str) -> bool:
    """Say whether the database exists, be it damaged or out of reach."""
    try:
        require(url)
    except StorageError:
        return False
    return True


@contextmanager
def read_connection(url: str) -> Iterator[Connection]:
    """Open a read-only connection that sees one snapshot of an existing database. Raises StorageError.

    Tables of another schema version are refused, not upgraded. The connection is pooled between uses.
    """
    engine = _reader(url)
    backend = backend_of(engine.url)
    backend.require(engine.url)
    with explained(engine), engine.connect() as connection:
        require_current(connection)
        seconds = _most_seconds.get()
        if seconds is None:
            yield connection
        else:
            with backend.limited(connection, seconds):
                yield connection


def database_clock(connection: Connection) -> datetime:
    """Return the time by the clock that all machines share which use the database."""
    if connection.dialect.name == "sqlite":
        return datetime.now(UTC)
    now: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return now


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Within the body, the database stops a statement of a read connection that takes longer, with a StorageError."""
    token = _most_seconds.set(seconds)
    try:
        yield
    finally:
        _most_seconds.reset(token)


_most_seconds: ContextVar[float | None] = ContextVar("_most_seconds", default=None)


@lru_cache(maxsize=16)
def _reader(url: str) -> Engine:
    engine = backend_of(url).reader(parse_url(url))
    _pools.add(engine.pool)
    finalize(engine, engine.pool.dispose)
    return engine


def close_readers() -> None:
    """Close idle reading connections, so that a writer that closes after them can remove SQLite's log files."""
    for pool in tuple(_pools):
        pool.dispose()


_pools: WeakSet[Pool] = WeakSet()
os.register_at_fork(before=close_readers)  # a connection must not be shared between processes


def select_rows(url: str, statement: str, seconds: float = 0) -> Iterator[Sequence[Any]]:
    """Run one read-only statement for at most so many seconds (0: no limit); yield the column names, then the rows.

    The database itself refuses anything but reading. Raises StorageError.
    """
    require(url)
    return backend_of(url).query(parse_url(url), statement, seconds)
