"""How fast pages become rows: WARC in, database out, beside extractors alone on the same pages in the same run.

    python -m benchmarks.throughput --peers ~/peers/bin/python --http 400

`--peers` is an interpreter that has news-please and newspaper4k; what it has not is left out. CPU time counts: on a
machine that is shared, wall time says as much about the others.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sqlite3
import sys
from bisect import bisect
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.plot import memory_plot
from benchmarks.process_tree import Spent, run
from newscrawl.archive import ArchiveWriter
from newscrawl.items import Page, Visit
from newscrawl.urls import url_key
from testing.datasets import NoPages, bench_folder, load_dataset
from testing.newspaper import Options, running

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache" / "throughput"
NEWSCRAWL = Path(sys.executable).with_name("newscrawl")
WARM_UP = 20
"""Pages, of the first and the last, that do not count for how busy the processors are."""


@dataclass(frozen=True, slots=True)
class Pages:
    """The same pages in two shapes: one WARC file, and a folder of files with their addresses."""

    count: int
    warc: Path
    folder: Path


def prepare(datasets: Sequence[str], times: int) -> Pages:
    """Write the pages out; those that are there more than once have an address of their own each time."""
    folder = CACHE / "pages"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "html").mkdir(parents=True)
    writer = ArchiveWriter(folder / "warc", "bench")
    urls: dict[str, str] = {}
    for number, page in enumerate(saved_pages(datasets, times)):
        writer.write(page)
        (folder / "html" / f"{number:06}.html").write_bytes(page.body)
        assert page.url is not None
        urls[f"{number:06}.html"] = page.url
    writer.close()
    (folder / "urls.json").write_text(json.dumps(urls), "utf-8")
    (warc,) = (folder / "warc" / "bench").iterdir()
    return Pages(len(urls), warc, folder)


def saved_pages(datasets: Sequence[str], times: int) -> Iterator[Page]:
    """Yield the saved pages so many times, each time with addresses of their own."""
    saved = [page for name in datasets for page in load_dataset(bench_folder(), name)]
    now = datetime.now(UTC)
    seen: set[str] = set()
    for round_ in range(times):
        for page in saved:
            url = given = (page.url or "https://bench.example/").partition("#")[0]
            number = round_
            while (key := url_key(url)) in seen:
                number += 1
                url = f"{given}{'&' if '?' in given else '?'}copy={number}"
            seen.add(key)
            yield Page(key, page.body(), "text/html", now, url, None, Visit(url, status=200))


def crawl(arguments: Sequence[str], workers: int, **settings: object) -> tuple[Spent, dict[str, Any]]:
    """Crawl into a new database; what it took, and what the ticker saw."""
    folder = CACHE / "crawl"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    given = {
        "DATABASE_URL": f"sqlite:///{folder / 'out.db'}",
        "ARCHIVE_DIR": "",
        "EXTRACT_WORKERS": workers,
        "EXTENSIONS": json.dumps({"benchmarks.reactor_ticker.Ticker": 0}),
        "TICKER_FILE": folder / "ticks.json",
        **settings,
    }
    options = [part for name, value in given.items() for part in ("-s", f"{name}={value}")]
    environment = {"PYTHONPATH": str(ROOT), "SCRAPY_SETTINGS_MODULE": "newscrawl.settings"}
    environment |= {"NEWSCRAWL_ALLOW_PRIVATE_ADDRESSES": "127.0.0.1", "NEWSCRAWL_CONTACT": "bench@news.example"}
    spent = run([NEWSCRAWL, "crawl", *arguments, "-L", "WARNING", *options], folder, environment)
    if spent.exit_code:
        sys.exit(spent.output)
    return spent, json.loads((folder / "ticks.json").read_text("utf-8"))


def rows() -> dict[str, int]:
    """The pages of the last crawl by outcome."""
    with closing(sqlite3.connect(CACHE / "crawl" / "out.db")) as database:
        return dict(database.execute("select outcome, count(*) from pages where kind = 'article' group by 1"))


def peer(name: str, python: Path, pages: Pages, processes: int) -> Spent | None:
    """Run a peer over the folder; None where it is not installed."""
    script = Path(__file__).with_name("peer_extractors.py")
    spent = run([python, script, name, pages.folder, str(processes)], pages.folder)
    if spent.exit_code == 3:
        print(f"{name}: not installed in {python}")
        return None
    return _checked(name, spent)


def trafilatura_cli(pages: Pages, processes: int) -> Spent:
    """Run trafilatura's own command over the folder."""
    out = CACHE / "trafilatura"
    shutil.rmtree(out, ignore_errors=True)
    # Not the folder by its name: the command would write to a folder below one of the same name, and make only one.
    options = ["--input-dir", ".", "--output-dir", out, "--keep-dirs", "--json", "--with-metadata"]
    command = [Path(sys.executable).with_name("trafilatura"), *options, "--parallel", str(processes)]
    spent = _checked("trafilatura", run(command, pages.folder / "html"))
    print(f"trafilatura wrote {sum(1 for path in out.rglob('*') if path.is_file())} files")
    return spent


