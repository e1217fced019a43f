"""Two machines and one PostgreSQL: a crawl that was stopped for too long finds that another one has its site."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from testing.newspaper import Options, Site, running
from testing.postgres import Cluster
from tests.conftest import ROOT
from tests.crawl.site_crawl import allowed, command
from tests.database import Database, query

pytestmark = pytest.mark.slow

SECONDS = 2
DELAY = 0.3


@contextmanager
def crawling(site: Site, folder: Path, url: str, host: str) -> Iterator[subprocess.Popen[str]]:
    """A crawl on a machine of that name, whose file locks nobody else sees."""
    ours = {"DATABASE_URL": url, "EXTRACT_WORKERS": 0, "LEASE_SECONDS": SECONDS}
    pace = {"CONCURRENT_REQUESTS_PER_DOMAIN": 1, "DOWNLOAD_DELAY": DELAY}
    with subprocess.Popen(
        command(site, folder / host / "archive", **ours | pace),
        cwd=ROOT,
        env=allowed(site) | {"NEWSCRAWL_HOST_NAME": host, "XDG_STATE_HOME": str(folder / host)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def until(condition: Callable[[], object]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_crawl_that_was_stopped_leaves_its_site_to_the_next(tmp_path: Path, postgres: Cluster) -> None:
    """Another machine waits for its lease to expire and no longer; when it wakes up, it asks nothing of the site."""
    database = Database(postgres.create_with_tables())
    with running(Options(sections=2, articles=30, copies=0, multipage=0, live=0)) as site, ExitStack() as stack:
        first = stack.enter_context(crawling(site, tmp_path, database.url, "one"))
        until(lambda: query(database, "select 1 from articles"))
        first.send_signal(signal.SIGSTOP)
        until(lambda: query(database, "select 1 from leases where expires_at < clock_timestamp()"))
        before = len(site.requests())
        second = stack.enter_context(crawling(site, tmp_path, database.url, "two"))
        until(lambda: len(site.requests()) > before + 3)
        first.send_signal(signal.SIGCONT)
        _, said = first.communicate(timeout=60)
        assert first.returncode == 2, said
        assert f"was taken over while this process had stopped or was cut off: process {second.pid} on two" in said
        second.communicate(timeout=60)
        assert second.returncode == 0
        runs = query(database, "select host, reason, exit_code from runs order by id")
        assert runs == [("one", "lease_lost", 2), ("two", "finished", 0)]
        error, counts = query(database, "select error, counts from runs order by id")[0]
        refused = json.loads(counts)["reasons"].get("lease_lost", 0)
        assert f"process {second.pid} on two" in error
        assert f"{refused} of its writes were refused" in error
        assert sorted(url for (url,) in query(database, "select url from articles")) == sorted(site.urls())
        moments = sorted(request.started for request in site.requests())
        assert min(after - one for one, after in pairwise(moments)) > DELAY / 2
