"""Pages that hang, eat memory or kill what reads them, in the middle of a crawl of real processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.conftest import article
from tests.database import query
from tests.projects import COMMAND, environment, make_project, run

pytestmark = pytest.mark.slow

SITE = """
from newscrawl.base_spiders import SiteSpider

class BaoSpider(SiteSpider):
    name = "bao"
    allowed_domains = ("bao.example",)
    adjust = "sites.treachery:treacherous"
"""
TREACHERY = """
import os, signal

def treacherous(article, page):
    last = page.url.rpartition("-")[2]
    while last == "hangs":
        pass
    if last == "eats":
        bytearray(8 << 30)
    if last == "kills":
        os.kill(os.getpid(), signal.SIGKILL)
    return article
"""
BAD = {3: "hangs", 7: "eats", 11: "kills"}
REASONS = {"hangs": "worker_timeout", "eats": "rules_failed", "kills": "worker_died"}
WITHOUT_TIME = "select url_key, title, text, content_hash, word_count, duplicate_of from articles order by url_key"


def saved(folder: Path, count: int, bad: dict[int, str]) -> Path:
    """A project with saved pages of its site, some of them bad."""
    make_project(folder, bao=SITE, treachery=TREACHERY)
    pages = folder / "pages"
    pages.mkdir()
    addresses = {}
    for number in range(count):
        (pages / f"{number:05}.txt").write_text(article(f"Thị xã {number}"), "utf-8")
        name = f"{number}-{bad.get(number, 'good')}"
        addresses[f"{number:05}.txt"] = {
            "url": f"https://bao.example/{name}",
            "fetched_at": "2020-09-10T12:00:00+07:00",
        }
    (pages / "pages.json").write_text(json.dumps(addresses), "utf-8")
    return folder


def arguments(database: str) -> list[str]:
    """The crawl of the pages by two workers."""
    given = {"DATABASE_URL": f"sqlite:///{database}", "EXTRACT_WORKERS": 2, "EXTRACT_MAX_SECONDS": 10}
    options = [part for name, value in given.items() for part in ("-s", f"{name}={value}")]
    return ["crawl", "fixtures", "-a", "path=pages", "-L", "WARNING", *options]


def test_bad_pages_fail_alone_in_a_stream(tmp_path):
    """Each has its reason, every other page is stored, and the crawl ends well."""
    folder = saved(tmp_path / "news", 40, BAD)
    done = run(COMMAND, *arguments("out.db"), cwd=folder)
    assert done.returncode == 0, done.stderr
    failed = dict(query(folder / "out.db", "select url, reason from pages where outcome = 'failed'"))
    assert failed == {f"https://bao.example/{number}-{how}": REASONS[how] for number, how in BAD.items()}
    assert query(folder / "out.db", "select count(*) from articles") == [(40 - len(BAD),)]


def workers_of(pid: int) -> list[int]:
    """The processes that extract for a crawl: the children of that of its children which forks them."""
    return [worker for child in children(pid) for worker in children(child)]


def children(pid: int) -> list[int]:
    """The processes that a process has begun."""
    try:
        listed = Path(f"/proc/{pid}/task").glob("*/children")
        return [int(child) for path in listed for child in path.read_text("ascii").split()]
    except OSError:  # it has ended
        return []


def crawl_and_kill_workers(folder: Path, count: int, kills: int) -> None:
    """Crawl, kill a worker again and again, and compare with a crawl that nobody disturbed."""
    saved(folder, count, {})
    most = 90 + count  # seconds for a crawl
    assert run(COMMAND, *arguments("undisturbed.db"), cwd=folder, seconds=most).returncode == 0
    process = subprocess.Popen([COMMAND, *arguments("out.db")], cwd=folder, env=environment())
    killed = 0
    while process.poll() is None and killed < kills:
        workers = workers_of(process.pid)
        if len(workers) == 2:
            os.kill(workers[killed % 2], signal.SIGKILL)
            killed += 1
        time.sleep(0.2)
    assert process.wait() == 0
    assert killed, "the crawl was over before a worker could be killed"
    # A page whose worker was killed twice has failed, and the next run comes back to it.
    assert run(COMMAND, *arguments("out.db"), cwd=folder, seconds=most).returncode == 0
    assert query(folder / "out.db", WITHOUT_TIME) == query(folder / "undisturbed.db", WITHOUT_TIME)
    assert query(folder / "out.db", "select count(*) from articles") == [(count,)]
    assert query(folder / "out.db", "select distinct outcome from pages") == [("stored",)]


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="processes are found by way of /proc")
def test_killed_workers_lose_nothing(tmp_path):
    """After SIGKILLs to workers and one more run the database is what an undisturbed crawl gives."""
    crawl_and_kill_workers(tmp_path / "news", count=50, kills=3)


@pytest.mark.soak
def test_workers_killed_all_along_lose_nothing(tmp_path):
    """The same over five thousand pages."""
    crawl_and_kill_workers(tmp_path / "news", count=5000, kills=40)
