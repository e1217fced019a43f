"""Scrapy's crawl, with wrong arguments in one line, a report at the end, and exit codes that tell the truth."""

from __future__ import annotations

import argparse
import gc
import signal
import sys
from types import FrameType
from typing import NoReturn

from scrapy import signals
from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.exceptions import UsageError
from scrapy.settings import Settings

from newscrawl.commands.checks import WRONG, Checked, check_crawl
from newscrawl.commands.telling import Progress, end_with_parent, tell
from newscrawl.endings import INCOMPLETE, NOT_STARTED, Ending, ending_of
from newscrawl.logs import begin_log, open_log
from newscrawl.report import print_report
from newscrawl.storage import Lock, StorageError, begin_run, conclude_run, holder_of, site_lock
from newscrawl.text import printable
from newscrawl.workers import prepare


def _say(message: str) -> None:
    print(f"newscrawl crawl: {message}", file=sys.stderr)  # noqa: T201


def _refuse(message: str) -> NoReturn:
    _say(message)
    sys.exit(NOT_STARTED)


class Command(ScrapyCrawl):
    """Exit codes: 0 every page has its outcome in the database, or another crawl is at this site; 1 not started; 2
    started, but pages were lost to a storage or spider error, or nothing could be fetched; 130 and 143 ended by Ctrl-C
    and SIGTERM."""

    signal_number = 0
    lost_pages = 0
    """Pages that ended without an outcome, by an error that nobody foresaw."""

    requires_crawler_process = False  # it would log its versions before a wrong argument is told

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Let wrong options end in one line."""
        super().add_options(parser)
        parser.add_argument("--in-round", action="store_true", help=argparse.SUPPRESS)  # see `telling`
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
        if opts.in_round:
            end_with_parent()
        try:
            checked = check_crawl(self.settings, args, opts.spargs)
            begin_log(self.settings, checked.site)
            lock = self._lock(self.settings, checked, in_round=opts.in_round)
            if self.settings.getint("EXTRACT_WORKERS"):
                prepare()
            run_id = begin_run(self.settings["DATABASE_URL"], checked.name, opts.spargs)
        except WRONG as error:
            _refuse(printable(str(error)))
        if opts.in_round:
            tell("started", run_id=run_id)
        self.settings.set("RUN_ID", run_id, priority="cmdline")
        ending = self._crawl(self.settings, checked, opts, run_id)
        try:
            conclude_run(self.settings["DATABASE_URL"], run_id, ending.code, ending.error)
        except StorageError as error:
            _say(str(error))
            ending = Ending(ending.code or INCOMPLETE, str(error))
        self.exitcode = ending.code
        if lock is not None:
            lock.release()

    def _lock(self, settings: Settings, checked: Checked, *, in_round: bool) -> Lock | None:
        """Take the lock of the site; where another crawl has it, say so and leave the site to that one."""
        if not settings.getbool("CRAWL_LOCK"):
            return None
        path = site_lock(settings["DATABASE_URL"], checked.site)
        lock = Lock.take(path)
        if lock is None:
            holder = holder_of(path)
            if in_round:
                tell("busy", holder=str(holder or ""), since=holder and holder.since.isoformat())
            else:
                by = f" by {holder}" if holder else ""
                _say(f"{printable(checked.site)} is being crawled{by}; it is left to that crawl")
            sys.exit(0)
        return lock

    def _crawl(self, settings: Settings, checked: Checked, opts: argparse.Namespace, run_id: int) -> Ending:
        process = self.crawler_process = AsyncCrawlerProcess(settings)
        open_log(settings, checked.site, run_id)
        crawler = self._create_crawler(checked.name)
        crawler.signals.connect(self._note_signals, signals.engine_started)
        crawler.signals.connect(self._freeze, signals.engine_started)
        crawler.signals.connect(self._note_lost, signals.spider_error)
        crawler.signals.connect(self._note_lost, signals.item_error)
        if opts.in_round:
            progress = Progress(crawler)  # noqa: F841 - signals hold no reference
        process.crawl(crawler, **opts.spargs)
        process.start()
        ending = ending_of(crawler.stats.get_stats() if crawler.stats else {}, self.signal_number, self.lost_pages)
        if not opts.in_round:
            try:
                print_report(crawler)
            except StorageError as error:
                _say(str(error))
                return Ending(ending.code or INCOMPLETE, ending.error or str(error))
        return ending

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
        self.lost_pages += 1
