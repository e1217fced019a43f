"""The `newscrawl` command: works in any folder, with or without a scrapy.cfg."""

from __future__ import annotations

import os
import shutil
import sys
from functools import partial
from pathlib import Path
from typing import Any

import click

from newscrawl._version import __version__
from newscrawl.cli.crawl import crawl, run_scrapy
from newscrawl.cli.db import db
from newscrawl.cli.delete import delete
from newscrawl.cli.export import export
from newscrawl.cli.fleet import fleet
from newscrawl.cli.health import health
from newscrawl.cli.load_warcs import load_warcs
from newscrawl.cli.mcp import mcp
from newscrawl.cli.options import address, archive_option, database_option, refuse
from newscrawl.cli.runs import runs
from newscrawl.cli.search import search
from newscrawl.cli.serve import serve
from newscrawl.cli.show import show
from newscrawl.cli.sites import sites
from newscrawl.cli.sql import sql
from newscrawl.cli.stats import stats
from newscrawl.cli.worker import worker
from newscrawl.project import ProjectError, find_project, output_told, write_every_letter

_WIDEST = 120
"""Maximum width of help texts, in columns."""


class _Commands(click.Group):
    """Command group that reports problems of the user's project in one line."""

    def invoke(self, ctx: click.Context) -> Any:
        write_every_letter()
        try:
            find_project()
            with output_told(partial(refuse, ctx.invoked_subcommand or "")):
                return super().invoke(ctx)
        except ProjectError as error:
            refuse(ctx.invoked_subcommand or "", str(error))


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="newscrawl")
def main() -> None:
    """Crawl news sites into a database of clean articles, and search them.

    \b
    Tab completion for bash (or zsh_source, fish_source):
    eval "$(_NEWSCRAWL_COMPLETE=bash_source newscrawl)"
    """


for command in (
    crawl,
    worker,
    fleet,
    search,
    show,
    export,
    load_warcs,
    stats,
    runs,
    sites,
    health,
    serve,
    mcp,
    sql,
    delete,
    db,
):
    main.add_command(command)


@main.command("list")
def list_spiders() -> None:
    """List the spiders."""
    run_scrapy("list")


@main.command("explain")
@click.argument("page", metavar="FILE|URL|ID")
@database_option
@click.option("--html", metavar="FILE", type=click.Path(path_type=Path), help="Write an HTML page instead.")
@click.option("--color/--no-color", default=None, help="[default: on a terminal, unless NO_COLOR is set]")
def explain_page(page: str, database: str | None, html: Path | None, color: bool | None) -> None:
    """Show which blocks of a page were kept or dropped, and why. PAGE is a file, or the URL or number of an article in
    the database. Nothing is fetched."""
    from newscrawl.cli.explain import NotExplainedError, explain, save  # noqa: PLC0415
    from newscrawl.cli.explanation import as_text  # noqa: PLC0415

    try:
        explanation = explain(page, address(database))
        if html:
            save(explanation, html)
    except NotExplainedError as error:
        print(f"newscrawl explain: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(1)
    if html:
        click.echo(explanation.summary)
        return
    if color is None and os.environ.get("NO_COLOR"):
        color = False
    for line in as_text(explanation, min(shutil.get_terminal_size().columns, _WIDEST)):
        click.echo(line, color=color)


@main.command("new-site")
@click.argument("url")
@click.option("--name", metavar="NAME", help="Name of the spider [default: from the domain]")
@click.option("-s", "settings", metavar="NAME=VALUE", multiple=True, help="A setting, as `scrapy` takes it.")
def write_new_site(url: str, name: str | None, settings: tuple[str, ...]) -> None:
    """Visit a site, and write a spider for it with recorded pages to review: newscrawl new-site https://news.example.

    It fetches about 15 pages, as politely as a crawl, and overwrites nothing.
    """
    from newscrawl.cli.new_site import new_site  # noqa: PLC0415

    new_site(url, name, settings)


@main.command()
@click.option("--rebuild", is_flag=True, help="Recompute the keys and duplicates of all articles.")
@database_option
def dedupe(rebuild: bool, database: str | None) -> None:
    """Rebuild the duplicate links of a database: after an upgrade that changes them, or after deleting rows by hand.

    Articles that are one page under several URLs, such as an AMP form, are merged.

    An interrupted rebuild is resumed by the same command. A crawl may run meanwhile.
    """
    from newscrawl.cli.dedupe import rebuild_links  # noqa: PLC0415
    from newscrawl.rules import RulesError  # noqa: PLC0415
    from newscrawl.storage.errors import StorageError  # noqa: PLC0415

    if not rebuild:
        raise click.UsageError("nothing to do: crawls find duplicates themselves; use --rebuild to recompute them")
    try:
        rebuild_links(address(database), is_terminal=sys.stdout.isatty())
    except (RulesError, StorageError) as error:
        print(f"newscrawl dedupe: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(1)


@main.command("reextract")
@database_option
@archive_option
@click.option("--source", metavar="NAME", help="Only articles of this site.")
@click.option("--since", metavar="DAY", help="Only pages fetched on this day or later, as in 2020-09-01.")
@click.option("--until", metavar="DAY", help="Only pages fetched up to this day, the day itself included.")
@click.option("--dry-run", is_flag=True, help="Write nothing; show what a sample of articles would gain and lose.")
@click.option(
    "--sample",
    metavar="N",
    type=click.IntRange(1),
    default=200,
    help="Number of articles in the dry run [default: 200]",
)
@click.option(
    "--workers", metavar="N", type=click.IntRange(0), help="Number of worker processes [default: one per processor]"
)
@click.option("--restart", is_flag=True, help="Start over instead of resuming an interrupted pass.")
@click.option("--templates-only", is_flag=True, help="Do not re-extract; only relearn the boilerplate of sites.")
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Dask scheduler, as in tcp://10.0.0.1:8786: its workers re-extract an archive file each at a time.",
)
@click.option("--file", hidden=True)
@click.option("--part-of", type=int, hidden=True)
def reextract(
    *,
    database: str | None,
    archive: str | None,
    source: str | None,
    since: str | None,
    until: str | None,
    dry_run: bool,
    sample: int,
    workers: int | None,
    restart: bool,
    templates_only: bool,
    scheduler: str | None,
    file: str | None,
    part_of: int | None,
) -> None:
    """Re-extract articles from their raw pages in the archive, after an upgrade or a change of a site's rules.

    Nothing is fetched. Only articles that change are written; their earlier texts are kept as revisions with the cause
    `extractor`. An interrupted pass is resumed by the same command. A crawl may run meanwhile.

    Without --since and --until the boilerplate of sites is relearned at the end, from all their articles, including
    those without a raw page. --templates-only does only that.

    With --scheduler each file of the archive is a task that is given to another worker if its own dies. The workers
    need the same archive folder and, unless --database names it, the same DATABASE_URL.
    """
    from newscrawl.cli.reextract import main as run  # noqa: PLC0415

    if templates_only and (since or until or dry_run or archive or scheduler):
        raise click.UsageError("--templates-only can only be combined with --database and --source")
    if scheduler and dry_run:
        raise click.UsageError("--dry-run reads a sample in this process, without --scheduler")

    days = {name: day for name, day in (("since", since), ("until", until)) if day is not None}
    code = run(
        database=database,
        archive=archive,
        source=source,
        days=days,
        sample=sample if dry_run else None,
        workers=workers,
        restart=restart,
        templates_only=templates_only,
        scheduler=scheduler,
        part=(file, part_of) if file is not None and part_of is not None else None,
    )
    sys.exit(code)
