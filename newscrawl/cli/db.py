"""`newscrawl db`: care for the database itself."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from newscrawl.cli.options import address, archive_folder, database_option, json_option, one_line, print_json

if TYPE_CHECKING:
    from newscrawl.storage.copy import CopyProgress

_WORDS = {"copy": "copying", "link": "linking", "verify": "verifying"}


def tell(origin: str, target: str, *, is_terminal: bool) -> dict[str, int]:
    """Copy, tell on stderr how far it is, and return the rows of each table. Raises StorageError."""
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
def db() -> None:
    """Upgrade, check, back up, prune and compact a database."""


@db.command()
@click.option("--reindex", is_flag=True, help="Index all articles anew, for search.")
@database_option
@json_option
def upgrade(reindex: bool, database: str | None, as_json: bool) -> None:
    """Bring an older database up to date, and index what waits for it: newscrawl db upgrade.

    A crawl upgrades the tables by itself, and indexes a part of what waits with everything that it stores.
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
    """Look for damage, lost links and articles that no search finds: newscrawl db check.

    Exit code 1 where there is any. Reads the whole file.
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
            click.echo(f"{location(address(database))} is whole")
    sys.exit(1 if faults else 0)


@db.command()
@database_option
@json_option
def vacuum(database: str | None, as_json: bool) -> None:
    """Give back the space of what was deleted, and overwrite it: newscrawl db vacuum.

    Needs as much free disk as the file takes, and no crawl that writes.
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
    """Copy a database into an empty one, of whatever kind, and verify the copy.

    \b
    newscrawl db copy sqlite:///newscrawl.db postgresql://me@host/newscrawl
    newscrawl db copy postgresql://me@host/newscrawl sqlite:///backup.db

    One that was stopped goes on when it is asked for again. No crawl may write into either meanwhile. At the end, all
    rows of both are compared, by their number and a hash; what searches need is made anew.
    """
    with one_line("db copy"):
        from newscrawl.storage.backends import shown_address  # noqa: PLC0415

        rows = tell(origin, target, is_terminal=sys.stderr.isatty())
        if as_json:
            print_json({"rows": rows})
        else:
            click.echo(f"{sum(rows.values())} rows, {rows['articles']} of them articles, are the same in both")
            click.echo(f"Next: NEWSCRAWL_DATABASE_URL={shlex.quote(shown_address(target))}, for crawls and commands")


@db.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@database_option
@json_option
def backup(file: Path, database: str | None, as_json: bool) -> None:
    """Copy the database as it is at a moment into a new file, and read the copy through: newscrawl db backup FILE.

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
@click.option("--archive-days", type=click.IntRange(1), metavar="N", help="Remove raw pages older than this.")
@click.option("--runs-days", type=click.IntRange(1), metavar="N", help="Remove records of runs older than this.")
@click.option("--archive", metavar="FOLDER", type=click.Path(path_type=Path), help="Of raw pages [default: as crawls]")
@click.option("--dry-run", is_flag=True, help="Remove nothing; say what would go.")
@database_option
@json_option
def prune(
    *,
    archive_days: int | None,
    runs_days: int | None,
    archive: Path | None,
    dry_run: bool,
    database: str | None,
    as_json: bool,
) -> None:
    """Remove what is older than so many days before the last run: newscrawl db prune --archive-days 90 --runs-days 400.

    Articles, their revisions and the last run of each spider stay. An article whose raw page goes has NULL in
    archive_file, and cannot be extracted anew. A crawl may run meanwhile.
    """
    if archive_days is None and runs_days is None:
        raise click.UsageError("nothing to do: give --archive-days, --runs-days, or both")
    with one_line("db prune"):
        from newscrawl.storage.maintenance import prune  # noqa: PLC0415

        folder = archive or archive_folder()
        done = prune(address(database), archive=folder, archive_days=archive_days, runs_days=runs_days, dry_run=dry_run)
    facts = {"runs": done.runs, "files": done.files, "bytes": done.bytes, "articles": done.articles}
    if as_json:
        print_json(facts | {"dry_run": dry_run})
    else:
        would = "would be removed" if dry_run else "were removed"
        raw = f"{done.files} files of raw pages ({done.bytes / 1e6:,.1f} MB, of {done.articles} articles)"
        click.echo(f"{done.runs} records of runs and {raw} {would}")
