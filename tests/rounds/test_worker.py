"""`newscrawl worker`: many sites in one process, each of which costs only itself."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from testing.newspaper import Options, Site
from testing.newspaper.many import many_running
from tests.projects import invoke
from tests.rounds.papers import SMALL, Newsroom, lock_files

_IMPATIENT = "from newscrawl.rounds import worker; worker.GRACE = 2; from newscrawl.cli import main; main()"
_FAILING = """

    async def read(self, response):
        raise ZeroDivisionError
        yield
"""
_ENDLESS = """

    async def read(self, response):
        import asyncio
        import gc
        from newscrawl.rounds.worker import _Crawl

        for crawl in gc.get_objects():  # as if its time were over, however slow the machine is
            if isinstance(crawl, _Crawl) and crawl.name == self.name:
                crawl.stop("time_limit")
        while True:
            try:
                await asyncio.sleep(600)
            except asyncio.CancelledError:
                pass
        yield
"""


@pytest.fixture
def room(tmp_path) -> Iterator[Newsroom]:
    """Six newspapers."""
    with many_running([Options(**SMALL | {"seed": seed}) for seed in range(6)]) as sites:
        yield Newsroom(tmp_path, sites, tmp_path)


def spoil(room: Newsroom, name: str, code: str) -> None:
    """Add to the spider of a paper."""
    path = room.project / "sites" / f"{name}.py"
    path.write_text(path.read_text("utf-8") + code, "utf-8")


def start(room: Newsroom, *arguments: object) -> subprocess.Popen[str]:
    """Start a worker that is less patient than that of a user."""
    command = [sys.executable, "-c", _IMPATIENT, "worker", *map(str, arguments)]
    environment = room.variables | {"NEWSCRAWL_EXTRACT_WORKERS": "1"}
    return subprocess.Popen(command, cwd=room.project, env=environment, stdout=-1, stderr=-1, text=True)


def wait_for(room: Newsroom, process: subprocess.Popen[str], articles: int) -> None:
    """Wait until so many articles are stored."""
    while not Path(room.database).exists() or not room.query("select 1 from sqlite_master where name = 'articles'"):
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    while len(room.stored) < articles:
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)


def gaps(site: Site) -> list[float]:
    """The seconds between the requests of a site."""
    moments = sorted(request.started for request in site.requests())
    return [later - earlier for earlier, later in pairwise(moments)]


def test_database_is_named_as_for_other_commands(tmp_path):
    """It wins over what is set."""
    wrong = ("--database", "sqlite:////nowhere/x.db")
    done = invoke("worker", "--once", *wrong, cwd=tmp_path, NEWSCRAWL_DATABASE_URL=f"sqlite:///{tmp_path}/y.db")
    assert done.returncode == 1
    assert done.stderr.startswith("newscrawl worker: ")
    assert "/nowhere/x.db" in done.stderr


@pytest.mark.slow
def test_every_site_costs_only_itself(room):
    """One whose spider fails, one that never answers, one whose spider never stops; the others are crawled whole."""
    spoil(room, "paper1", _FAILING)
    room.sites["paper2"].fault("*", "hang")
    spoil(room, "paper3", _ENDLESS)
    process = start(room, "--once", "--json")
    out, err = process.communicate(timeout=120)
    said = {site["spider"]: site for site in json.loads(out)["sites"]}
    assert process.returncode == 2
    for name in ("paper0", "paper4", "paper5"):
        assert said[name]["exit_code"] == 0, err
        assert said[name]["outcomes"]["stored"] == 12
    assert said["paper1"]["error"].endswith("lost to an unexpected error; see the log")
    assert any("ZeroDivisionError" in line for line in said["paper1"]["log"])
    assert err.startswith("newscrawl worker: paper")
    assert said["paper2"]["error"].startswith("nothing could be fetched")
    assert (said["paper3"]["exit_code"], said["paper3"]["error"]) == (2, "it did not stop when asked to, and was left")
    ended = room.query("select spider, exit_code, finished_at is not null from runs order by spider")
    assert ended == [(f"paper{n}", code, 1) for n, code in enumerate((0, 2, 2, 2, 0, 0))]
    assert not lock_files(room, "run-*")


@pytest.mark.slow
def test_signals_lose_nothing(room):
    """SIGTERM ends it within ten seconds, SIGKILL at once; then each article is stored once, and no pace is broken."""
    slow = ("-s", "DOWNLOAD_DELAY=0.3", "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=1")
    process = start(room, *slow)
    wait_for(room, process, 6)
    process.send_signal(signal.SIGTERM)
    began = time.monotonic()
    process.communicate(timeout=60)
    assert time.monotonic() - began < 10 + 5  # on a busy machine
    assert process.returncode == 128 + signal.SIGTERM
    runs = room.query("select reason, exit_code from runs")
    assert set(runs) == {("shutdown", 143)}
    assert len(runs) == 6
    stored = len(room.stored)
    process = start(room, "--once", *slow)
    wait_for(room, process, stored + 12)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    done = start(room, "--once", "--all", "--quiet", *slow)
    out, err = done.communicate(timeout=120)
    assert (done.returncode, out, err) == (0, "", "")
    assert room.is_whole()
    assert sorted(set(room.query("select reason, exit_code from runs"))) == [
        ("finished", 0),
        ("killed", None),
        ("shutdown", 143),
    ]
    for site in room.sites.values():
        assert min(gaps(site)) > 0.25, site.host  # 0.3, less the time that a request takes to arrive
