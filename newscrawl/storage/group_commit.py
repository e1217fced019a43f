"""One thread that writes what several runs of this process have for a database, in common transactions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Engine

from newscrawl.items import Listing
from newscrawl.storage.engine import kept_open
from newscrawl.storage.listings import Reading
from newscrawl.storage.statistics import Result
from newscrawl.storage.store import Entry, Store, StoreItem, write_together
from newscrawl.storage.writer import Writer

T = TypeVar("T")

LONG = 300
"""Links of a listing from which it is prepared in a thread of its own: it takes several transactions."""


class GroupCommit:
    """Writes to one database. What one run has to write fails alone, and a long listing holds up no other run.

    Long listings are written in turn, a slice of each.
    """

    def __init__(self, engine: Engine) -> None:
        self._writer: Writer[Entry, Any] = Writer(lambda entries: write_together(engine, entries))
        self._ahead = ThreadPoolExecutor(1, "newscrawl-listings")
        self._listings: set[Future[Result]] = set()

    def submit(self, store: Store, item: StoreItem) -> Future[Result]:
        """Queue an item of a run; its future is resolved once its transaction is durable, or has failed."""
        if isinstance(item, Listing) and len(item.links) > LONG:
            return self._submit_long(store, item)
        return self._writer.submit((store, item))

    def call(self, function: Callable[[Connection], T]) -> Future[T]:
        """Queue a function that is called within a transaction. It may be called twice, if that fails."""
        return cast("Future[T]", self._writer.submit(function))

    def close(self) -> None:
        """Write what is queued, and stop the threads."""
        wait(frozenset(self._listings))
        self._ahead.shutdown()
        self._writer.close()

    def _submit_long(self, store: Store, item: Listing) -> Future[Result]:
        """Write all of a long listing but its end in another thread, whose transactions are short."""
        result: Future[Result] = Future()
        result.set_running_or_notify_cancel()  # from here on it cannot be cancelled
        self._listings.add(result)
        result.add_done_callback(self._listings.discard)

        def write(part: Listing | Reading) -> None:
            try:
                left = store.write_ahead(part)
            except BaseException as error:  # noqa: BLE001 - handed to the caller that awaits the future
                result.set_exception(error)
                return
            if store.is_long(left):
                self._ahead.submit(write, left)  # behind the slices of the others
            else:
                self._writer.submit((store, left)).add_done_callback(settle)

        def settle(written: Future[Result]) -> None:
            if error := written.exception():
                result.set_exception(error)
            else:
                result.set_result(written.result())

        self._ahead.submit(write, item)
        return result


_shared: dict[str, GroupCommit] = {}


@contextmanager
def shared_commit(url: str) -> Iterator[GroupCommit]:
    """Keep a database open, and write what all runs of this process have for it in one thread. Raises StorageError."""
    with kept_open(url) as engine:
        commit = _shared[url] = GroupCommit(engine)
        try:
            yield commit
        finally:
            del _shared[url]
            commit.close()


def commit_of(url: str) -> GroupCommit | None:
    """Return what writes to a database for all runs of this process, if it is shared."""
    return _shared.get(url)


class RunWriter:
    """What one run has to write."""

    def __init__(self, commit: GroupCommit, store: Store) -> None:
        self.commit = commit
        self._store = store
        self._waiting: set[Future[Result]] = set()

    def submit(self, item: StoreItem) -> Future[Result]:
        """Queue an item; its future is resolved once its transaction is durable, or has failed."""
        future = self.commit.submit(self._store, item)
        self._waiting.add(future)
        future.add_done_callback(self._waiting.discard)
        return future

    @property
    def waiting(self) -> frozenset[Future[Result]]:
        """What is not written yet."""
        return frozenset(self._waiting)
