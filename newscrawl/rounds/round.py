"""A round of crawls: several in parallel, within a time limit, stopped by signals, each with a record in `runs`."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from newscrawl.rounds.child import Child, Ended, SiteResult, Stopped, interrupted, judge, last_word, no_time
from newscrawl.storage.errors import StorageError
from newscrawl.storage.plan import NEVER, PlannedSite
from newscrawl.storage.runs import close_dead_runs, conclude_run, record_not_started, run_record

GRACE = 30.0
"""Seconds before a crawl that was asked to stop is killed; it needs ten at most, unless the disk is slow."""


LEAST_TURN = 300.0
"""Seconds that a crawl may always take, though others wait and the time is short."""


def turn_of(seconds: float, jobs: int, sites: int) -> float:
    """Return after how many seconds a crawl makes room for others, in a round of so many seconds."""
    return max(LEAST_TURN, seconds * jobs / max(sites, 1))


class Watcher(Protocol):
    """Receives the events of a round."""

    def heard(self, spider: str, event: str, facts: dict[str, Any]) -> None:
        """Handle an event of a crawl: `started`, `progress`, `busy`, or `log` with a `line`."""

    def ended(self, result: SiteResult) -> None:
        """Handle the result of a site."""


def finish_crawl(url: str, ended: Ended, arguments: dict[str, str]) -> SiteResult:
    """Return the result of a crawl; if its process could not finish its record in `runs`, do so."""
    try:
        if ended.busy:
            return judge(ended, None)
        if ended.code < 0:
            close_dead_runs(url)
        record = run_record(url, ended.run_id) if ended.run_id is not None else None
        result = judge(ended, record)
        code = ended.code if ended.code >= 0 else 128 - ended.code
        if result.exit_code and record is None:
            error = result.error or last_word(ended.log)
            record_not_started(url, ended.spider, arguments, code, error)
        elif ended.code < 0 and ended.run_id is not None:
            conclude_run(url, ended.run_id, code, result.error)
    except StorageError as error:
        failed = judge(ended, None)
        words = "; ".join(dict.fromkeys(word for word in (failed.error, str(error)) if word))
        return SiteResult(ended.spider, max(failed.exit_code, 2), "storage_failed", ended.seconds, words, log=ended.log)
    return result


class Round:
    """Crawls of several spiders, each in a process."""

    def __init__(
        self, url: str, spiders: Sequence[str], options: Sequence[str], arguments: dict[str, str], watcher: Watcher
    ) -> None:
        self._url = url
        self._spiders = spiders
        self._options = options
        """Command line options of every crawl."""
        self._arguments = arguments
        self._watcher = watcher
        self._running: set[Child] = set()
        self._over: Stopped | None = None
        self.signal_number = 0
        self._waiting = 0
        """Number of sites whose turn has not come."""
        self._turn: float | None = None
        """Seconds after which a crawl makes room for the sites that wait."""

    async def run(self, jobs: int, seconds: float | None) -> list[SiteResult]:
        """Run at most `jobs` crawls in parallel within `seconds`; return the result of each site, in order."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._receive, number)
        limit = loop.call_later(seconds, self._stop, signal.SIGTERM, "time_limit") if seconds is not None else None
        free = asyncio.Semaphore(jobs)
        self._waiting = len(self._spiders)
        if seconds is not None:
            self._turn = turn_of(seconds, jobs, len(self._spiders))
        try:
            return list(await asyncio.gather(*(self._crawl(spider, free) for spider in self._spiders)))
        finally:
            if limit is not None:
                limit.cancel()

    async def _crawl(self, spider: str, free: asyncio.Semaphore) -> SiteResult:
        async with free:
            self._waiting -= 1
            if self._over is not None:
                is_late = self._over == "time_limit"
                result = no_time(spider) if is_late else interrupted(spider, self.signal_number)
            else:
                child = Child(spider, self._options, lambda *said: self._watcher.heard(spider, *said))
                self._running.add(child)
                loop = asyncio.get_running_loop()
                turn = loop.call_later(self._turn, self._end_turn, child) if self._turn is not None else None
                try:
                    ended = await child.run()
                finally:
                    if turn is not None:
                        turn.cancel()
                    self._running.discard(child)
                result = await asyncio.to_thread(finish_crawl, self._url, ended, self._arguments)
        self._watcher.ended(result)
        return result

    def _receive(self, number: int) -> None:
        if self.signal_number:  # the second signal: do not wait any longer
            self._kill()
        self.signal_number = self.signal_number or number
        self._stop(number, "signal")

    def _stop(self, number: int, why_: Stopped) -> None:
        self._over = self._over or why_
        for child in self._running:
            child.stop(number, why_)
        asyncio.get_running_loop().call_later(GRACE, self._kill)

    def _end_turn(self, child: Child) -> None:
        """End a crawl that has had its share of the time, if others wait for its place; the next round continues it."""
        if self._waiting:
            child.stop(signal.SIGTERM, "time_limit")
            asyncio.get_running_loop().call_later(GRACE, self._kill, child)

    def _kill(self, *children: Child) -> None:
        for child in children or list(self._running):
            with contextlib.suppress(OSError):
                child.kill()


@dataclass(frozen=True, slots=True)
class Choice:
    """The spiders of a round, in order."""

    spiders: tuple[str, ...]
    not_due: int = 0
    """Number of spiders left out because nothing is due."""


def in_order(names: Iterable[str], planned: Mapping[str, PlannedSite], *, due_only: bool) -> Choice:
    """Order spiders by how long they have waited, so that a time limit does not always cut off the same ones.

    A spider that is not planned, such as one for local files, is due.
    """
    known = list(dict.fromkeys(names))
    chosen = [name for name in known if not due_only or name not in planned or planned[name].is_due]
    waited = {name: planned[name].waiting_since for name in chosen if name in planned}
    return Choice(tuple(sorted(chosen, key=lambda name: waited.get(name, NEVER))), len(known) - len(chosen))
