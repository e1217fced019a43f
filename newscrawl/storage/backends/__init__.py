"""The databases that articles are stored in: what is not standard SQL about each of them, one module a database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, Select, Table
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from newscrawl.storage.errors import StorageError
from newscrawl.storage.selection import Selection

EXAMPLES = "sqlite:///newscrawl.db or postgresql://user@host/newscrawl"


class Backend(Protocol):
    """What the rest of storage asks of a database. Every function that opens one raises StorageError."""

    def check_address(self, url: URL) -> URL:
        """Return the address with the driver that is used. Raises StorageError where it names no database."""

    def location(self, url: URL) -> str:
        """Where a database is, for a person; never with a password."""

    def require(self, url: URL) -> None:
        """Refuse a database that is not there, before something opens it and so makes it."""

    def writer(self, url: URL) -> Engine:
        """Make an engine whose transactions, asked for with the option `newscrawl_writes`, write one at a time."""

    def reader(self, url: URL) -> Engine:
        """Make an engine that can only read, in each transaction one moment; its connections are used again."""

    def cause(self, error: DBAPIError) -> str | None:
        """Say in one line what is wrong with the database; None where the fault is in what was asked of it."""

    def query(self, url: URL, statement: str) -> Iterator[Sequence[Any]]:
        """Run a person's own statement, which the database lets do nothing but read: column names, then rows."""

    def prepare(self, connection: Connection) -> None:
        """Make a transaction ready to look words up."""

    def matching(self, selection: Selection) -> Select[Any]:
        """The ids of the articles that a selection with words names."""

    def ranked(self, selection: Selection, now: datetime, limit: int) -> Select[Any]:
        """The `id` of the best articles for a selection with words, and with each the `total` that there are."""

    def insert(self, table: Table) -> Any:
        """An INSERT that can be told what to do where the key is there (`on_conflict_do_…`)."""

    def damage(self, connection: Connection) -> Iterator[str]:
        """Yield what is wrong with the tables themselves, a line each."""

    def is_index_whole(self, engine: Engine) -> bool:
        """Whether the full-text index agrees with the words that it is made of."""

    def index_anew(self, connection: Connection) -> None:
        """Let all articles wait for being indexed."""

    def compact(self, engine: Engine) -> None:
        """Give back the space of what was deleted."""

    def count_on(self, connection: Connection) -> None:
        """Let new rows take the numbers after those that rows were stored with."""

    def size(self, connection: Connection) -> int:
        """Bytes that the database takes on disk."""


def backend_of(url: str | URL) -> Backend:
    """The database that an address is about. Raises StorageError for one that is not known."""
    # They import this package's names; and who has the one has no use for the other.
    name = (url if isinstance(url, URL) else _parsed(url)).get_backend_name()
    if name == "sqlite":
        from newscrawl.storage.backends import sqlite  # noqa: PLC0415

        return sqlite
    if name in {"postgresql", "postgres"}:
        from newscrawl.storage.backends import postgresql  # noqa: PLC0415

        return postgresql
    raise StorageError(f"DATABASE_URL names {name}, which is not supported; write it as {EXAMPLES}")


def parse_url(url: str) -> URL:
    """Check a database address, and return it with the driver that is used. Raises StorageError."""
    return backend_of(url).check_address(_parsed(url))


def _parsed(url: str) -> URL:
    # What is wrong with an address is not said in its own words: its password may be among them.
    try:
        return make_url(url)
    except (ArgumentError, ValueError):
        raise StorageError(f"DATABASE_URL is not a database address; write it as {EXAMPLES}") from None


def shown_address(url: str) -> str:
    """Return an address as a person can type it, without a password."""
    return url if _parsed(url).get_backend_name() == "sqlite" else location(url)


def location(url: str | URL) -> str:
    """Where a database is, for a person: the path of its file, or its address without the password."""
    return backend_of(url).location(url if isinstance(url, URL) else _parsed(url))
