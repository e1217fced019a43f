"""Item pipelines: extract and store. They are thin: functions of other packages do the work."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal, Self

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from scrapy.settings import BaseSettings

from newscrawl.archive import (
    ArchiveError,
    ArchiveFolder,
    ArchiveWriter,
    SharedFolder,
    archive_at,
    finish_uploads,
)
from newscrawl.base_spiders import SiteSpider
from newscrawl.base_spiders.registry import registry_for
from newscrawl.crawl.disk import DiskWatch
from newscrawl.crawl.exit_status import STORAGE_FAILED
from newscrawl.crawl.frontier import Frontier
from newscrawl.health.notes import needs_rendering, notes_of
from newscrawl.items import (
    ArchiveRead,
    Article,
    Candidate,
    Extraction,
    Listing,
    NoArticle,
    Outcome,
    Page,
    UnreadablePage,
    stored_size,
)
from newscrawl.network.ending import READING_GRACE, EndWatch
from newscrawl.network.refusals import Ending, lost_time_counted
from newscrawl.storage.archives import record_archive
from newscrawl.storage.backends import location
from newscrawl.storage.engine import is_hurried
from newscrawl.storage.errors import StorageError, fault_of
from newscrawl.storage.group_commit import GroupCommit, RunWriter, commit_of
from newscrawl.storage.leases import LEASE_LOST, LeaseLost, needs_lease
from newscrawl.storage.listings import ListingLeft
from newscrawl.storage.locks import host_name
from newscrawl.storage.runs import Traffic
from newscrawl.storage.statistics import Result
from newscrawl.storage.store import Store
from newscrawl.text import printable
from newscrawl.workers import candidates
from newscrawl.workers.pool import Limits, Share, WorkerFailed, lease, release

logger = logging.getLogger(__name__)


class PageFailed(DropItem):
    """The page could not be read; its row in `pages` says why."""


class PageUnchanged(DropItem):
    """The server answered that the page is not modified."""

    def __init__(self, message: str) -> None:
        super().__init__(message, log_level="DEBUG")


class ListingRead(DropItem):
    """A feed, sitemap or section page, whose pages are queued; or a web archive, whose pages are stored."""

    def __init__(self, message: str) -> None:
        super().__init__(message, log_level="DEBUG")


class PageWithoutArticle(DropItem):
    """The page holds no article; its row in `pages` says why."""

    def __init__(self, message: str) -> None:
        super().__init__(message, log_level="INFO")


class NotStored(DropItem):
    """The database failed, which ends the crawl; the next run fetches this page again."""

    is_lost = True
    """Read by `LocalSpider`: there is no row that says what became of the page."""

    def __init__(self, message: str) -> None:
        super().__init__(message, log_level="DEBUG")


class CutOff(DropItem):
    """The crawl ended while a page was extracted, or a listing written; the next run fetches it again."""

    is_lost = True
    """As in `NotStored`."""

    def __init__(self, message: str) -> None:
        super().__init__(message, log_level="DEBUG")


_DROPS: dict[str, type[DropItem]] = {"failed": PageFailed, "unchanged": PageUnchanged}


_OF_THE_HOUR = ("a check for robots", "a notice of maintenance")
"""How the messages of walls begin that may be gone at a later visit: see `extraction.verdict.WALLS`."""
_CROWDED = 0.2
"""Seconds between two looks at pages that wait for the workers."""


def limits_of(settings: BaseSettings) -> Limits:
    """Return the limits of the processes that extract."""
    return Limits(
        settings.getint("EXTRACT_WORKERS"),
        settings.getfloat("EXTRACT_MAX_SECONDS"),
        settings.getint("EXTRACT_MAX_MEGABYTES"),
    )


class ExtractPipeline:
    """Turns a Page into a Candidate, or into an Outcome if it has no article; other items pass through."""

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self.crawler = crawler
        self.sites = registry_for(settings)
        self.watch = EndWatch.of(crawler)
        self.limits = limits_of(settings)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Load the site rules of the project."""
        return cls(crawler)

    def open_spider(self) -> None:
        """Lease the workers, which other crawls of the process share."""
        self.leased = lease(self.limits)
        self.workers = Share(self.leased)
        self.watch.gates.append(self._wait_for_workers)
        spider = self.crawler.spider
        if isinstance(spider, SiteSpider):
            spider.workers = self.workers

    async def _wait_for_workers(self) -> None:
        """Fetch nothing more while pages of this crawl wait in a crowd, or they would fill the memory."""
        while self.workers.is_crowded:
            await self.watch.unless_ended(asyncio.sleep(_CROWDED))

    def close_spider(self) -> None:
        """Release the workers."""
        release(self.leased)

    async def process_item(
        self, item: Page | Outcome | Listing | ArchiveRead
    ) -> Candidate | Outcome | Listing | ArchiveRead:
        """Extract a page and compute its keys, in a worker."""
        if not isinstance(item, Page):
            return item
        try:
            return await self._extract(item)
        except Ending:
            raise CutOff(f"{item.url or item.key}: the crawl ended before it was extracted") from None

    async def _extract(self, item: Page) -> Candidate | Outcome | Listing:
        if item.source is None and item.url is not None:
            item = replace(item, source=self.sites.source_of(item.url))
        otherwise, item = item.otherwise, replace(item, otherwise=None)
        try:
            rules = self.sites.rules_for(item.url)
            if isinstance(self.crawler.spider, SiteSpider) and rules.timezone is None:
                rules = replace(rules, timezone=self.crawler.spider.given.get("timezone"))
            work = self.workers.run(candidates.make, item, rules)
            with lost_time_counted(self.crawler, self.limits.count):
                made = await self.watch.unless_ended(work, READING_GRACE)  # a page may take a minute
        except WorkerFailed as error:
            return _without_article(item, "failed", UnreadablePage(error.reason, str(error)))
        except NoArticle as error:
            if otherwise is None and error.reason == "listing" and isinstance(self.crawler.spider, SiteSpider):
                otherwise = await self.crawler.spider.listing_of(item)
            outcome: Literal["failed", "no_article"] = "failed" if isinstance(error, UnreadablePage) else "no_article"
            otherwise = otherwise or _without_article(item, outcome, error)
            if item.withheld is None:
                return otherwise
            return await self._extract(replace(item.withheld, otherwise=otherwise))
        if isinstance(otherwise, Listing) and made.extraction.article.published_source in (None, "modified"):
            return otherwise  # a page about the site, or a section with an introduction
        return self._refusal(item, made.extraction) or made.of(item)

    def _refusal(self, page: Page, extraction: Extraction) -> Outcome | None:
        """Refuse an article that is not of the days of the run, or longer than what may be stored."""
        spider = self.crawler.spider
        if isinstance(spider, SiteSpider) and not spider.window.holds_article(extraction.article):
            return _without_article(page, "skipped", NoArticle("older", "published outside of the dates of the run"))
        most, size = self.crawler.settings.getint("ARTICLE_MAX_CHARACTERS"), stored_size(extraction)
        if 0 < most < size:
            why = NoArticle("too_long", f"{size:,} characters; ARTICLE_MAX_CHARACTERS allows {most:,}")
            return _without_article(page, "no_article", why)
        return None


