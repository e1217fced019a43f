"""Database backends: what is specific to SQLite and PostgreSQL, one module each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, Insert, Select, Table
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from newscrawl.storage.errors import StorageError
from newscrawl.storage.selection import Selection

EXAMPLES = "sqlite:///newscrawl.db or postgresql://user@host/newscrawl"


class Backend(Protocol):
    """What the rest of storage needs from a database. Functions that open one raise StorageError."""

    def check_address(self, url: URL) -> URL:
        """Return the address with the driver to use. Raises StorageError if it names no database."""

    def location(self, url: URL) -> str:
        """Return where a database is, for the user; never with a password."""

    def require(self, url: URL) -> None:
        """Raise StorageError if the database does not exist, because opening it would create it."""

    def writer(self, url: URL, *, create: bool) -> Engine:
        """Create an engine whose transactions with the option `newscrawl_writes` exclude each other.

        Without `create`, connecting to a database that does not exist raises StorageError.
        """

    def reader(self, url: URL) -> Engine:
        """Create a read-only engine with pooled connections; each transaction sees one snapshot."""

    def limited(self, connection: Connection, seconds: float) -> AbstractContextManager[None]:
        """Within the body, stop a statement of a reader that takes longer."""

    def cause(self, error: DBAPIError) -> str | None:
        """Return in one line what is wrong with the database; None if the error is in the statement or its values."""

    def is_locked(self, error: DBAPIError) -> bool:
        """Whether another process held the write lock for as long as was waited."""

    def query(self, url: URL, statement: str, seconds: float) -> Iterator[Sequence[Any]]:
        """Run a user's statement, which the database only allows to read; yield column names, then rows.

        It may work for so many seconds; 0 sets no limit.
        """

    def prepare(self, connection: Connection) -> None:
        """Prepare a transaction for full-text search."""

    def matching(self, selection: Selection) -> Select[Any]:
        """Select the ids of the articles that match a selection with words."""

    def ranked(self, selection: Selection, now: datetime, limit: int) -> Select[Any]:
        """Select the `id` of the best matches for a selection with words, each with the `total` number of matches."""

    def insert(self, table: Table) -> Any:
        """Return an INSERT that supports `on_conflict_do_nothing` and `on_conflict_do_update`."""

    def insert_article(self) -> Insert:
        """Return an INSERT that gives an article a number that none has had, and returns it."""

    def find_damage(self, connection: Connection) -> Iterator[str]:
        """Yield what is wrong with the tables, one line each."""

    def is_index_whole(self, engine: Engine) -> bool:
        """Whether the full-text index agrees with `article_words`."""

    def queue_all(self, connection: Connection) -> None:
        """Queue all articles to be indexed again."""

    def compact(self, engine: Engine) -> None:
        """Free the space of deleted data."""

    def advance_sequences(self, connection: Connection) -> None:
        """Let new rows be numbered after rows that were inserted with their ids."""

    def size(self, connection: Connection) -> int:
        """Return the size of the database on disk, in bytes."""


def backend_of(url: str | URL) -> Backend:
    """Return the backend for a database address. Raises StorageError for an unsupported one."""
    # Imported here because only one is needed, and because the backends import this package.
    name = (url if isinstance(url, URL) else _parsed(url)).get_backend_name()
    if name == "sqlite":
        from newscrawl.storage.backends import sqlite  # noqa: PLC0415

        return sqlite
    if name in {"postgresql", "postgres"}:
        from newscrawl.storage.backends import postgresql  # noqa: PLC0415

        return postgresql
    raise StorageError(f"DATABASE_URL names {name}, which is not supported; write it as {EXAMPLES}")


def parse_url(url: str) -> URL:
    """Parse and check a database address; return it with the driver to use. Raises StorageError."""
    return backend_of(url).check_address(_parsed(url))


def _parsed(url: str) -> URL:
    # The error does not quote the address, which may contain a password.
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise StorageError(f"DATABASE_URL is not a database address; write it as {EXAMPLES}") from None
    if "?" in url and parsed.get_backend_name() == "sqlite":  # what comes behind would be left out of the name
        raise StorageError("a SQLite address has no options; write %3F for a question mark in the name of the file")
    return parsed


def shown_address(url: str) -> str:
    """Return an address as a user can type it, without a password."""
    return url if _parsed(url).get_backend_name() == "sqlite" else location(url)


def location(url: str | URL) -> str:
    """Return where a database is, for the user: the path of its file, or its address without the password."""
    return backend_of(url).location(url if isinstance(url, URL) else _parsed(url))


def server_address(url: str) -> str:
    """Return the address of a PostgreSQL database for another program than SQLAlchemy, with its password.

    Raises StorageError for any other database.
    """
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        raise StorageError("several machines can only share a PostgreSQL database; set DATABASE_URL to one")
    return parsed.set(drivername="postgresql").render_as_string(hide_password=False)
