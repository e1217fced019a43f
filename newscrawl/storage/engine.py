"""Opening a database: migrations, transactions, and errors that say what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, Engine, inspect
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
        from newscrawl.storage import migrating  # noqa: PLC0415 - Alembic, which who finds all as it is can do without

        migrating.upgrade(connection)


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
    from newscrawl.storage import migrating  # noqa: PLC0415

    if current is not None and current not in migrating.versions():
        raise StorageError(
            f"database {printable(location(connection.engine.url))} was made by a newer newscrawl "
            f"(schema {printable(current)}); upgrade this one"
        )
    return True
