"""How fast `newscrawl serve` answers, beside what it asks: `python -m benchmarks.serving [--full] [--postgresql]`.

A database of generated articles (20,000, with --full 200,000) of 500 sites with their pages, runs and alarms, made
anew or kept with --database. A server in a process of its own is asked 50 varied questions of each kind by one client
over one connection: wall time, and the CPU time of the server's process. Beside it stands the function that the
command of the same name calls, with the same questions in this process; the ratio is that of CPU times, without those
of PostgreSQL.

With --crawl pages become rows while 50 readers look around, each at another page every --every seconds, and alone.
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np

from benchmarks.made_crawls import SITES, fill_all
from benchmarks.made_database import DAYS
from benchmarks.search import CALLS, varied_queries
from benchmarks.throughput import Pages, crawl, prepare
from newscrawl.search.query import parse
from newscrawl.storage.copy import copy_database
from newscrawl.storage.engine import check_database, select_rows
from newscrawl.storage.lookup import history
from newscrawl.storage.maintenance import vacuum
from newscrawl.storage.search import search
from newscrawl.storage.selection import Selection
from newscrawl.storage.sites import site_states
from testing.datasets import NoPages
from testing.postgres import cluster

READERS = 50


@dataclass(frozen=True, slots=True)
class Kind:
    """Questions of one kind."""

    name: str
    paths: Sequence[str]
    own: Sequence[Callable[[], Any]] = ()
    """What a command asks for the same."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    host: str
    port: int
    pid: int

    def cpu(self) -> float:
        """Seconds that its threads have computed, to the nanosecond."""
        threads = Path(f"/proc/{self.pid}/task").glob("*/schedstat")
        return sum(int(thread.read_text("ascii").split()[0]) for thread in threads) / 1e9


@contextmanager
def served(url: str) -> Iterator[Server]:
    """Serve a database, as somebody at a terminal does."""
    command = [sys.executable, "-m", "newscrawl", "serve", "--port", "0", "--database", url]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        found = re.search(r"http://([\d.]+):(\d+)", line)
        assert found, line
        yield Server(found[1], int(found[2]), process.pid)
        process.terminate()


