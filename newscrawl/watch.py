"""Looks at the health of a site when a crawl of it has ended, and tells the user."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import asdict
from typing import Self

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from newscrawl.alarmcommand import CommandFailed, tell
from newscrawl.sources import SiteSpider
from newscrawl.storage import StorageError, judge_run, note_told, untold

logger = logging.getLogger(__name__)


class HealthWatch:
    """Judges a run when its record is closed. What fails here is a line in the log, and fails no crawl."""

    def __init__(self, crawler: Crawler) -> None:
        if crawler.settings["FIXTURES_DIR"]:
            raise NotConfigured
        self.crawler = crawler
        self.reason = ""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Wait for the end, when the pipelines are done."""
        watch = cls(crawler)
        crawler.signals.connect(watch.spider_closed, signals.spider_closed)
        crawler.signals.connect(watch.engine_stopped, signals.engine_stopped)
        return watch

    def spider_closed(self, spider: Spider, reason: str) -> None:
        """Remember why it ended."""
        self.reason = reason

    async def engine_stopped(self) -> None:
        """Judge, and tell; after a signal there is no time for it, and the next run does it."""
        run_id = self.crawler.stats.get_value("newscrawl/run_id") if self.crawler.stats else None
        if run_id is None or self.reason == "shutdown" or not isinstance(self.crawler.spider, SiteSpider):
            return
        try:
            await asyncio.to_thread(self._look, run_id)
        except StorageError as error:
            logger.error("the health of the site could not be judged: %s", error)

    def _look(self, run_id: int) -> None:
        settings = self.crawler.settings
        for source in judge_run(settings["DATABASE_URL"], run_id):
            self._tell(source, settings["DATABASE_URL"], settings["ALARM_COMMAND"])

    def _tell(self, source: str, url: str, command: str) -> None:
        begun, over = untold(url, source)
        if not begun and not over:
            return
        for alarm in begun:
            logger.warning("%s: %s, since run %s (%s)", source, alarm.message, alarm.run_id, alarm.example)
        for alarm in over:
            logger.warning("%s: it is over: %s", source, alarm.message)
        if not command:
            return
        messages = [alarm.message for alarm in begun] + [f"over: {alarm.message}" for alarm in over]
        facts = {
            "source": source,
            "state": "broken" if begun else "over",
            "begun": [asdict(alarm) for alarm in begun],
            "over": [asdict(alarm) for alarm in over],
        }
        try:
            tell(command, facts, messages, self.crawler.settings.getfloat("ALARM_MAX_SECONDS"))
        except CommandFailed as error:
            logger.error("ALARM_COMMAND was not told of %s, and will be after the next run: %s", source, error)
            return
        note_told(url, begun, over)
