"""A round of crawls as a person or cron sees it."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from dataclasses import dataclass

import click
from scrapy.settings import Settings
from scrapy.spiderloader import get_spider_loader

from newscrawl.cli.options import print_json, refuse
from newscrawl.cli.round_progress import Bar, Lines, Silent
from newscrawl.cli.round_summary import failures, table_of
from newscrawl.commands.checks import WRONG, known_spider
from newscrawl.rounds import Choice, Round, in_order, runnable_sites, summary
from newscrawl.storage import check_database, close_dead_runs, standings

JOBS = 4
"""Crawls at a time: most of the time each waits for its site's turn."""


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked for on the command line."""

    settings: Settings
    spiders: tuple[str, ...]
    options: tuple[str, ...]
    """What every crawl is started with."""
    arguments: dict[str, str]


def run_round(
    order: Order, *, everything: bool, due: bool, jobs: int | None, time_limit: float | None, quiet: bool, as_json: bool
) -> int:
    """Crawl, say what came of it, and return the exit code."""
    began = time.monotonic()
    url = order.settings["DATABASE_URL"]
    try:
        check_database(url)
        close_dead_runs(url)
        choice = _choose(order, everything=everything or (due and not order.spiders), due=due)
    except WRONG as error:
        refuse("crawl", str(error))
        raise AssertionError from error
    os.environ.setdefault("NEWSCRAWL_EXTRACT_WORKERS", "1")  # it reads faster than a polite crawl fetches
    is_terminal = sys.stderr.isatty() and not quiet and not as_json
    watcher = Bar(len(choice.spiders)) if is_terminal else Silent() if quiet or as_json else Lines()
    work = Round(url, choice.spiders, order.options, order.arguments, watcher)
    results = asyncio.run(work.run(jobs or JOBS, time_limit and time_limit * 60))
    watcher.close()
    code = summary(results, work.signal_number)
    seconds = time.monotonic() - began
    if as_json:
        sites = [result.as_json() for result in results]
        facts = {"exit_code": code, "seconds": round(seconds, 1), "not_due": choice.not_due, "sites": sites}
        print_json(facts)
    elif not quiet:
        for line in table_of(results, choice.not_due, seconds):
            click.echo(line)
    for line in failures(results, order.settings["LOG_DIR"]):
        click.echo(line, err=True)
    return code


def _choose(order: Order, *, everything: bool, due: bool) -> Choice:
    """Return the spiders in the order in which they have their turn. Raises one of `WRONG`."""
    loader = get_spider_loader(order.settings)
    named = [known_spider(loader, name) for name in order.spiders]
    sites = runnable_sites(order.settings)
    names = [*named, *(sites if everything else ())]
    if not names:
        refuse("crawl", f"name spiders, or give --all; there are: {', '.join(sorted(loader.list()))}")
    known = {name: sites[name] for name in names if name in sites}
    return in_order(names, standings(order.settings["DATABASE_URL"], known), due_only=due)
