"""Opening a database: connection rules, migrations, and errors that say what to do."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, inspect
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DatabaseError, DataError, IntegrityError, ProgrammingError
from sqlalchemy.pool import ConnectionPoolEntry

from newscrawl.storage.search_index import index_queued
from newscrawl.text import printable

BUSY_TIMEOUT = 60
"""Seconds to wait for another process's transaction before giving up."""

_MIGRATIONS = Path(__file__).parent / "migrations"


class StorageError(Exception):
    """The database cannot do what is asked of it. The message is one line for a person."""


def open_engine(url: str) -> Engine:
    """Open a database and bring its tables up to date, creating it where it is missing.

    Raises StorageError when the address is wrong or the database cannot be opened, read or upgraded.
    """
    parsed = parse_url(url)
    engine = create_engine(parsed, hide_parameters=True, connect_args={"timeout": BUSY_TIMEOUT})
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    try:
        with explained(engine), write_transaction(engine) as connection:
            _upgrade(connection)
    except StorageError:
        engine.dispose()
        raise
    return engine


def parse_url(url: str) -> URL:
    """Check a database address. Raises StorageError."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise StorageError("DATABASE_URL is not a database address; write it as sqlite:///newscrawl.db") from None
    if parsed.get_backend_name() != "sqlite":
        raise StorageError(f"DATABASE_URL names {parsed.drivername}; only sqlite:/// is supported so far")
    if parsed.database in {None, "", ":memory:"}:
        raise StorageError("DATABASE_URL names a database in memory, which would be lost; name a file: sqlite:///x.db")
    return parsed


def check_database(url: str) -> None:
    """Open a database as a crawl would, and let go of it. Raises StorageError."""
    open_engine(url).dispose()


def location(url: str | URL) -> str:
    """Where a database is, for a person: the path of its file."""
    return str(Path(make_url(url).database or "").absolute())


@contextmanager
def write_transaction(engine: Engine) -> Iterator[Connection]:
    """One transaction that holds the right to write from its beginning.

    SQLite refuses at once, whatever the timeout, when a transaction that began by reading wants to write
    while another one writes. What it writes can be found when it is committed: triggers queue it for the index.
    """
    with engine.connect().execution_options(newscrawl_writes=True) as connection, connection.begin():
        yield connection
        index_queued(connection)


@contextmanager
def explained(engine: Engine) -> Iterator[None]:
    """Turn errors of the database itself into a StorageError of one line."""
    try:
        yield
    except (DataError, IntegrityError, ProgrammingError):
        raise  # the fault is in what was asked, not in the database
    except DatabaseError as error:
        cause = printable(str(error.orig)).strip()
        raise StorageError(f"database {printable(location(engine.url))}: {cause}{_advice(cause)}") from error


def _advice(cause: str) -> str:
    advice = {
        "unable to open": "does its folder exist, and may you write there?",
        "readonly": "may you write the file and its folder?",
        "not a database": "name another file; this one was left as it is",
        "already exists": "it holds tables of another program; name another file",
        "is locked": f"another process has been writing for {BUSY_TIMEOUT} s; try again when it is done",
        "is full": "free some space; what was stored before is safe",
    }
    return "".join(f" ({what})" for words, what in advice.items() if words in cause)


def _on_connect(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:  # noqa: ARG001
    # The driver would begin transactions by itself, and later than we want them.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("pragma journal_mode = wal")
    cursor.execute("pragma synchronous = full")  # what is acknowledged survives a power cut
    cursor.execute("pragma foreign_keys = on")
    cursor.close()


def _on_begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("newscrawl_writes")
    connection.exec_driver_sql("begin immediate" if writes else "begin")


def _upgrade(connection: Connection) -> None:
    if is_outdated(connection):
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS))
        config.attributes["connection"] = connection
        logging.getLogger("alembic").setLevel(logging.WARNING)  # it reports each step at INFO
        command.upgrade(config, "head")


def is_outdated(connection: Connection) -> bool:
    """Say whether tables are missing or old. Raises StorageError where they are not ours, or newer."""
    head, known = _revisions()
    try:
        if connection.exec_driver_sql("select version_num from alembic_version").scalar() == head:
            return False
    except DatabaseError:  # there is no such table, or worse
        pass
    current = MigrationContext.configure(connection).get_current_revision()
    if current is None and inspect(connection).get_table_names():
        raise StorageError(
            f"database {printable(location(connection.engine.url))} holds tables of another program; name another file"
        )
    if current is not None and current not in known:
        raise StorageError(
            f"database {printable(location(connection.engine.url))} was made by a newer newscrawl "
            f"(schema {printable(current)}); upgrade this one"
        )
    return current != head


@cache
def _revisions() -> tuple[str | None, frozenset[str]]:
    """The newest version of the tables, and all that there were."""
    scripts = ScriptDirectory(str(_MIGRATIONS))
    return scripts.get_current_head(), frozenset(script.revision for script in scripts.walk_revisions())
