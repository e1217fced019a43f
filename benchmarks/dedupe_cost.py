"""What it costs to find the copies of one more article, by how many are stored: time, memory, disk.

    python -m benchmarks.dedupe_cost --sizes 10000,100000,1000000 --plot docs/dedupe-cost.svg

A database is filled with made news, once, in the order of arrival; at each size a process of its own stores more of it
by `Store.write`, in batches of 16 as a crawl does, each durable, and again without looking for copies. The difference
is what copies cost. CPU time counts, the kernel's included; wall time is the median of the batches.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np

from benchmarks.dedupe_texts import bench_texts
from benchmarks.made_news import MadeNews
from benchmarks.plot import line_plot
from newscrawl.dedupe import content_hash, near_duplicate_keys
from newscrawl.dedupe.signature import BRIEF, bands_of, runs_of
from newscrawl.items import Article, Block, Candidate, Extraction, Page
from newscrawl.storage import Store, engine
from newscrawl.storage import store as storing
from newscrawl.storage.duplicates import Copies

BATCH = 16
WARM_UP = 8
"""Batches that are not counted."""
NOW = datetime(2026, 1, 1, tzinfo=UTC)
STAMP = "2026-01-01 00:00:00.000000"


def fill(path: Path, news: MadeNews, start: int, end: int) -> None:
    """Store articles as the crawl would, but for its speed: in big transactions, and not safe from a power cut."""
    database = sqlite3.connect(path, isolation_level=None)
    database.executescript("pragma synchronous = off; pragma cache_size = -400000;")
    for first in range(start, end, 2000):
        made = news.articles(min(2000, end - first))
        rows, keys = [], []
        for number, (words, original) in enumerate(made, first + 1):
            text = news.text(words)
            codes = near_duplicate_keys(text) if len(words) < BRIEF else set(bands_of(runs_of(news.hashes[words])))
            keys += [(key, number) for key in codes]
            blocks = os.urandom(len(text) // 2)  # as big as compressed blocks are, which nobody reads here
            url = f"https://site{number % 200}.example/{number:x}"
            rows.append((number, url, url, f"site{number % 200}", "Title", text, blocks, f"{number:032x}", original))
        database.execute("begin")
        database.executemany(
            "insert into articles (id, url_key, url, source, title, text, blocks, content_hash, duplicate_of, authors,"
            " tags, fetched_at, first_seen_at, updated_at, published_at, revision, word_count, body_digest, extractor)"
            " values (?, ?, ?, ?, ?, ?, ?, ?, ?, '[]',"
            f" '[]', '{STAMP}', '{STAMP}', '{STAMP}', '{STAMP}', 1, 300, '', 'made')",
            rows,
        )
        database.executemany("insert or ignore into near_duplicate_keys values (?, ?)", keys)
        database.execute("commit")
    database.execute("pragma wal_checkpoint(truncate)")
    database.close()


def measure(path: Path, texts: list[str], name: str, *, dedupe: bool) -> dict[str, float]:
    """Store more articles through the store; CPU time, for a machine is never quiet, and what was written."""
    engine.index_queued = lambda *_: 0  # the words to search for are no part of this
    if not dedupe:
        storing.find_copies = lambda *_: Copies(set(), frozenset())
    store = Store.open(f"sqlite:///{path}", "bench", {})
    batches = [texts[first : first + BATCH] for first in range(0, len(texts), BATCH)]
    signing, writing, waiting = [], [], []
    for number, batch in enumerate(batches):
        if number == WARM_UP:
            written = _written()
        began = time.process_time()
        pages = [
            candidate(f"https://new.example/{name}/{number}/{place}", text, dedupe=dedupe)
            for place, text in enumerate(batch)
        ]
        signed, waited = time.process_time(), time.perf_counter()
        store.write(pages)
        signing.append(signed - began)
        writing.append(time.process_time() - signed)
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


def disk(path: Path) -> tuple[float, float]:
    """Bytes an article of the keys, and of everything."""
    database = sqlite3.connect(path)
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
    parser.add_argument("--filled", type=Path, help="measure a database that an earlier, stopped run has filled")
    parser.add_argument("--measure", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        path, texts, name, dedupe = options.measure
        print(json.dumps(measure(Path(path), json.loads(Path(texts).read_text("utf-8")), name, dedupe=dedupe == "yes")))
        return
    if options.filled:
        _take_out(options.filled)
        print(json.dumps(at_size(options.filled, MadeNews.of(bench_texts(), 7), options.count)))
        return
    folder = Path(tempfile.mkdtemp(dir=options.folder))
    path = folder / "bench.db"
    Store.open(f"sqlite:///{path}", "fill", {}).close()
    news = MadeNews.of(bench_texts(), 0)
    stored, rows = 0, []
    try:
        for size in map(int, options.sizes.split(",")):
            began = time.perf_counter()
            fill(path, news, stored, size)
            stored = size
            print(f"filled to {size} in {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
            rows.append({"size": size} | at_size(path, MadeNews.of(bench_texts(), size), options.count))
            print(json.dumps(rows[-1]), flush=True)
    finally:
        shutil.rmtree(folder)
    if options.plot:
        options.plot.write_text(line_plot([(row["size"], row["cost_cpu_ms"]) for row in rows]), "utf-8")


def at_size(path: Path, news: MadeNews, count: int) -> dict[str, Any]:
    """Store `count` more articles four times, with and without looking for copies, and take them out again."""
    keys, whole = disk(path)
    runs: dict[str, list[dict[str, float]]] = {"yes": [], "no": []}
    for number, dedupe in enumerate(("yes", "no", "no", "yes")):
        texts = path.with_suffix(".json")
        made = news.articles(count + WARM_UP * BATCH)
        texts.write_text(json.dumps([news.text(words) for words, _ in made]), "utf-8")
        command = [sys.executable, "-m", "benchmarks.dedupe_cost", "--measure", str(path), str(texts)]
        done = subprocess.run([*command, f"{whole}-{number}", dedupe], capture_output=True, text=True, check=True)
        runs[dedupe].append(json.loads(done.stdout))
    _take_out(path)
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


def _take_out(path: Path) -> None:
    database = sqlite3.connect(path)
    database.executescript("delete from articles where url_key like 'https://new.example/%'; delete from pages;")
    database.close()


if __name__ == "__main__":
    main()
