"""Web archives loaded by one process, and by a Dask cluster of one and two workers: `python -m benchmarks.cluster`.

The saved pages of `wcxb` and `fundus`, in so many WARC files (40), everything on but the archive; each process extracts
with one worker of its own. Prints times, and whether the databases hold the same rows. Needs the extra `dask`.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from benchmarks.process_tree import Spent, run
from benchmarks.throughput import saved_pages
from newscrawl.archive import ArchiveWriter
from tests.database import snapshot

ENVIRONMENT = {"SCRAPY_SETTINGS_MODULE": "newscrawl.settings", "NEWSCRAWL_EXTRACT_WORKERS": "1"}


def main() -> None:
    """Load thrice, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=40)
    parser.add_argument("--pages", type=int, default=800)
    options = parser.parse_args()
    os.environ.update(ENVIRONMENT)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_files(folder / "warc", options.files, options.pages)
        alone = folder / "alone.db"
        _print("one process", load(folder / "warc", alone))
        for workers in (1, 2):
            database = folder / f"cluster{workers}.db"
            with cluster(folder / f"dask{workers}", workers) as address:
                spent = load(folder / "warc", database, "--scheduler", address)
            differing = [name for name, rows in snapshot(database).items() if rows != snapshot(alone)[name]]
            _print(f"a cluster of {workers}", spent)
            print("  differs in " + ", ".join(differing) if differing else "  all rows are those of one process")


def write_files(folder: Path, files: int, most: int) -> None:
    """Deal the pages out to so many WARC files."""
    writers = [ArchiveWriter(folder / str(number), "bench") for number in range(files)]
    for number, page in zip(range(most), saved_pages(("wcxb", "fundus"), 1), strict=False):
        # A second apart: which copy leads a story is decided by when it was fetched.
        writers[number % files].write(replace(page, fetched_at=page.fetched_at - timedelta(seconds=most - number)))
    for writer in writers:
        writer.close()


@contextmanager
def cluster(folder: Path, workers: int) -> Iterator[str]:
    """Run a scheduler and workers; give the address."""
    folder.mkdir()
    file = folder / "scheduler.json"
    options = ["--scheduler-file", str(file), "--no-dashboard", "--host", "127.0.0.1"]
    python = [sys.executable, "-m"]
    started = [[*python, "distributed.cli.dask_scheduler", "--port", "0", *options]]
    started += [[*python, "distributed.cli.dask_worker", "--no-nanny", "--nthreads", "1", *options]] * workers
    with (folder / "log").open("wb") as log:
        processes = [subprocess.Popen(command, stdout=log, stderr=log) for command in started]
    try:
        while not file.exists():
            time.sleep(0.1)
        yield f"tcp://{file.read_text().split('tcp://')[1].split(chr(34))[0]}"
    finally:
        for process in reversed(processes):
            process.terminate()
            process.wait()


def load(path: Path, database: Path, *more: str) -> Spent:
    """Load the files into a new database."""
    command = [sys.executable, "-m", "newscrawl", "load-warcs", str(path), "--trust", *more]
    spent = run([*command, "--database", f"sqlite:///{database}"], database.parent)
    assert spent.exit_code == 0, spent.output
    return spent


def _print(what: str, spent: Spent) -> None:
    load = os.getloadavg()[0]
    print(f"{what}: {spent.wall:,.1f} s, CPU of the command {spent.cpu:,.1f} s, load {load:.1f}", flush=True)


if __name__ == "__main__":
    main()