def _checked(name: str, spent: Spent) -> Spent:
    if spent.exit_code:
        sys.exit(f"{name} ended with {spent.exit_code}:\n{spent.output}")
    return spent


class Table:
    """Lines, each beside the first of newscrawl."""

    def __init__(self, count: int) -> None:
        self.count = count
        print(f"{'':34}{'pages/s':>9}{'CPU ms':>9}{'pages/CPU s':>13}{'peak MB':>9}{'idle':>6}{'load':>6}")

    def line(self, name: str, spent: Spent, count: int | None = None) -> None:
        """Print what a run took, by the page."""
        count = count or self.count
        _, idle = spent.busy(0, float("inf"))
        print(
            f"{name:34}{count / spent.wall:9.1f}{1000 * spent.cpu / count:9.1f}{count / spent.cpu:13.1f}"
            f"{spent.peak:9}{idle:6.0%}{os.getloadavg()[0]:6.1f}",
            flush=True,
        )


def describe(spent: Spent, ticks: dict[str, Any]) -> None:
    """Say what a crawl's processes did while pages waited."""
    done, late = ticks["pages"], ticks["late"]
    begin, end = done[min(WARM_UP, len(done) - 1)], done[-min(WARM_UP, len(done))]
    busy, idle = spent.busy(begin, end)
    waited, worked = (max((entry[place] for entry in late), default=0) for place in (1, 2))
    over = sum(entry[1] > 0.05 for entry in late)
    by_work = sum(entry[2] > 0.05 for entry in late)
    threads = [
        f"{name.removeprefix('MainThread') or 'reactor'} {1000 * took / max(ticks['noted'], 1):.2f}"
        for name, took in sorted(ticks["threads"].items(), key=lambda entry: -entry[1])[:6]
    ]
    print(
        f"    while pages wait: {len(done) / (done[-1] - done[0]):.1f} pages/s, processors {busy:.0%} ours,"
        f" {idle:.0%} idle; begins after {ticks['began'] - spent.looks[0].at:.1f} s\n"
        f"    main process {1000 * ticks['main_cpu'] / len(done):.2f} ms a page: {', '.join(threads)}\n"
        f"    reactor late by {1000 * waited:.0f} ms at most ({1000 * worked:.0f} ms of its own work); by more than"
        f" 50 ms {over} times ({by_work} by its own work)",
        flush=True,
    )


