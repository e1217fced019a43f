"""Old raw pages and old records of runs go; no row ever points to what is gone."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newscrawl.archive import ArchiveWriter, read_archive
from newscrawl.storage import maintenance as pruning_module
from newscrawl.storage.maintenance import prune
from newscrawl.storage.store import Store
from tests.cli.made import answer, page
from tests.database import query

NOW = datetime.now(UTC)
OLD = 100
"""Days ago, of the first of two runs."""


def made(folder: Path) -> str:
    """Two runs of one site and one of another, each with a raw page; the first is old. Return the address."""
    url = f"sqlite:///{folder / 'out.db'}"
    for number, (spider, days) in enumerate([("bao", OLD), ("tin", OLD), ("bao", 1)]):
        store = Store.open(url, spider, {}, ArchiveWriter(folder / "archive", spider))
        store.write([page(number, f"Một bài báo khác hẳn, số {number}.", source=spider)])
        store.finish("finished")
        store.close()
        age(folder, store.run_id, days)
    return url


def age(folder: Path, run_id: int, days: int) -> None:
    """Let a run and its file be so many days old."""
    then = NOW - timedelta(days=days)
    (file,) = (
        name for (name,) in query(folder / "out.db", f"select archive_file from articles where run_id = {run_id}")
    )
    path = folder / "archive" / file
    began = path.name.split("-")[0]
    older = path.with_name(path.name.replace(began, f"{then:%Y%m%dT%H%M%SZ}"))
    path.rename(older)
    os.utime(older, (then.timestamp(), then.timestamp()))
    with closing(sqlite3.connect(folder / "out.db")) as connection, connection:
        connection.execute(
            "update articles set archive_file = ? where archive_file = ?",
            (older.relative_to(folder / "archive").as_posix(), file),
        )
        moment = f"{then:%Y-%m-%d %H:%M:%S}.000000"
        connection.execute("update runs set started_at = ?, finished_at = ? where id = ?", (moment, moment, run_id))


def pointers(folder: Path) -> list[tuple[int, bool]]:
    """Of each article, whether it says where its raw page is; where it does, the page is there."""
    found = []
    for number, file, offset in query(folder / "out.db", "select id, archive_file, archive_offset from articles"):
        if file is not None:
            assert offset in [record.offset for record in read_archive(folder / "archive" / file, max_size=0)]
        assert (file is None) == (offset is None)
        found.append((number, file is not None))
    return found


def test_old_pages_go_and_the_articles_say_so(tmp_path):
    """Articles stay; what is younger stays; a second time there is nothing to do."""
    url = made(tmp_path)
    (tmp_path / "archive" / "mine.warc.gz").write_bytes(b"somebody's own")
    os.utime(tmp_path / "archive" / "mine.warc.gz", (0, 0))
    would = prune(url, archive=tmp_path / "archive", archive_days=30, runs_days=30, dry_run=True)
    assert pointers(tmp_path) == [(1, True), (2, True), (3, True)]
    done = prune(url, archive=tmp_path / "archive", archive_days=30, runs_days=30)
    assert done == would
    assert (done.runs, done.files, done.articles) == (1, 2, 2)
    assert done.bytes > 0
    assert pointers(tmp_path) == [(1, False), (2, False), (3, True)]
    assert (tmp_path / "archive" / "mine.warc.gz").exists()
    assert query(tmp_path / "out.db", "select spider from runs order by id") == [("tin",), ("bao",)]
    assert query(tmp_path / "out.db", "pragma foreign_key_check") == []
    again = prune(url, archive=tmp_path / "archive", archive_days=30, runs_days=30)
    assert (again.runs, again.files) == (0, 0)


def test_clock_that_is_ahead_makes_nothing_old(tmp_path):
    """Days are counted from the last run: neither a wrong clock nor a pause of a year empties the archive."""
    url = made(tmp_path)
    with closing(sqlite3.connect(tmp_path / "out.db")) as connection, connection:
        connection.execute("update runs set started_at = '2000-01-01 00:00:00.000000'")
    done = prune(url, archive=tmp_path / "archive", archive_days=30, runs_days=30)
    assert (done.runs, done.files) == (0, 0)


def test_stopped_between_row_and_file_can_be_done_again(tmp_path, monkeypatch):
    """The rows let go first: no moment in which one points to nothing."""
    url = made(tmp_path)

    def crash(folder: Path, file: str) -> bool:
        assert (folder / file).exists()
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(pruning_module, "remove_file", crash)
        with pytest.raises(KeyboardInterrupt):
            prune(url, archive=tmp_path / "archive", archive_days=30, runs_days=None)
    assert pointers(tmp_path) == [(1, False), (2, True), (3, True)]
    assert prune(url, archive=tmp_path / "archive", archive_days=30, runs_days=None).files == 2
    assert pointers(tmp_path) == [(1, False), (2, False), (3, True)]


def test_command_prunes_and_says_what(tmp_path):
    """With the default folder of the archive, below the working directory."""
    url = made(tmp_path)
    assert answer(url, "db", "prune", "--archive-days", 30)["files"] == 2
    assert pointers(tmp_path) == [(1, False), (2, False), (3, True)]
