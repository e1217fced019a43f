"""The file of the database is moved away, or replaced, while a crawl writes to it."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from testing.forkserver import fork_server
from testing.newspaper import Options, running
from tests.conftest import ROOT
from tests.crawl.site_crawl import allowed, command
from tests.database import committed, query
from tests.rounds.papers import newsroom


def once_stored(database: Path, do: Callable[[], object]) -> None:
    """Do something as soon as two articles are stored."""
    while committed(database) < 2:
        time.sleep(0.02)
    do()


def test_database_that_is_moved_away_is_one_line(tmp_path):
    """Exit code 2, a line that says what happened, no new file in its place; what was stored is where it was moved."""
    database, moved = tmp_path / "out.db", tmp_path / "moved.db"
    slow = {"DOWNLOAD_DELAY": 0.1, "CONCURRENT_REQUESTS_PER_DOMAIN": 1, "EXTRACT_WORKERS": 0}
    with running(Options(articles=40, sections=2, copies=0, multipage=0, live=0)) as site, ThreadPoolExecutor() as pool:
        moving = pool.submit(once_stored, database, lambda: database.rename(moved))
        done = fork_server().run(command(site, database, **slow), cwd=ROOT, env=allowed(site), timeout=100)
        moving.result(timeout=1)
    assert done.returncode == 2, done.stderr
    (line,) = done.stderr.splitlines()
    assert "out.db was removed or replaced during the run (restore a backup before the next crawl" in line
    assert not list(tmp_path.glob("out.db*.db*")) + [path for path in tmp_path.iterdir() if path == database]
    (stored, texts) = query(moved, "select count(*), count(text) from articles")[0]
    assert 2 <= stored == texts < 40
    assert query(moved, "pragma integrity_check") == [("ok",)]


@pytest.mark.slow
def test_round_says_it_once_for_each_site(tmp_path):
    """Another database in the place of the first gets no record, and stays as it was put there."""
    with newsroom(tmp_path, 1, articles=40) as room:
        other = tmp_path / "other.db"
        with closing(sqlite3.connect(other)) as connection, connection:
            connection.execute("create table mine (x)")
        before = other.read_bytes()

        def replace() -> None:
            room.database.rename(tmp_path / "moved.db")
            shutil.copyfile(other, room.database)

        with ThreadPoolExecutor() as pool:
            moving = pool.submit(once_stored, room.database, replace)
            done = room.crawl("--all", "--quiet", "-s", "DOWNLOAD_DELAY=0.2", "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=1")
            moving.result(timeout=1)
        assert done.returncode == 2, done.stderr
        said = [line for line in done.stderr.splitlines() if line.startswith("newscrawl crawl:")]
        assert len(said) == 1
        assert "was removed or replaced during the run" in said[0]
        assert room.database.read_bytes() == before
