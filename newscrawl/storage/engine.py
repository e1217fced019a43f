"""Opening a database: migrations, transactions, and errors that say what to do."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from os import register_at_fork
from pathlib import Path
from typing import Any, Self
from weakref import WeakSet, finalize

from sqlalchemy import Connection, Engine, Pool, inspect
from sqlalchemy.exc import DatabaseError, DBAPIError

from newscrawl.storage.backends import backend_of, location, parse_url
from newscrawl.storage.errors import StorageError
from newscrawl.storage.schema import VERSION
from newscrawl.storage.search_index import index_queued
from newscrawl.text import printable

_ASK_VERSION = "select version_num from alembic_version"


def open_engine(url: str) -> Engine:
    """Open a database and bring its tables up to date, creating it where it is missing.

    Raises StorageError when the address is wrong or the database cannot be opened, read or upgraded.
    """
    engine = backend_of(url).writer(parse_url(url))
    with disposed_on_error(engine), explained(engine), write_transaction(engine) as connection:
        _upgrade(connection)
    return engine


def check_database(url: str) -> None:
    """Open a database as a crawl would, and let go of it. Raises StorageError."""
    open_engine(url).dispose()


@contextmanager
def write_transaction(engine: Engine) -> Iterator[Connection]:
    """One transaction that holds the right to write from its beginning: what it reads, nobody changes meanwhile.

    What it writes can be found when it is committed: triggers queue it for the index.
    """
    with engine.connect().execution_options(newscrawl_writes=True) as connection, connection.begin():
        yield connection
        index_queued(connection)


@contextmanager
def disposed_on_error(engine: Engine) -> Iterator[None]:
    """Let go of a database that does not do what it was opened for."""
    try:
        yield
    except BaseException:
        engine.dispose()
        raise


@contextmanager
def explained(engine: Engine) -> Iterator[None]:
    """Turn errors of the database itself into a StorageError of one line."""
    try:
        yield
    except DBAPIError as error:
        cause = backend_of(engine.url).cause(error)
        if cause is None:
            raise
        raise StorageError(f"database {printable(location(engine.url))}: {cause}") from error


def _upgrade(connection: Connection) -> None:
    if _is_outdated(connection):
        from newscrawl.storage.migrate import upgrade  # noqa: PLC0415 - Alembic is slow to import, and rarely needed

        upgrade(connection)


def require_current(connection: Connection) -> None:
    """Refuse to read tables that are missing, or of another version. Raises StorageError.

    It is the first question on a connection that was kept, and opens another where the server has left that one.
    """
    try:
        current = connection.exec_driver_sql(_ASK_VERSION).scalar()
    except DBAPIError:  # also: there is no such table
        connection.rollback()
        current = _version(connection)
    if current == VERSION:
        return
    place = f"database {printable(location(connection.engine.url))}"
    if current is None and not inspect(connection).get_table_names():
        raise StorageError(f"{place} has no tables of newscrawl; a crawl makes them")
    if _is_outdated(connection):
        raise StorageError(
            f"{place} was made by an older newscrawl; the next crawl upgrades it, or: newscrawl db upgrade"
        )


def _version(connection: Connection) -> str | None:
    version: str | None = None
    with suppress(DatabaseError), connection.begin_nested():  # there is no such table, or worse
        version = connection.exec_driver_sql(_ASK_VERSION).scalar()
    return version


def _is_outdated(connection: Connection) -> bool:
    """Say whether tables are missing or old. Raises StorageError where they are not ours, or newer."""
    current = _version(connection)
    if current == VERSION:
        return False
    if current is None and inspect(connection).get_table_names():
        raise StorageError(
            f"database {printable(location(connection.engine.url))} holds tables of another program; name another one"
        )

    from newscrawl.storage.migrate import versions  # noqa: PLC0415 - Alembic is slow to import, and rarely needed

    if current is not None and current not in versions():
        raise StorageError(
            f"database {printable(location(connection.engine.url))} was made by a newer newscrawl "
            f"(schema {printable(current)}); upgrade this one"
        )
    return True


@dataclass(frozen=True, slots=True)
class Presence:
    """The file that was opened: SQLite goes on writing to one that has lost its name, and nobody finds it again."""

    path: Path | None
    _file: os.stat_result | None

    @classmethod
    def of(cls, engine: Engine) -> Self:
        """Remember the file of a database, where it is a file."""
        if engine.dialect.name != "sqlite":
            return cls(None, None)
        path = Path(location(engine.url))
        return cls(path, _look(path))

    def check(self) -> None:
        """Raise StorageError where the file is not the one that was opened."""
        if self.path is None or self._file is None:
            return
        now = _look(self.path)
        if now is None or not os.path.samestat(now, self._file):
            raise StorageError(
                f"database {printable(str(self.path))} was removed or replaced while it was written "
                "(the next crawl makes it anew; restore a backup first)"
            )


def _look(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None


def require(url: str) -> None:
    """Refuse a database that is not there. Raises StorageError."""
    backend_of(url).require(parse_url(url))


@contextmanager
def read_connection(url: str) -> Iterator[Connection]:
    """A connection that can only read, to a database that is there, as it is at this moment. Raises StorageError.

    Nothing is upgraded: tables of another version are refused. Between two uses it stays open, and in no transaction.
    """
    engine = _engine(url)
    backend_of(engine.url).require(engine.url)
    with explained(engine), engine.connect() as connection:
        require_current(connection)
        yield connection


@lru_cache(maxsize=16)
def _engine(url: str) -> Engine:
    engine = backend_of(url).reader(parse_url(url))
    _pools.add(engine.pool)
    finalize(engine, engine.pool.dispose)
    return engine


def _close_idle() -> None:
    for pool in tuple(_pools):
        pool.dispose()


_pools: WeakSet[Pool] = WeakSet()
register_at_fork(before=_close_idle)  # two processes on one connection spoil it for each other


def select_rows(url: str, statement: str) -> Iterator[Sequence[Any]]:
    """Run one statement that can only read, and give the column names, then the rows.

    The database itself enforces it. Raises StorageError.
    """
    require(url)
    return backend_of(url).query(parse_url(url), statement)
