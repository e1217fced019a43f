"""Scrapy's crawl, with wrong arguments in one line, a report at the end, and exit codes that tell the truth."""

from __future__ import annotations

import argparse
import difflib
import gc
import signal
import sys
from types import FrameType
from typing import NoReturn

from scrapy import signals
from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.exceptions import UsageError
from scrapy.settings import Settings
from scrapy.spiderloader import SpiderLoader

from newscrawl.pipelines import STORAGE_FAILED
from newscrawl.recordings import RecordingError
from newscrawl.registry import SiteRegistry
from newscrawl.replay import recordings_of
from newscrawl.report import print_report
from newscrawl.rules import RulesError
from newscrawl.sources import ArgumentError, LocalSpider, NewsSpider, SiteSpider
from newscrawl.storage import StorageError, check_database
from newscrawl.text import printable
from newscrawl.web.addresses import Allowed
from newscrawl.web.destinations import BadDestination, check_url
from newscrawl.wire.identity import SettingsError, check_settings

NOT_STARTED = 1
INCOMPLETE = 2


def _say(message: str) -> None:
    print(f"newscrawl crawl: {message}", file=sys.stderr)  # noqa: T201


def _refuse(message: str) -> NoReturn:
    _say(message)
    sys.exit(NOT_STARTED)


def _check(settings: Settings, args: list[str], arguments: dict[str, str]) -> str:
    """Return the name of the spider to run, when everything that it needs is there.

    Raises ArgumentError, BadDestination, RecordingError, RulesError, SettingsError and StorageError.
    """
    loader = SpiderLoader.from_settings(settings)
    SiteRegistry(settings)
    check_settings(settings)
    known = sorted(loader.list())
    unknown = [arg for arg in args if arg.startswith("-")]
    if unknown:
        raise ArgumentError(f"unknown option {printable(unknown[0])}")
    if len(args) != 1:
        raise ArgumentError(f"name one spider; there are: {', '.join(known)}")
    name = args[0]
    if name not in known:
        close = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"there are: {', '.join(known)}"
        raise ArgumentError(f"no spider is named {printable(name)!r}; {hint}")
    if settings["FIXTURES_DIR"]:
        recordings_of(settings, name)
    spider = loader.load(name)
    made = spider(**arguments) if issubclass(spider, NewsSpider) else None
    if isinstance(made, SiteSpider):
        check_url(made.front_page, Allowed.parse(settings["ALLOW_PRIVATE_ADDRESSES"]))
    if isinstance(made, LocalSpider):
        made.check(settings)
    check_database(settings["DATABASE_URL"])
    return name


class Command(ScrapyCrawl):
    """Exit codes: 0 every page has its outcome in the database; 1 not started; 2 started, but pages were lost
    to a storage or spider error, or nothing could be fetched; 130 and 143 ended by Ctrl-C and SIGTERM."""

    signal_number = 0
    lost_pages = False
    """A page ended without an outcome, by an error that nobody foresaw."""

    requires_crawler_process = False  # it would log its versions before a wrong argument is told

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Let wrong options end in one line."""
        super().add_options(parser)
        parser.error = _refuse  # type: ignore[method-assign]

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Let wrong options end in one line."""
        try:
            super().process_options(args, opts)
        except UsageError as error:
            _refuse(str(error))

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Check, crawl, report."""
        assert self.settings is not None
        try:
            name = _check(self.settings, args, opts.spargs)
        except (ArgumentError, BadDestination, RecordingError, RulesError, SettingsError, StorageError) as error:
            _refuse(printable(str(error)))
        process = self.crawler_process = AsyncCrawlerProcess(self.settings)
        crawler = self._create_crawler(name)
        crawler.signals.connect(self._note_signals, signals.engine_started)
        crawler.signals.connect(self._freeze, signals.engine_started)
        crawler.signals.connect(self._note_lost, signals.spider_error)
        crawler.signals.connect(self._note_lost, signals.item_error)
        process.crawl(crawler, **opts.spargs)
        process.start()
        self.exitcode = self._exit_code(crawler)
        try:
            print_report(crawler)
        except StorageError as error:
            _say(str(error))
            self.exitcode = self.exitcode or INCOMPLETE

    def _note_signals(self) -> None:
        """Remember which signal ended the crawl, and let Scrapy act on it."""
        for number in (signal.SIGINT, signal.SIGTERM):
            scrapys = signal.getsignal(number)

            def note(received: int, frame: FrameType | None, scrapys: object = scrapys) -> None:
                self.signal_number = received
                if callable(scrapys):
                    scrapys(received, frame)

            signal.signal(number, note)

    def _freeze(self) -> None:
        """Spare the garbage collector what is there for good: to look through it would hold up the crawl for 0.1 s."""
        gc.freeze()

    def _note_lost(self) -> None:
        self.lost_pages = True

    def _exit_code(self, crawler: Crawler) -> int:
        if self.signal_number:
            return 128 + self.signal_number
        stats = crawler.stats.get_stats() if crawler.stats else {}
        if "newscrawl/run_id" not in stats:
            return NOT_STARTED
        incomplete = (
            self.lost_pages
            or stats.get("finish_reason") == STORAGE_FAILED
            or stats.get("newscrawl/storage_failed")
            or not stats.get("downloader/response_count")
            or stats.get("newscrawl/in_vain")
            or any(name.startswith("feedexport/failed_count") for name in stats)
        )
        return INCOMPLETE if incomplete else 0
