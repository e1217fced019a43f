"""What a crawl and a reader cost each other, in SQLite and in PostgreSQL: `python -m benchmarks.readers`.

The same pages become rows of a new database, alone and then while somebody asks ten times a second for articles by
words, by phrases and by date, and for one with all that is known of it.
"""

from __future__ import annotations

import argparse
import itertools
import os
import shutil
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

from benchmarks.process_tree import Spent
from benchmarks.throughput import CACHE, Pages, crawl, prepare
from newscrawl.search.query import parse
from newscrawl.storage.engine import check_database
from newscrawl.storage.errors import StorageError
from newscrawl.storage.lookup import history
from newscrawl.storage.search import search
from newscrawl.storage.selection import Selection
from testing.datasets import NoPages
from testing.postgres import cluster

TYPED = ("", "government", "new york", '"of the"', "police -london", '"prime minister"')
"""The first asks for the newest."""
EVERY = 0.1
"""Seconds from one call to the next."""


@dataclass(slots=True)
class Reading:
    """What a reader met with."""

    seconds: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


def main() -> None:
    """Crawl alone and beside a reader, into both databases; print what each took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--datasets", default="wcxb,fundus")
    parser.add_argument("--times", type=int, default=1, help="each page so often, as pages of their own")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=1)
    options = parser.parse_args()
    try:
        pages = prepare(options.datasets.split(","), options.times)
    except NoPages as error:
        sys.exit(str(error))
    print(f"{pages.count} pages, {os.cpu_count()} processors")
    print(f"{'':24}{'pages/s':>9}{'CPU ms':>8}{'reads':>7}{'median':>9}{'p95':>8}{'most':>8}{'failed':>8}{'load':>6}")
    with cluster() as server:
        for _ in range(options.rounds):
            for name, create in (("SQLite", _file), ("PostgreSQL", server.create)):
                for kind, beside in (("alone", False), ("and a reader", True)):
                    _line(f"{name}, {kind}", pages, *_crawl(create(), pages, options.workers, beside))


def _file() -> str:
    folder = CACHE / "readers"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return f"sqlite:///{folder / 'out.db'}"


def _crawl(url: str, pages: Pages, workers: int, beside: bool) -> tuple[Spent, Reading]:
    check_database(url)  # a reader refuses a database that is not there yet
    reading = Reading()
    with _reader(url, reading) if beside else _nobody():
        spent, _ = crawl(["fixtures", "-a", f"path={pages.warc}"], workers, DATABASE_URL=url)
    return spent, reading


@contextmanager
def _nobody() -> Iterator[None]:
    yield


@contextmanager
def _reader(url: str, reading: Reading) -> Iterator[None]:
    over = threading.Event()
    with ThreadPoolExecutor(1) as thread:
        done = thread.submit(_read, url, reading, over)
        try:
            yield
        finally:
            over.set()
        done.result()


def _read(url: str, reading: Reading, over: threading.Event) -> None:
    calls: Sequence[Callable[[], object]] = [
        *(partial(search, url, Selection(query=parse(typed))) for typed in TYPED),
        partial(history, url, 1),
    ]
    for call in itertools.cycle(calls):
        began = time.perf_counter()
        try:
            call()
        except StorageError as error:
            reading.failures.append(str(error))
        reading.seconds.append(time.perf_counter() - began)
        if over.wait(EVERY):
            return


def _line(name: str, pages: Pages, spent: Spent, reading: Reading) -> None:
    crawled = f"{name:24}{pages.count / spent.wall:9.1f}{1000 * spent.cpu / pages.count:8.1f}{len(reading.seconds):7}"
    read = f"{'-':>9}{'-':>8}{'-':>8}{'-':>8}"
    if reading.seconds:
        times = [1000 * took for took in sorted(reading.seconds)]
        p95 = times[int(len(times) * 0.95)]
        read = f"{statistics.median(times):7.1f}ms{p95:6.0f}ms{times[-1]:6.0f}ms{len(reading.failures):8}"
    print(f"{crawled}{read}{os.getloadavg()[0]:6.1f}", flush=True)
    for failure in dict.fromkeys(reading.failures):
        print(f"    {failure}")


if __name__ == "__main__":
    main()
