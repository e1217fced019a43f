"""What it costs to find the copies of one more article, by how many are stored: time, memory, disk.

    python -m benchmarks.dedupe_cost --sizes 10000,100000,1000000 --plot docs/dedupe-cost.svg
    python -m benchmarks.dedupe_cost --sizes 10000,200000 --postgresql

A database is filled with made news, once, in the order of arrival; at each size a process of its own stores more of it
by `Store.write`, in batches of 16 as a crawl does, each durable, and again without looking for copies. The difference
is what copies cost. CPU time counts, the kernel's included, and in PostgreSQL that of the server's process for the
connection; wall time is the median of the batches.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np
import psycopg
from sqlalchemy import delete

from benchmarks.dedupe_texts import bench_texts
from benchmarks.made_news import MadeNews
from benchmarks.plot import line_plot
from newscrawl.dedupe import content_hash, near_duplicate_keys
from newscrawl.dedupe.fingerprints import BRIEF, bands_of, runs_of
from newscrawl.items import Article, Block, Candidate, Extraction, Page
from newscrawl.storage import article_writes, engine
from newscrawl.storage.duplicates import Copies
from newscrawl.storage.engine import open_engine, write_transaction
from newscrawl.storage.schema import articles, pages
from newscrawl.storage.store import Store
from testing.postgres import cluster

BATCH = 16
WARM_UP = 8
"""Batches that are not counted."""
NOW = datetime(2026, 1, 1, tzinfo=UTC)
STAMP = "2026-01-01 00:00:00.000000"


COLUMNS = (
    "id, url_key, url, source, title, text, blocks, content_hash, duplicate_of, authors, tags, fetched_at, "
    "first_seen_at, updated_at, published_at, revision, word_count, body_digest, extractor"
)
OTHERS = ("[]", "[]", STAMP, STAMP, STAMP, STAMP, 1, 300, "", "made")


def fill(url: str, news: MadeNews, start: int, end: int) -> None:
    """Store articles as the crawl would, but for its speed: in big transactions, and not safe from a power cut."""
    store = _copy_in if url.startswith("postgresql") else _insert
    for first in range(start, end, 2000):
        made = news.articles(min(2000, end - first))
        rows, keys = [], []
        for number, (words, original) in enumerate(made, first + 1):
            text = news.text(words)
            codes = near_duplicate_keys(text) if len(words) < BRIEF else set(bands_of(runs_of(news.hashes[words])))
            keys += [(key, number) for key in codes]
            blocks = os.urandom(len(text) // 2)  # as big as compressed blocks are, which nobody reads here
            address, site = f"https://site{number % 200}.example/{number:x}", f"site{number % 200}"
            article = (number, address, address, site, "Title", text, blocks, f"{number:032x}", original)
            rows.append((*article, *OTHERS))
        store(url, rows, sorted(set(keys)))


Rows = list[tuple[Any, ...]]


def _insert(url: str, rows: Rows, keys: list[tuple[int, int]]) -> None:
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as database:
        database.executescript("pragma synchronous = off; pragma cache_size = -400000;")
        database.execute("begin")
        places = ", ".join("?" * len(rows[0]))
        database.executemany(f"insert into articles ({COLUMNS}) values ({places})", rows)
        database.executemany("insert into near_duplicate_keys values (?, ?)", keys)
        database.execute("delete from search_queue")
        database.execute("commit")
        database.execute("pragma wal_checkpoint(truncate)")


def _copy_in(url: str, rows: Rows, keys: list[tuple[int, int]]) -> None:
    with psycopg.connect(url) as database, database.cursor() as cursor:
        for table, columns, given in (("articles", COLUMNS, rows), ("near_duplicate_keys", "key, article_id", keys)):
            with cursor.copy(f"copy {table} ({columns}) from stdin") as copy:
                for row in given:
                    copy.write_row(row)
        cursor.execute("truncate search_queue")


def _settle(url: str) -> None:
    """Let PostgreSQL number on, and know what its tables hold, as it does by itself after a while."""
    if url.startswith("postgresql"):
        with psycopg.connect(url, autocommit=True) as database:
            database.execute("select setval('articles_id_seq', (select max(id) from articles))")
            database.execute("vacuum analyze")


def measure(url: str, texts: list[str], name: str, *, dedupe: bool) -> dict[str, float]:
    """Store more articles through the store; CPU time, for a machine is never quiet, and what was written."""
    engine.index_queued = lambda *_: 0  # the words to search for are no part of this
    if not dedupe:
        article_writes.find_copies = lambda *_: Copies(set(), frozenset())
    store = Store.open(url, "bench", {})
    server = _server_process(store)
    batches = [texts[first : first + BATCH] for first in range(0, len(texts), BATCH)]
    signing, writing, waiting = [], [], []
    for number, batch in enumerate(batches):
        if number == WARM_UP:
            written = _written()
        began = _cpu_time(server)
        pages = [
            candidate(f"https://new.example/{name}/{number}/{place}", text, dedupe=dedupe)
            for place, text in enumerate(batch)
        ]
        signed, waited = _cpu_time(server), time.perf_counter()
        store.write(pages)
        signing.append(signed - began)
        writing.append(_cpu_time(server) - signed)
        waiting.append(time.perf_counter() - waited)
    articles = BATCH * (len(batches) - WARM_UP)
    figures = {
        "sign": 1000 * sum(signing[WARM_UP:]) / articles,
        "write": 1000 * sum(writing[WARM_UP:]) / articles,
        "wall": 1000 * float(np.median(waiting[WARM_UP:])) / BATCH,
        "written_kb": (_written() - written) / articles / 1024,
        "memory_mb": _proc("status", "VmHWM:") / 1024,
    }
    store.close()
    return figures


def _server_process(store: Store) -> int | None:
    """The number of the server's process for the connection that the store keeps."""
    if store.engine.dialect.name != "postgresql":
        return None
    with store.engine.connect() as connection:
        return int(connection.exec_driver_sql("select pg_backend_pid()").scalar_one())


