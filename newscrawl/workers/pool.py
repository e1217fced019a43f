"""Processes that do what would hold up the crawl: one stuck or dead worker costs one page.

The standard library's pool loses every page with one dead worker and hangs with one stuck one; pebble's replaces both.
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
_LOOK_EVERY = 1.0
"""Seconds after which a page that waits looks whether its pool is still there."""


class WorkerFailed(Exception):  # noqa: N818 - says what happened to a page
    """A page that its worker did not bring to an end. ``reason`` is a word to count by."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(reason, message)
        self.reason = reason
        self.message = message

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True, slots=True)
class Limits:
    """What workers may take."""

    count: int
    """How many; 0 works in the process itself, where nothing is limited."""
    seconds: float = 60
    """For a page; what takes longer is ended."""
    megabytes: int = 2_000
    """Of address space, for a worker; 0 sets no limit."""
    pages: int = 1_000
    """After so many a worker gives way to a new one, before its memory creeps."""


class Workers:
    """Runs functions of one page each. Made by `lease`, given back by `release`."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._pool: ProcessPool | None = None
        self._starting = Lock()
        self._leases = 0

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a function in a worker. Raises what it raises, and WorkerFailed where the worker came to an end.

        A page whose worker dies is tried once more: the fault may have been another's, such as the killer of a system
        without memory.
        """
        if not self.limits.count:
            return function(*args, **kwargs)
        for is_last in (False, True):
            pool = self._pool
            if pool is None or not pool.active:  # in a thread, for what forks the workers loads the extractor first
                pool = await asyncio.to_thread(self._working_pool)
            try:
                task = pool.schedule(function, args, kwargs, timeout=self.limits.seconds)
                return await _result(cast("Future[T]", task), pool)
            except TookTooLong:
                why = f"it was not done in {self.limits.seconds:g} s, and its worker was ended"
                raise WorkerFailed("worker_timeout", why) from None
            except (ProcessExpired, BrokenProcessPool) as error:
                if is_last:
                    raise WorkerFailed("worker_died", f"two workers died over it ({error})") from None
        raise AssertionError("unreachable")

    def _working_pool(self) -> ProcessPool:
        """Return the pool; a new one where there is none yet, or where the old one has broken down.

        pebble's pool gives up when a worker dies while none has work.
        """
        with self._starting:
            if self._pool is not None and not self._pool.active:
                self._end()
            if self._pool is None:
                pool = _pool(self.limits)
                assert pool.active  # asking starts it
                self._pool = pool
            return self._pool

    def _end(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.stop()  # type: ignore[no-untyped-call]
            pool.join()


async def _result(task: Future[T], pool: ProcessPool) -> T:
    """Wait for a task. One that was handed over just before its pool broke down is never answered by pebble."""
    future = asyncio.wrap_future(task)
    try:
        while not future.done():
            await asyncio.wait((future,), timeout=_LOOK_EVERY)
            if not future.done() and not pool.active:
                raise BrokenProcessPool("the pool of workers broke down")
        return future.result()
    finally:
        future.cancel()


_shared: dict[Limits, Workers] = {}


def lease(limits: Limits) -> Workers:
    """Return the workers with these limits, which all crawls of the process share."""
    workers = _shared.setdefault(limits, Workers(limits))
    workers._leases += 1
    return workers


def release(workers: Workers) -> None:
    """Give workers back; the last to do so ends them."""
    workers._leases -= 1
    if not workers._leases:
        _shared.pop(workers.limits, None)
        workers._end()


def prepare() -> None:
    """Have the extractor loaded for the workers, in a process of its own, while this one loads what a crawl needs."""
    _context()
    forkserver.ensure_running()


def _context() -> ForkServerContext:
    # Forked from a clean process that has loaded the extractor once: never from this one, with its threads and reactor.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([_PRELOADED])
    return context


def _pool(limits: Limits) -> ProcessPool:
    return ProcessPool(
        max_workers=limits.count,
        max_tasks=limits.pages,
        initializer=_begin,
        initargs=(limits.megabytes,),
        context=_context(),
    )


def _begin(megabytes: int) -> None:
    """Begin the life of a worker: it leaves Ctrl-C to the crawl, dies with it, and takes no more memory than it may."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        # Of the process that forks the workers, which ends when the crawl does, however that ended: as soon as nobody
        # holds the other end of a pipe, of which every worker has been given a copy.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        os.close(forkserver._forkserver._forkserver_alive_fd)  # type: ignore[attr-defined]
    if megabytes:
        resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
