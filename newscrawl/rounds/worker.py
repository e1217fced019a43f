"""Crawls of many sites in one process: one reactor, one pool of extraction workers, one writer."""

from __future__ import annotations

import asyncio
import logging
import resource
import signal
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from scrapy import Spider, signals
from scrapy.crawler import AsyncCrawlerRunner, Crawler
from scrapy.settings import Settings
from scrapy.utils.reactor import install_reactor

from newscrawl.archive import finish_uploads
from newscrawl.base_spiders import ArgumentError, SiteSpider
from newscrawl.base_spiders.registry import keep_registry, registry_for
from newscrawl.crawl.exit_status import DONE, INCOMPLETE, NOT_STARTED, STORAGE_FAILED, Ending, ending_of, worst
from newscrawl.crawl.garbage import GarbageCollection
from newscrawl.crawl.overlap import Claim, Overlap, claim_site
from newscrawl.crawl.pipelines import StorePipeline, limits_of, raw_pages_of
from newscrawl.network.addresses import Allowed, BadDestination, check_url
from newscrawl.network.ending import EndWatch
from newscrawl.network.resolver import GlobalResolver
from newscrawl.network.scrapy_internals import engine_of, stats_of
from newscrawl.rounds.child import SiteResult, Stopped, interrupted, no_time
from newscrawl.rounds.round import Choice, Watcher
from newscrawl.rounds.site_log import CURRENT, SiteLog
from newscrawl.rounds.stuck import StuckWatch
from newscrawl.rules import RulesError
from newscrawl.storage.engine import hurry, is_hurried
from newscrawl.storage.errors import StorageError
from newscrawl.storage.group_commit import GroupCommit, shared_commit
from newscrawl.storage.leases import LEASE_LOST
from newscrawl.storage.locks import Lock
from newscrawl.storage.runs import begin, close_dead_runs, conclude, lock_for_runs, record_not_started
from newscrawl.storage.site_rows import state_of_rows
from newscrawl.text import printable
from newscrawl.workers.pool import lease, release

logger = logging.getLogger(__name__)

GRACE = 30.0
"""Seconds that a crawl may take to stop, after which it is left."""
LATE = 10.0
"""Seconds beyond CRAWL_MAX_MINUTES, at which a crawl ends itself, after which it is asked to stop."""
SIGNAL_GRACE = 8.5
"""The same when the process is to end; supervisors wait for ten."""
TURN = 900.0
"""Seconds after which a crawl makes room for sites that wait."""
PLAN_INTERVAL = 20.0
"""Seconds between two looks at what is due."""
RETRY = 300.0
"""Seconds before a site is taken again, whatever its pages say: one that cannot start would be due at once."""
RETRY_SOON = 20.0
"""The same for one that another process had, or for which the database failed."""
_LOOK = 30.0
"""Seconds between two looks whether a site waits for the place of one that has had its turn."""
_LONGEST = 24 * 3600.0
_FILES_PER_SITE = 8
"""Open files: its lock, log, archive and connections."""

_WRONG = (ArgumentError, BadDestination, RulesError, StorageError)


@dataclass(slots=True, eq=False, weakref_slot=True)
class _Crawl:
    """A crawl that goes on."""

    log: SiteLog
    crawler: Crawler | None = None
    lost_pages: int = 0
    began: float = field(default_factory=time.monotonic)
    stopped: Stopped | None = None
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    is_left: bool = False
    """It did not stop when asked to."""

    is_stuck: bool = False
    """Its code held up the others."""
    has_no_database: bool = False
    """It could not start because the database could not be reached."""

    @property
    def name(self) -> str:
        return self.log.spider

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began

    def stop(self, why: Stopped) -> None:
        """Ask it to stop."""
        self.stopped = self.stopped or why
        self.stopping.set()

    def count_lost(self) -> None:
        self.lost_pages += 1


