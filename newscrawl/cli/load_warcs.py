"""`newscrawl load-warcs`: load web archives, in this process or a file a task on a Dask cluster."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from newscrawl.cli.crawl import run_scrapy
from newscrawl.cli.options import address, database_option, json_option, one_line, print_json, refuse
from newscrawl.crawl.exit_status import DONE, INCOMPLETE
from newscrawl.text import printable


@click.command("load-warcs")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option("--since", metavar="DAY", help="Only pages fetched on this day or later, as in 2020-09-01.")
@click.option("--until", metavar="DAY", help="Only pages fetched up to this day, the day itself included.")
@click.option("--trust", is_flag=True, help="The pages were fetched by you, and may replace what was crawled.")
@click.option("--again", is_flag=True, help="Also read files that were loaded before.")
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Dask scheduler, as in tcp://10.0.0.1:8786: its workers load the files, one each at a time.",
)
@database_option
@json_option
def load_warcs(
    *,
    paths: tuple[str, ...],
    since: str | None,
    until: str | None,
    trust: bool,
    again: bool,
    scheduler: str | None,
    database: str | None,
    as_json: bool,
) -> None:
    """Load WARC, ARC and WACZ files, such as CC-NEWS of Common Crawl: files, folders or globs.

    \b
    newscrawl load-warcs CC-NEWS-20200901.warc.gz
    newscrawl load-warcs crawl-data --scheduler tcp://10.0.0.1:8786

    Files that were read to their end are passed over, so the same command continues what was stopped. Without
    --scheduler it is `newscrawl crawl archive`, file after file. With it, each file is a task that is given to another
    worker if its own dies; the workers need the same paths and, unless --database names it, the same DATABASE_URL.

    Exit codes: 0 all files were loaded; 1 not started; 2 a file was not loaded, or the scheduler was lost.
    """
    options = {"since": since, "until": until, "trust": "1" if trust else None, "unread": None if again else "1"}
    given = [part for name, value in options.items() if value for part in ("-a", f"{name}={value}")]
    if scheduler is None:
        named = [path for path in paths if "," in path]
        if named and len(paths) > 1:
            refuse("load-warcs", f"{named[0]} has a comma in its name; load it by a call of its own")
        settings = ["-s", f"DATABASE_URL={database}"] if database else []
        run_scrapy("crawl", "archive", "-a", f"path={','.join(paths)}", *given, *settings)
    with one_line("load-warcs"):
        code = _load_on_cluster(paths, given, scheduler or "", database, as_json=as_json)
    sys.exit(code)


def _load_on_cluster(
    paths: Sequence[str], given: Sequence[str], scheduler: str, database: str | None, *, as_json: bool
) -> int:
    from newscrawl.base_spiders import ArgumentError  # noqa: PLC0415
    from newscrawl.cli.cluster import ClusterError, ClusterLost, TaskEnd, run_tasks  # noqa: PLC0415
    from newscrawl.local_files import ARCHIVES, PathError, find_files, place_of  # noqa: PLC0415
    from newscrawl.spiders.archive import ArchiveSpider  # noqa: PLC0415
    from newscrawl.storage.archives import loaded  # noqa: PLC0415
    from newscrawl.storage.engine import check_database  # noqa: PLC0415

    url = address(database)
    try:
        spider = ArchiveSpider(**dict(part.split("=", 1) for part in given if part != "-a"))
        found = list(find_files(paths, ARCHIVES))
    except (ArgumentError, PathError) as error:
        refuse("load-warcs", str(error))
    check_database(url)
    known = loaded(url)
    faults = {str(one.path): fault for one in found if (fault := place_of(one)[1])}
    tasks = {
        path: ["crawl", "--in-round", "archive", "-a", f"path={path}", *given, "-L", "WARNING"]
        for path in (os.path.abspath(one.path) for one in found if str(one.path) not in faults)  # noqa: PTH100
        if not (spider.skips_loaded and (read := spider.as_read(Path(path))) is not None and known.holds(read))
    }
    failed = set(faults)
    loaded_before = len(found) - len(faults) - len(tasks)

    def note(path: str, end: TaskEnd) -> None:
        if end.code:
            failed.add(path)
            why = end.log[-1] if end.log else "it ended without a message"
            click.echo(f"{printable(path)}: exit code {end.code}: {why}", err=True)

    for path, fault in faults.items():
        click.echo(f"{printable(path)}: {printable(fault)}", err=True)
    lost = 0
    try:
        run_tasks(scheduler, tasks, {"NEWSCRAWL_DATABASE_URL": database} if database else {}, note)
    except ClusterError as error:
        if not isinstance(error, ClusterLost):
            refuse("load-warcs", str(error))
        click.echo(f"newscrawl load-warcs: {error}", err=True)
        known = loaded(url)
        left = {path: spider.as_read(Path(path)) for path in tasks.keys() - failed}
        lost = sum(read is None or not known.holds(read) for read in left.values())
    facts = {"files": len(found), "loaded": len(found) - loaded_before - len(failed) - lost}
    facts |= {"loaded_before": loaded_before, "failed": len(failed), "lost": lost}
    if as_json:
        print_json(facts)
    else:
        click.echo(", ".join(f"{count} {name.replace('_', ' ')}" for name, count in facts.items()))
    return INCOMPLETE if failed or lost else DONE