def _cpu_time(server: int | None) -> float:
    """Seconds of this process, and of the server's."""
    if server is None:
        return time.process_time()
    fields = Path(f"/proc/{server}/stat").read_text("ascii").rsplit(")", 1)[1].split()
    return time.process_time() + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _written() -> int:
    return _proc("io", "wchar:")


def _proc(file: str, name: str) -> int:
    # Not getrusage: what it calls the peak is that of the process before exec, too.
    lines = (Path("/proc/self") / file).read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))


def candidate(url: str, text: str, *, dedupe: bool) -> Candidate:
    """A page as the pipelines hand it over."""
    blocks = tuple(Block("paragraph", line) for line in text.split("\n"))
    article = Article(title="Title", text=text, url=url, published_at=NOW)
    page = Page(url, b"", "text/html", NOW, url)
    keys = near_duplicate_keys(text) if dedupe else ()
    return Candidate(page, Extraction(article, blocks, "made"), content_hash(text), keys)


def disk(url: str) -> tuple[float, float]:
    """Bytes an article of the keys, and of everything."""
    if url.startswith("postgresql"):
        sizes = "pg_total_relation_size('near_duplicate_keys'), pg_database_size(current_database()), count(*)"
        with psycopg.connect(url) as server:
            keys, whole, count = server.execute(f"select {sizes} from articles").fetchone() or (0, 0, 1)
        return keys / count, whole / count
    database = sqlite3.connect(url.removeprefix("sqlite:///"))
    count = database.execute("select count(*) from articles").fetchone()[0]
    page = database.execute("pragma page_size").fetchone()[0]
    whole = database.execute("pragma page_count").fetchone()[0] * page
    try:
        keys = database.execute("select sum(pgsize) from dbstat where name = 'near_duplicate_keys'").fetchone()[0]
    except sqlite3.OperationalError:  # built without dbstat
        keys = float("nan")
    database.close()
    return keys / count, whole / count


