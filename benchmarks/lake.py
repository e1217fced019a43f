"""A lake of generated articles, and the questions of the guide asked of it: `python -m benchmarks.lake [--count N]`.

A SQLite database of so many articles (a million), made anew or kept with --database: a tenth have earlier texts, one in
200 is gone, each has a row of `pages`, and there is one page without an article for ten with one. It is exported;
exported again without a change; and again after the articles of the last day and 20 others changed. Then DuckDB answers
the ten questions of the guide from the lake, and SQLite from the database: the faster of two calls each.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.made_database import fill
from testing.questions import IN_DUCKDB, IN_SQLITE, VIEWS

_MORE = """
    insert into article_revisions (article_id, number, title, text, cause, extractor, fetched_at, replaced_at)
        select id, 1, 'Earlier: ' || title, substr(text, 1, 1000), 'publisher', extractor, fetched_at, updated_at
        from articles where id % 10 = 0;
    update articles set gone_at = strftime('%Y-%m-%d %H:%M:%f000', first_seen_at, '+3 days') where id % 200 = 0;
    insert into pages (url_key, url, source, kind, outcome, article_id, status, queued_at, fetched_at)
        select url_key, url, source, 'article', 'stored', id, 200, first_seen_at, fetched_at from articles;
    insert into pages (url_key, url, source, kind, outcome, reason, error, status, queued_at, fetched_at)
        select url_key || '/x', url || '/x', source, 'article', 'failed', 'timeout', 'no answer', null, first_seen_at,
        fetched_at from articles where id % 10 = 5;
"""
_CHANGES = """
    update articles set updated_at = '2026-02-01 00:00:00.000000', section = 'changed'
        where date(published_at) = (select date(max(published_at)) from articles) or id % 50000 = 7;
"""


def main() -> None:
    """Make the database, export, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1_000_000, help="articles")
    parser.add_argument("--database", type=Path, help="Keep it in this file, and use it again.")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.database and options.database.parent) as folder:
        path = options.database or Path(folder) / "made.db"
        if not path.exists():
            began = time.perf_counter()
            fill(path, options.count)
            _run(path, _MORE)
            print(f"made in {time.perf_counter() - began:,.0f} s")
        lake = Path(folder) / "lake"
        _export("first export", path, lake)
        _print_sizes(path, lake)
        _export("again, without a change", path, lake)
        _run(path, _CHANGES)
        _export("again, the last day and 20 others changed", path, lake)
        _ask(path, lake)


def _run(path: Path, script: str) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.executescript(f"pragma synchronous = off; {script}")


def _export(what: str, path: Path, lake: Path) -> None:
    command = [sys.executable, "-m", "newscrawl", "export", "--lake", str(lake), "--database", f"sqlite:///{path}"]
    began, before = time.perf_counter(), os.times()
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen(command, stdout=out)
        peak = 0
        while process.poll() is None:  # what the system says at the end includes our own memory, from before `exec`
            peak = max(peak, _peak(process.pid))
            time.sleep(0.2)
        assert process.returncode == 0
        out.seek(0)
        said = out.read()
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    print(f"{what}: {time.perf_counter() - began:,.1f} s, CPU {cpu:,.1f} s, at most {peak / 1024:,.0f} MB")
    print("  " + said.replace("\n", "\n  ").rstrip())


def _peak(pid: int) -> int:
    """Return the most kilobytes that a process had."""
    with suppress(OSError, IndexError):
        return int(Path(f"/proc/{pid}/status").read_text().split("VmHWM:")[1].split()[0])
    return 0


def _print_sizes(path: Path, lake: Path) -> None:
    print(f"database: {path.stat().st_size / 1e6:,.0f} MB")
    for table in sorted(one for one in lake.iterdir() if one.is_dir()):
        files = list(table.rglob("*.parquet"))
        print(f"{table.name}: {sum(file.stat().st_size for file in files) / 1e6:,.0f} MB in {len(files)} files")
    with duckdb.connect() as connection:
        columns = "path_in_schema, sum(total_compressed_size) as size"
        asked = (
            f"select {columns} from parquet_metadata('{lake}/articles/*/*.parquet') group by 1 order by 2 desc limit 4"
        )
        rows = connection.execute(asked).fetchall()
    print("largest columns of articles: " + ", ".join(f"{name} {size / 1e6:,.0f} MB" for name, size in rows))


def _ask(path: Path, lake: Path) -> None:
    with duckdb.connect() as duck, closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        views = _best(
            lambda: duck.execute(VIEWS.replace("'lake/", f"'{lake}/").replace("create view", "create or replace view"))
        )
        print(f"views: {1000 * views[0]:,.0f} ms")
        print(f"{'question':<76}{'DuckDB ms':>10}{'SQLite ms':>10}  rows")
        for question, statement in IN_SQLITE.items():
            of_lake, of_database = (text.replace("'ttx'", "'site0'") for text in (IN_DUCKDB[question], statement))
            seconds, rows = _best(lambda text=of_lake: duck.execute(text).fetchall())
            others, same = _best(lambda text=of_database: database.execute(text).fetchall())
            equal = "" if len(rows) == len(same) else f", {len(same)} from SQLite"
            print(f"{question[:75]:<76}{1000 * seconds:>10,.0f}{1000 * others:>10,.0f}  {len(rows)}{equal}", flush=True)


def _best(call: Callable[[], Any]) -> tuple[float, Sequence[Any]]:
    taken = []
    for _ in range(2):
        began = time.perf_counter()
        answer = call()
        taken.append(time.perf_counter() - began)
    return min(taken), answer


if __name__ == "__main__":
    main()
