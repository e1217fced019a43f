"""The search index of PostgreSQL in one table and in partitions by date: `python -m benchmarks.partitions`.

Makes articles of words by Zipf's law over five years (--articles 40,000), indexes them in one table as newscrawl does,
in so many partitions (--partitions 12 60), and in one table with an index on the date besides, and asks each what
`newscrawl search` asks: CPU time of the server, blocks, locks and planning, by how frequent the words are and which
days are wanted. Blocks and locks do not depend on what else the machine does.
"""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
from sqlalchemy.dialects.postgresql import psycopg as dialect

from newscrawl.search.query import parse
from newscrawl.storage.backends import postgresql
from newscrawl.storage.selection import Selection
from testing.postgres import cluster

FIRST, DAYS = datetime(2021, 1, 1, tzinfo=UTC), 5 * 365
END = FIRST + timedelta(days=DAYS)
VOCABULARY, WORDS, LEAD = 100_000, 350, 35
_COLUMNS = """
    article_id integer not null, article_duplicate_of integer, article_gone_at timestamptz, article_source text,
    article_language text, article_published_at timestamptz, head tsvector not null, words tsvector not null,
    names tsvector not null
"""
_WITH = "with (toast_tuple_target = 128)"
QUERIES = {
    "in most articles": ("w5", "w9", "w3 w8"),
    "in a tenth": ("w250", "w300", "w20 w40"),
    "in a thousandth": ("w30000", "w25000", "w300 w900"),
}
SPANS: dict[str, dict[str, datetime]] = {
    "no dates": {},
    "the last 30 days": {"since": END - timedelta(days=30)},
    "30 days two years ago": {"since": END - timedelta(days=760), "until": END - timedelta(days=730)},
    "the last year": {"since": END - timedelta(days=365)},
}


