"""`scrapy crawl` with one-line errors for wrong arguments, a report at the end, and meaningful exit codes."""

from __future__ import annotations

import argparse
import difflib
import errno
import signal
import sys
from dataclasses import dataclass
from types import FrameType
from typing import NoReturn

from scrapy import signals
from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.exceptions import UsageError
from scrapy.settings import Settings
from scrapy.spiderloader import SpiderLoaderProtocol, get_spider_loader

from newscrawl.base_spiders import ArgumentError, LocalSpider, NewsSpider, SiteSpider
from newscrawl.base_spiders.publishers import publishers
from newscrawl.base_spiders.registry import SiteRegistry, project_site
from newscrawl.commands.progress import Progress, end_with_parent, report_event
from newscrawl.crawl.exit_status import DONE, INCOMPLETE, NOT_STARTED, Ending, ending_of
from newscrawl.crawl.garbage import GarbageCollection
from newscrawl.crawl.logging import begin_log, open_log, quiet_start
from newscrawl.crawl.overlap import Claim, Overlap, claim_site
from newscrawl.crawl.pipelines import raw_pages_of
from newscrawl.crawl.report import print_report
from newscrawl.network.addresses import Allowed, BadDestination, check_url
from newscrawl.network.identity import SettingsError, check_settings
from newscrawl.network.replay import recordings_of
from newscrawl.project import ProjectError, output_told, restrict_umask, write_every_letter
from newscrawl.recordings import RecordingError
from newscrawl.rules import RulesError
from newscrawl.storage.engine import check_database, has_database, hurry
from newscrawl.storage.errors import StorageError
from newscrawl.storage.runs import begin_run, conclude_run
from newscrawl.storage.site_rows import register_spiders, site_named
from newscrawl.text import printable
from newscrawl.workers.pool import prepare

WRONG = (ArgumentError, BadDestination, ProjectError, RecordingError, RulesError, SettingsError, StorageError)
"""Errors that the user can fix; their messages are one line."""


_NEAR = 0.75
"""Similarity from which a name may be meant: two letters in the wrong order, or one that is missing."""
_HOW_TO_NAME = (
    "`newscrawl list`, `newscrawl sites list` and `newscrawl sites publishers` name those that there are; "
    "`newscrawl sites add URL` adds a site, and `newscrawl crawl site -a url=URL` crawls one without adding it"
)


@dataclass(frozen=True, slots=True)
class Checked:
    """A spider that is ready to run."""

    name: str
    site: str
    """Only one crawl of it runs at a time: the site, or for a spider without one, its name and arguments."""
    minutes: float = 0
    """What a run of it may take; 0 for no limit."""


def known_spider(loader: SpiderLoaderProtocol, name: str, url: str) -> str:
    """Check that there is a spider of a name, and return it: one of the project, a site in the database at `url`, or a
    publisher. Raises ArgumentError and StorageError."""
    known = sorted(loader.list())
    if name in known:
        return name
    if has_database(url):
        check_database(url)  # an older version's table of sites is upgraded, and then read
        row = site_named(url, name)
        if row is not None and row.declared_in == "row":
            return name
    if name in publishers():
        return name
    close = difflib.get_close_matches(name, [*known, *publishers()], n=1, cutoff=_NEAR)
    hint = f"did you mean {close[0]!r}?" if close else _HOW_TO_NAME
    raise ArgumentError(f"no spider named {printable(name)!r}; {hint}")


def check_crawl(settings: Settings, args: list[str], arguments: dict[str, str]) -> Checked:
    """Check settings, arguments and database, and return the spider to run. Raises one of `WRONG`."""
    loader = get_spider_loader(settings)
    registry = SiteRegistry(settings)
    check_settings(settings)
    restrict_umask(settings["UMASK"])
    unknown = [arg for arg in args if arg.startswith("-")]
    if unknown:
        hint = "; name the database by -s DATABASE_URL=URL" if unknown[0].startswith("--database") else ""
        raise ArgumentError(f"unknown option {printable(unknown[0])}{hint}")
    if len(args) != 1:
        raise ArgumentError(f"name one spider; known spiders: {', '.join(sorted(loader.list()))}")
    name = known_spider(loader, args[0], settings["DATABASE_URL"])
    if settings["FIXTURES_DIR"]:
        recordings_of(settings, name)
    spider = loader.load(name)
    made = spider(**arguments) if issubclass(spider, NewsSpider) else None
    if isinstance(made, SiteSpider):
        check_url(made.front_page, Allowed.parse(settings["ALLOW_PRIVATE_ADDRESSES"]))
    if isinstance(made, LocalSpider):
        made.check(settings)
    raw_pages_of(settings)
    check_database(settings["DATABASE_URL"])
    if isinstance(made, SiteSpider):
        site = project_site(spider, registry) if name in loader.list() else None
        register_spiders(settings["DATABASE_URL"], [site] if site is not None else [])
        return Checked(name, registry.source_of(made.front_page) or name, settings.getfloat("CRAWL_MAX_MINUTES"))
    return Checked(name, " ".join([name, *(f"{key}={value}" for key, value in sorted(arguments.items()))]))


def _say(message: str) -> None:
    print(f"newscrawl crawl: {message}", file=sys.stderr)  # noqa: T201