def main() -> None:
    """Make the databases, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--postgresql", action="store_true", help="Measure a copy in a PostgreSQL server as well.")
    parser.add_argument("--database", type=Path, help="Keep it in this file, and use it again.")
    parser.add_argument("--crawl", action="store_true", help="Measure readers beside a crawl instead.")
    parser.add_argument("--every", type=float, default=10.0)
    parser.add_argument("--datasets", default="fundus")
    parser.add_argument("--rounds", type=int, default=1)
    options = parser.parse_args()
    if options.crawl:
        _beside_a_crawl(options)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = options.database or Path(folder) / "made.db"
        if not path.exists():
            fill_all(path, 200_000 if options.full else 20_000)
        _measure("SQLite", f"sqlite:///{path}")
        if options.postgresql:
            with cluster() as server:
                url = server.create()
                for _ in copy_database(f"sqlite:///{path}", url):
                    pass
                vacuum(url)
                _measure("PostgreSQL", url)


def _measure(name: str, url: str) -> None:
    print(f"{name}: {_count(url):,} articles, load {os.getloadavg()[0]:.1f}, {datetime.now(UTC):%Y-%m-%d %H:%M}")
    print(f"{'':22}{'median':>9}{'p95':>9}{'CPU':>9}{'p95':>9}{'own':>9}{'CPU':>9}{'ratio':>7}{'KB':>7}")
    with served(url) as server:
        for kind in kinds(url):
            _row(server, kind)


def _count(url: str) -> int:
    _, (count,) = select_rows(url, "select count(*) from articles")
    return int(count)


def kinds(url: str) -> Iterator[Kind]:
    """Yield the questions."""
    die = np.random.default_rng(1)
    texts = [text for (text,) in list(select_rows(url, "select text from articles where id % 337 = 1 order by id"))[1:]]
    _, (last,) = select_rows(url, "select max(id) from articles")
    queries = list(varied_queries(texts, die))
    ids = [int(number) for number in die.integers(1, last, CALLS)]
    asked = [urlencode({"q": query}) for query in queries]
    own = [partial(search, url, Selection(query=parse(query)), 20) for query in queries]
    yield Kind("search page", [f"/?{query}" for query in asked], own)
    yield Kind("search API", [f"/api/articles?{query}" for query in asked], own)
    yield Kind("counts by day", [f"/counts?{query}" for query in asked])
    now, filtered = datetime.now(UTC), []
    for number in range(CALLS):
        since = now - timedelta(days=int(die.integers(40, DAYS)))
        days = {"since": f"{since:%Y-%m-%d}", "until": f"{since + timedelta(days=int(die.integers(1, 40))):%Y-%m-%d}"}
        filtered.append(f"/?{urlencode(days | ({'source': f'site{number}'} if number % 2 else {}))}")
    yield Kind("filters, newest first", filtered)
    yield Kind("first page", ["/"] * CALLS)
    yield Kind("article", [f"/articles/{number}" for number in ids], [partial(history, url, one) for one in ids])
    yield Kind("kept and dropped", [f"/articles/{number}?view=blocks" for number in ids])
    yield Kind("story", [f"/stories/{number}" for number in ids])
    states = [partial(site_states, url, now)] * 5
    yield Kind("sites", ["/sites"] * CALLS, states)
    yield Kind("a site", [f"/sites/site{number}" for number in die.integers(SITES, size=CALLS)])
    yield Kind("runs", [f"/runs?before={number}" for number in die.integers(100, 9_000, size=CALLS)])
    yield Kind("storage", ["/storage"] * 10)


def _row(server: Server, kind: Kind) -> None:
    connection = http.client.HTTPConnection(server.host, server.port, timeout=60)
    times, computed, size = [], [], 0
    _get(connection, kind.paths[0])
    for path in kind.paths:
        cpu, began = server.cpu(), time.perf_counter()
        size += len(_get(connection, path))
        times.append(1000 * (time.perf_counter() - began))
        computed.append(1000 * (server.cpu() - cpu))
    line = f"{kind.name:22}{_two(times)}{_two(computed)}"
    if kind.own:
        own = [_seconds(call) for call in kind.own]
        wall, cpu = (1000 * statistics.median(some) for some in zip(*own, strict=True))
        line += f"{wall:7.1f}ms{cpu:7.1f}ms{statistics.median(computed) / cpu:7.2f}"
    else:
        line += f"{'-':>9}{'-':>9}{'-':>7}"
    print(f"{line}{size / len(times) / 1000:7.1f}", flush=True)


def _two(times: Sequence[float]) -> str:
    return f"{statistics.median(times):7.1f}ms{sorted(times)[int(len(times) * 0.95)]:7.0f}ms"


def _get(connection: http.client.HTTPConnection, path: str) -> bytes:
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    if answer.status not in {200, 303}:
        raise SystemExit(f"{path}: status {answer.status}")
    return body


def _seconds(call: Callable[[], Any]) -> tuple[float, float]:
    began, cpu = time.perf_counter(), time.process_time()
    call()
    return time.perf_counter() - began, time.process_time() - cpu


@dataclass(slots=True)
class Looked:
    """What readers met with."""

    times: list[float] = field(default_factory=list)
    """Milliseconds."""
    failures: list[str] = field(default_factory=list)


def _beside_a_crawl(options: argparse.Namespace) -> None:
    try:
        pages = prepare(options.datasets.split(","), 1)
    except NoPages as error:
        sys.exit(str(error))
    print(f"{pages.count} pages, {READERS} readers, a page every {options.every:g} s each")
    print(f"{'':30}{'pages/s':>9}{'CPU ms':>8}{'read':>7}{'median':>9}{'p95':>8}{'failed':>8}{'load':>6}")
    with cluster() as server:
        for _ in range(options.rounds):
            for name, create in (("SQLite", _file), ("PostgreSQL", server.create)):
                for is_read in (False, True):
                    _crawl(f"{name}{', and readers' if is_read else ', alone'}", create(), pages, options, is_read)


def _file() -> str:
    return f"sqlite:///{tempfile.mkdtemp()}/out.db"


def _crawl(name: str, url: str, pages: Pages, options: argparse.Namespace, is_read: bool) -> None:
    check_database(url)
    looked, over = Looked(), threading.Event()
    with served(url) as server:
        readers = [
            threading.Thread(target=_look_around, args=(server, looked, over, options.every, number))
            for number in range(READERS if is_read else 0)
        ]
        for reader in readers:
            reader.start()
        spent, _ = crawl(["fixtures", "-a", f"path={pages.warc}"], 2, DATABASE_URL=url)
        over.set()
        for reader in readers:
            reader.join()
    line = f"{name:30}{pages.count / spent.wall:9.1f}{1000 * spent.cpu / pages.count:8.1f}{len(looked.times):7}"
    times = sorted(looked.times)
    if times:
        line += f"{statistics.median(times):7.1f}ms{times[int(len(times) * 0.95)]:6.0f}ms{len(looked.failures):8}"
    else:
        line += f"{'-':>9}{'-':>8}{'-':>8}"
    print(f"{line}{os.getloadavg()[0]:6.1f}", flush=True)
    for failure in dict.fromkeys(looked.failures):
        print(f"    {failure}")


def _look_around(server: Server, looked: Looked, over: threading.Event, every: float, number: int) -> None:
    die = random.Random(number)
    paths = ["/", "/?q=government", "/?q=new+york", "/?q=%22of+the%22", "/counts", "/sites", "/runs", "/api/articles"]
    over.wait(die.uniform(0, every))
    while not over.is_set():
        path = die.choice([*paths, *[f"/articles/{die.randint(1, 50)}"] * 4])
        began = time.perf_counter()
        connection = http.client.HTTPConnection(server.host, server.port, timeout=60)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            if answer.status >= 400 and not path.startswith("/articles/"):
                looked.failures.append(f"{path}: status {answer.status}")
        except (OSError, http.client.HTTPException) as error:
            looked.failures.append(f"{path}: {error!r}")
        connection.close()
        looked.times.append(1000 * (time.perf_counter() - began))
        over.wait(die.uniform(0.5, 1.5) * every)


if __name__ == "__main__":
    main()
