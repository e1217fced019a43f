"""A line every ten seconds that says how far a crawl is."""

from __future__ import annotations

import asyncio
import logging
from typing import Self

from scrapy import Spider, signals
from scrapy.crawler import Crawler

from newscrawl.base_spiders import SiteSpider
from newscrawl.storage.errors import StorageError
from newscrawl.storage.sites import queued_pages

logger = logging.getLogger(__name__)

INTERVAL = 10.0
"""Seconds between two lines."""
_OUTCOMES = ("stored", "unchanged", "listed", "no_article", "gone", "failed")


class ProgressLine:
    """Logs what is done and what is queued. It takes the place of Scrapy's LogStats, which counts responses."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._task: asyncio.Task[None] | None = None
        self._last = ""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Connect to the signals of a crawl."""
        extension = cls(crawler)
        crawler.signals.connect(extension.begin, signals.spider_opened)
        crawler.signals.connect(extension.end, signals.spider_closed)
        return extension

    def begin(self, spider: Spider) -> None:
        """Start to report."""
        self._task = asyncio.ensure_future(self._go_on(spider))

    def end(self) -> None:
        """Report no more."""
        if self._task is not None:
            self._task.cancel()

    async def _go_on(self, spider: Spider) -> None:
        while True:
            await asyncio.sleep(INTERVAL)
            line = await self.line(spider)
            if line != self._last:
                self._last = line
                logger.info(line)

    async def line(self, spider: Spider) -> str:
        """Return how far a crawl is, as in ``57 pages done (40 stored, 17 listed), 312 queued``."""
        assert self._crawler.stats is not None
        value = self._crawler.stats.get_value
        counts = {outcome: value(f"newscrawl/{outcome}", 0) for outcome in _OUTCOMES}
        details = ", ".join(f"{count} {outcome.replace('_', ' ')}" for outcome, count in counts.items() if count)
        done = f"{sum(counts.values())} pages done" + (f" ({details})" if details else "")
        if not isinstance(spider, SiteSpider):
            return done
        try:
            url = self._crawler.settings["DATABASE_URL"]
            return f"{done}, {await asyncio.to_thread(queued_pages, url, spider.source)} queued"
        except StorageError:  # the crawl itself reports it
            return done
