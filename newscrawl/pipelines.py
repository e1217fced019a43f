"""The stages of a page: extract, key, store. Each is thin: pure functions decide, the classes act."""

from __future__ import annotations

import asyncio
import logging
from typing import Literal, Self

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem

from newscrawl.dedupe import content_hash
from newscrawl.extraction import extract_page
from newscrawl.items import Article, Candidate, Extraction, NoArticle, Outcome, Page, UnreadablePage
from newscrawl.registry import SiteRegistry
from newscrawl.storage import Result, StorageError, Store, Writer
from newscrawl.text import printable

logger = logging.getLogger(__name__)

STORAGE_FAILED = "storage_failed"
"""The reason a crawl is closed with when the database gives up."""


class PageFailed(DropItem):
    """The page could not be read; its row in `pages` says why."""


class PageWithoutArticle(DropItem):
    """The page holds no article; its row in `pages` says why."""

    def __init__(self, message: str) -> None:
        super().__init__(message, log_level="INFO")


class NotStored(DropItem):
    """The database gave up, and the crawl with it; the next run comes back to this page."""

    def __init__(self, message: str) -> None:
        super().__init__(message, log_level="DEBUG")


class ExtractPipeline:
    """Page in; its extraction, or the outcome of a page without an article, out."""

    def __init__(self, sites: SiteRegistry) -> None:
        self.sites = sites

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Know the sites of the crawl's project."""
        return cls(SiteRegistry(crawler.settings))

    def process_item(self, item: Page | Outcome) -> tuple[Page, Extraction] | Outcome:
        """Extract."""
        if isinstance(item, Outcome):
            return item
        try:
            return item, extract_page(item, self.sites.rules_for(item.url))
        except NoArticle as error:
            outcome: Literal["failed", "no_article"] = "failed" if isinstance(error, UnreadablePage) else "no_article"
            message = printable(f"{item.url or item.key}: {error}")
            return Outcome(item.key, outcome, error.reason, message, item.fetched_at, item.url, item.source)


class DedupePipeline:
    """Adds the keys by which the store finds copies."""

    def process_item(self, item: tuple[Page, Extraction] | Outcome) -> Candidate | Outcome:
        """Compute the keys."""
        if isinstance(item, Outcome):
            return item
        page, extraction = item
        return Candidate(page, extraction, content_hash(extraction.article.text))


class StorePipeline:
    """Hands over to the writer, and lets go of an item only when its transaction is durable."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.ending: asyncio.Future[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Take part in the end of the crawl, where its reason is known."""
        pipeline = cls(crawler)
        crawler.signals.connect(pipeline.spider_closed, signals.spider_closed)
        return pipeline

    def open_spider(self) -> None:
        """Open the database and begin the run."""
        spider = self.crawler.spider
        assert spider is not None
        arguments = {name: str(value) for name, value in getattr(spider, "given", {}).items()}
        self.store = Store.open(self.crawler.settings["DATABASE_URL"], spider.name, arguments)
        self.writer: Writer[Candidate | Outcome, Result] = Writer(self.store.write)
        assert self.crawler.stats is not None
        self.crawler.stats.set_value("newscrawl/run_id", self.store.run_id)

    async def process_item(self, item: Candidate | Outcome) -> Article:
        """Store an item; give back its public fields."""
        try:
            item, result = await self._store(item)
        except StorageError as error:
            self._give_up(error)
            raise NotStored(str(error)) from error
        assert self.crawler.stats is not None
        self.crawler.stats.inc_value(f"newscrawl/{result.outcome}")
        if isinstance(item, Candidate):
            return item.extraction.article
        self.crawler.stats.inc_value(f"newscrawl/{item.outcome}/{item.reason}")
        raise (PageFailed if item.outcome == "failed" else PageWithoutArticle)(item.error)

    async def _store(self, item: Candidate | Outcome) -> tuple[Candidate | Outcome, Result]:
        """Store an item; what the database cannot hold becomes a failed page, not a failed crawl."""
        try:
            return item, await asyncio.wrap_future(self.writer.submit(item))
        except StorageError:
            raise
        except Exception as error:
            if isinstance(item, Outcome):
                raise
            page = item.page
            message = f"{page.key}: the database cannot hold it ({type(error).__name__}: {printable(str(error))})"
            outcome = Outcome(page.key, "failed", "unstorable", message, page.fetched_at, page.url, page.source)
            return outcome, await asyncio.wrap_future(self.writer.submit(outcome))

    def _give_up(self, error: StorageError) -> None:
        if self.ending is not None:
            return
        logger.error("%s; the crawl ends here, and the next one comes back to what is missing", error)
        assert self.crawler.engine is not None
        self.ending = asyncio.ensure_future(self.crawler.engine.close_spider_async(reason=STORAGE_FAILED))

    def close_spider(self) -> None:
        """Write what waits."""
        self.writer.close()

    def spider_closed(self, spider: Spider, reason: str) -> None:
        """End the run, and say what it did."""
        if not hasattr(self, "store"):
            return
        counts = self.store.counts
        logger.info("%s", counts)
        assert self.crawler.stats is not None
        self.crawler.stats.set_value("newscrawl/revisions", counts.revisions)
        self.crawler.stats.set_value("newscrawl/words_kept", counts.words_kept)
        for dropped, words in counts.words_dropped.items():
            self.crawler.stats.set_value(f"newscrawl/words_dropped/{dropped}", words)
        try:
            self.store.finish(reason)
        except StorageError as error:
            logger.error("the end of the run could not be recorded: %s", error)
            self.crawler.stats.set_value("newscrawl/storage_failed", True)
        finally:
            self.store.close()
