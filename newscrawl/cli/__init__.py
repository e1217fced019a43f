"""The `newscrawl` command: works in any folder, with or without a scrapy.cfg."""

from __future__ import annotations

import os
import sys

import click

from newscrawl import __version__

SCRAPY = {"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []}


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="newscrawl")
def main() -> None:
    """Crawl news sites into a database of clean articles."""


@main.command(context_settings=SCRAPY, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def crawl(arguments: tuple[str, ...]) -> None:
    """Run a spider, as `scrapy crawl` does: newscrawl crawl fixtures -a path=FOLDER."""
    _scrapy("crawl", *arguments)


@main.command("list")
def list_spiders() -> None:
    """Name the spiders."""
    _scrapy("list")


@main.command()
@click.argument("statement")
@click.option(
    "--database",
    metavar="URL",
    help="Database address [default: NEWSCRAWL_DATABASE_URL or newscrawl.db here]",
)
def sql(statement: str, database: str | None) -> None:
    """Run one SELECT, which can only read, and print tab-separated rows below the names of the columns."""
    from newscrawl import settings  # noqa: PLC0415
    from newscrawl.storage import StorageError, select_rows  # noqa: PLC0415 - slow to load, for help and list
    from newscrawl.text import printable  # noqa: PLC0415

    try:
        for row in select_rows(database or settings.DATABASE_URL, statement):
            click.echo("\t".join("" if value is None else printable(str(value)) for value in row))
    except StorageError as error:
        print(f"newscrawl sql: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(1)


def _scrapy(*arguments: str) -> None:
    from scrapy.cmdline import execute  # noqa: PLC0415

    os.environ.setdefault("SCRAPY_SETTINGS_MODULE", "newscrawl.settings")
    execute(["newscrawl", *arguments])
