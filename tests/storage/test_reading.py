"""Reading again and again in one process, while the database lives on beside it."""

from __future__ import annotations

import itertools
import os
import shutil
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from newscrawl.storage.engine import read_connection
from newscrawl.storage.errors import StorageError
from newscrawl.storage.lookup import history
from newscrawl.storage.schema import articles
from newscrawl.storage.search import search
from newscrawl.storage.selection import Selection
from newscrawl.storage.store import Store
from tests.conftest import ONLY_SQLITE
from tests.database import query
from tests.storage.test_store import candidate


@pytest.fixture
def url(database):
    """A database of one article."""
    store(database.url, "https://a.example/1")
    return database.url


def store(url: str, *addresses: str) -> None:
    """Add articles, as a crawl does."""
    writing = Store.open(url, "test", {})
    writing.write([candidate(f"Bài ở {address}.", url=address) for address in addresses])
    writing.close()


def total(url: str) -> int:
    """How many articles there are to a reader."""
    return search(url, Selection(all_copies=True)).total


def open_files(path: Path) -> int:
    """How often this process has a file open."""
    links = list(Path("/proc/self/fd").iterdir())
    return sum(os.path.realpath(link) == str(path.resolve()) for link in links if link.exists())


def test_connection_is_used_again_and_in_no_transaction_meanwhile(url, database):
    """One of them, which keeps no writer and no clean-up from its work."""
    for _ in range(3):
        assert total(url) == 1
    if database.is_sqlite:
        assert open_files(database.path) == 1
        with closing(sqlite3.connect(database.path)) as other:
            other.execute("update articles set section = 'x'")
            other.commit()
            assert other.execute("pragma wal_checkpoint(truncate)").fetchone() == (0, 0, 0)
    else:
        states = "select state from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
        assert query(database, states) == [("idle",)]


def test_what_is_stored_meanwhile_is_seen_by_the_next_call_and_by_none_before(url):
    """A call sees one moment."""
    count = select(articles.c.id)
    with read_connection(url) as connection:
        assert len(connection.execute(count).all()) == 1
        store(url, "https://a.example/2")
        assert len(connection.execute(count).all()) == 1
    assert total(url) == 2


def test_connection_that_is_kept_cannot_write(url, database):
    """The database itself refuses."""
    for _ in range(2):
        with pytest.raises(StorageError, match=r"readonly|read-only"), read_connection(url) as connection:
            connection.exec_driver_sql("delete from articles")
    assert total(url) == 1


def test_tables_that_change_their_version_meanwhile_are_refused(url, database):
    """In the one line that says what to do."""
    assert total(url) == 1
    database.execute("update alembic_version set version_num = '9999'")
    with pytest.raises(StorageError, match="newer version of newscrawl"):
        history(url, 1)
    database.execute("drop table alembic_version")
    with pytest.raises(StorageError, match="tables of another program"):
        history(url, 1)


def test_threads_read_at_once(url):
    """Each on a connection of its own."""
    counts: list[int] = []
    threads = [threading.Thread(target=lambda: counts.extend(total(url) for _ in range(10))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == [1] * 80


def test_child_reads_without_the_connection_of_its_parent(url, database):
    """Both go on."""

    def place() -> int:
        if database.is_sqlite:
            return open_files(database.path)
        with read_connection(url) as connection:
            return connection.exec_driver_sql("select pg_backend_pid()").scalar_one()

    assert total(url) == 1
    inherited = place()
    child = os.fork()
    if child == 0:
        os._exit(0 if place() != inherited and total(url) == 1 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert total(url) == 1


@ONLY_SQLITE
@pytest.mark.parametrize("replace", [os.replace, shutil.copyfile])
def test_file_that_took_the_place_of_another_is_read(url, database, new_database, replace):
    """Whether it was moved there or written over it, as a backup is restored."""
    assert total(url) == 1
    other = new_database()
    store(other.url, "https://b.example/1", "https://b.example/2")
    replace(other.path, database.path)
    assert total(url) == 2
    assert open_files(database.path) == 1
    database.path.unlink()
    with pytest.raises(StorageError, match="does not exist"):
        total(url)


@ONLY_SQLITE
def test_file_may_change_as_fast_as_it_is_opened(url, database):
    """As where a crawl moves its log into it."""
    done = threading.Event()

    def change() -> None:
        for moment in itertools.takewhile(lambda _: not done.is_set(), itertools.count()):
            os.utime(database.path, ns=(moment, moment))

    thread = threading.Thread(target=change)
    thread.start()
    try:
        assert [total(url) for _ in range(200)] == [1] * 200
    finally:
        done.set()
        thread.join()


@ONLY_SQLITE
def test_address_is_that_of_the_working_directory(new_database, tmp_path, monkeypatch):
    """As it is when somebody reads."""
    for count in (1, 2):
        made = new_database()
        store(made.url, *(f"https://a.example/{number}" for number in range(count)))
        folder = tmp_path / str(count)
        folder.mkdir()
        made.path.rename(folder / "news.db")
        monkeypatch.chdir(folder)
        assert total("sqlite:///news.db") == count


@ONLY_SQLITE
def test_crawl_that_ends_leaves_all_in_the_file_although_a_reader_is_there(url, database, tmp_path):
    """Who copies the one file has every article."""
    assert total(url) == 1
    store(url, "https://a.example/2")
    shutil.copyfile(database.path, tmp_path / "copy.db")
    assert query(tmp_path / "copy.db", "select count(*) from articles") == [(2,)]


@ONLY_SQLITE
def test_crawl_that_ends_leaves_no_log_that_a_restored_copy_would_take_up(url, database, tmp_path):
    """A copy that is written over the file is what is read, and nothing of what was there."""
    shutil.copyfile(database.path, tmp_path / "copy.db")
    assert total(url) == 1
    store(url, "https://a.example/2")
    shutil.copyfile(tmp_path / "copy.db", database.path)
    assert total(url) == 1
    assert query(database.path, "pragma integrity_check") == [("ok",)]
