"""`newscrawl crawl`: one spider as `scrapy crawl` runs it, or several in parallel, for cron."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from newscrawl.cli.options import database_option

if TYPE_CHECKING:
    import argparse

    from scrapy.settings import Settings

    from newscrawl.cli.round import Order


def run_scrapy(*arguments: str) -> None:
    """Run a Scrapy command, and exit with its exit code."""
    from scrapy.cmdline import execute  # noqa: PLC0415

    execute(["newscrawl", *arguments])


_SCRAPY = {"ignore_unknown_options": True, "allow_extra_args": True}
_ONE_SPIDER = ("output", "overwrite_output", "logfile", "profile", "pidfile", "pdb", "trust")
"""Options that only work with a single spider, because several crawls cannot share a file or terminal."""


@click.command(context_settings=_SCRAPY)
@click.option("--all", "everything", is_flag=True, help="Crawl every active site: see `newscrawl sites list`.")
@click.option(
    "--due", is_flag=True, help="Only sites with due pages or never crawled; implies --all if no spider is named."
)
@click.option("--jobs", type=click.IntRange(1, 100), metavar="N", help="Maximum parallel processes [default: 4]")
@click.option(
    "--processes", is_flag=True, help="With --due: a process per site, as with --jobs, -a, and sites that are named."
)
@click.option(
    "--time-limit",
    type=click.FloatRange(0, min_open=True),
    metavar="MINUTES",
    help="Stop all crawls cleanly after this time.",
)
@click.option("--quiet", is_flag=True, help="Print nothing unless a crawl failed, so that cron only mails failures.")
@click.option("--json", "as_json", is_flag=True, help="Print the result of each site as JSON.")
@click.option("--trust", is_flag=True, help="Local pages were fetched by you, and may replace what was crawled.")
@database_option
@click.argument("arguments", metavar="[SPIDER]... [-a NAME=VALUE] [-s NAME=VALUE]", nargs=-1, type=click.UNPROCESSED)
def crawl(arguments: tuple[str, ...], *, trust: bool, database: str | None, **chosen: Any) -> None:
    """Run spiders: one as `scrapy crawl` does, several in a process each, and all that are due in one process.

    \b
    newscrawl crawl fixtures -a path=FOLDER -O articles.jsonl
    newscrawl crawl tuoitre bnews
    newscrawl crawl --due --time-limit 50 --quiet

    -a sets a spider argument, -s a setting and -L the log level; -o and -O write the articles of a single spider to a
    file. A site that another process is crawling is skipped.

    Exit codes: 0 all sites succeeded; 1 nothing started, or a site could not start; 2 a site failed, or did not start
    before the time limit; 130 and 143 stopped by Ctrl-C and SIGTERM.
    """
    arguments += ("--trust",) if trust else ()
    arguments += ("-s", f"DATABASE_URL={database}") if database is not None else ()
    if not any(chosen.values()) and not _names_several(arguments):
        run_scrapy("crawl", *arguments)
    from newscrawl.cli.round import run_round  # noqa: PLC0415

    sys.exit(run_round(_read(arguments), **chosen))


def _names_several(arguments: tuple[str, ...]) -> bool:
    if len(arguments) < 2 or "--in-round" in arguments:
        return False
    from scrapy.utils.project import get_project_settings  # noqa: PLC0415

    spiders = _parse(arguments, get_project_settings())[1]
    return len(spiders) > 1 and not any(name.startswith("-") for name in spiders)


def _parse(arguments: tuple[str, ...], settings: Settings) -> tuple[argparse.Namespace, list[str], Any]:
    """Parse the arguments as `scrapy crawl` does; exit with a one-line message if they are wrong."""
    from scrapy.cmdline import ScrapyArgumentParser  # noqa: PLC0415

    from newscrawl.commands.crawl import Command  # noqa: PLC0415

    command, parser = Command(), ScrapyArgumentParser(conflict_handler="resolve", add_help=False)
    command.settings = settings
    command.add_options(parser)
    options, spiders = parser.parse_known_args(list(arguments))
    return options, spiders, command


def _read(arguments: tuple[str, ...]) -> Order:
    """Return which spiders to crawl and how; exit with a one-line message if the arguments are wrong."""
    from scrapy.utils.project import get_project_settings  # noqa: PLC0415

    from newscrawl.cli.options import refuse  # noqa: PLC0415
    from newscrawl.cli.round import Order  # noqa: PLC0415

    settings = get_project_settings()
    options, spiders, command = _parse(arguments, settings)
    unknown = [name for name in spiders if name.startswith("-")]
    if unknown:
        refuse("crawl", f"unknown option {unknown[0]}")
    unfit = [name for name in _ONE_SPIDER if getattr(options, name)]
    if unfit:
        instead = "; use -s LOG_DIR=FOLDER to write a log file per site" if unfit == ["logfile"] else ""
        refuse("crawl", f"--{unfit[0].replace('_', '-')} works only with a single spider{instead}")
    given = [part for value in options.spargs for part in ("-a", value)]
    given += [part for value in options.set for part in ("-s", value)]
    given += ["-L", options.loglevel] if options.loglevel else []
    given += ["--nolog"] if options.nolog else []
    command.process_options(spiders, options)
    is_level_given = options.loglevel or options.nolog or any(value.startswith("LOG_LEVEL=") for value in given)
    if not is_level_given and not settings["LOG_DIR"]:  # of parallel crawls, show only warnings
        given += ["-L", "WARNING"]
        settings.set("LOG_LEVEL", "WARNING", priority="cmdline")
    return Order(settings, tuple(spiders), tuple(given), options.spargs)
