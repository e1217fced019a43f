"""Several runs of a process that write to one database."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from threading import Event

import pytest
from sqlalchemy import event, text

from newscrawl.items import Link, Listing, Visit
from newscrawl.storage.engine import kept_engine, kept_open
from newscrawl.storage.errors import StorageError
from newscrawl.storage.group_commit import RunWriter, commit_of, shared_commit
from newscrawl.storage.locks import is_held, lock_folder
from newscrawl.storage.runs import begin, conclude_run, lock_for_runs
from newscrawl.storage.store import Store, write_together
from tests.database import Database, query
from tests.storage.test_store import candidate

ONE, TWO = "https://one.example/a.html", "https://two.example/a.html"


@pytest.fixture
def database(tmp_path, file_with_tables):
    """A file; the server's transactions are the same."""
    shutil.copyfile(file_with_tables, tmp_path / "out.db")
    return Database(f"sqlite:///{tmp_path / 'out.db'}")


def stores(database: Database, lock) -> list[Store]:
    """Two runs of this process."""
    engine = kept_engine(database.url)
    assert engine is not None
    with engine.begin() as connection:
        ids = [begin(connection, name, {}, lock) for name in ("one", "two")]
    return [Store.open(database.url, "", {}, run_id=run_id) for run_id in ids]


def test_runs_share_transactions_and_each_counts_its_own(database):
    """What two runs have to write is one commit; their records and their engine stay apart from one another's."""
    commits = []
    with kept_open(database.url) as engine:
        lock = lock_for_runs(database.url)
        one, two = stores(database, lock)
        assert one.engine is two.engine is engine
        event.listen(engine, "commit", commits.append)
        entries = [(one, candidate(url=ONE)), (two, candidate("Khác.", url=TWO)), (two, candidate("Khác.", url=TWO))]
        results = write_together(engine, [*entries, lambda connection: connection.execute(text("select 7")).scalar()])
        assert [result.outcome for result in results[:3]] == ["stored", "stored", "unchanged"]
        assert results[3] == 7
        assert len(commits) == 1
        one.finish("finished")
        one.close()
        assert is_held(lock_folder(database.url) / lock.path.name)
        two.finish("finished")
        two.close()
        for run_id in (1, 2):
            conclude_run(database.url, run_id, 0, None)
        lock.release(remove=True)
    counts = "json_extract(counts, '$.outcomes')"
    ended = query(database, f"select spider, reason, exit_code, seconds >= 0, {counts} from runs order by id")
    assert ended == [
        ("one", "finished", 0, 1, '{"stored":1}'),
        ("two", "finished", 0, 1, '{"stored":1,"unchanged":1}'),
    ]
    assert kept_engine(database.url) is None


def test_run_that_cannot_write_takes_no_other_along(database):
    """Its items fail, one by one; those of another run in the same batch are stored."""
    with shared_commit(database.url) as commit:
        lock = lock_for_runs(database.url)
        one, two = stores(database, lock)

        def refuse():
            raise StorageError("stale")

        two.traffic = refuse
        assert commit_of(database.url) is commit
        writers = [RunWriter(commit, store) for store in (two, one)]
        futures = [writer.submit(candidate(url=url)) for writer, url in zip(writers, (TWO, ONE), strict=True)]
        with pytest.raises(StorageError, match="stale"):
            futures[0].result(10)
        assert futures[1].result(10).outcome == "stored"
        lock.release(remove=True)
    assert query(database, "select url from articles") == [(ONE,)]
    assert all(not writer.waiting for writer in writers)


def long_listing(name: str, links: int = 3_000) -> Listing:
    """A sitemap that takes several transactions."""
    url = f"https://{name}.example/sitemap.xml"
    named = tuple(Link(f"https://{name}.example/bai-{number}.html") for number in range(links))
    return Listing(url, url, name, Visit(url, "sitemap", 200), datetime.now(UTC), named)


def test_run_that_was_left_writes_no_more_of_a_long_listing(database):
    """What is written stays; of the rest not one more slice."""
    with shared_commit(database.url) as commit:
        lock = lock_for_runs(database.url)
        one, _ = stores(database, lock)
        asked = []

        def leave() -> bool:
            asked.append(1)
            if len(asked) == 2:
                one.abandon()
            return False

        one.is_over = leave
        with pytest.raises(StorageError, match="the run was left"):
            commit.submit(one, long_listing("one")).result(60)
        lock.release(remove=True)
    ((written,),) = query(database, "select count(*) from pages where kind = 'article'")
    assert 0 < written <= 300


def test_long_listing_that_the_database_refuses_is_a_storage_error(database):
    """With one line, as every other item has it."""
    with shared_commit(database.url) as commit:
        lock = lock_for_runs(database.url)
        one, _ = stores(database, lock)
        database.execute("alter table pages rename to moved")
        with pytest.raises(StorageError, match="no such table"):
            commit.submit(one, long_listing("one")).result(60)
        database.execute("alter table moved rename to pages")
        lock.release(remove=True)


@pytest.mark.slow
def test_long_listings_are_written_in_turn(database):
    """One of a few hundred links does not wait for one of thousands that came before it."""
    ended: list[str] = []
    is_queued = Event()
    with shared_commit(database.url) as commit:
        lock = lock_for_runs(database.url)
        one, two = stores(database, lock)
        one.is_over = lambda: not is_queued.wait(60)
        sitemaps = (("one", one, 20_000), ("two", two, 301))
        futures = {name: commit.submit(store, long_listing(name, links)) for name, store, links in sitemaps}
        for name, future in futures.items():
            future.add_done_callback(lambda _, name=name: ended.append(name))
        is_queued.set()
        assert [future.result(60).outcome for future in futures.values()] == ["listed", "listed"]
        lock.release(remove=True)
    assert ended == ["two", "one"]
    assert query(database, "select count(*) from pages where kind = 'article'") == [(20_301,)]
