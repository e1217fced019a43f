"""Looking into a crawl's database from outside, also while it is written."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import psycopg

from newscrawl.storage.engine import check_database


@dataclass(frozen=True)
class Database:
    """A database of any kind, by its address."""

    url: str

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file."""
        return self.url.startswith("sqlite:")

    @property
    def path(self) -> Path:
        """The file of a SQLite database."""
        assert self.is_sqlite
        return Path(self.url.removeprefix("sqlite:///"))

    @contextmanager
    def snapshot(self) -> Iterator[Any]:
        """A connection that sees what there is at its first statement, and nothing later."""
        if self.is_sqlite:
            with closing(sqlite3.connect(self.path, isolation_level=None)) as connection:
                connection.execute("begin")
                yield connection
        else:
            with psycopg.connect(self.url) as other:
                other.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
                yield other

    def execute(self, *statements: str) -> None:
        """Write, as another program does."""
        if self.is_sqlite:
            with closing(sqlite3.connect(self.path, timeout=30)) as connection, connection:
                for statement in statements:
                    connection.execute(statement)
        else:
            with psycopg.connect(self.url) as connection:
                for statement in statements:
                    connection.execute(statement)


@cache
def tables() -> bytes:
    """A SQLite file as a crawl leaves it that stored nothing. To make one takes as long as to crawl ten pages."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tables.db"
        check_database(f"sqlite:///{path}")
        assert not path.with_name("tables.db-wal").exists()
        return path.read_bytes()


def database_in(folder: Path, name: object = "out") -> Database:
    """Make a SQLite database with tables."""
    path = folder / f"{name}.db"
    path.write_bytes(tables())
    return Database(f"sqlite:///{path}")


SNAPSHOTS = {
    "articles": """
        select a.url_key, a.url, a.canonical_url, a.source, a.title, a.description, a.text, a.blocks, a.authors,
               a.section, a.tags, a.language, a.image_url, a.published_precision, a.revision, a.content_hash,
               head.url_key, a.similarity, a.word_count, a.body_digest, a.extractor, a.images, a.published_raw,
               a.published_source, a.paywalled
        from articles a left join articles head on head.id = a.duplicate_of order by a.url_key
    """,
    "article_revisions": """
        select a.url_key, r.number, r.title, r.text, r.cause, r.extractor
        from article_revisions r join articles a on a.id = r.article_id order by a.url_key, r.number
    """,
    "pages": """
        select p.url_key, p.url, p.source, p.outcome, p.reason, p.error, a.url_key
        from pages p left join articles a on a.id = p.article_id order by p.url_key
    """,
}
"""Every column of every table of content, but times and ids."""


def query(database: Path | Database, statement: str) -> list[tuple[Any, ...]]:
    """Run one statement; the answer is as SQLite gives it, whatever the database."""
    if isinstance(database, Database) and not database.is_sqlite:
        with psycopg.connect(database.url, options="-c timezone=UTC") as other:
            return [tuple(map(as_sqlite_has_it, row)) for row in other.execute(statement)]
    path = database.path if isinstance(database, Database) else database
    with closing(sqlite3.connect(path, timeout=30)) as connection:
        return connection.execute(statement).fetchall()


def as_sqlite_has_it(value: Any) -> Any:
    """A value of another database, in the form in which SQLite gives it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, list | dict):
        return json.dumps(value)
    return int(value) if isinstance(value, bool) else value


def committed(database: Path | Database) -> int:
    """How many articles stand in a database that may not even be there yet."""
    if isinstance(database, Database) and database.is_sqlite:
        database = database.path
    if isinstance(database, Path) and not database.exists():
        return 0
    try:
        return int(query(database, "select count(*) from articles")[0][0])
    except sqlite3.OperationalError:  # no such table yet
        return 0


def snapshot(database: Path | Database) -> dict[str, list[tuple[Any, ...]]]:
    """All content of a database, to compare it with another."""
    return {table: query(database, statement) for table, statement in SNAPSHOTS.items()}
