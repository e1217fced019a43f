"""Opening a database for reading alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from os import register_at_fork
from typing import Any
from weakref import WeakSet, finalize

from sqlalchemy import Connection, Engine, Pool

from newscrawl.storage.backends import backend_of, parse_url
from newscrawl.storage.engine import explained, require_current


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
    return backend_of(url).select(parse_url(url), statement)