def main() -> None:
    """Fill, measure, print, plot."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="10000,100000")
    parser.add_argument("--count", type=int, default=1600)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--postgresql", action="store_true", help="in a server of its own instead of SQLite")
    parser.add_argument("--filled", metavar="URL", help="measure a database that an earlier, stopped run has filled")
    parser.add_argument("--measure", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        url, texts, name, dedupe = options.measure
        print(json.dumps(measure(url, json.loads(Path(texts).read_text("utf-8")), name, dedupe=dedupe == "yes")))
        return
    if options.filled:
        _take_out(options.filled)
        print(json.dumps(at_size(options.filled, MadeNews.of(bench_texts(), 7), options.count)))
        return
    with (
        cluster() if options.postgresql else nullcontext() as server,
        tempfile.TemporaryDirectory(dir=options.folder) as folder,
    ):
        url = server.create() if server else f"sqlite:///{folder}/bench.db"
        rows = list(_at_sizes(url, list(map(int, options.sizes.split(","))), options.count))
    if options.plot:
        options.plot.write_text(line_plot([(row["size"], row["cost_cpu_ms"]) for row in rows]), "utf-8")


def _at_sizes(url: str, sizes: list[int], count: int) -> Iterator[dict[str, Any]]:
    Store.open(url, "fill", {}).close()
    news = MadeNews.of(bench_texts(), 0)
    stored = 0
    for size in sizes:
        began = time.perf_counter()
        fill(url, news, stored, size)
        _settle(url)
        stored = size
        print(f"filled to {size} in {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
        row = {"size": size} | at_size(url, MadeNews.of(bench_texts(), size), count)
        print(json.dumps(row), flush=True)
        yield row


def at_size(url: str, news: MadeNews, count: int) -> dict[str, Any]:
    """Store `count` more articles four times, with and without looking for copies, and take them out again."""
    keys, whole = disk(url)
    runs: dict[str, list[dict[str, float]]] = {"yes": [], "no": []}
    for number, dedupe in enumerate(("yes", "no", "no", "yes")):
        made = news.articles(count + WARM_UP * BATCH)
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".json") as texts:
            json.dump([news.text(words) for words, _ in made], texts)
            texts.flush()
            command = [sys.executable, "-m", "benchmarks.dedupe_cost", "--measure", url, texts.name]
            done = subprocess.run(
                [*command, f"{whole}-{number}", dedupe], stdout=subprocess.PIPE, text=True, check=True
            )
        runs[dedupe].append(json.loads(done.stdout))
    _take_out(url)
    average = {
        dedupe: {name: mean(run[name] for run in of_kind) for name in of_kind[0]} for dedupe, of_kind in runs.items()
    }
    more = {name: average["yes"][name] - average["no"][name] for name in average["yes"]}
    return {
        "sign_cpu_ms": round(more["sign"], 2),
        "find_and_insert_cpu_ms": round(more["write"], 2),
        "cost_cpu_ms": round(more["sign"] + more["write"], 2),
        "find_and_insert_wall_ms": round(more["wall"], 2),
        "store_cpu_ms": round(average["yes"]["write"], 2),
        "store_wall_ms": round(average["yes"]["wall"], 2),
        "written_kb": round(more["written_kb"]),
        "memory_mb": round(max(run["memory_mb"] for run in runs["yes"])),
        "key_bytes": round(keys),
        "all_bytes": round(whole),
    }


def _take_out(url: str) -> None:
    with write_transaction(open_engine(url)) as connection:
        connection.execute(delete(articles).where(articles.c.url_key.startswith("https://new.example/")))
        connection.execute(delete(pages))


if __name__ == "__main__":
    main()
