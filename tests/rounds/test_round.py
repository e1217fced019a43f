"""`newscrawl crawl` of several sites: what it does, what it says, and the exit code it leaves."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import time
from contextlib import closing

import pytest

from newscrawl.storage.locks import Lock, site_lock
from tests.conftest import ONLY_POSTGRESQL
from tests.database import committed
from tests.projects import run_on_a_terminal
from tests.rounds.papers import COMMAND, Newsroom, newsroom


@pytest.fixture
def room(tmp_path):
    """Two newspapers."""
    with newsroom(tmp_path) as room:
        yield room


def lock_of(room: Newsroom, name: str) -> Lock:
    """Have the lock of a paper, as a crawl has it."""
    lock = Lock.take(site_lock(f"sqlite:///{room.database}", name))
    assert lock is not None
    return lock


def change(room: Newsroom, statement: str) -> None:
    """Change the database."""
    with closing(sqlite3.connect(room.database)) as connection, connection:
        connection.execute(statement)


@pytest.mark.slow
def test_all_crawls_the_sites_and_nothing_else(room):
    """`--all` takes the spiders of sites that need no arguments; the table has a line for each."""
    result = room.crawl("--all")
    assert result.returncode == 0, result.stderr
    assert room.is_whole()
    head, *lines, sums = result.stdout.splitlines()
    assert head.split()[:4] == ["spider", "stored", "revised", "unchanged"]
    assert [line.split()[:2] for line in sorted(lines)] == [["paper0", "12"], ["paper1", "12"]]
    assert sums.startswith("2 of 2 sites done, in ")
    assert sorted(result.stderr.splitlines()) == [f"paper{n}: 12 stored ({room_time(result, n)})" for n in range(2)]
    runs = room.query("select spider, reason, exit_code, error, requests > 12, bytes > 9999, seconds > 0 from runs")
    assert sorted(runs) == [(f"paper{n}", "finished", 0, None, 1, 1, 1) for n in range(2)]


def room_time(result: subprocess.CompletedProcess[str], number: int) -> str:
    """How long a crawl took, by the table."""
    (line,) = [line for line in result.stdout.splitlines() if line.startswith(f"paper{number} ")]
    return line.split()[-2]


@pytest.mark.slow
def test_due_leaves_out_what_has_nothing_to_do(room):
    """Sites that were never crawled are due, and those with a due page; the others are counted."""
    assert set(room.report("--due")["sites"]) == {"paper0", "paper1"}
    room.report("--due")  # a listing that brought news is read once more
    said = room.report("--due")
    assert (said["sites"], said["not_due"], said["exit_code"]) == ({}, 2, 0)
    one = "select min(id) from pages where source = 'paper1' and next_fetch_at is not null"
    change(room, f"update pages set next_fetch_at = '2000-01-01 00:00:00.000000' where id in ({one})")
    assert set(room.report("--due")["sites"]) == {"paper1"}


@pytest.mark.slow
def test_running_site_is_skipped_in_one_line(room):
    """A second call leaves it to the crawl that has it, says so, and ends well; the others are crawled."""
    lock = lock_of(room, "paper0")
    result = room.crawl("paper0", "paper1")
    assert result.returncode == 0
    assert "paper0: skipped, it is already being crawled by process " in result.stderr
    assert "1 of 2 sites done, 1 skipped" in result.stdout
    assert {row[0] for row in room.query("select source from articles")} == {"paper1"}
    alone = room.crawl("paper0")
    assert (alone.returncode, alone.stdout) == (0, "")
    assert alone.stderr.startswith("newscrawl crawl: paper0 is already being crawled by process ")
    assert alone.stderr.count("\n") == 1
    lock.release()
    assert room.crawl("paper0").returncode == 0
    assert room.is_whole()


@pytest.mark.slow
def test_site_that_is_crawled_for_a_day_is_trouble(room):
    """An overlap is well, a crawl that never ends is not, whatever it wrote into its lock."""
    lock = lock_of(room, "paper0")
    for note in ("", json.dumps({"pid": 1, "host": "elsewhere", "since": "2999-01-01T00:00:00+00:00"})):
        lock.path.write_text(note, "utf-8")
        os.utime(lock.path, (time.time(), time.time() - 25 * 3600))
        result = room.crawl("paper0", "--quiet")
        assert result.returncode == 2
        assert "for 25 hours, which is more than 24 hours; it may be stuck" in result.stderr
    alone = room.crawl("paper0")
    assert alone.returncode == 2
    assert "it may be stuck" in alone.stderr
    lock.release()


@pytest.mark.slow
def test_quiet_is_silent_until_something_fails(room):
    """Cron mails what is printed: nothing on success, clear lines on what failed."""
    well = room.crawl("--all", "--quiet")
    assert (well.returncode, well.stdout, well.stderr) == (0, "", "")
    room.sites["paper1"].stop()
    change(room, "update pages set next_fetch_at = '2000-01-01 00:00:00.000000' where next_fetch_at is not null")
    ill = room.crawl("--all", "--quiet")
    assert (ill.returncode, ill.stdout) == (2, "")
    first, *log = ill.stderr.splitlines()
    assert first.startswith("newscrawl crawl: paper1: nothing could be fetched: ")
    assert all(line.startswith("    ") for line in log)
    failed = room.query("select exit_code, error from runs where spider = 'paper1' order by id desc limit 1")
    assert failed[0][0] == 2
    assert failed[0][1].startswith("nothing could be fetched: ")


@pytest.mark.slow
def test_values_are_data(room):
    """No shell sees an argument or a setting; every crawl is given them."""
    name = "$(touch hacked); `touch hacked` && touch hacked"
    said = room.report("--all", "-a", "max_articles=3", "-s", f"BOT_NAME={name}")
    assert {site["reason"] for site in said["sites"].values()} == {"max_articles"}
    assert not list(room.project.rglob("hacked"))
    assert room.query("select distinct arguments from runs") == [('{"max_articles": "3"}',)]


@pytest.mark.slow
def test_what_cannot_begin_is_recorded_and_the_rest_goes_on(room):
    """A spider that dies at once costs its own site; its record says why."""
    (room.project / "sites" / "fragile.py").write_text(
        (room.project / "sites" / "paper0.py").read_text("utf-8").replace('"paper0"', '"fragile"')
        + "\n    arguments = {'x': 'y', **SiteSpider.arguments}\n"
        "\n    def __init__(self, **given):\n"
        "        import os, sys\n"
        "        if '--in-round' in sys.argv:\n"
        "            os.kill(os.getpid(), 9)\n"
        "        super().__init__(**given)\n",
        "utf-8",
    )
    said = room.report("paper1", "fragile")
    assert said["exit_code"] == 2
    assert said["sites"]["paper1"]["exit_code"] == 0
    assert said["sites"]["fragile"]["error"] == "its process was ended by SIGKILL"
    assert room.query("select reason, exit_code, error from runs where spider = 'fragile'") == [
        ("not_started", 137, "its process was ended by SIGKILL")
    ]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["paper0", "papre1"], "no spider named 'papre1'; did you mean 'paper1'?"),
        (["--jobs", "2"], "name spiders or use --all; known spiders: fixtures, paper0, paper1, site"),
        (["paper0", "paper1", "-o", "x.jsonl"], "--output works only with a single spider"),
        (
            ["--all", "--logfile", "x"],
            "--logfile works only with a single spider; use -s LOG_DIR=FOLDER to write a log file per site",
        ),
        (["--all", "--frob"], "unknown option --frob"),
        (["--all", "-s", "DATABASE_URL=sqlite:////nowhere/x.db"], "database /nowhere/x.db: unable to open"),
    ],
)
def test_wrong_call_is_one_line(room, arguments, line):
    """It says what is wrong, and nothing begins."""
    result = room.crawl(*arguments)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith(f"newscrawl crawl: {line}")
    assert result.stderr.count("\n") == 1
    assert not room.database.exists() or not room.query("select * from runs")


@pytest.mark.slow
@pytest.mark.soak
def test_time_limit_ends_the_crawls_cleanly(tmp_path):
    """What was fetched is stored, the rest stays due; the site whose turn did not come is first in the next round."""
    with newsroom(tmp_path, articles=40) as room:
        slow = ["-s", "DOWNLOAD_DELAY=0.3", "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=1"]
        said = room.report("paper0", "paper1", "--jobs", 1, "--time-limit", 0.3, *slow)
        assert said["exit_code"] == 2
        assert said["sites"]["paper0"]["reason"] == "time_limit"
        assert said["sites"]["paper0"]["exit_code"] == 0
        assert said["sites"]["paper1"]["reason"] == "no_time"
        assert 0 < said["sites"]["paper0"]["outcomes"]["stored"] == len(room.stored) < 40
        assert room.query("select spider, reason from runs") == [("paper0", "shutdown")]
        assert list(room.report("--all", "--jobs", 1)["sites"]) == ["paper1", "paper0"]
        assert room.is_whole()


@pytest.mark.slow
def test_terminal_shows_a_bar(room):
    """With what is stored so far, and the table below."""
    written = run_on_a_terminal(
        COMMAND,
        "crawl",
        "--all",
        cwd=room.project,
        both=True,
        **room.ours,
    )
    assert "[------------------------] 0/2" in written
    assert "[############------------] 1/2" in written
    assert written.rstrip().splitlines()[-1].startswith("2 of 2 sites done")


@pytest.mark.slow
def test_logs_are_files_that_turn_over(room):
    """A file for each site, one JSON line an event with run and spider, and never more than so many."""
    options = ["-s", "LOG_DIR=logs", "-s", "LOG_JSON=1", "-s", "LOG_LEVEL=DEBUG"]
    result = room.crawl("--all", *options)
    assert result.returncode == 0
    events = [json.loads(line) for line in (room.project / "logs" / "paper0.log").read_text("utf-8").splitlines()]
    assert {"time", "level", "logger", "message", "run", "spider"} <= set().union(*events)
    run_id = room.query("select id from runs where spider = 'paper0'")[0][0]
    assert {event["run"] for event in events} == {run_id}
    assert any(event["message"].startswith("12 stored") for event in events)
    assert "INFO" not in result.stderr
    big = room.project / "logs" / "paper1.log"
    big.write_text("x" * 1_500_000, "utf-8")
    assert room.crawl("paper1", *options, "-s", "LOG_MAX_MEGABYTES=1", "-s", "LOG_KEEP=1").returncode == 0
    assert big.stat().st_size < 1_000_000
    assert sorted(path.name for path in big.parent.glob("paper1*")) == ["paper1.log", "paper1.log.1"]


@pytest.mark.slow
def test_site_and_spider_share_a_lock(room):
    """A site is crawled once at a time, by the spider for any site too; no lock's name holds a path of an argument."""
    lock = lock_of(room, "paper0")
    url = room.sites["paper0"].url
    result = room.crawl("site", "-a", f"url={url}/../../etc/")
    assert (result.returncode, result.stdout) == (0, "")
    assert "paper0 is already being crawled" in result.stderr
    lock.release()
    strange = room.crawl("fixtures", "-a", f"path={room.project}/sites/../../../../x")
    assert strange.returncode in {0, 1, 2}
    folder = site_lock(f"sqlite:///{room.database}", "x").parent
    assert all(path.parent == folder for path in folder.parent.rglob("*.lock"))


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.soak)])
def test_signal_reaches_every_crawl(room, number):
    """They end within ten seconds with everything stored, and what has not begun does not begin."""
    slow = ["-s", "DOWNLOAD_DELAY=1", "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=1"]
    process = room.start("--all", "--quiet", *slow)
    while not room.database.exists() or not has_begun(room):
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(number)
    began = time.monotonic()
    process.communicate(timeout=60)
    assert time.monotonic() - began < 10 + 5  # of which its own start and end take some on a busy machine
    assert process.returncode == 128 + number
    ended = room.query("select reason, exit_code, error, json_extract(counts, '$.outcomes.stored') from runs")
    assert [row[:3] for row in ended] == [("shutdown", 128 + number, None)] * 2
    assert sum(row[3] or 0 for row in ended) == len(room.stored)
    assert room.crawl("--all").returncode == 0
    assert room.is_whole()


