"""How fast a database is searched, listed, shown and exported, beside raw SQL: `python -m benchmarks.search [--full]`.

A database of generated articles (20,000, with --full 200,000), made anew or kept with --database; with --postgresql it
is copied into a server of the benchmark's own. Medians of 50 varied calls in a warm process; raw SQL is what the calls
execute, by the `sqlite3` module or psycopg, on a connection that stays open and on one that is opened each time.
"""

from __future__ import annotations

import argparse
import io
import json
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
from sqlalchemy import Engine, event

from benchmarks.made_database import DAYS, FIRST_DAY, SITES, fill
from newscrawl.cli.export import write_jsonl
from newscrawl.search.query import folded, parse
from newscrawl.storage.copy import copy_database
from newscrawl.storage.engine import select_rows
from newscrawl.storage.lookup import history
from newscrawl.storage.maintenance import vacuum
from newscrawl.storage.search import COLUMNS, export, search
from newscrawl.storage.selection import Selection
from testing.postgres import cluster

CALLS = 50
Statement = tuple[str, Sequence[Any]]


def main() -> None:
    """Make the database, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--postgresql", action="store_true", help="Measure a copy in a PostgreSQL server.")
    parser.add_argument("--database", type=Path, help="Keep it in this file, and use it again.")
    options = parser.parse_args()
    count = 200_000 if options.full else 20_000
    with tempfile.TemporaryDirectory() as folder:
        path = options.database or Path(folder) / "made.db"
        if not path.exists():
            cost = fill(path, count)
            print(f"index: {1000 * cost.index_seconds / count:.2f} ms CPU an article")
            _print_disk(path, count, cost.text_bytes)
        _measure(f"sqlite:///{path}")
        if options.postgresql:
            with cluster() as server:
                url = server.create()
                began = time.perf_counter()
                rows = sum(step.total for step in copy_database(f"sqlite:///{path}", url) if step.done == step.total)
                print(f"copied and verified {rows:,} rows in {time.perf_counter() - began:,.0f} s")
                vacuum(url)
                _print_disk_of_server(url, count)
                _measure(url)


def _print_disk_of_server(url: str, count: int) -> None:
    sizes = "pg_database_size(current_database()), pg_total_relation_size('article_words')"
    with psycopg.connect(url) as server:
        row = server.execute(f"select {sizes}, pg_total_relation_size('article_index')").fetchone() or ()
    whole, words, index = (size / count for size in row)
    print(f"disk: {whole:,.0f} bytes an article, of which words {words:,.0f} and index {index:,.0f}")


def _print_disk(path: Path, count: int, text_bytes: int) -> None:
    with closing(sqlite3.connect(path)) as database:
        sizes = database.execute(
            "select sum(pgsize), sum(pgsize * (name = 'article_words')), sum(pgsize * (name like 'article_index%')) "
            "from dbstat"
        ).fetchone()
    whole, words, index = (size / count for size in sizes)
    print(f"disk: {whole:,.0f} bytes an article, of which words {words:,.0f} and index {index:,.0f}; ", end="")
    print(f"its text {text_bytes / count:,.0f}")


def _measure(url: str) -> None:
    random = np.random.default_rng(1)
    texts = [text for (text,) in list(select_rows(url, "select text from articles where id % 337 = 1 order by id"))[1:]]
    _, (last,) = select_rows(url, "select max(id) from articles")
    queries = list(varied_queries(texts, random))
    print(f"{'':24}{'median':>9}{'p95':>9}{'raw':>9}{'ratio':>7}{'opening':>9}{'ratio':>7}")
    _row("search, first page", url, [lambda q=q: search(url, Selection(query=parse(q))) for q in queries])
    _row("filters, newest first", url, [lambda s=s: search(url, s) for s in _filters(random)])
    ids = [int(number) for number in random.integers(1, last, CALLS)]
    _row("show", url, [lambda i=i: history(url, i) for i in ids])
    _print_export(url)


def varied_queries(texts: Sequence[str], random: np.random.Generator) -> Iterator[str]:
    """Single words, pairs, phrases and exclusions, of any frequency, as real articles have them."""
    for number in range(CALLS):
        words = folded(texts[number]).split()
        at = int(random.integers(len(words) - 4))
        kinds = (
            words[at],
            max(words, key=len),
            f"{words[at]} {words[-at]}",
            f'"{words[at]} {words[at + 1]} {words[at + 2]}"',
            f"{words[at]} {words[at + 1]} -{words[-at]}",
        )
        yield kinds[number % len(kinds)]


def _filters(random: np.random.Generator) -> Iterator[Selection]:
    for number in range(CALLS):
        since = FIRST_DAY + timedelta(days=int(random.integers(DAYS - 40)))
        until = since + timedelta(days=int(random.integers(1, 40)))
        site = f"site{random.integers(SITES)}"
        yield Selection(since=since, until=until, sources=(site,) if number % 2 else ())


def _row(name: str, url: str, calls: Sequence[Callable[[], Any]]) -> None:
    statements: list[list[Statement]] = []
    for call in calls:
        with _recorded() as recorded:
            call()
        statements.append(recorded)
    whole = [_least(call) for call in calls]
    with _opened(url) as connection:
        kept = statistics.median(_least(partial(_run, connection, some)) for some in statements)
    opened = statistics.median(_least(partial(_open_and_run, url, some)) for some in statements)
    median, p95 = statistics.median(whole), sorted(whole)[int(len(whole) * 0.95)]
    line = f"{name:24}{median:7.2f}ms{p95:7.1f}ms{kept:7.2f}ms{median / kept:7.2f}{opened:7.2f}ms{median / opened:7.2f}"
    print(line, flush=True)


@contextmanager
def _recorded() -> Iterator[list[Statement]]:
    found: list[Statement] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Sequence[Any], *_: Any) -> None:
        found.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@contextmanager
def _opened(url: str) -> Iterator[Any]:
    if url.startswith("sqlite"):
        address = f"{Path(url.removeprefix('sqlite:///')).absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, isolation_level=None)) as database:
            yield database
    else:
        with psycopg.connect(url, options="-c jit=off") as server:
            yield server


def _run(connection: Any, statements: Sequence[Statement]) -> None:
    for statement, parameters in statements:
        cursor = connection.execute(statement, parameters)
        if cursor.description:
            cursor.fetchall()
    connection.rollback()


def _open_and_run(url: str, statements: Sequence[Statement]) -> None:
    with _opened(url) as connection:
        _run(connection, statements)


def _least(call: Callable[[], Any]) -> float:
    times = []
    for _ in range(3):
        began = time.perf_counter()
        call()
        times.append(time.perf_counter() - began)
    return 1000 * min(times)


def _print_export(url: str) -> None:
    began = time.perf_counter()
    with Path("/dev/null").open("wb") as nothing:
        found = export(url, Selection(all_copies=True))
        write_jsonl(found.rows, COLUMNS, nothing)
    ours = time.perf_counter() - began
    began = time.perf_counter()
    with io.TextIOWrapper(Path("/dev/null").open("wb")) as nothing_text, _rows(url) as rows:
        for row in rows:
            nothing_text.write(json.dumps(dict(zip(COLUMNS, row, strict=True)), ensure_ascii=False, default=str))
    raw = time.perf_counter() - began
    print(f"export, JSON lines: {found.total / ours:,.0f} articles a second, raw {found.total / raw:,.0f}; ", end="")
    print(f"{ours / raw:.2f} times raw, at {datetime.now(UTC):%Y-%m-%d}")


@contextmanager
def _rows(url: str) -> Iterator[Any]:
    statement = f"select {', '.join(COLUMNS)} from articles order by id"
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as database:
            yield database.execute(statement)
    else:
        with psycopg.connect(url) as server, server.cursor("rows") as cursor:
            cursor.itersize = 500
            yield cursor.execute(statement)


if __name__ == "__main__":
    main()
