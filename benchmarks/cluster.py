"""Web archives loaded by one process, and by a Dask cluster of one and two workers: `python -m benchmarks.cluster`.

The saved pages of `wcxb` and `fundus`, in so many WARC files (40), everything on but the archive; each process extracts
with one worker of its own. Prints times, and whether the databases hold the same rows. With --kill, once more with two
workers, of which one is killed when a quarter of the files is loaded, and the scheduler at the half; then the command
is run again: how many files were read a second time. Needs the extra `dask`.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
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
    parser.add_argument("--kill", action="store_true", help="Kill a worker, and later the scheduler.")
    options = parser.parse_args()
    os.environ.update(ENVIRONMENT)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_files(folder / "warc", options.files, options.pages)
        alone = folder / "alone.db"
        _print("one process", load(folder / "warc", alone))
        for workers in (1, 2):
            database = folder / f"cluster{workers}.db"
            with cluster(folder / f"dask{workers}", workers) as (address, _):
                spent = load(folder / "warc", database, "--scheduler", address)
            _print(f"a cluster of {workers}", spent)
            _compare(database, alone)
        if options.kill:
            kill(folder, options.files)
            _compare(folder / "killed.db", alone)


def write_files(folder: Path, files: int, most: int) -> None:
    """Deal the pages out to so many WARC files."""
    writers = [ArchiveWriter(folder / str(number), "bench") for number in range(files)]
    for number, page in zip(range(most), saved_pages(("wcxb", "fundus"), 1), strict=False):
        # A second apart: which copy leads a story is decided by when it was fetched.
        writers[number % files].write(replace(page, fetched_at=page.fetched_at - timedelta(seconds=most - number)))
    for writer in writers:
        writer.close()


@contextmanager
def cluster(folder: Path, workers: int) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """Run a scheduler and workers; give the address and the processes, the scheduler's first."""
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
        yield f"tcp://{file.read_text().split('tcp://')[1].split(chr(34))[0]}", processes
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


def kill(folder: Path, files: int) -> None:
    """Load the files into `killed.db` while a worker and the scheduler are killed, and again."""
    database = folder / "killed.db"
    command = [sys.executable, "-m", "newscrawl", "load-warcs", str(folder / "warc"), "--trust"]
    command += ["--database", f"sqlite:///{database}", "--scheduler"]
    with cluster(folder / "killed", 2) as (address, processes):
        loading = subprocess.Popen([*command, address], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for process, share in ((processes[1], 4), (processes[0], 2)):
            while _loaded(database) < files / share:
                assert loading.poll() is None, f"the command ended with {loading.returncode}"
                time.sleep(0.1)
            process.kill()
            print(f"killed at {_loaded(database)} files: {'the scheduler' if process is processes[0] else 'a worker'}")
        print(f"the command ended with exit code {loading.wait()} and {_loaded(database)} files loaded")
    before = _loaded(database)
    with cluster(folder / "again", 2) as (address, _):
        _print("the same command again", load(folder / "warc", database, "--scheduler", address))
    with closing(_opened(database)) as connection:
        begun = "select count(*) from runs where json_extract(arguments, '$.path') like '%.warc.gz'"
        runs = connection.execute(begun).fetchone()[0]
    print(f"{files} files; {before} before, {_loaded(database) - before} then; {runs - files} were read a second time")


def _opened(database: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True, timeout=30)


def _loaded(database: Path) -> int:
    with suppress(sqlite3.OperationalError), closing(_opened(database)) as connection:  # no file or no tables yet
        return int(connection.execute("select count(*) from loaded_archives").fetchone()[0])
    return 0


def _compare(database: Path, alone: Path) -> None:
    differing = [name for name, rows in snapshot(database).items() if rows != snapshot(alone)[name]]
    print("  differs in " + ", ".join(differing) if differing else "  all rows are those of one process")


def _print(what: str, spent: Spent) -> None:
    load = os.getloadavg()[0]
    print(f"{what}: {spent.wall:,.1f} s, CPU of the command {spent.cpu:,.1f} s, load {load:.1f}", flush=True)


if __name__ == "__main__":
    main()
