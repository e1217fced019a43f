"""How long many sites take to import and to plan: `python -m benchmarks.sites [--postgresql] [--million]`.

Imports 10,000 sites, of which some lines are wrong, from OPML and CSV, and lists of addresses, with --million one of a
million, each by `newscrawl sites import` in a process of its own: wall and CPU time, and the most memory that it held.
Then plans a round over 10,000 sites of 100 pages and 20 runs each: the least of five, beside the same answer by groups
that are joined, and by queries of its own for each site, as it was before version 0.3.
"""

from __future__ import annotations

import argparse
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import func, select

from newscrawl.sites import Site
from newscrawl.sites.files import WRITERS
from newscrawl.storage.engine import check_database, read_connection
from newscrawl.storage.plan import plan
from newscrawl.storage.schema import pages, runs, sites
from newscrawl.storage.site_rows import SiteWriter
from testing.postgres import cluster

SITES = 10_000
PAGES = 100
RUNS = 20
WRONG = 100
"""One line in so many is wrong."""
_PAGE = "url_key, url, source, kind, outcome, next_fetch_at, fetched_at, retry_at"
_RUN = "spider, arguments, version, host, pid, started_at, finished_at, reason, counts"


def main() -> None:
    """Make files and databases, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgresql", action="store_true", help="Plan in a PostgreSQL server as well.")
    parser.add_argument("--million", action="store_true", help="Import a list of a million addresses as well.")
    options = parser.parse_args()
    print(f"load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for form in ("opml", "csv"):
            _import(_write(folder / f"sites.{form}", form), folder / f"{form}.db")
        for count in (10_000, 100_000, *((1_000_000,) if options.million else ())):
            path = folder / f"{count}.txt"
            with path.open("w", encoding="ascii") as file:
                file.writelines(f"https://www.site{number}.example/\n" for number in range(count))
            _import(path, folder / f"{count}.db")
        url = f"sqlite:///{folder / 'plan.db'}"
        _fill(url)
        _print_plan(url, "SQLite")
        if options.postgresql:
            with cluster() as server:
                url = server.create()
                _fill(url)
                _print_plan(url, "PostgreSQL")
    print(f"load {os.getloadavg()[0]:.1f}")


def _write(path: Path, form: str) -> Path:
    """Write sites of three feeds each; one in a hundred with an address that there cannot be."""
    with path.open("wb") as file:
        WRITERS[form](map(_site, range(SITES)), file)
    return path


def _site(number: int) -> Site:
    home = f"https://www.site{number}.example/" if number % WRONG else f"ftp://site{number}.example/"
    feeds = tuple(f"https://www.site{number}.example/rss/{part}.xml" for part in ("a", "b", "c"))
    return Site(name="", home=home, title=f"Site {number}", feeds=feeds, language="vi", timezone="Asia/Ho_Chi_Minh")


def _import(path: Path, database: Path) -> None:
    command = [sys.executable, "-m", "newscrawl", "sites", "import", str(path), "--database", f"sqlite:///{database}"]
    began = time.perf_counter()
    with path.with_suffix(".err").open("w+b") as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors)
        assert process.stdout is not None
        said = process.stdout.read().decode().strip()
        _, _, usage = os.wait4(process.pid, 0)
        errors.seek(0)
        told = errors.read().decode().splitlines()
    cpu = usage.ru_utime + usage.ru_stime
    print(
        f"import of {path.name} ({path.stat().st_size / 1e6:.1f} MB): {time.perf_counter() - began:.1f} s, "
        f"{cpu:.1f} s CPU, at most {usage.ru_maxrss / 1024:.0f} MB; {said}"
    )
    if told:
        print(f"    {len(told)} lines told, such as: {told[-1].replace(str(path.parent) + os.sep, '')}")


def _fill(url: str) -> None:
    """Store sites with the pages and runs of some days; a fifth of the sites is due."""
    check_database(url)
    with SiteWriter(url) as writer:
        for start in range(0, SITES, 1_000):
            writer.add([Site.of({"home": f"https://site{n}.example"}) for n in range(start, start + 1_000)])
    randomly, now = random.Random(0), datetime.now(UTC).replace(tzinfo=None)
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection, connection:
            known = connection.execute("select name, source from sites").fetchall()
            insert = "insert into {} ({}) values ({})"
            for table, names, rows in _tables(known, now, randomly):
                connection.executemany(insert.format(table, names, ", ".join("?" * len(names.split(", ")))), rows)
            connection.execute("analyze")
        return
    with psycopg.connect(url) as server:
        known = server.execute("select name, source from sites").fetchall()
        for table, names, rows in _tables(known, now, randomly):
            with server.cursor().copy(f"copy {table} ({names}) from stdin") as copy:
                for row in rows:
                    copy.write_row(row)
    with psycopg.connect(url, autocommit=True) as server:
        server.execute("vacuum analyze")


def _tables(known: list[tuple[str, str]], now: datetime, randomly: random.Random) -> Iterator[tuple[str, str, Any]]:
    yield "pages", _PAGE, (row for _, source in known for row in _pages_of(source, now, randomly))
    yield "runs", _RUN, (row for name, _ in known for row in _runs_of(name, now, randomly))


def _pages_of(source: str, now: datetime, randomly: random.Random) -> Iterator[tuple[Any, ...]]:
    for number in range(PAGES):
        url = f"https://{source}/{number}"
        planned = now + timedelta(hours=randomly.uniform(-1, 300)) if number % 3 else None
        wait = now + timedelta(hours=2) if randomly.random() < 0.0005 else None
        yield url, url, source, "article", "stored", _text(planned), _text(now - timedelta(days=1)), _text(wait)


def _runs_of(name: str, now: datetime, randomly: random.Random) -> Iterator[tuple[Any, ...]]:
    for number in range(RUNS):
        began = now - timedelta(hours=number, minutes=randomly.uniform(0, 50))
        yield name, "{}", "1", "host", 1, _text(began), _text(began), "finished", "{}"


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(" ", "microseconds")


def _print_plan(url: str, name: str) -> None:
    due = sum(one.is_due for one in plan(url))
    ways: dict[str, Callable[[], object]] = {
        "one query, three looks into indexes a site": lambda: plan(url),
        "one query, groups joined": lambda: _by_groups(url),
        "three queries a site": lambda: _one_by_one(url),
    }
    print(f"{name}: a round over {SITES:,} sites, {SITES * PAGES:,} pages, {SITES * RUNS:,} runs; {due:,} due")
    for way, ask in ways.items():
        walls, cpus = zip(*(_timed(ask) for _ in range(5)), strict=True)
        print(f"    {way}: {1000 * min(walls):,.0f} ms, {1000 * min(cpus):,.0f} ms CPU of this process")


def _timed(ask: Callable[[], object]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    ask()
    return time.perf_counter() - wall, time.process_time() - cpu


def _by_groups(url: str) -> object:
    last = select(runs.c.spider, func.max(runs.c.started_at).label("at")).group_by(runs.c.spider).subquery()
    of_pages = (
        select(pages.c.source, func.min(pages.c.next_fetch_at).label("at"), func.max(pages.c.retry_at).label("wait"))
        .group_by(pages.c.source)
        .subquery()
    )
    joined = (
        select(sites.c.name, sites.c.source, last.c.at, of_pages.c.at, of_pages.c.wait)
        .outerjoin(last, last.c.spider == sites.c.name)
        .outerjoin(of_pages, of_pages.c.source == sites.c.source)
        .where(sites.c.state == "active")
    )
    with read_connection(url) as connection:
        return connection.execute(joined).all()


def _one_by_one(url: str) -> object:
    now = datetime.now(UTC)
    found = []
    with read_connection(url) as connection:
        for name, source in connection.execute(select(sites.c.name, sites.c.source)).all():
            started = select(func.max(runs.c.started_at)).where(runs.c.spider == name)
            due = select(pages.c.id).where(pages.c.source == source, pages.c.next_fetch_at <= now).limit(1)
            wait = select(func.max(pages.c.retry_at)).where(pages.c.source == source, pages.c.retry_at > now)
            found.append([connection.execute(one).first() for one in (started, due, wait)])
    return found


if __name__ == "__main__":
    main()
