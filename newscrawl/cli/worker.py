"""`newscrawl worker`: crawl many sites in one process."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from newscrawl.cli.options import database_option, refuse, settings_with, with_database
from newscrawl.project import ProjectError

if TYPE_CHECKING:
    from scrapy.settings import Settings

SITES = 100
"""Sites that a worker crawls at a time, as `newscrawl.cli.round.SITES`, which is slow to import."""


@click.command()
@click.argument("sites", metavar="[SITE]...", nargs=-1)
@click.option(
    "--sites", "most", type=click.IntRange(1, 5000), default=SITES, metavar="N", help=f"At a time [default: {SITES}]"
)
@click.option("--once", is_flag=True, help="End when all that is due now is done.")
@click.option("--all", "everything", is_flag=True, help="With --once: also what is not due.")
@click.option("--time-limit", type=click.FloatRange(0, min_open=True), metavar="MINUTES", help="End after this time.")
@click.option("-s", "--set", "given", metavar="NAME=VALUE", multiple=True, help="A setting, as `scrapy` takes it.")
@click.option("-L", "--loglevel", metavar="LEVEL", help="Lowest level that is logged [default: WARNING]")
@click.option("--quiet", is_flag=True, help="Print nothing unless a crawl failed.")
@click.option("--json", "as_json", is_flag=True, help="With --once: print the result of each site as JSON.")
@database_option
def worker(
    *,
    sites: tuple[str, ...],
    most: int,
    once: bool,
    everything: bool,
    time_limit: float | None,
    given: tuple[str, ...],
    loglevel: str | None,
    quiet: bool,
    as_json: bool,
    database: str | None,
) -> None:
    """Crawl the sites that are due, many in this one process, and go on as they become due again.

    \b
    newscrawl worker --sites 200
    newscrawl worker --once --time-limit 50 --quiet
    newscrawl worker --once tuoitre bnews

    A site that fails, hangs or floods costs only itself. A site that another process is crawling is skipped. SIGTERM
    ends the worker within ten seconds; what was fetched is stored, and the rest stays due.

    Exit codes: as of `newscrawl crawl`.
    """
    from newscrawl.cli.round import Order, run_worker  # noqa: PLC0415

    if (everything or as_json) and not once:
        raise click.UsageError("--all and --json work only with --once")
    code = run_worker(
        Order(_settings(with_database(given, database), loglevel), sites, (), {}),
        "worker",
        most=most,
        once=once,
        everything=everything,
        time_limit=time_limit,
        quiet=quiet,
        as_json=as_json,
    )
    sys.exit(code)


def _settings(given: tuple[str, ...], loglevel: str | None) -> Settings:
    try:
        settings = settings_with(given)
    except ProjectError as error:
        refuse("worker", str(error))
    if loglevel:
        settings.set("LOG_LEVEL", loglevel, priority="cmdline")
    elif not settings["LOG_DIR"] and not any(pair.startswith("LOG_LEVEL=") for pair in given):
        settings.set("LOG_LEVEL", "WARNING", priority="cmdline")
    return settings