def _refuse(message: str) -> NoReturn:
    _say(message)
    sys.exit(NOT_STARTED)


class Command(ScrapyCrawl):
    """Exit codes: 0 every page has an outcome in the database, or another crawl of the site is running; 1 not started;
    2 pages were lost to a storage or spider error, nothing could be fetched, or another crawl of the site is stuck;
    130 and 143 stopped by Ctrl-C and SIGTERM."""

    signal_number = 0
    lost_pages = 0
    """Pages that ended without an outcome because of an unexpected error."""

    requires_crawler_process = False  # otherwise versions are logged before an error in the arguments

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Report wrong options in one line."""
        super().add_options(parser)
        parser.add_argument(
            "--trust", action="store_true", help="local pages were fetched by you, and may replace what was crawled"
        )
        parser.add_argument("--in-round", action="store_true", help=argparse.SUPPRESS)  # see `progress`
        parser.error = _refuse  # type: ignore[method-assign]

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Report wrong options in one line."""
        try:
            super().process_options(args, opts)
            opts.spargs.pop("_job", None)  # Scrapyd numbers its jobs so, for spiders that want to know
            if opts.trust:
                opts.spargs["trust"] = "1"
        except UsageError as error:
            _refuse(str(error))

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Check the arguments, crawl, and print the report."""
        assert self.settings is not None
        write_every_letter()
        if opts.in_round:
            end_with_parent()
        claim = None
        try:
            checked = check_crawl(self.settings, args, opts.spargs)
            begin_log(self.settings, checked.site)
            claim = self._claim(self.settings, checked, in_round=opts.in_round)
            if self.settings.getint("EXTRACT_WORKERS"):
                prepare()
            run_id = begin_run(self.settings["DATABASE_URL"], checked.name, opts.spargs)
            claim.serve(run_id)
        except WRONG as error:
            if claim is not None:
                claim.release()
            _refuse(printable(str(error)))
        if opts.in_round:
            report_event("started", run_id=run_id)
        self.settings.set("RUN_ID", run_id, priority="cmdline")
        ending = self._crawl(self.settings, checked, opts, run_id)
        try:
            conclude_run(self.settings["DATABASE_URL"], run_id, ending.code, ending.error)
        except StorageError as error:
            if ending.error is None:
                _say(str(error))
            ending = Ending(ending.code or INCOMPLETE, ending.error or str(error))
        self.exitcode = ending.code
        claim.release()

    def _claim(self, settings: Settings, checked: Checked, *, in_round: bool) -> Claim:
        """Claim the site; if another crawl has it, say so and exit."""
        if not settings.getbool("CRAWL_LOCK"):
            return Claim()
        seconds = settings.getfloat("LEASE_SECONDS")
        claim = claim_site(settings["DATABASE_URL"], checked.site, checked.name, seconds, checked.minutes)
        if isinstance(claim, Overlap):
            if in_round:
                report_event("busy", message=str(claim), is_stuck=claim.is_stuck)
            else:
                _say(f"{printable(checked.site)} {claim}; skipped")
            sys.exit(INCOMPLETE if claim.is_stuck else DONE)
        return claim

    def _crawl(self, settings: Settings, checked: Checked, opts: argparse.Namespace, run_id: int) -> Ending:
        quiet_start(settings)
        process = self.crawler_process = AsyncCrawlerProcess(settings)
        open_log(settings, checked.site, run_id)
        crawler = self._create_crawler(checked.name)
        garbage = GarbageCollection()
        crawler.signals.connect(garbage.begin, signals.engine_started)
        crawler.signals.connect(garbage.end, signals.engine_stopped)
        crawler.signals.connect(self._note_lost, signals.spider_error)
        crawler.signals.connect(self._note_lost, signals.item_error)
        if opts.in_round:
            progress = Progress(crawler)  # noqa: F841 - signals hold no reference
        from twisted.internet import reactor  # noqa: PLC0415 - the process has installed the one of the settings

        # Scrapy's handlers are installed by a trigger of this event, which `start` adds; ours wrap them, so they come
        # after. Later, a signal while the spider is opened would be taken for a crawl that fetched nothing.
        wrap = ("after", "startup", self._note_signals)
        reactor.callWhenRunning(lambda: reactor.addSystemEventTrigger(*wrap))  # type: ignore[arg-type]
        process.crawl(crawler, **opts.spargs)
        process.start()
        ending = ending_of(crawler.stats.get_stats() if crawler.stats else {}, self.signal_number, self.lost_pages)
        if not opts.in_round:
            try:
                with output_told(_say, passed_over={errno.EPIPE}):
                    print_report(crawler)
            except StorageError as error:
                if ending.error is None:
                    _say(str(error))
                return Ending(ending.code or INCOMPLETE, ending.error or str(error))
        return ending

    def _note_signals(self) -> None:
        """Remember which signal stopped the crawl, and pass it on to Scrapy."""
        for number in (signal.SIGINT, signal.SIGTERM):
            scrapys = signal.getsignal(number)

            def note(received: int, frame: FrameType | None, scrapys: object = scrapys) -> None:
                self.signal_number = received
                hurry()
                if callable(scrapys):
                    scrapys(received, frame)

            signal.signal(number, note)

    def _note_lost(self) -> None:
        self.lost_pages += 1
