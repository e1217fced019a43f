"""A site that another crawl holds is compared with how long its crawls take."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from contextlib import closing

import pytest

from newscrawl.crawl.overlap import Overlap, claim_site
from newscrawl.storage.locks import Lock, site_lock
from newscrawl.storage.runs import begin_run, conclude_run
from tests.database import query


@pytest.mark.parametrize(
    ("minutes_of_runs", "held", "is_stuck"),
    [
        ([], 23 * 60, False),
        ([], 25 * 60, True),
        ([1, 2], 29, False),
        ([1, 2], 31, True),
        ([1, 60, 2], 170, False),
        ([1, 60, 2], 190, True),
        ([60 * 20], 25 * 60, True),
    ],
)
def test_site_may_be_held_three_times_as_long_as_its_runs_take(
    tmp_path, file_with_tables, minutes_of_runs, held, is_stuck
):
    """At least half an hour, at most a day; the longest of the last runs counts, and the one that goes on does not."""
    shutil.copyfile(file_with_tables, tmp_path / "x.db")
    url = f"sqlite:///{tmp_path / 'x.db'}"
    for minutes in minutes_of_runs:
        conclude_run(url, begin_run(url, "bao", {}), 0, None)
        with closing(sqlite3.connect(tmp_path / "x.db")) as connection, connection:
            connection.execute("update runs set seconds = ? where id = (select max(id) from runs)", (minutes * 60,))
    begin_run(url, "bao", {})
    lock = Lock.take(site_lock(url, "bao"))
    assert lock is not None
    os.utime(lock.path, (time.time(), time.time() - held * 60))
    overlap = Overlap.of(lock.path, url, "bao")
    assert overlap.is_stuck is is_stuck
    assert ("it may be stuck" in str(overlap)) is is_stuck
    lock.release()


@pytest.mark.parametrize("new_database", ["postgresql"], indirect=True)
def test_lease_of_a_dead_process_need_not_expire(each_database, monkeypatch, tmp_path):
    """Its file lock is free, so it is followed at once on its machine; another machine has to wait."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "one"))
    claim = claim_site(each_database.url, "bao", "bao", 60)
    busy = claim_site(each_database.url, "bao", "bao", 60)
    assert isinstance(busy, Overlap)
    assert f"is already being crawled by process {os.getpid()} on" in str(busy)
    claim.lock.release()  # as the system does when a process ends
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "two"))
    assert isinstance(claim_site(each_database.url, "bao", "bao", 60), Overlap)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "one"))
    after = claim_site(each_database.url, "bao", "bao", 60)
    assert after.lease.token == claim.lease.token + 1
    after.release()
    again = claim_site(each_database.url, "bao", "bao", 60)
    again.release()
    claim.lease.release()  # of what it has no more
    assert query(each_database, "select token from leases") == [(3,)]
