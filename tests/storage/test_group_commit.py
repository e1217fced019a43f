"""Several runs of a process that write to one database."""

from __future__ import annotations

import shutil

import pytest
from sqlalchemy import event, text

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
