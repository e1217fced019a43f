"""Parallel crawls from the command line: progress, result table and failures."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import click
from scrapy.settings import Settings
from scrapy.spiderloader import get_spider_loader

from newscrawl.base_spiders.registry import project_sites
from newscrawl.cli.options import cell, fitted, print_json, refuse, table
from newscrawl.commands.crawl import WRONG, known_spider
from newscrawl.network.identity import check_settings
from newscrawl.project import restrict_umask
from newscrawl.rounds import Choice, Round, SiteResult, in_order, summary
from newscrawl.storage.engine import check_database
from newscrawl.storage.leases import lease_holders, needs_lease
from newscrawl.storage.plan import plan
from newscrawl.storage.runs import close_dead_runs
from newscrawl.storage.site_rows import register_spiders

_COLUMNS = {
    "stored": "stored",
    "unchanged": "unchanged",
    "no_article": "no article",
    "failed": "failed",
    "gone": "gone",
}


def in_words(result: SiteResult) -> str:
    """Return the result of a site as one line."""
    if result.reason == "busy":
        return f"{result.spider}: skipped, it {cell(result.error)}"
    counted = [f"{result.outcomes[name]} {words}" for name, words in _COLUMNS.items() if result.outcomes.get(name)]
    if result.revisions:
        counted.insert(1, f"{result.revisions} of them revised")
    ended = [] if result.reason == "finished" else [result.reason]
    trouble = [f"FAILED: {cell(result.error)}"] if result.exit_code and result.error else []
    said = ", ".join([*counted, *ended]) or "nothing new"
    return "; ".join([f"{result.spider}: {said} ({_time(result.seconds)})", *trouble])


def table_of(results: Sequence[SiteResult], not_due: int, seconds: float) -> Iterator[str]:
    """Yield the lines of the result table, and a summary."""
    names = ("spider", "stored", "revised", "unchanged", "failed", "other", "requests", "MB", "took", "ended")
    rows = [
        [
            result.spider,
            result.outcomes.get("stored", 0),
            result.revisions,
            result.outcomes.get("unchanged", 0),
            result.outcomes.get("failed", 0),
            sum(result.outcomes.get(name, 0) for name in ("no_article", "gone", "skipped")),
            result.requests,
            None if result.bytes is None else round(result.bytes / 1e6, 1),
            _time(result.seconds),
            f"{result.reason} (exit code {result.exit_code})" if result.exit_code else result.reason,
        ]
        for result in results
    ]
    if rows:
        yield from table(names, rows)
    yield " ".join(_sums(results, not_due, seconds))


def _sums(results: Sequence[SiteResult], not_due: int, seconds: float) -> Iterator[str]:
    kinds = Counter("failed" if one.exit_code else "skipped" if one.reason == "busy" else "done" for one in results)
    parts = [f"{kinds['done']} of {len(results)} sites done"]
    parts += [f"{kinds[kind]} {kind}" for kind in ("failed", "skipped") if kinds[kind]]
    parts += [f"{not_due} not due"] if not_due else []
    yield f"{', '.join(parts)}, in {_time(seconds)}"


def failures(results: Sequence[SiteResult], log_folder: str, command: str = "crawl") -> Iterator[str]:
    """Yield lines about the sites that failed: why, and the end of their log. `command` is what the user typed."""
    for result in results:
        if not result.exit_code:
            continue
        why = cell(result.error) or f"ended: {result.reason}"
        run = f" (run {result.run_id})" if result.run_id else ""
        yield f"newscrawl {command}: {result.spider}: {why}{run}"
        yield from (f"    {cell(line)}" for line in result.log if cell(result.error) not in cell(line))
        if log_folder and result.run_id:
            yield f"    see its log file in {cell(log_folder)}"


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}" if minutes >= 60 else f"{minutes}:{rest:02}"


_WIDTH = 24


class Silent:
    """Ignores all events."""

    def heard(self, spider: str, event: str, facts: dict[str, Any]) -> None:
        """Ignore the event."""

    def ended(self, result: SiteResult) -> None:
        """Ignore the event."""

    def close(self) -> None:
        """Ignore the event."""


class OnlyFailures(Silent):
    """Prints what failed at once, for a worker that goes on."""

    def __init__(self, log_folder: str) -> None:
        self._log_folder = log_folder

    def ended(self, result: SiteResult) -> None:
        """Print why a site failed."""
        for line in failures([result], self._log_folder, "worker"):
            click.echo(line, err=True)


class Lines(Silent):
    """Prints the result of each site, and log lines of the crawls."""

    def heard(self, spider: str, event: str, facts: dict[str, Any]) -> None:
        """Print log lines."""
        if event == "log":
            click.echo(f"{spider}: {cell(facts['line'])}", err=True)

    def ended(self, result: SiteResult) -> None:
        """Print the result of a site."""
        click.echo(in_words(result), err=True)


class Failures(Silent):
    """Prints the sites that failed, each with the end of its log."""

    def ended(self, result: SiteResult) -> None:
        """Print why a site failed."""
        for line in failures([result], ""):
            click.echo(line, err=True)


class Bar(Lines):
    """Shows a progress bar of finished sites, with the number of articles that running crawls have stored."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0
        self._running: dict[str, str] = {}
        self._draw()

    def heard(self, spider: str, event: str, facts: dict[str, Any]) -> None:
        """Update the bar, or print a log line above it."""
        if event == "log":
            self._clear()
            super().heard(spider, event, facts)
        else:
            self._running[spider] = f"{spider} {facts.get('stored', 0)}"
        self._draw()

    def ended(self, result: SiteResult) -> None:
        """Print the result of a site above the bar."""
        self._clear()
        self._running.pop(result.spider, None)
        self._done += 1
        super().ended(result)
        self._draw()

    def close(self) -> None:
        """Remove the bar."""
        self._clear()

    def _draw(self) -> None:
        full = _WIDTH * self._done // max(self._total, 1)
        bar = f"[{'#' * full}{'-' * (_WIDTH - full)}] {self._done}/{self._total}  {', '.join(self._running.values())}"
        sys.stderr.write(f"\r\x1b[K{fitted(bar, shutil.get_terminal_size().columns - 1)}")
        sys.stderr.flush()

    def _clear(self) -> None:
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()