def _without_article(page: Page, outcome: Literal["failed", "no_article", "skipped"], why: NoArticle) -> Outcome:
    message = printable(f"{page.url or page.key}: {why}")
    facts = (page.fetched_at, page.url, page.source, page.visit, page.origin)
    may_pass = why.reason == "wall" and str(why).startswith(_OF_THE_HOUR)
    return Outcome(page.key, outcome, why.reason, message, *facts, may_pass)


def _call_soon(loop: asyncio.AbstractEventLoop, function: Callable[[LeaseLost], None], error: LeaseLost) -> None:
    with contextlib.suppress(RuntimeError):  # the crawl has ended meanwhile
        loop.call_soon_threadsafe(function, error)


def raw_pages_of(settings: BaseSettings) -> ArchiveFolder | None:
    """Return the archive that the settings name; None if they keep no raw pages. Raises StorageError."""
    try:
        return archive_at(settings["ARCHIVE_DIR"], settings["ARCHIVE_SPOOL"]) if settings["ARCHIVE_DIR"] else None
    except ArchiveError as error:
        raise StorageError(f"ARCHIVE_DIR: {error}") from None


class StorePipeline:
    """Passes items to the writer thread, and returns once their transaction is durable."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.watch = EndWatch.of(crawler)
        self.ending: asyncio.Future[None] | None = None
        self.frontier: Frontier | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Connect to `spider_closed`, which has the reason."""
        pipeline = cls(crawler)
        crawler.signals.connect(pipeline.spider_closed, signals.spider_closed)
        return pipeline

    def open_spider(self) -> None:
        """Open the database and start the run."""
        spider = self.crawler.spider
        assert spider is not None
        settings = self.crawler.settings
        arguments = {name: str(value) for name, value in getattr(spider, "given", {}).items()}
        is_live = isinstance(spider, SiteSpider) and not settings["FIXTURES_DIR"]
        url = settings["DATABASE_URL"]
        host = host_name() if needs_lease(url) else ""
        place = raw_pages_of(settings)
        archive = ArchiveWriter(place, spider.name, host=host) if place is not None and is_live else None
        run_id = settings.getint("RUN_ID") or None
        self.store = Store.open(url, spider.name, arguments, archive, run_id)
        self.store.most_known = settings.getint("KNOWN_PAGES_MAX")
        self.store.is_over = lambda: self.watch.is_overdue
        database = [location(url)] if url.startswith("sqlite:") else []
        kept = place.spool if isinstance(place, SharedFolder) else place
        folders = tuple(Path(path) for path in (*map(os.path.dirname, database), kept, settings["LOG_DIR"]) if path)
        self.disk = DiskWatch(folders, settings.getfloat("DISK_MIN_FREE_MEGABYTES"))
        self.store.traffic = self._traffic
        self.shared = commit_of(url)
        self.commit = self.shared or GroupCommit(self.store.engine)
        self.writer = RunWriter(self.commit, self.store)
        self.lease = self.store.lease
        if self.lease is not None:
            loop = asyncio.get_running_loop()
            self.lease.on_lost = lambda error: _call_soon(loop, self._abort, error)
            self.watch.gates.append(self._may_send)
        if isinstance(spider, SiteSpider):
            self.store.wanted = spider.wanted
            self.store.is_watched = is_live
            self.frontier = Frontier(self.crawler, spider, self.writer, self._abort)
        assert self.crawler.stats is not None
        self.crawler.stats.set_value("newscrawl/run_id", self.store.run_id)

    def _traffic(self) -> Traffic:
        assert self.crawler.stats is not None
        value = self.crawler.stats.get_value
        return Traffic(value("downloader/request_count", 0), value("downloader/response_bytes", 0))

    async def process_item(self, item: Candidate | Outcome | Listing | ArchiveRead) -> Article:
        """Store an item; return the public fields of an article. Raises a DropItem for all other results."""
        try:
            if isinstance(item, ArchiveRead):
                await asyncio.wrap_future(
                    self.commit.call(partial(record_archive, read=item, run_id=self.store.run_id))
                )
                raise ListingRead(f"{item.file}: all pages are stored")
            item, result = await self._store(item)
        except StorageError as error:
            self._abort(error)
            raise NotStored(str(error)) from error
        self._watch_disk()
        item = result.instead or item
        assert self.crawler.stats is not None
        self.crawler.stats.inc_value(f"newscrawl/{result.outcome}")
        if self.frontier is not None:
            self.frontier.record(item, result)
        if isinstance(item, Candidate):
            return (result.extraction or item.extraction).article
        if isinstance(item, Listing):
            raise ListingRead(f"{item.url}: {len(item.links)} pages named, {result.news} new or modified")
        self.crawler.stats.inc_value(f"newscrawl/{item.outcome}/{item.reason}")
        if item.reason == "robots_unreachable":
            raise PageFailed(item.error, log_level="DEBUG")  # already logged once for the whole host
        if item.reason == "not_there":
            raise ListingRead(item.error)
        raise _DROPS.get(item.outcome, PageWithoutArticle)(item.error)

    async def _may_send(self) -> None:
        """Wait until the process before this one has been silent for a delay; raise Ending if the site is lost.

        A process that was stopped, and does not know for how long, asks the database before it sends anything.
        """
        assert self.lease is not None
        delay = self.crawler.settings.getfloat("DOWNLOAD_DELAY")
        while (left := self.lease.free_since + delay - time.monotonic()) > 0:
            await self.watch.unless_ended(asyncio.sleep(left))
        if self.lease.is_sure:
            return
        try:
            await asyncio.to_thread(self.lease.renew)
        except StorageError as error:
            self._abort(error)
            raise Ending from None

    def _watch_disk(self) -> None:
        """End the run before a disk is full."""
        lack = None if self.ending is not None else self.disk.look()
        if lack is None:
            return
        logger.error("%s; the crawl stops here, and the next one continues", lack)
        assert self.crawler.stats is not None
        self.crawler.stats.set_value("newscrawl/storage_failed", True)
        self.crawler.stats.set_value("newscrawl/storage_error", lack)
        assert self.crawler.engine is not None
        self.ending = asyncio.ensure_future(self.crawler.engine.close_spider_async(reason="disk_low"))

    async def _store(self, item: Candidate | Outcome | Listing) -> tuple[Candidate | Outcome | Listing, Result]:
        """Store an item; if the database rejects it, store a failed page instead."""
        try:
            return item, await asyncio.wrap_future(self.writer.submit(item))
        except StorageError:
            raise
        except ListingLeft as error:
            raise CutOff(str(error)) from None
        except Exception as error:
            if not isinstance(item, Candidate):
                raise
            page = item.page
            message = f"{page.key}: the database rejected it ({type(error).__name__}: {printable(fault_of(error))})"
            known = (page.fetched_at, page.url, page.source, page.visit, page.origin)
            outcome = Outcome(page.key, "failed", "unstorable", message, *known)
            return outcome, await asyncio.wrap_future(self.writer.submit(outcome))

    def _abort(self, error: StorageError) -> None:
        if self.ending is not None:
            return
        is_lost = isinstance(error, LeaseLost)
        logger.error("%s; the crawl stops here%s", error, "" if is_lost else ", and the next one continues")
        assert self.crawler.stats is not None
        self.crawler.stats.set_value("newscrawl/storage_error", str(error))
        assert self.crawler.engine is not None
        reason = LEASE_LOST if is_lost else STORAGE_FAILED
        self.ending = asyncio.ensure_future(self.crawler.engine.close_spider_async(reason=reason))

    async def close_spider(self) -> None:
        """Wait until everything is written."""
        if waiting := [asyncio.wrap_future(future) for future in self.writer.waiting]:
            done, _ = await asyncio.wait(waiting)
            for future in done:  # whoever has submitted it hears of an error; unread, asyncio would log it once more
                if not future.cancelled():
                    future.exception()

    async def spider_closed(self, spider: Spider, reason: str) -> None:
        """Record the end of the run, and log its counts."""
        if not hasattr(self, "store"):
            return
        counts = self.store.counts
        logger.info("%s", counts)
        assert self.crawler.stats is not None
        for source, measures in self.store.measures.items():
            for note in notes_of(measures):
                logger.warning("%s: %s", source, note)
            if not counts.outcomes["stored"] and (rendering := needs_rendering(measures)) is not None:
                self.crawler.stats.set_value("newscrawl/needs_rendering", rendering)
        self.crawler.stats.set_value("newscrawl/revisions", counts.revisions)
        self.crawler.stats.set_value("newscrawl/words_kept", counts.words_kept)
        for dropped, words in counts.words_dropped.items():
            self.crawler.stats.set_value(f"newscrawl/words_dropped/{dropped}", words)
        try:
            spent = self.frontier.spent if self.frontier is not None else None
            if self.frontier is not None and self.frontier.budget.is_in_vain:
                self.crawler.stats.set_value("newscrawl/in_vain", True)
            ending = self.store.ending(spent if spent and reason == "finished" else reason)
            await asyncio.wrap_future(self.commit.call(ending))
            self._report_lost()
        except StorageError as error:
            if self.ending is None:  # otherwise the failure is logged already
                logger.error("the end of the run could not be recorded: %s", error)
            self.crawler.stats.set_value("newscrawl/storage_failed", True)
            self.crawler.stats.set_value("newscrawl/storage_error", str(error))
        finally:
            await self._close()

    async def _close(self) -> None:
        if self.shared is None:
            self.commit.close()
        self.store.close()
        if self.shared is None:  # otherwise there are other crawls, and the process goes on
            await asyncio.to_thread(finish_uploads, is_hurried)

    def _report_lost(self) -> None:
        """Say what could not be written, if another process has taken over the site."""
        if self.lease is None or self.lease.lost is None:
            return
        refused = f"{self.lease.lost}; {self.store.refused} of its writes were refused"
        logger.error("%s", refused)
        assert self.crawler.stats is not None
        self.crawler.stats.set_value("newscrawl/storage_failed", True)
        self.crawler.stats.set_value("newscrawl/storage_error", refused)
