"""Opening a database for reading alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection

from newscrawl.storage.backends import backend_of, parse_url
from newscrawl.storage.engine import explained, require_current


def require(url: str) -> None:
    """Refuse a database that is not there. Raises StorageError."""
    backend_of(url).require(parse_url(url))


@contextmanager
def read_connection(url: str) -> Iterator[Connection]:
    """A connection that can only read, to a database that is there. Raises StorageError.

    Nothing is upgraded: tables of another version are refused.
    """
    require(url)
    engine = backend_of(url).reader(url)
    with explained(engine), engine.connect() as connection:
        require_current(connection)
        yield connection


def select_rows(url: str, statement: str) -> Iterator[Sequence[Any]]:
    """Run one statement that can only read, and give the column names, then the rows.

    The database itself enforces it. Raises StorageError.
    """
    require(url)
    return backend_of(url).select(parse_url(url), statement)