JOBS = 4
"""Maximum parallel crawls in processes; a polite crawl spends most of its time waiting."""
SITES = 100
"""The same in one process."""


@dataclass(frozen=True, slots=True)
class Order:
    """Spiders and options from the command line."""

    settings: Settings
    spiders: tuple[str, ...]
    options: tuple[str, ...]
    """Command line options of every crawl."""
    arguments: dict[str, str]


def run_round(
    order: Order,
    *,
    everything: bool,
    due: bool,
    jobs: int | None,
    processes: bool,
    time_limit: float | None,
    quiet: bool,
    as_json: bool,
) -> int:
    """Run the crawls, print the results, and return the exit code."""
    if due and not (order.spiders or order.arguments or jobs or processes):
        return run_worker(order, "crawl", most=SITES, once=True, time_limit=time_limit, quiet=quiet, as_json=as_json)
    began = time.monotonic()
    url = order.settings["DATABASE_URL"]
    try:
        restrict_umask(order.settings["UMASK"])
        check_database(url)
        close_dead_runs(url)
        choice = _choose(order, everything=everything or (due and not order.spiders), due=due)
    except WRONG as error:
        refuse("crawl", str(error))
        raise AssertionError from error
    os.environ.setdefault("NEWSCRAWL_EXTRACT_WORKERS", "1")  # one worker extracts faster than a polite crawl fetches
    is_terminal = sys.stderr.isatty() and not quiet and not as_json
    watcher = Bar(len(choice.spiders)) if is_terminal else Silent() if quiet or as_json else Lines()
    work = Round(url, choice.spiders, order.options, order.arguments, watcher)
    results = asyncio.run(work.run(jobs or JOBS, time_limit and time_limit * 60))
    watcher.close()
    code = summary(results, work.signal_number)
    shown = Shown(code, results, choice.not_due, time.monotonic() - began)
    shown.show(order.settings["LOG_DIR"], quiet=quiet, as_json=as_json)
    return code


