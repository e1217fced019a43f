"""`newscrawl load-warcs`: web archives, in one process and on a Dask cluster whose parts are killed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from newscrawl.archive import ArchiveWriter
from newscrawl.storage.store import Store
from testing.forkserver import fork_server
from tests.archive.made import ARTICLE, members, response
from tests.cli.test_reextract import candidate
from tests.conftest import ROOT
from tests.database import Database, query, snapshot

pytestmark = pytest.mark.slow

ENVIRONMENT = os.environ | {
    "SCRAPY_SETTINGS_MODULE": "newscrawl.settings",
    "NEWSCRAWL_EXTRACT_WORKERS": "0",
    "PYTHONPATH": str(ROOT),
}
FILES, PAGES = 5, 3


def load(path: object, database: Path, *more: object) -> subprocess.CompletedProcess[str]:
    """Run the command, as a user would."""
    command = [sys.executable, "-m", "newscrawl", "load-warcs", str(path), "--database", f"sqlite:///{database}"]
    return fork_server().run([*command, *map(str, more)], cwd=ROOT, env=ENVIRONMENT, timeout=200)


@pytest.fixture
def folder(tmp_path) -> Path:
    """Files of a few pages; the last of each is a copy of its first, on another site."""
    root = tmp_path / "warc"
    root.mkdir()
    for file in range(FILES):
        names = [f"thị xã {file} {number}" for number in range(PAGES)]
        pages = [(f"https://tin{file}.example/{number}.html", name) for number, name in enumerate(names)]
        pages += [(f"https://bao{file}.example/copy.html", names[0])]
        records = [response(ARTICLE.format(name=name).encode(), url=url) for url, name in pages]
        (root / f"{file}.warc.gz").write_bytes(members(records))
    return root


def content(database: Path) -> dict[str, list[tuple]]:
    """All rows."""
    return {table: [tuple(map(repr, row)) for row in rows] for table, rows in snapshot(database).items()}


def test_files_are_loaded_once(folder, database):
    """Unless they have changed, or are asked for again, or for other days; damaged ones too."""
    (folder / "broken.warc.gz").write_bytes(b"no archive")
    assert f"{FILES * (PAGES + 1)} stored, 1 failed" in load(folder, database).stdout
    known = "select count(*), count(run_id), sum(size) from loaded_archives"
    size = sum(path.stat().st_size for path in folder.iterdir())
    assert query(database, known) == [(FILES + 1, FILES + 1, size)]
    again = load(folder, database)
    assert again.returncode == 0
    assert "no pages" in again.stdout
    assert f"loaded_before {FILES + 1}" in again.stderr
    with (folder / "0.warc.gz").open("ab") as file:
        file.write(members([response(ARTICLE.format(name="mới").encode(), url="https://tin.example/new.html")]))
    assert f"1 stored, {PAGES + 1} unchanged" in load(folder, database).stdout
    assert f"{PAGES + 1} unchanged" in load(folder / "1.warc.gz", database, "--again").stdout
    assert f"{PAGES + 1} unchanged" in load(folder / "1.warc.gz", database, "--since", "2020-01-01").stdout
    bad = load(folder / "1.warc.gz", database, "--scheduler", "tcp://127.0.0.1:9")
    assert (bad.returncode, bad.stdout) == (1, "")
    (line,) = bad.stderr.splitlines()
    assert line.startswith("newscrawl load-warcs: no Dask scheduler answers at tcp://127.0.0.1:9 (")


class Cluster:
    """A scheduler with workers, as processes."""

    def __init__(self, folder: Path, workers: int) -> None:
        folder.mkdir()
        self.file = folder / "scheduler.json"
        self.folder = folder
        shared = ["--scheduler-file", str(self.file), "--no-dashboard"]
        self.scheduler = self._start("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", *shared)
        while not self.file.exists():
            assert self.scheduler.poll() is None, (folder / "0.log").read_text()
            time.sleep(0.05)
        options = (*shared, "--no-nanny", "--nthreads", "1", "--host", "127.0.0.1", "--local-directory", str(folder))
        self.workers = [self._start("distributed.cli.dask_worker", *options) for _ in range(workers)]

    def _start(self, module: str, *arguments: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{len(list(self.folder.glob('*.log')))}.log").open("wb") as log:
            command = [sys.executable, "-m", module, *arguments]
            return subprocess.Popen(command, cwd=self.folder, env=ENVIRONMENT, stdout=log, stderr=log)

    @property
    def address(self) -> str:
        """Of the scheduler."""
        return json.loads(self.file.read_text())["address"]

    def close(self) -> None:
        """End all that is left."""
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()


@pytest.mark.soak
def test_cluster_may_lose_its_parts(folder, database, tmp_path):
    """A killed worker costs its file, a killed scheduler a rerun of what was open; the rows are those of one."""
    alone = tmp_path / "alone.db"
    load(folder, alone)
    with ExitStack() as opened:
        cluster = Cluster(tmp_path / "first", workers=2)
        opened.callback(cluster.close)
        command = [sys.executable, "-m", "newscrawl", "load-warcs", str(folder), "--scheduler", cluster.address]
        command += ["--database", f"sqlite:///{database}", "--json"]
        client = subprocess.Popen(command, cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        opened.callback(client.kill)

        def wait_for(files: int) -> None:
            while client.poll() is None and (not database.exists() or _loaded(database) < files):
                time.sleep(0.1)

        wait_for(1)
        cluster.workers[0].send_signal(signal.SIGKILL)
        wait_for(2)
        cluster.scheduler.send_signal(signal.SIGKILL)
        said, errors = client.communicate(timeout=90)
        assert client.returncode == 2, errors
        assert b"was lost; run the same command again" in errors
        facts = json.loads(said)
        assert facts["failed"] == 0
        assert 0 < facts["lost"] <= FILES - 2, facts
        for worker in cluster.workers:
            worker.wait(60)  # they end without a scheduler, and with them what they were running
        before = _loaded(database)
        second = Cluster(tmp_path / "second", workers=2)
        opened.callback(second.close)
        again = load(folder, database, "--scheduler", second.address, "--json")
        assert again.returncode == 0, again.stderr
        facts = json.loads(again.stdout)
        assert facts["loaded_before"] >= before
        assert facts["loaded"] + facts["loaded_before"] == facts["files"] == FILES
        _reextract_on(second, tmp_path)
    assert _loaded(database) == FILES
    assert content(database) == content(alone)
    # What was open is read twice: one file of the worker, two of the scheduler.
    runs = "select count(*) from runs where json_extract(arguments, '$.path') like '%.warc.gz'"
    assert (
        FILES <= query(database, runs)[0][0] <= FILES + 4
    )  # what was open: one with the worker, two with the scheduler


def _reextract_on(cluster: Cluster, folder: Path) -> None:
    """An archive is re-extracted by the cluster as by one process; a second pass has nothing to change."""
    databases = [folder / name / "newscrawl.db" for name in ("here", "there")]
    databases[0].parent.mkdir()
    for number in range(2):
        archive = ArchiveWriter(databases[0].parent / "archive", "bao")
        store = Store.open(f"sqlite:///{databases[0]}", "bao", {}, archive)
        store.write([candidate(f"thị xã số {number} {page}") for page in range(4)])
        store.finish("finished")
        store.close()
    earlier = "update articles set title = 'Earlier', text = 'Earlier', content_hash = '' where id % 2 = 1"
    Database(f"sqlite:///{databases[0]}").execute(earlier)
    shutil.copytree(databases[0].parent, databases[1].parent)

    def reextract(database: Path, *more: str) -> str:
        command = [sys.executable, "-m", "newscrawl", "reextract", "--database", f"sqlite:///{database}"]
        command += ["--archive", str(database.parent / "archive"), "--workers", "0", *more]
        done = fork_server().run(command, cwd=ROOT, env=ENVIRONMENT)
        assert done.returncode == 0, done.stderr
        return done.stdout

    said = [reextract(databases[0]), reextract(databases[1], "--scheduler", cluster.address)]
    assert "8 pages re-extracted: 4 articles changed, 4 unchanged" in said[0]
    assert "8 pages re-extracted: 4 articles changed, 4 unchanged" in said[1]
    assert content(databases[0]) == content(databases[1])
    finished = "select arguments, finished_at is not null from reextractions"
    assert query(databases[1], finished) == [("{}", 1)]


def _loaded(database: Path) -> int:
    try:
        return int(query(database, "select count(*) from loaded_archives")[0][0])
    except Exception:  # noqa: BLE001 - there is no such table yet
        return 0
