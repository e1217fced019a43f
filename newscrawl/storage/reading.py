"""Opening a database for reading alone."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, NullPool, create_engine

from newscrawl.storage.engine import BUSY_TIMEOUT, StorageError, explained, is_outdated, location, parse_url
from newscrawl.text import printable


def existing_file(url: str) -> Path:
    """Return the file of a database that is to be read. Raises StorageError where there is none."""
    parse_url(url)
    path = Path(location(url))
    if not path.is_file():
        raise StorageError(f"database {printable(str(path))} does not exist; a crawl makes it")
    return path


@contextmanager
def read_connection(url: str) -> Iterator[Connection]:
    """A connection that can only read, to a database that is there. Raises StorageError.

    Nothing is upgraded: tables of another version are refused.
    """
    engine = _reader(url, f"{existing_file(url).as_uri()}?mode=ro")
    with explained(engine), engine.connect() as connection:
        if is_outdated(connection):
            raise StorageError(
                f"database {printable(location(url))} was made by an older newscrawl; the next crawl upgrades it, "
                "or: newscrawl db upgrade"
            )
        yield connection


@lru_cache(maxsize=16)
def _reader(url: str, address: str) -> Engine:
    """Who reads again has the statements at hand; no connection stays open."""

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(address, uri=True, timeout=BUSY_TIMEOUT)

    options = {"creator": connect, "poolclass": NullPool, "json_deserializer": _loads}
    return create_engine(parse_url(url), hide_parameters=True, **options)


def _loads(value: str) -> Any:
    return [] if value == "[]" else json.loads(value)  # most lists are empty
