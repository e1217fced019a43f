"""Killed at any moment, nothing is lost: real SIGKILLs at random numbers of committed rows."""

from __future__ import annotations

import gzip
import os
import random
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from newscrawl.storage.maintenance import check
from testing.forkserver import fork_server
from testing.postgres import cluster
from tests.conftest import POSTGRESQL_RARELY, ROOT, SCRAPY, article
from tests.database import Database, committed, query, snapshot

pytestmark = pytest.mark.slow

SEED = 20200910


def generated_files(folder: Path, count: int) -> Path:
    """Write articles of all kinds: dumps and pages, with and without sidebars, copies, and files that fail."""
    folder.mkdir()
    choice = random.Random(SEED)
    for number in range(count):
        text = article(f"Thị xã {number}")
        # Of copies without dates the first that is seen leads: each has its original long before it.
        kind = choice.randrange(10) if number > count // 50 else 7
        if kind == 0:
            text = article(f"Thị xã {number // 50}")  # a copy of others
        elif kind < 4:
            text += "Tin liên quan\n" + "".join(f"-\nTin vắn số {n}\n{n:02}:15' - 10/09/2020\n" for n in range(12))
        path = folder / f"{number * 20 // count:02}" / f"{number:05}.txt"
        path.parent.mkdir(exist_ok=True)
        if kind == 4:
            paragraphs = "".join(f"<p>{line}</p>" for line in text.splitlines()[1:])
            link = f'<link rel="canonical" href="https://news.example/{number}.html">'
            page = f"<html><head><title>Trang {number}</title>{link}</head><body><article>{paragraphs}</article></body>"
            path.with_suffix(".html").write_text(page + "</html>", "utf-8")
        elif kind == 5:
            path.with_suffix(".txt.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
        elif kind == 6 and number % 3 == 0:
            path.write_bytes(b"\0" * 100)
        else:
            path.write_text(text, "utf-8")
    return folder


def crawl_command(folder: Path, database: Database) -> list[str]:
    """The crawl of a folder."""
    return [*SCRAPY, "crawl", "fixtures", "-a", f"path={folder}", "-s", f"DATABASE_URL={database.url}"]


def run_to_end(folder: Path, database: Database) -> None:
    """Crawl undisturbed."""
    command = [*crawl_command(folder, database), "-L", "ERROR", "-s", "EXTRACT_WORKERS=0"]
    result = fork_server().run(command, cwd=ROOT, env=os.environ, timeout=300)
    assert result.returncode == 0, result.stderr


def kill_at(folder: Path, database: Database, rows: int) -> int:
    """Crawl, and kill it with its workers once so many rows are committed; return how many there were."""
    process = fork_server().start(crawl_command(folder, database), cwd=ROOT, env=os.environ)
    while process.poll() is None and committed(database) < rows:
        time.sleep(0.01)
    process.kill()
    process.wait()
    return committed(database)


def check_kills(tmp_path: Path, new_database: Callable[[], Database], files: int, kills: int) -> None:
    """Kill and resume crawls of the same files, and compare each result with an undisturbed one."""
    folder = generated_files(tmp_path / "pages", files)
    reference = Database(f"sqlite:///{tmp_path / 'undisturbed.db'}")
    run_to_end(folder, reference)
    undisturbed = snapshot(reference)
    stored = len(undisturbed["articles"])
    assert stored > files * 0.9
    assert any(row[16] for row in undisturbed["articles"]), "no copies among the files"
    choice = random.Random(SEED)
    killed_at = []
    for _ in range(kills):
        database = new_database()
        killed_at.append(kill_at(folder, database, choice.randrange(0, stored)))
        run_to_end(folder, database)
        assert snapshot(database) == undisturbed, f"after a kill at {killed_at[-1]} rows"
        assert list(check(database.url)) == []
        reasons = [reason for (reason,) in query(database, "select reason from runs order by id")]
        assert reasons[-1] == "finished"
        assert set(reasons[:-1]) <= {"killed", "finished"}
    in_the_middle = [rows for rows in killed_at if 0 < rows < stored]
    assert len(in_the_middle) >= kills * 0.6, f"most crawls were not caught in the middle: {killed_at}"


@pytest.mark.timeout(600)  # a minute, where nothing else takes the processors
@POSTGRESQL_RARELY
def test_killed_crawl_loses_nothing(tmp_path, new_database):
    """After a SIGKILL one more run gives what an undisturbed run gives."""
    check_kills(tmp_path, new_database, files=80, kills=3)


def check_killed_server(tmp_path: Path, files: int, kills: int) -> None:
    """Kill PostgreSQL in the middle of crawls, start it again, crawl once more, and compare with undisturbed crawls."""
    folder = generated_files(tmp_path / "pages", files)
    reference = Database(f"sqlite:///{tmp_path / 'undisturbed.db'}")
    run_to_end(folder, reference)
    undisturbed = snapshot(reference)
    choice = random.Random(SEED)
    for _ in range(kills):
        with cluster() as server:
            database = Database(server.create_with_tables())
            command = [*crawl_command(folder, database), "-L", "ERROR"]
            process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            rows = choice.randrange(1, files // 2)
            while process.poll() is None and committed(database) < rows:
                time.sleep(0.01)
            server.kill()
            _, errors = process.communicate(timeout=100)
            assert process.returncode == 2, errors
            assert "Traceback" not in errors, errors
            assert "the crawl stops here, and the next one continues" in errors
            server.start()
            assert rows <= committed(database) < len(undisturbed["articles"])
            run_to_end(folder, database)
            assert snapshot(database) == undisturbed
            assert list(check(database.url)) == []


@pytest.mark.timeout(600)
@pytest.mark.usefixtures("postgres")
def test_killed_server_loses_nothing(tmp_path):
    """The crawl ends with exit code 2 and one line; when the server is back, one more run completes it."""
    check_killed_server(tmp_path, files=80, kills=1)


@pytest.mark.soak
@pytest.mark.usefixtures("postgres")
def test_servers_killed_in_five_thousand_pages_lose_nothing(tmp_path):
    """The same over five thousand files."""
    check_killed_server(tmp_path, files=5000, kills=3)


@pytest.mark.soak
def test_fifty_killed_crawls_lose_nothing(tmp_path, new_database):
    """The same, fifty times over two thousand files."""
    check_kills(tmp_path, new_database, files=2000, kills=50)
