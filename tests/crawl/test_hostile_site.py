"""A crawl of a site that does what harm it can, beside a crawl of a good one, into one database."""

from __future__ import annotations

import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from testing.hostile_site import HOSTS, hostile_site, tiny_records
from testing.newspaper import Options, Site, running
from tests.conftest import ROOT
from tests.crawl.site_crawl import FAST, allowed, command
from tests.database import query
from tests.projects import COMMAND, environment

pytestmark = pytest.mark.slow

MOST_MEGABYTES = 400
"""Of a crawl's main process."""
MOST_SECONDS = 10
"""From SIGTERM to the end."""


@pytest.fixture(scope="module")
def good() -> Iterator[Site]:
    """A newspaper."""
    with running(Options(articles=30, sections=2, copies=0, multipage=0, live=0)) as site:
        yield site


@pytest.fixture(scope="module")
def hostile() -> Iterator[str]:
    """The address of the hostile site."""
    with hostile_site() as site:
        yield site.url


def start(arguments: list[str], folder: Path, name: str, variables: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start a crawl, with its log in a file."""
    with (folder / f"{name}.log").open("wb") as log:
        return subprocess.Popen(arguments, cwd=ROOT, env=variables, stdout=log, stderr=log)


def crawl_of(hostile: str, database: Path, **settings: object) -> list[str]:
    """The crawl of the hostile site."""
    given = {
        "DATABASE_URL": f"sqlite:///{database}",
        "ARCHIVE_DIR": database.with_suffix(".hostile"),
        "DOWNLOAD_TIMEOUT": 3,
        "RETRY_TIMES": 0,
        "EXTRACT_MAX_SECONDS": 10,
        "EXTRACT_WORKERS": 1,
        **FAST,
        **settings,
    }
    options = [part for name, value in given.items() for part in ("-s", f"{name}={value}")]
    return [COMMAND, "crawl", "site", "-a", f"url={hostile}", "-L", "WARNING", *options]


def hostile_environment() -> dict[str, str]:
    """The environment in which the hostile site may be reached at half of its hosts."""
    return environment(NEWSCRAWL_ALLOW_PRIVATE_ADDRESSES=",".join(HOSTS[:2]), NEWSCRAWL_CONTACT="test@news.example")


def megabytes(process: subprocess.Popen[bytes]) -> int:
    """The most memory that a process has had; 0 if it has ended."""
    try:
        found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{process.pid}/status").read_text("ascii"))
    except OSError:
        return 0
    return int(found[1]) // 1024 if found else 0


def has_met_good_and_bad(database: Path) -> bool:
    """Whether an article of the hostile site is stored, and ten of its pages have failed."""
    if not query(database, "select 1 from sqlite_master where name = 'unique_articles'"):
        return False
    pages = "from pages where url like 'http://127.0.0.4_:%' and outcome"
    ((is_met,),) = query(
        database, f"select exists(select 1 {pages} = 'stored') and (select count(*) {pages} = 'failed') >= 10"
    )
    return bool(is_met)


def test_good_site_is_stored_whole_whatever_the_hostile_one_does(tmp_path, good, hostile):
    """The hostile one costs its own crawl some time, no memory, and no traceback; what is well in it is stored."""
    database = tmp_path / "out.db"
    bad = start(crawl_of(hostile, database), tmp_path, "bad", hostile_environment())
    well = start(command(good, database, EXTRACT_WORKERS=1), tmp_path, "well", allowed(good))
    peak = 0
    while bad.poll() is None and (well.poll() is None or not has_met_good_and_bad(database)):
        peak = max(peak, megabytes(bad), megabytes(well))
        time.sleep(0.1)
    bad.terminate()
    bad.wait(60)
    logs = {name: (tmp_path / f"{name}.log").read_text("utf-8") for name in ("bad", "well")}
    assert well.returncode == 0, logs
    assert bad.returncode in {143, -signal.SIGTERM}, logs
    assert {url for (url,) in query(database, "select url from articles where url like 'http://127.0.0.1:%'")} == set(
        good.urls()
    )
    assert query(database, f"select count(*) > 0 from articles where url like '{hostile}%'") == [(1,)]
    assert query(database, "select distinct url from pages where url like 'https:%' and outcome = 'stored'") == []
    assert query(database, "pragma integrity_check") == [("ok",)]
    assert 0 < peak < MOST_MEGABYTES
    assert not any("Traceback" in log or "database is locked" in log for log in logs.values()), logs


@pytest.mark.parametrize("moment", [8, *(pytest.param(moment, marks=pytest.mark.soak) for moment in (2, 17))])
def test_both_end_with_sigterm(tmp_path, good, hostile, moment):
    """Whatever the hostile site is doing to its crawl."""
    database = tmp_path / "out.db"
    slow = {"DOWNLOAD_DELAY": 0.5, "CONCURRENT_REQUESTS_PER_DOMAIN": 1, "EXTRACT_WORKERS": 1}
    both = (
        start(crawl_of(hostile, database), tmp_path, "bad", hostile_environment()),
        start(command(good, database, **slow), tmp_path, "well", allowed(good)),
    )
    time.sleep(moment)
    assert [process.poll() for process in both] == [None, None]
    for process in both:
        process.send_signal(signal.SIGTERM)
    began = time.monotonic()
    assert {process.wait(60) for process in both} <= {143, -signal.SIGTERM}
    assert time.monotonic() - began < MOST_SECONDS
    assert not any("Traceback" in path.read_text("utf-8") for path in tmp_path.glob("*.log"))
    if database.exists():
        assert query(database, "pragma integrity_check") == [("ok",)]


def test_empty_records_without_number_are_read_in_little_memory(tmp_path):
    """And say that they hold nothing, in one line."""
    path = tmp_path / "tiny.warc"
    with path.open("wb") as file:
        file.writelines(tiny_records(200_000))
    where = f"DATABASE_URL=sqlite:///{tmp_path / 'x.db'}"
    arguments = [
        COMMAND,
        "crawl",
        "archive",
        "-a",
        f"path={path}",
        "-L",
        "INFO",
        "-s",
        where,
        "-s",
        "EXTRACT_WORKERS=1",
    ]
    process = start(arguments, tmp_path, "tiny", environment())
    peak = 0
    while process.poll() is None:
        peak = max(peak, megabytes(process))
        time.sleep(0.1)
    log = (tmp_path / "tiny.log").read_text("utf-8")
    assert "without a page that is wanted: metadata 200000" in log
    assert 0 < peak < MOST_MEGABYTES
