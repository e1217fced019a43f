"""Worker processes for slow work on pages. A worker that hangs or dies costs one page.

In the standard library's pool a dead worker fails all pages, and a stuck one hangs forever; pebble replaces both.
"""

from __future__ import annotations

import asyncio
import ctypes
import multiprocessing
import os
import resource
import signal
import sys
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TookTooLong
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext
from threading import Lock
from typing import ParamSpec, TypeVar, cast

from pebble import ProcessExpired, ProcessPool

P = ParamSpec("P")
T = TypeVar("T")

_PRELOADED = "newscrawl.workers.preloaded"
_PR_SET_PDEATHSIG = 1
NICENESS = 5
"""By how much workers are nicer than the crawl, whose few milliseconds of work for each request come first."""
_CHECK_INTERVAL = 1.0
"""Seconds between checks whether the pool of a waiting page still works."""


MOST_WAITING = 64
"""Pages of all crawls that may wait for the workers before crawls that have some there fetch no more. A page takes some
hundred kilobytes, and one crawl has at most 32 in hand."""


class WorkerFailed(Exception):  # noqa: N818 - says what happened to a page
    """The worker did not finish a page. ``reason`` is a page reason."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(reason, message)
        self.reason = reason
        self.message = message

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of worker processes."""

    count: int
    """Number of workers; 0 works in the calling process, without limits."""
    seconds: float = 60
    """Time limit per page; a worker that takes longer is killed."""
    megabytes: int = 2_000
    """Address space per worker; 0 for no limit."""
    pages: int = 1_000
    """Pages after which a worker is replaced, so that its memory does not grow."""


class Workers:
    """Runs functions on one page each. Get it with `lease`, and return it with `release`."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._pool: ProcessPool | None = None
        self._starting = Lock()
        self._leases = 0
        self.waiting = 0
        """Pages of all shares that wait for a worker, or are worked on."""

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a function in a worker. Raises what it raises; WorkerFailed if it is killed, dies, or lacks memory.

        A page whose worker dies is retried once, because the cause may lie elsewhere, such as the out-of-memory killer.
        """
        if not self.limits.count:
            return function(*args, **kwargs)
        for is_last in (False, True):
            pool = self._pool
            if pool is None or not pool.active:  # in a thread, because the fork server first loads the extractor
                pool = await asyncio.to_thread(self._working_pool)
            try:
                given = (self.limits.megabytes, function, *args)
                task = pool.schedule(_within, given, kwargs, timeout=self.limits.seconds)
                return await _result(cast("Future[T]", task), pool)
            except TookTooLong:
                why = f"extraction took more than {self.limits.seconds:g} s and was stopped"
                raise WorkerFailed("worker_timeout", why) from None
            except (MemoryError, SystemError):  # the interpreter itself fails so where it cannot allocate
                why = "it takes more memory than EXTRACT_MAX_MEGABYTES allows"
                raise WorkerFailed("worker_died", why) from None
            except (ProcessExpired, BrokenProcessPool) as error:
                if is_last:
                    raise WorkerFailed("worker_died", f"two workers died while extracting it ({error})") from None
        raise AssertionError("unreachable")

    def _working_pool(self) -> ProcessPool:
        """Return the pool; create a new one if there is none, or if the old one is broken.

        pebble's pool stops working when a worker dies while all are idle.
        """
        with self._starting:
            if self._pool is not None and not self._pool.active:
                self._end()
            if self._pool is None:
                pool = _pool(self.limits)
                assert pool.active  # this property starts it
                self._pool = pool
            return self._pool

    def _end(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.stop()  # type: ignore[no-untyped-call]
            pool.join()


class Share:
    """The workers as one crawl uses them: few pages at a time, so that the pages of other crawls have their turn.

    What waits for the workers is served in order. A crawl that has twice as many pages there as there are workers keeps
    all of them busy; with more, those of another crawl would only wait longer.
    """

    def __init__(self, workers: Workers) -> None:
        self.workers = workers
        self.waiting = 0
        """Pages of this crawl that wait for a worker, or are worked on."""
        self._places = asyncio.Semaphore(2 * max(workers.limits.count, 1))

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do as `Workers.run`, when it is this crawl's turn."""
        self.waiting += 1
        self.workers.waiting += 1
        try:
            async with self._places:
                return await self.workers.run(function, *args, **kwargs)
        finally:
            self.waiting -= 1
            self.workers.waiting -= 1

    @property
    def is_crowded(self) -> bool:
        """Whether so many pages of all crawls wait, some of this one among them, that it should fetch no more."""
        return self.waiting > 0 and self.workers.waiting > max(MOST_WAITING, 16 * self.workers.limits.count)


async def _result(task: Future[T], pool: ProcessPool) -> T:
    """Wait for a task, checking the pool: pebble never resolves a task scheduled just before its pool breaks."""
    future = asyncio.wrap_future(task)
    try:
        while not future.done():
            await asyncio.wait((future,), timeout=_CHECK_INTERVAL)
            if not future.done() and not pool.active:
                raise BrokenProcessPool("the pool of workers broke down")
        return future.result()
    finally:
        future.cancel()


_shared: dict[Limits, Workers] = {}


def lease(limits: Limits) -> Workers:
    """Return the workers with these limits; all crawls of the process share them."""
    workers = _shared.setdefault(limits, Workers(limits))
    workers._leases += 1
    return workers


def release(workers: Workers) -> None:
    """Return leased workers; the last release stops them."""
    workers._leases -= 1
    if not workers._leases:
        _shared.pop(workers.limits, None)
        workers._end()


def prepare() -> None:
    """Start the fork server, which loads the extractor in the background while this process starts the crawl."""
    _context()
    forkserver.ensure_running()


def _context() -> ForkServerContext:
    # Workers are forked from a clean process with the extractor loaded, never from this one with threads and a reactor.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([_PRELOADED])
    return context


def _pool(limits: Limits) -> ProcessPool:
    return ProcessPool(
        max_workers=limits.count,
        max_tasks=limits.pages,
        initializer=_begin,
        context=_context(),
    )


def _begin() -> None:
    """Initialise a worker: ignore Ctrl-C, leave the crawl the first turn, and die with the fork server."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(NICENESS)
    if sys.platform == "linux":
        # The fork server exits when the crawl does, however that ends: as soon as the other end of a pipe is closed,
        # of which every worker has inherited a copy.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        os.close(forkserver._forkserver._forkserver_alive_fd)  # type: ignore[attr-defined]


def _within(megabytes: int, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a function with limited memory. Around it the limit is off, for a worker that cannot send says nothing."""
    limits = resource.getrlimit(resource.RLIMIT_AS)
    if megabytes and (limits[1] == resource.RLIM_INFINITY or megabytes << 20 < limits[1]):
        resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, limits[1]))
    try:
        return function(*args, **kwargs)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, limits)