@dataclass(frozen=True, slots=True)
class Shown:
    """How a round ended, for who called it."""

    code: int
    results: Sequence[SiteResult]
    not_due: int
    seconds: float

    def show(self, log_folder: str, *, quiet: bool, as_json: bool, command: str = "crawl") -> None:
        """Print it as a table, or as JSON, and what failed to stderr."""
        if as_json:
            sites = [result.as_json() for result in self.results]
            facts = {"exit_code": self.code, "seconds": round(self.seconds, 1), "not_due": self.not_due, "sites": sites}
            print_json(facts)
        elif not quiet:
            for line in table_of(self.results, self.not_due, self.seconds):
                click.echo(line)
        for line in failures(self.results, log_folder, command):
            click.echo(line, err=True)


def run_worker(
    order: Order,
    command: str,
    *,
    most: int,
    once: bool,
    everything: bool = False,
    time_limit: float | None,
    quiet: bool,
    as_json: bool,
) -> int:
    """Crawl many sites in this process, print the results, and return the exit code.

    `everything` takes what is not due as well; `command` is what the user typed.
    """
    from newscrawl.rounds.site_log import open_site_logs  # noqa: PLC0415 - a round of processes does without
    from newscrawl.rounds.worker import Worker  # noqa: PLC0415
    from newscrawl.rounds.worker_settings import worker_settings  # noqa: PLC0415

    began = time.monotonic()
    settings, is_all = order.settings, not order.spiders
    try:
        restrict_umask(settings["UMASK"])
        check_settings(settings)
        check_database(settings["DATABASE_URL"])
        close_dead_runs(settings["DATABASE_URL"])
        may_be_empty = command == "worker"  # which waits for sites
        _choose(order, everything=is_all, due=True, may_be_empty=may_be_empty)  # what is wrong is said before all else
        watcher: Silent = Lines()
        if quiet or as_json:
            watcher = Silent() if once else OnlyFailures(settings["LOG_DIR"])
        open_site_logs(settings, is_quiet=quiet or as_json)
        work = Worker(
            worker_settings(settings),
            lambda: _choose(order, everything=is_all, due=not everything, may_be_empty=True),
            watcher,
            sites=most,
            once=once,
            seconds=time_limit and time_limit * 60,
        )
        work.run()
    except WRONG as error:
        refuse(command, str(error))
        raise AssertionError from error
    code = 128 + work.signal_number if work.signal_number else work.exit_code
    if once:
        shown = Shown(code, work.results, work.not_due, time.monotonic() - began)
        shown.show(settings["LOG_DIR"], quiet=quiet, as_json=as_json, command=command)
    return code


def _choose(order: Order, *, everything: bool, due: bool, may_be_empty: bool = False) -> Choice:
    """Return the spiders to crawl, in order. Raises one of `WRONG`."""
    loader = get_spider_loader(order.settings)
    url = order.settings["DATABASE_URL"]
    own = project_sites(order.settings)
    register_spiders(url, list(own.values()))
    named = [known_spider(loader, name, url) for name in order.spiders]
    # A row that copies a spider of another project, which shares the database, is that one's to crawl.
    planned = [one for one in plan(url, None if everything else named) if one.declared_in == "row" or one.name in own]
    # What another process crawls would only be skipped.
    held = lease_holders(url) if everything and due and needs_lease(url) else {}
    names = [*named, *(one.name for one in planned if everything and one.source not in held)]
    if not names and not held and not may_be_empty:
        refuse("crawl", f"name spiders or use --all; known spiders: {', '.join(sorted(loader.list()))}")
    return in_order(names, {one.name: one for one in planned}, due_only=due)
