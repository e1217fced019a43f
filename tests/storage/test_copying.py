"""A database moved into another one."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from newscrawl.search.query import parse
from newscrawl.storage.copy import copy_database
from newscrawl.storage.errors import StorageError
from newscrawl.storage.maintenance import check, delete_article
from newscrawl.storage.search import search
from newscrawl.storage.selection import Selection
from newscrawl.storage.store import Store
from testing.forkserver import fork_server
from tests.cli.made import fill, refusal
from tests.conftest import POSTGRESQL_RARELY, ROOT
from tests.database import Database, committed, query, snapshot
from tests.projects import COMMAND, environment
from tests.storage.test_frontier import links, listing
from tests.storage.test_store import candidate


@pytest.fixture
def origin(tmp_path: Path) -> Database:
    """A file with all that a database has: copies, revisions, listings, addresses, and ids with gaps."""
    origin = Database(fill(tmp_path / "origin.db"))
    store = Store.open(origin.url, "bao", {})
    store.write([listing(*links(1, 2)), candidate(url="https://a.example/x"), candidate(url="https://a.example/amp/x")])
    store.close()
    delete_article(origin.url, 5, tmp_path / "archive")
    return origin


def everything(database: Database) -> dict[str, object]:
    """All content with its numbers, in one order for all databases."""
    tables = ("runs", "articles", "article_revisions", "pages", "near_duplicate_keys", "site_blocks", "article_urls")
    ids = {table: sorted(query(database, f"select * from {table}"), key=repr) for table in tables[3:]}
    return {**snapshot(database), **ids, "runs": query(database, "select id, spider, started_at from runs order by id")}


def test_copy_has_everything(origin, database):
    """Rows with their numbers, found by the same searches; and it lives on."""
    steps = list(copy_database(origin.url, database.url))
    assert steps[-1].stage == "verify"
    assert everything(database) == everything(origin)
    assert list(check(database.url)) == []
    for words in ("da nang", "bong da", "東京"):
        both = [search(base.url, Selection(query=parse(words), all_copies=True)) for base in (origin, database)]
        assert both[0].total == both[1].total > 0
    store = Store.open(database.url, "test", {})
    (result,) = store.write([candidate("Một bài mới.", url="https://new.example/")])
    store.close()
    ((newest,),) = query(origin, "select max(id) from articles")
    assert result.article_id is not None
    assert result.article_id > newest


def test_copy_comes_back_the_same(origin, database, tmp_path):
    """There and back again."""
    back = Database(f"sqlite:///{tmp_path}/back.db")
    list(copy_database(origin.url, database.url))
    list(copy_database(database.url, back.url))
    assert everything(back) == everything(origin)


@pytest.mark.slow
@pytest.mark.parametrize("steps", [1, 5, 9])
def test_stopped_copy_goes_on(origin, database, steps):
    """Wherever it was stopped."""
    copying = copy_database(origin.url, database.url)
    for _ in range(steps):
        next(copying)
    copying.close()
    list(copy_database(origin.url, database.url))
    assert everything(database) == everything(origin)
    list(copy_database(origin.url, database.url))
    assert everything(database) == everything(origin)


@pytest.mark.slow
@POSTGRESQL_RARELY
def test_killed_copy_goes_on(database, tmp_path):
    """By SIGKILL, in the middle of the articles."""
    origin = Database(f"sqlite:///{tmp_path}/large.db")
    store = Store.open(origin.url, "test", {})
    store.write([candidate(f"Bài số {n}.\nĐoạn {n}.", url=f"https://a.example/{n}") for n in range(1500)])
    store.close()
    command, options = [COMMAND, "db", "copy", origin.url, database.url], {"cwd": ROOT, "env": environment()}
    process = fork_server().start(command, **options)
    while committed(database) < 200:
        assert process.poll() is None
        time.sleep(0.01)
    process.kill()
    process.wait()
    assert 0 < committed(database) < 1500
    done = fork_server().run(command, **options)
    assert done.returncode == 0, done.stderr
    assert "1500 of them articles" in done.stdout
    assert everything(database) == everything(origin)


def test_other_contents_are_left_alone(origin, database):
    """Whether or not they came from newscrawl."""
    Store.open(database.url, "other", {}).close()
    before = everything(database)
    with pytest.raises(StorageError, match="is not empty; copy into an empty database"):
        list(copy_database(origin.url, database.url))
    assert everything(database) == before
    with pytest.raises(StorageError, match="both addresses name the same database"):
        list(copy_database(origin.url, origin.url))


def test_difference_is_told(origin, database):
    """A row that another program changed in the copy."""
    steps = copy_database(origin.url, database.url)
    while next(steps).stage != "verify":
        pass
    database.execute("update articles set title = 'Khác' where id = 1")
    with pytest.raises(StorageError, match=r"differs from .*origin\.db in table articles \(5 rows instead of 5\)"):
        list(steps)


def test_rows_that_point_nowhere_are_told_first(origin, database):
    """SQLite lets other programs leave them."""
    origin.execute("delete from articles where id = 4")
    line = refusal(origin.url, "db", "copy", origin.url, database.url)
    assert "references a missing row of table articles; repair it before copying" in line
