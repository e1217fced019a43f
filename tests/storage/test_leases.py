"""A site belongs to one process at a time, and who has lost it writes nothing."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import InternalError, PendingRollbackError

from newscrawl.storage.engine import fenced, write_transaction
from newscrawl.storage.group_commit import shared_commit
from newscrawl.storage.leases import Lease, LeaseLost, Occupied, lease_holders, lease_of, take_lease
from newscrawl.storage.runs import begin_run, run_record
from newscrawl.storage.store import Store
from tests.database import query
from tests.storage.test_store import candidate

pytestmark = pytest.mark.parametrize("new_database", ["postgresql"], indirect=True)

DAY = timedelta(days=1)


@contextmanager
def taken(url: str, **options) -> Iterator[Lease]:
    """A lease of a site that nobody has."""
    lease = take_lease(url, "bao", **{"seconds": 3600, "most": DAY} | options)
    assert isinstance(lease, Lease)
    try:
        yield lease
    finally:
        lease.release()


def expire(database) -> None:
    """Let the time pass that a lease lasts, by the clock that counts."""
    database.execute("update leases set expires_at = clock_timestamp()")


def test_site_is_taken_once(database):
    """Until it is given back, whoever asks hears who has it, and since when."""
    with taken(database.url):
        other = take_lease(database.url, "bao", 60, DAY)
        assert isinstance(other, Occupied)
        assert other.holder.pid == os.getpid()
        assert timedelta() <= other.age < timedelta(minutes=1)
        assert list(lease_holders(database.url)) == ["bao"]
        other = take_lease(database.url, "tin", 60, DAY)
        assert isinstance(other, Lease)
        assert list(lease_holders(database.url)) == ["bao", "tin"]
        other.release()
    assert lease_holders(database.url) == {}
    with taken(database.url):
        assert query(database, "select source, token from leases order by source") == [("bao", 2), ("tin", 1)]


def test_dead_process_of_this_machine_need_not_expire(database):
    """Its file lock, which is free, carried the same word as its lease; another word says nothing."""
    with taken(database.url, nonce="one"):
        assert isinstance(take_lease(database.url, "bao", 60, DAY, nonce="two"), Occupied)
        assert isinstance(take_lease(database.url, "bao", 60, DAY, nonce="two", dead="another"), Occupied)
        with taken(database.url, nonce="two", dead="one") as lease:
            assert lease.token == 2


def test_lease_is_renewed_by_a_thread(database):
    """Until its crawl takes longer than any should; then it is left to expire."""
    with taken(database.url, seconds=0.3):
        while not query(database, "select 1 from leases where renewed_at > taken_at"):
            time.sleep(0.02)
    with taken(database.url, seconds=0.3, most=timedelta()) as lease:
        while lease.lost is None:
            time.sleep(0.02)
        assert "takes longer than any should" in str(lease.lost)
        assert not lease.is_sure
        with pytest.raises(LeaseLost):
            lease.renew()


def served(database, lease: Lease) -> Store:
    """The store of a run that has a lease."""
    run_id = begin_run(database.url, "bao", {})
    lease.serve(run_id)
    assert lease_of(database.url, run_id) is lease
    return Store.open(database.url, "bao", {}, run_id=run_id)


def test_who_lost_its_lease_writes_nothing(database):
    """Each transaction is refused as a whole, and counted; the record of the run says why it ended."""
    with taken(database.url) as lease:
        store = served(database, lease)
        store.write([candidate()])
        expire(database)
        store.write([candidate(url="https://news.example/late.html")])  # nobody else wanted the site
        expire(database)
        with taken(database.url):
            assert run_record(database.url, store.run_id)["reason"] == "lease_lost"  # so that its pages are free
            heard = []
            lease.on_lost = heard.append
            for number in range(2):
                with pytest.raises(LeaseLost, match=r"bao was taken over .*: process [0-9]+ on .* crawls it"):
                    store.write([candidate(url=f"https://news.example/{number}.html")])
            store.finish("finished")
            store.close()
            assert len(heard) == 1
            assert query(database, "select count(*) from articles") == [(2,)]
            assert query(database, "select count(*) from pages") == [(2,)]
            record = run_record(database.url, store.run_id)
            assert record["reason"] == "lease_lost"
            assert record["counts"]["reasons"] == {"lease_lost": 2}
            assert record["counts"]["outcomes"] == {"stored": 2}
            with pytest.raises(LeaseLost):
                lease.renew()
        assert lease_holders(database.url) == {}


def test_run_that_could_not_be_closed_is_closed_with_its_lease(database):
    """Its database was gone when it ended; otherwise its pages would be taken for as long as its process lives."""
    with taken(database.url) as lease:
        store = served(database, lease)
        store.engine.dispose()
    assert run_record(database.url, store.run_id)["reason"] == "storage_failed"
    store.close()


def test_site_is_not_taken_within_a_transaction_of_its_holder(database):
    """What was allowed to write is committed before anybody else has the site; renewing does not wait for it."""
    with taken(database.url) as lease, psycopg.connect(database.url) as other:
        expire(database)
        other.execute("select token from leases where source = 'bao' for key share")
        assert isinstance(take_lease(database.url, "bao", 60, DAY), Occupied)
        lease.renew()
        other.rollback()
        expire(database)
        with taken(database.url) as next_one:
            assert next_one.token == lease.token + 1


def test_stopped_transaction_does_not_keep_others_from_writing(database):
    """The server ends it once it has done nothing for as long as a lease lasts."""
    with taken(database.url, seconds=0.3) as lease:
        store = served(database, lease)
        stopped = ExitStack()
        connection = stopped.enter_context(write_transaction(fenced(store.engine, lease.fence)))
        begin_run(database.url, "tin", {})  # waits for the lock
        with pytest.raises(InternalError, match="idle-in-transaction timeout"):
            connection.execute(text("select 1"))
        with pytest.raises(PendingRollbackError):
            stopped.close()
        store.close()


def test_run_that_lost_its_site_fails_alone(database):
    """Other runs of its process, which write in the same transactions, lose nothing."""
    with taken(database.url) as lease, shared_commit(database.url) as commit:
        lost = served(database, lease)
        other = Store.open(database.url, "tin", {}, run_id=begin_run(database.url, "tin", {}))
        expire(database)
        with taken(database.url):
            written = [
                commit.submit(store, candidate(url=f"https://{name}.example/{number}.html"))
                for number in range(3)
                for name, store in (("bao", lost), ("tin", other))
            ]
            ended = [future.exception() is None for future in written]
            assert ended == [False, True] * 3
            commit.call(lost.ending("finished")).result()
        urls = query(database, "select url from articles order by url")
        assert urls == [(f"https://tin.example/{number}.html",) for number in range(3)]
        assert run_record(database.url, lost.run_id)["counts"]["reasons"] == {"lease_lost": 3}
        lost.close()
        other.close()