def memory(spent: Spent, ticks: dict[str, Any], plot: Path | None) -> None:
    """Print, and draw, the memory of the processes over the run: the main one, and the largest worker."""
    looks = [look.memory for look in spent.looks if look.memory]
    main = min(min(look) for look in looks)
    for part in range(1, 9):
        look = looks[(len(looks) - 1) * part // 8 - 1]
        others = max((size for pid, size in look.items() if pid != main), default=0)
        print(f"    at {part}/8: main {look.get(main, 0)} MB, largest other {others} MB, all {sum(look.values())} MB")
    if plot is not None:
        plot.write_text(memory_plot(_drawn(spent, ticks["pages"], main)), "utf-8")


def _drawn(spent: Spent, done: Sequence[float], main: int) -> dict[str, list[tuple[float, float]]]:
    """For each of 200 stretches of pages the most that was seen."""
    lines: dict[str, list[tuple[float, float]]] = {"all processes": [], "main process": [], "largest worker": []}
    step = max(len(done) // 200, 1)
    seen: dict[int, list[Mapping[int, int]]] = {}
    for look in spent.looks:
        if look.memory and done[0] <= look.at <= done[-1]:
            seen.setdefault(bisect(done, look.at) // step, []).append(look.memory)
    for stretch, looks in sorted(seen.items()):
        others = [[size for pid, size in look.items() if pid != main] for look in looks]
        most = (
            max(sum(look.values()) for look in looks),
            max(look.get(main, 0) for look in looks),
            max((size for sizes in others for size in sizes), default=0),
        )
        for line, size in zip(lines.values(), most, strict=True):
            line.append((stretch * step, size))
    return lines


def over_http(table: Table, articles: int, workers: int) -> None:
    """Crawl a newspaper on this machine, as fast as it answers."""
    fast = {"DOWNLOAD_DELAY": 0, "AUTOTHROTTLE_ENABLED": False, "CONCURRENT_REQUESTS_PER_DOMAIN": 8}
    with running(Options(articles=articles, language="en")) as site:
        spent, ticks = crawl(["site", "-a", f"url={site.url}/"], workers, **fast)
    stored = sum(rows().values())
    table.line(f"newscrawl, HTTP, {workers} workers", spent, stored)
    describe(spent, ticks)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--datasets", default="wcxb,fundus")
    parser.add_argument("--times", type=int, default=1, help="each page so often, as pages of their own")
    parser.add_argument("--workers", default="2,1")
    parser.add_argument("--peers", type=Path, default=Path(sys.executable), help="an interpreter that has them")
    parser.add_argument("--only", default="newscrawl,trafilatura,lxml,newspaper4k,news-please")
    parser.add_argument("--http", type=int, default=0, help="articles of a newspaper on loopback to crawl")
    parser.add_argument("--memory", action="store_true", help="print the memory over the run")
    parser.add_argument("--plot", type=Path, help="an SVG file for it")
    parser.add_argument("--seconds", type=int, default=0, help="end a crawl after so many, whatever is left")
    options = parser.parse_args()
    only = options.only.split(",")
    workers = [int(number) for number in options.workers.split(",")]
    try:
        pages = prepare(options.datasets.split(","), options.times)
    except NoPages as error:
        sys.exit(str(error))
    print(f"{pages.count} pages, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    table = Table(pages.count)
    figures: dict[str, Spent] = {}
    for number in workers if "newscrawl" in only else ():
        spent, ticks = crawl(["fixtures", "-a", f"path={pages.warc}"], number, CLOSESPIDER_TIMEOUT=options.seconds)
        figures.setdefault("newscrawl", spent)
        table.line(f"newscrawl, WARC to rows, {number} workers", spent, len(ticks["pages"]))
        describe(spent, ticks)
        print(f"    {rows()}")
        if options.memory:
            memory(spent, ticks, options.plot)
    if "trafilatura" in only:
        figures["trafilatura"] = trafilatura_cli(pages, 2)
        table.line("trafilatura CLI, 2 processes", figures["trafilatura"])
    for name in ("lxml", "newspaper4k", "news-please"):
        python = Path(sys.executable) if name == "lxml" else options.peers
        if name in only and (found := peer(name, python, pages, 2)) is not None:
            figures[name] = found
            table.line(f"{name}, 2 processes", found)
            print(f"    {found.output.strip().splitlines()[-1]}")
    if "newscrawl" in figures:
        ours = figures.pop("newscrawl")
        for name, other in figures.items():
            print(
                f"newscrawl / {name}: {other.wall / ours.wall:.2f} by wall time, {other.cpu / ours.cpu:.2f} by CPU time"
            )
    if options.http:
        over_http(table, options.http, workers[0])


if __name__ == "__main__":
    main()
