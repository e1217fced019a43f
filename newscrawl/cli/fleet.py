"""`newscrawl fleet`: crawl what is due together with other machines, through a queue in PostgreSQL."""

from __future__ import annotations

import asyncio
import logging
import os
import sys

import click

from newscrawl.cli.options import database_option, refuse, settings_with, with_database
from newscrawl.project import ProjectError

JOBS = 4


@click.command()
@click.option(
    "--jobs", type=click.IntRange(1, 100), default=JOBS, metavar="N", help=f"Maximum parallel crawls [default: {JOBS}]"
)
@click.option(
    "--every",
    metavar="CRON",
    default="*/5 * * * *",
    help="When due sites are queued, as cron writes it; a sixth field is seconds [default: every five minutes]",
)
@click.option("-s", "--set", "given", metavar="NAME=VALUE", multiple=True, help="A setting of every crawl.")
@click.option("--quiet", is_flag=True, help="Print nothing unless a crawl failed.")
@database_option
def fleet(*, jobs: int, every: str, given: tuple[str, ...], quiet: bool, database: str | None) -> None:
    """Crawl what is due together with other machines, each of which runs this command.

    They share one PostgreSQL database, and in it a queue of Procrastinate (pip install 'newscrawl[fleet]'). Sites that
    are due are queued by whoever comes first, and crawled by whoever is free, each in a process of its own. It goes on
    until a signal ends it: SIGTERM and Ctrl-C end the crawls within ten seconds, with everything stored that was read.

    Exit codes: 1 it could not start; 130 and 143 stopped by Ctrl-C and SIGTERM.
    """
    from newscrawl.cli.round import Failures, Lines  # noqa: PLC0415
    from newscrawl.commands.crawl import WRONG  # noqa: PLC0415
    from newscrawl.storage.engine import check_database  # noqa: PLC0415

    try:
        from newscrawl.fleet.queue import Fleet  # noqa: PLC0415
    except ImportError as error:
        if error.name not in {"procrastinate", "psycopg", "psycopg_pool"}:
            raise
        refuse("fleet", "it needs Procrastinate; run: pip install 'newscrawl[fleet]'")
    given = with_database(given, database)
    try:
        settings = settings_with(given)
    except ProjectError as error:
        refuse("fleet", str(error))
    options = [part for pair in given for part in ("-s", pair)]
    if not settings["LOG_DIR"] and not any(pair.startswith("LOG_LEVEL=") for pair in given):
        options += ["-L", "WARNING"]
    # Its errors come with tracebacks; what ends the work is said in one line below.
    logging.getLogger("procrastinate").setLevel(logging.CRITICAL)
    os.environ.setdefault("NEWSCRAWL_EXTRACT_WORKERS", "1")  # one worker extracts faster than a polite crawl fetches
    try:
        work = Fleet(settings, options, Failures() if quiet else Lines(), every=every)
        check_database(settings["DATABASE_URL"])
        number = asyncio.run(work.work(jobs))
    except WRONG as error:
        refuse("fleet", str(error))
    except ValueError as error:  # of croniter
        refuse("fleet", f"--every: {error}")
    sys.exit(128 + number)