def main() -> None:
    """Make the tables, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=40_000)
    parser.add_argument("--partitions", type=int, nargs="*", default=[12, 60])
    options = parser.parse_args()
    with cluster() as server, psycopg.connect(server.create(), autocommit=True) as connection:
        connection.prepare_threshold = None  # or plans would be kept
        for setting in ("jit = off", "maintenance_work_mem = '512MB'", "synchronous_commit = off"):
            connection.execute(f"set {setting}")
        _fill(connection, options.articles)
        tables = ["flat", *(_divide(connection, count) for count in options.partitions)]
        connection.execute("vacuum (analyze)")
        for table in tables:
            parts = f"select sum(pg_total_relation_size(relid)) from pg_partition_tree('{table}')"
            size = f"select coalesce(({parts}), pg_total_relation_size('{table}'))"
            print(f"{table}: {_one(connection, size) / options.articles:,.0f} bytes an article")
        for table in tables:
            _measure(connection, table)
        for kind in ("brin", "btree"):
            connection.execute(f"create index by_day on flat using {kind} (article_published_at)")
            connection.execute("analyze flat")
            _measure(connection, "flat", f"with {kind}")
            connection.execute("drop index by_day")


def _fill(connection: psycopg.Connection[Any], count: int) -> None:
    connection.execute(f"create table flat ({_COLUMNS}, primary key (article_id)) {_WITH}")
    randomly = np.random.default_rng(0)
    weights = 1 / np.arange(1, VOCABULARY + 1)
    steps = np.cumsum(weights / weights.sum())
    names = np.array([f"'w{number}'" for number in range(VOCABULARY)], dtype=object)
    with connection.cursor() as cursor, cursor.copy("copy flat from stdin") as copy:
        for first in range(0, count, 1_000):
            chosen = np.searchsorted(steps, randomly.random((min(1_000, count - first), WORDS)))
            for number, row in enumerate(chosen, first + 1):
                moment = FIRST + timedelta(days=DAYS * number / count)
                vectors = (" ".join(names[np.unique(part)]) for part in (row[:LEAD], row))
                copy.write_row((number, None, None, f"site{number % 40}", "vi", moment, *vectors, "'d'"))
    _index(connection, "flat")


def _index(connection: psycopg.Connection[Any], table: str) -> None:
    for name in ("head", "words", "names"):
        connection.execute(f"create index on {table} using gin ({name}) with (gin_pending_list_limit = 512)")


def _divide(connection: psycopg.Connection[Any], count: int) -> str:
    """Copy the rows into a table of so many partitions, and return its name."""
    table = f"parts{count}"
    key = "primary key (article_id, article_published_at)"
    connection.execute(f"create table {table} ({_COLUMNS}, {key}) partition by range (article_published_at)")
    edges = [FIRST + timedelta(days=DAYS * number / count) for number in range(count)] + [END + timedelta(days=1)]
    for number, (low, high) in enumerate(pairwise(edges)):
        between = f"for values from ('{low}') to ('{high}')"
        connection.execute(f"create table {table}_{number} partition of {table} {between} {_WITH}")
    connection.execute(f"insert into {table} select * from flat")
    _index(connection, table)
    return table


def _statement(selection: Selection, table: str) -> tuple[str, dict[str, Any]]:
    """Return what a search asks; the days also where title and lead are looked up, and of a partition by its key."""
    made = postgresql.ranked(selection, datetime(2026, 1, 1, tzinfo=UTC), 10).compile(dialect=dialect.dialect())
    text = str(made).replace("article_index", table)
    days = {name: value for name in ("since", "until") if (value := getattr(selection, name)) is not None}
    wanted = "".join(
        f" AND {table}.article_published_at {'>=' if name == 'since' else '<'} %({name})s" for name in days
    )
    lead = text.index("TSQUERY)", text.index(".head @@")) + len("TSQUERY)")
    text = text[:lead] + wanted + text[lead:]
    if table != "flat":
        joined = f"JOIN {table} ON {table}.article_id = best.id"
        assert joined in text
        text = text.replace(joined, f"{joined} AND {table}.article_published_at = best.published_at")
    return text, made.params | days


def _measure(connection: psycopg.Connection[Any], table: str, more: str = "") -> None:
    for frequency, typed in QUERIES.items():
        for span, days in SPANS.items():
            statements = [_statement(Selection(query=parse(words), **days), table) for words in typed]
            with connection.transaction():
                connection.execute("set local enable_seqscan = off; set local work_mem = '32MB'")
                for statement in statements:
                    connection.execute(*statement).fetchall()
                locks = _one(connection, "select count(*) from pg_locks where pid = pg_backend_pid()")
                spent = _cpu_of(connection, statements)
                plans = [list(_plan(connection, statement)) for statement in statements]
            blocks = sum(sum(map(int, re.findall(r"(?:hit|read)=(\d+)", plan[1]))) for plan in plans) / len(plans)
            planning = max(
                float(line.split()[2]) for plan in plans for line in plan if line.startswith("Planning Time")
            )
            print(
                f"{table} {more:10} {frequency:16}, {span:21}: {spent:6.1f} ms CPU, {blocks:7,.0f} blocks, "
                f"{locks:4} locks, planning {planning:5.1f} ms, load {os.getloadavg()[0]:.1f}",
                flush=True,
            )


def _cpu_of(connection: psycopg.Connection[Any], statements: Sequence[tuple[str, dict[str, Any]]]) -> float:
    """Return the milliseconds of the server's processor that a statement takes, over a quarter of a second at least."""
    began, calls = _cpu(connection), 0
    while _cpu(connection) - began < 0.25:
        for statement in statements:
            connection.execute(*statement).fetchall()
            calls += 1
    return 1000 * (_cpu(connection) - began) / calls


def _cpu(connection: psycopg.Connection[Any]) -> float:
    fields = Path(f"/proc/{connection.info.backend_pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _plan(connection: psycopg.Connection[Any], statement: tuple[str, dict[str, Any]]) -> Iterator[str]:
    text, parameters = statement
    for (line,) in connection.execute(f"explain (analyze, buffers, timing off) {text}", parameters).fetchall():
        yield line.strip()


def _one(connection: psycopg.Connection[Any], statement: str) -> Any:
    row = connection.execute(statement).fetchone()
    assert row is not None
    return row[0]


if __name__ == "__main__":
    main()