class Worker:
    """Crawls the sites that are due, so many at a time.

    Each has its own run, log, limits and end. They share what is expensive: the code, the processes that extract, the
    connection to the database and its transactions.
    """

    def __init__(
        self,
        settings: Settings,
        choose: Callable[[], Choice],
        watcher: Watcher,
        *,
        sites: int,
        once: bool,
        seconds: float | None = None,
    ) -> None:
        """`choose` returns what is due, `seconds` limits all crawls together."""
        self._settings = settings
        self._url: str = settings["DATABASE_URL"]
        self._choose = choose
        self._watcher = watcher
        self._most = sites
        self._once = once
        self._seconds = seconds
        self._waiting: deque[str] = deque()
        self._active: dict[str, _Crawl] = {}
        self._not_before: dict[str, float] = {}
        self._news = asyncio.Event()
        self._over: Stopped | None = None
        self._failure: Exception | None = None
        self._signalled = float("inf")
        self.signal_number = 0
        self.not_due = 0
        self.results: list[SiteResult] = []
        """Of all sites in the order in which they ended; of a worker that goes on only their number is bounded."""
        self.exit_code = DONE

    def run(self) -> None:
        """Crawl until everything is done, or a signal comes. Raises the error where what is due cannot be read."""
        settings = self._settings
        raw_pages_of(settings)  # raises what would be wrong with every crawl
        _raise_limit_of_files(self._most)
        install_reactor(settings["TWISTED_REACTOR"], settings["ASYNCIO_EVENT_LOOP"])
        from twisted.internet import reactor  # noqa: PLC0415 - importing it installs one

        self._runner = AsyncCrawlerRunner(settings)
        GlobalResolver.from_crawler(self._runner, reactor).install_on_reactor()
        workers = lease(limits_of(settings))  # they start with the first page: an idle round needs none
        run_lock = lock_for_runs(self._url)
        try:
            with shared_commit(self._url) as commit:
                self._commit, self._lock = commit, run_lock
                reactor.callWhenRunning(lambda: asyncio.ensure_future(self._main(reactor)))
                reactor.run(installSignalHandlers=False)  # type: ignore[call-arg,misc]
        finally:
            run_lock.release(remove=True)
            release(workers)
            finish_uploads(is_hurried)
        if self._failure is not None:
            raise self._failure

    async def _main(self, reactor: Any) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._receive, number)
        stuck = StuckWatch(self._note_stuck)
        stuck.begin()
        limit = loop.call_later(self._seconds, self._stop, "time_limit") if self._seconds is not None else None
        garbage = GarbageCollection()
        garbage.begin()
        try:
            planning = asyncio.create_task(self._plan())
            await asyncio.gather(*(self._lane() for _ in range(self._most)))
            planning.cancel()
        finally:
            if limit is not None:
                limit.cancel()
            stuck.end()
            garbage.end()
            reactor.stop()

    async def _plan(self) -> None:
        """Look for what is due, again and again unless it is to be done once."""
        while self._over is None:
            try:
                await asyncio.to_thread(close_dead_runs, self._url)  # what they had taken is free then
                choice = await asyncio.to_thread(self._choose)
                state = await asyncio.to_thread(state_of_rows, self._url)  # a row of a site may have changed
                keep_registry(self._settings, state)
            except Exception as error:  # noqa: BLE001 - raised by `run`; here it would leave all lanes waiting
                if self._once or not isinstance(error, _WRONG):
                    self._failure = error
                    self._stop("time_limit")
                    return
                logger.error("what is due could not be read, which is tried again: %s", error)
            else:
                now = time.monotonic()
                self._not_before = {name: until for name, until in self._not_before.items() if until > now}
                taken = {*self._waiting, *self._active, *self._not_before}
                self._waiting.extend(name for name in choice.spiders if name not in taken)
                self.not_due = choice.not_due
            self._has_planned = True
            self._wake()
            if self._once:
                return
            await asyncio.sleep(PLAN_INTERVAL)

    _has_planned = False

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    async def _lane(self) -> None:
        """Crawl one site after the other."""
        while True:
            while not self._waiting:
                if self._over is not None or (self._once and self._has_planned):
                    return
                await self._news.wait()
            name = self._waiting.popleft()
            if self._over is not None:
                late = no_time(name) if self._over == "time_limit" else interrupted(name, self.signal_number)
                self._end(late)
                continue
            # A task of its own, so that what it sets in its context stays with it.
            await asyncio.create_task(self._crawl_site(name))

    def _end(self, result: SiteResult) -> None:
        if self._once:
            self.results.append(result)
        self.exit_code = worst((self.exit_code, result.exit_code))
        self._watcher.ended(result)

    async def _crawl_site(self, name: str) -> None:
        log = SiteLog(name)
        CURRENT.set(log)
        crawl = self._active[name] = _Crawl(log)
        try:
            result = await self._attempt(crawl)
        except Exception as error:
            logger.exception("the crawl failed")
            text = printable(f"{type(error).__name__}: {error}")
            result = SiteResult(name, INCOMPLETE, "failed", crawl.seconds, text, log.run_id, log=tuple(log.lines))
            if log.run_id is not None:
                result = await self._conclude(crawl, log.run_id, Ending(INCOMPLETE, text))
        finally:
            del self._active[name]
            self._not_before[name] = time.monotonic() + RETRY
            log.close()
        if result.reason in {"busy", STORAGE_FAILED, LEASE_LOST} or crawl.has_no_database:
            self._not_before[name] = time.monotonic() + RETRY_SOON
        self._end(result)

    async def _attempt(self, crawl: _Crawl) -> SiteResult:
        """Crawl a site, unless another process does. Every error of its own ends it alone."""
        name, claim = crawl.name, Claim()
        try:
            spider, source = self._check(name)
            claimed = await asyncio.to_thread(self._claim, source, name)
            if isinstance(claimed, Overlap):
                code = INCOMPLETE if claimed.is_stuck else DONE
                return SiteResult(name, code, "busy", crawl.seconds, str(claimed))
            claim = claimed
            run_id = await self._call(lambda connection: begin(connection, name, {}, self._lock))
            crawl.log.run_id = run_id
            await asyncio.to_thread(claim.serve, run_id)
        except _WRONG as error:
            crawl.has_no_database = isinstance(error, StorageError)
            await asyncio.to_thread(claim.release)
            if crawl.log.run_id is not None:
                return await self._conclude(crawl, crawl.log.run_id, Ending(NOT_STARTED, printable(str(error))))
            return await self._not_started(crawl, str(error))
        try:
            self._watcher.heard(name, "started", {"run_id": run_id})
            ending = await self._run(crawl, spider, run_id)
            return await self._conclude(crawl, run_id, ending)
        finally:
            await asyncio.to_thread(claim.release)

    def _claim(self, source: str, name: str) -> Claim | Overlap:
        settings = self._settings
        if not settings.getbool("CRAWL_LOCK"):
            return Claim()
        seconds, minutes = settings.getfloat("LEASE_SECONDS"), settings.getfloat("CRAWL_MAX_MINUTES")
        return claim_site(self._url, source, name, seconds, minutes)

    def _check(self, name: str) -> tuple[type[Spider], str]:
        """Return the spider of a site, and its source. Raises one of `_WRONG`."""
        try:
            spider = self._runner.spider_loader.load(name)
        except KeyError:
            raise ArgumentError(f"no spider named {printable(name)!r}") from None
        if not issubclass(spider, SiteSpider):
            raise ArgumentError(f"{name} is no site: run `newscrawl crawl {name}`")
        try:
            made = spider()
        except ArgumentError:
            raise
        except Exception as error:
            raise ArgumentError(f"its spider cannot be made ({type(error).__name__}: {error})") from error
        check_url(made.front_page, Allowed.parse(self._settings["ALLOW_PRIVATE_ADDRESSES"]))
        return spider, registry_for(self._settings).source_of(made.front_page) or name

    async def _not_started(self, crawl: _Crawl, error: str) -> SiteResult:
        message = printable(error)
        with suppress(StorageError):
            await asyncio.to_thread(record_not_started, self._url, crawl.name, {}, NOT_STARTED, message)
        return SiteResult(crawl.name, NOT_STARTED, "not_started", crawl.seconds, message, log=tuple(crawl.log.lines))

    async def _run(self, crawl: _Crawl, spider: type[Spider], run_id: int) -> Ending:
        """Run the crawl until it has ended, or has to be left; return how it ended."""
        crawler = crawl.crawler = self._runner.create_crawler(spider)
        crawler.settings.set("RUN_ID", run_id, priority="cmdline")
        crawler.signals.connect(crawl.count_lost, signals.spider_error)
        crawler.signals.connect(crawl.count_lost, signals.item_error)
        task = asyncio.create_task(crawler.crawl_async())  # the runner would merge the settings once more
        try:
            await self._wait(crawl, task)
            if not task.done():
                await self._leave(crawl, task)
            elif not task.cancelled() and (error := task.exception()) is not None:
                logger.error("the crawl could not start", exc_info=error)
        finally:
            EndWatch.forget(crawler)
        number = self.signal_number if crawl.stopped == "signal" else 0
        if crawl.is_stuck:
            return Ending(INCOMPLETE, "its code held up all crawls, and was interrupted; see the log")
        if crawl.is_left and not number:
            return Ending(INCOMPLETE, "it did not stop when asked to, and was left")
        return ending_of(stats_of(crawler), number, crawl.lost_pages)

    async def _wait(self, crawl: _Crawl, task: asyncio.Task[None]) -> None:
        """Wait for the end of a crawl; stop it when it is to stop, or has had its time."""
        assert crawl.crawler is not None
        minutes = crawl.crawler.settings.getfloat("CRAWL_MAX_MINUTES")
        stopping = asyncio.create_task(crawl.stopping.wait())
        most = minutes * 60 + LATE if minutes else _LONGEST
        try:
            while not task.done() and not crawl.stopping.is_set():
                left = min(most - crawl.seconds, max(TURN - crawl.seconds, _LOOK))
                await asyncio.wait({task, stopping}, timeout=max(left, 0), return_when=asyncio.FIRST_COMPLETED)
                if crawl.seconds >= most or (crawl.seconds >= TURN and self._waiting):
                    crawl.stop("time_limit")
        finally:
            stopping.cancel()
        until = time.monotonic() + (SIGNAL_GRACE if self._over == "signal" else GRACE)
        asked: set[asyncio.Task[None]] = set()
        while not task.done() and time.monotonic() < until:
            engine = engine_of(crawl.crawler)
            if engine is not None and engine.running and not asked:  # before that it would be forgotten
                asked.add(asyncio.create_task(crawl.crawler.stop_async()))
            await asyncio.wait({task}, timeout=0.1)
            if self._over == "signal":
                until = min(until, self._signalled + SIGNAL_GRACE)

    async def _leave(self, crawl: _Crawl, task: asyncio.Task[None]) -> None:
        """Leave a crawl that does not stop: it sends nothing and writes nothing any more."""
        crawl.is_left = True
        assert crawl.crawler is not None
        EndWatch.of(crawl.crawler).end()
        pipeline = self._pipeline(crawl)
        if pipeline is not None:
            pipeline.store.abandon()
        task.cancel()
        await asyncio.wait({task}, timeout=1)
        logger.error("the crawl did not stop when asked to, and was left")

    def _pipeline(self, crawl: _Crawl) -> StorePipeline | None:
        if engine_of(crawl.crawler) is None:
            return None
        assert crawl.crawler is not None
        pipeline = crawl.crawler.get_item_pipeline(StorePipeline)
        return pipeline if pipeline is not None and hasattr(pipeline, "store") else None

    async def _conclude(self, crawl: _Crawl, run_id: int, ending: Ending) -> SiteResult:
        """Complete the record of a run, and return the result."""
        record: dict[str, Any] = {}
        code, error = ending.code, ending.error
        try:
            record = await self._call(lambda connection: conclude(connection, run_id, code, error))
        except StorageError as failure:
            code, error = code or INCOMPLETE, error or str(failure)
        reason = record.get("reason") or "storage_failed"
        if crawl.stopped == "time_limit" and not crawl.is_left and not code:
            reason = "time_limit"
        counts = record.get("counts") or {}
        return SiteResult(
            crawl.name,
            code,
            reason,
            seconds=crawl.seconds,
            error=error,
            run_id=run_id,
            outcomes=counts.get("outcomes", {}),
            revisions=counts.get("revisions", 0),
            requests=record.get("requests"),
            bytes=record.get("bytes"),
            log=tuple(crawl.log.lines) if code else (),
        )

    def _note_stuck(self, log: SiteLog) -> None:
        crawl = self._active.get(log.spider)
        if crawl is not None:
            crawl.is_stuck = True
            crawl.stop("time_limit")

    async def _call(self, function: Callable[[Any], Any]) -> Any:
        return await asyncio.wrap_future(self._commit.call(function))

    _commit: GroupCommit
    _lock: Lock
    _runner: AsyncCrawlerRunner

    def _receive(self, number: int) -> None:
        if self.signal_number:  # the second signal: do not wait any longer
            self._signalled = float("-inf")
            return
        self.signal_number = number
        self._signalled = time.monotonic()
        hurry()
        self._stop("signal")

    def _stop(self, why: Stopped) -> None:
        self._over = self._over or why
        if why == "signal":
            self._over = why
        for crawl in self._active.values():
            crawl.stop(why)
        self._wake()


def _raise_limit_of_files(sites: int) -> None:
    """Allow as many open files as so many sites need, if the system does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 256 + _FILES_PER_SITE * sites
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
