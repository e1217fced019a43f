"""The articles of an archive file are found by an index, however many others there are."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, event, insert

from newscrawl.storage.engine import open_engine
from newscrawl.storage.maintenance import prune
from newscrawl.storage.reextractions import Reextraction, Scope
from newscrawl.storage.schema import articles
from tests.database import Database

FILE = "20200101T000000Z-bao-00000.warc.gz"


@pytest.fixture
def statements():
    """What was asked of a database, with its parameters."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    yield asked
    event.remove(Engine, "before_cursor_execute", note)


@pytest.fixture
def database(each_database: Database) -> Database:
    """Enough articles, in 50 files, for an index to be worth its while."""
    now = datetime.now(UTC)
    facts = {"text": "Một bài báo. " * 50, "blocks": [], "authors": [], "tags": [], "fetched_at": now}
    facts |= {"first_seen_at": now, "updated_at": now, "revision": 1, "content_hash": "", "word_count": 150}
    facts |= {"body_digest": "", "extractor": "", "archive_offset": 0}
    engine = open_engine(each_database.url)
    with engine.begin() as connection:
        rows = [facts | {"url_key": str(number), "archive_file": f"{number % 50}.warc.gz"} for number in range(500)]
        connection.execute(insert(articles), rows)
    engine.dispose()
    if not each_database.is_sqlite:  # which analyses by itself, as SQLite never does
        each_database.execute("analyze")
    return each_database


def plan(database: Database, statement: str, parameters: Any) -> str:
    """How a database answers a statement."""
    if database.is_sqlite:
        with closing(sqlite3.connect(database.path)) as connection:
            found = connection.execute(f"explain query plan {statement}", parameters).fetchall()
            return "\n".join(row[-1] for row in found)
    with psycopg.connect(database.url) as other:
        return "\n".join(row[0] for row in other.execute(f"explain {statement}", parameters))


def of_files(database: Database, statements: list[tuple[str, Any]]) -> list[str]:
    """The plans of the statements that ask for the articles of a file."""
    asked = [one for one in statements if "archive_file = " in one[0].partition("WHERE")[2].lower()]
    statements.clear()
    return [plan(database, *one) for one in asked]


def test_pruning_a_file_looks_at_its_articles_alone(database, statements, tmp_path):
    """Also in a dry run."""
    folder = tmp_path / "archive"
    folder.mkdir()
    (folder / FILE).touch()
    os.utime(folder / FILE, (0, 0))
    days = {"archive_days": 30, "runs_days": None}
    assert prune(database.url, archive=folder, **days, dry_run=True).files == 1
    (would,) = of_files(database, statements)
    assert prune(database.url, archive=folder, **days).files == 1
    before, after = of_files(database, statements)
    assert all("ix_articles_archive" in one for one in (would, before, after))


def test_reextracting_a_file_looks_at_its_articles_alone(database, statements):
    """Those of a sample are chosen by it, and all are listed by it."""
    Reextraction.dry_run(database.url, Scope(file="7.warc.gz"), 10).close()
    opened = Reextraction.begin(database.url, Scope(file="7.warc.gz"))
    assert next(opened.articles()).url_key == "7"
    opened.close()
    plans = of_files(database, statements)
    assert plans
    assert all("ix_articles_archive" in one for one in plans), plans
