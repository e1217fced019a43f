"""Stories with very many copies, such as the pages that a hostile site makes up."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, insert

from newscrawl.storage.engine import open_engine, write_transaction
from newscrawl.storage.maintenance import delete_article
from newscrawl.storage.schema import articles
from newscrawl.storage.store import Store
from tests.database import Database, query
from tests.storage.test_duplicates import page, story
from tests.storage.test_store import NOON

pytestmark = pytest.mark.slow

COPIES = 1_200
MOST = 600
"""Values of a statement; PostgreSQL takes 65,535, and so many copies would take the test long."""


@contextmanager
def counted():
    """How many values the largest statement was given."""
    found = {"values": 0}

    def note(_connection: Any, _cursor: Any, _statement: str, parameters: Any, _context: Any, is_many: bool) -> None:
        found["values"] = max([found["values"], *(len(one) for one in (parameters if is_many else [parameters]))])

    event.listen(Engine, "before_cursor_execute", note)
    yield found
    event.remove(Engine, "before_cursor_execute", note)


@pytest.fixture
def database(each_database: Database) -> Database:
    """A story and its copies on one site, all with the same text."""
    store = Store.open(each_database.url, "test", {})
    store.write([page("head", story(1), source="bao")])
    store.close()
    engine = open_engine(each_database.url)
    with write_transaction(engine) as connection:
        (row,) = connection.execute(articles.select()).mappings().all()
        copy = {**row, "duplicate_of": row["id"], "similarity": 1.0, "published_at": NOON + timedelta(minutes=1)}
        del copy["id"]
        names = [f"https://bao.example/{number}" for number in range(COPIES)]
        connection.execute(insert(articles), [copy | {"url_key": name, "url": name} for name in names])
    engine.dispose()
    return each_database


def heads(database: Database) -> list[tuple]:
    """Who leads, and how many follow each."""
    followers = "select head.url_key, count(*) from articles a join articles head on head.id = a.duplicate_of"
    return query(database, f"{followers} group by head.url_key")


def test_a_copy_is_added_to_a_story_of_very_many(database):
    """Later than the head, it follows; earlier, all follow it; the head may be deleted, and may be gone."""
    store = Store.open(database.url, "test", {})
    now = datetime.now(UTC)
    with counted() as found:
        store.write([page("later", story(1), 2, source="tin", fetched_at=now)])
        assert heads(database) == [("https://head.example/", COPIES + 1)]
        store.write([page("earlier", story(1), -2, source="bao", fetched_at=now)])
        assert heads(database) == [("https://earlier.example/", COPIES + 2)]
        store.write([page("later", [*story(1), *story(2, 1)], 2, source="tin", fetched_at=now)])
        assert heads(database) == [("https://earlier.example/", COPIES + 2)]
        store.write([page("later", story(7), 2, source="tin", fetched_at=now + timedelta(hours=1))])
        assert heads(database) == [("https://earlier.example/", COPIES + 1)]
        assert delete_article(database.url, 1, None) is not None
    assert found["values"] <= MOST
    store.close()


def test_a_copy_that_is_added_reads_none_of_the_others(database):
    """Whom it follows is decided with the head alone."""
    store = Store.open(database.url, "test", {})
    with counted() as found:
        store.write([page("later", story(1), 2, source="tin", fetched_at=datetime.now(UTC))])
    store.close()
    assert heads(database) == [("https://head.example/", COPIES + 1)]
    assert found["values"] < 200
