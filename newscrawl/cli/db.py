"""`newscrawl db`: maintain the database."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from newscrawl.cli.options import (
    address,
    archive_folder,
    archive_option,
    database_option,
    json_option,
    one_line,
    print_json,
    refuse,
)
from newscrawl.project import restrict_umask, setting

if TYPE_CHECKING:
    from newscrawl.storage.copy import CopyProgress

_WORDS = {"copy": "copying", "link": "linking", "verify": "verifying"}


def _copy(origin: str, target: str, *, is_terminal: bool) -> dict[str, int]:
    """Copy a database with progress on stderr; return the number of rows by table. Raises StorageError."""
    from newscrawl.storage.copy import copy_database  # noqa: PLC0415

    rows = {}
    for (stage, table), steps in groupby(copy_database(origin, target), lambda step: (step.stage, step.table)):
        label = f"{_WORDS[stage]} {table}"
        done = 0
        for step in _drawn(label, steps) if is_terminal else steps:
            done = step.done
            if stage == "copy":
                rows[table] = step.total
        if not is_terminal:
            click.echo(f"{label}: {done} rows", err=True)
    return rows


def _drawn(label: str, steps: Iterable[CopyProgress]) -> Iterator[CopyProgress]:
    with click.progressbar(length=1, label=label, show_eta=True, file=sys.stderr) as bar:
        for step in steps:
            bar.length = max(step.total, 1)
            bar.update(step.done - bar.pos)
            yield step
        bar.update((bar.length or 1) - bar.pos)


@click.group()
@click.pass_context
def db(context: click.Context) -> None:
    """Upgrade, check, back up, prune and compact a database."""
    with one_line("db"):
        own = restrict_umask(setting("UMASK"))
    context.call_on_close(lambda: os.umask(own))


@db.command()
@click.option("--reindex", is_flag=True, help="Rebuild the search index of all articles.")
@database_option
@json_option
def upgrade(reindex: bool, database: str | None, as_json: bool) -> None:
    """Upgrade the tables of an older database, and index the articles that search does not find yet.

    A crawl upgrades the tables too, and indexes some of those articles whenever it stores something.
    """
    with one_line("db upgrade"):
        from newscrawl.storage.backends import location  # noqa: PLC0415
        from newscrawl.storage.maintenance import upgrade  # noqa: PLC0415

        url = address(database)
        steps = upgrade(url, reindex=reindex)
        first = next(steps)
        with click.progressbar(
            length=max(first.total, 1), label="indexing", file=sys.stderr, hidden=not sys.stderr.isatty()
        ) as bar:
            for step in steps:
                bar.update(step.done - bar.pos)
    if as_json:
        print_json({"indexed": first.total})
    else:
        click.echo(f"{location(url)} is up to date; {first.total} articles were indexed")


@db.command()
@database_option
@json_option
def check(database: str | None, as_json: bool) -> None:
    """Check for corruption, dangling references and articles missing from the search index.

    Exit code 1 if there are any. Reads the whole file.
    """
    with one_line("db check"):
        from newscrawl.storage.backends import location  # noqa: PLC0415
        from newscrawl.storage.maintenance import check  # noqa: PLC0415
        from newscrawl.text import printable  # noqa: PLC0415

        faults = list(check(address(database)))
    if as_json:
        print_json({"faults": faults})
    else:
        for fault in faults:
            click.echo(printable(fault))
        if not faults:
            click.echo(f"{location(address(database))} is intact")
    sys.exit(1 if faults else 0)


@db.command()
@database_option
@json_option
def vacuum(database: str | None, as_json: bool) -> None:
    """Free the space of deleted data, and overwrite it.

    Needs as much free disk space as the file takes. No crawl may write meanwhile.
    """
    with one_line("db vacuum"):
        from newscrawl.storage.maintenance import vacuum  # noqa: PLC0415

        before, after = vacuum(address(database))
    if as_json:
        print_json({"bytes_before": before, "bytes_after": after})
    else:
        click.echo(f"{before / 1e6:,.1f} MB before, {after / 1e6:,.1f} MB after")


@db.command()
@click.argument("origin", metavar="FROM")
@click.argument("target", metavar="TO")
@json_option
def copy(origin: str, target: str, as_json: bool) -> None:
    """Copy a database into an empty one, SQLite or PostgreSQL, and verify the copy.

    \b
    newscrawl db copy sqlite:///newscrawl.db postgresql://me@host/newscrawl
    newscrawl db copy postgresql://me@host/newscrawl sqlite:///backup.db

    An interrupted copy is resumed by the same command. No crawl may write to either database meanwhile. At the end all
    rows of both are compared, by number and hash. The search index is rebuilt.
    """
    with one_line("db copy"):
        from newscrawl.storage.backends import shown_address  # noqa: PLC0415

        rows = _copy(origin, target, is_terminal=sys.stderr.isatty())
        if as_json:
            print_json({"rows": rows})
        else:
            click.echo(f"{sum(rows.values())} rows copied and verified, {rows['articles']} of them articles")
            click.echo(f"Next: set NEWSCRAWL_DATABASE_URL={shlex.quote(shown_address(target))} for crawls and commands")


@db.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@database_option
@json_option
def backup(file: Path, database: str | None, as_json: bool) -> None:
    """Write a snapshot of the database to a new file, and check it: newscrawl db backup FILE.

    A crawl may go on meanwhile. The archive of raw pages is files that never change: copy them with rsync.
    """
    with one_line("db backup"):
        from newscrawl.storage.maintenance import back_up  # noqa: PLC0415

        size = back_up(address(database), file)
    if as_json:
        print_json({"file": str(file), "bytes": size})
    else:
        click.echo(f"{file}: {size / 1e6:,.1f} MB, and whole")


@db.command()
@archive_option
@json_option
def upload(archive: str | None, as_json: bool) -> None:
    """Upload raw pages that wait in ARCHIVE_SPOOL to the object store that ARCHIVE_DIR names.

    Every crawl does so; this is for a machine that will crawl no more. What a crawl is writing at the time is left to
    it. Exit code 1 if the store does not take them.
    """
    with one_line("db upload"):
        from newscrawl.archive import SharedFolder, upload_spool  # noqa: PLC0415

        folder = archive_folder(archive)
        if not isinstance(folder, SharedFolder):
            refuse("db upload", "ARCHIVE_DIR names no object store, so nothing waits")
        done = upload_spool(folder)
    if as_json:
        print_json({"uploaded": done.done, "waiting": done.waiting, "error": done.error})
    else:
        click.echo(f"{done.done} files were uploaded to {folder}, {done.waiting} wait in {folder.spool}")
    if done.error is not None:
        refuse("db upload", done.error)


@db.command()
@click.option("--archive-days", type=click.IntRange(1), metavar="N", help="Delete raw pages older than this.")
@click.option("--runs-days", type=click.IntRange(1), metavar="N", help="Delete records of runs older than this.")
@click.option(
    "--pages-days",
    type=click.IntRange(30),
    metavar="N",
    help="Forget pages that gave no article, are not visited again and were last fetched before this.",
)
@archive_option
@click.option("--dry-run", is_flag=True, help="Delete nothing; show what would be deleted.")
@database_option
@json_option
def prune(
    *,
    archive_days: int | None,
    runs_days: int | None,
    pages_days: int | None,
    archive: str | None,
    dry_run: bool,
    database: str | None,
    as_json: bool,
) -> None:
    """Delete data older than N days before the last run: newscrawl db prune --archive-days 90 --runs-days 400.

    Articles, their revisions and the last run of each spider stay. An article whose raw page goes has NULL in
    archive_file, and cannot be extracted anew. A crawl may run meanwhile.

    A page that is forgotten (--pages-days) is asked for once more if a listing names it again. What was deleted by
    `newscrawl delete`, or skipped because it is old, is not forgotten.
    """
    if archive_days is None and runs_days is None and pages_days is None:
        raise click.UsageError("nothing to do: give --archive-days, --runs-days or --pages-days")
    with one_line("db prune"):
        from newscrawl.storage.maintenance import prune  # noqa: PLC0415

        folder = archive_folder(archive)
        done = prune(
            address(database),
            archive=folder,
            archive_days=archive_days,
            runs_days=runs_days,
            pages_days=pages_days,
            dry_run=dry_run,
        )
    facts = {"runs": done.runs, "files": done.files, "bytes": done.bytes, "articles": done.articles}
    if as_json:
        print_json(facts | {"pages": dict(done.pages), "dry_run": dry_run})
    else:
        would = "would be deleted" if dry_run else "were deleted"
        raw = f"{done.files} archive files ({done.bytes / 1e6:,.1f} MB, of {done.articles} articles)"
        click.echo(f"{done.runs} run records and {raw} {would}")
        if pages_days is not None:
            by_outcome = ", ".join(f"{outcome} {count}" for outcome, count in done.pages.most_common())
            click.echo(
                f"{done.pages.total()} pages without an article {would}" + (f": {by_outcome}" if by_outcome else "")
            )