def has_begun(room: Newsroom) -> bool:
    """Whether two crawls go on and have stored something."""
    if not room.query("select 1 from sqlite_master where name = 'unique_articles'"):
        return False
    return room.query("select count(*) from runs")[0][0] == 2 and len(room.stored) >= 2


@pytest.mark.slow
@ONLY_POSTGRESQL
def test_round_into_postgresql(tmp_path, each_database):
    """Locks, records and what is due are the same there; a crawl that is killed is found."""
    with newsroom(tmp_path, articles=24) as room:
        room.url = each_database.url
        process = room.start("--all", "-s", "DOWNLOAD_DELAY=1", "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=1")
        while committed(each_database) < 2:
            assert process.poll() is None
            time.sleep(0.05)
        pid = room.query("select min(pid) from runs")[0][0]
        second = room.report("--all")
        assert {site["reason"] for site in second["sites"].values()} == {"busy"}
        os.kill(pid, signal.SIGKILL)
        process.send_signal(signal.SIGTERM)
        assert process.communicate(timeout=60) is not None
        reasons = sorted(room.query("select reason, exit_code from runs"))
        assert reasons == [("killed", 137), ("shutdown", 143)]
        assert room.crawl("--due").returncode == 0
        assert room.is_whole()
        assert not room.query("select 1 from runs where finished_at is null")


@pytest.mark.slow
def test_killed_parent_takes_its_crawls_along(room):
    """Nobody would keep their time limit: they end cleanly, and what was fetched is stored."""
    slow = ["-s", "DOWNLOAD_DELAY=1", "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=1"]
    process = room.start("--all", *slow)
    while not room.database.exists() or not has_begun(room):
        assert process.poll() is None
        time.sleep(0.05)
    process.kill()
    process.communicate()
    began = time.monotonic()
    while room.query("select 1 from runs where exit_code is null"):
        assert time.monotonic() - began < 60
        time.sleep(0.05)
    assert room.query("select reason, exit_code from runs") == [("shutdown", 143)] * 2
    assert room.crawl("--all").returncode == 0
    assert room.is_whole()
