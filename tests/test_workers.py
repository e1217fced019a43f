"""Workers, as real processes: pages that hang, that eat memory, and that kill them."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from newscrawl.items import NoArticle
from newscrawl.workers.pool import MOST_WAITING, NICENESS, Limits, Share, WorkerFailed, Workers, lease, release
from tests.conftest import ROOT

SHORT = 5.0
"""Seconds for a page of these tests: all but the stuck one take milliseconds, even on a busy machine."""


def double(number: int) -> int:
    """A page like any other."""
    return 2 * number


def hang() -> None:
    """A page that never ends, whatever it is asked."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True:
        time.sleep(1)


def eat(gigabytes: int) -> int:
    """A page that asks for memory. It is not touched, so that nothing happens where it is given."""
    return len(bytearray(gigabytes << 30))


def die() -> None:
    """A page that kills its worker."""
    os.kill(os.getpid(), signal.SIGKILL)


def die_once(flag: Path) -> str:
    """A page whose worker is killed at the first attempt."""
    if flag.exists():
        return "done"
    flag.touch()
    return str(die())


def refuse() -> None:
    """A page without an article."""
    raise NoArticle("listing", "it is a list")


@contextmanager
def leased(count: int = 2, **limits: Any) -> Iterator[Workers]:
    """Workers, given back at the end."""
    workers = lease(Limits(count, **limits))
    try:
        yield workers
    finally:
        release(workers)


def run_all(workers: Workers, *calls: tuple[Any, ...]) -> list[Any]:
    """Call functions all at once; what they return or raise."""

    async def gather() -> list[Any]:
        return await asyncio.gather(*(workers.run(*call) for call in calls), return_exceptions=True)

    return asyncio.run(gather())


def is_running(pid: int) -> bool:
    """Whether a process is there and has not ended."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait; the time limit of the test ends it."""
    while not condition():
        time.sleep(0.02)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("bad", "reason"), [((hang,), "worker_timeout"), ((die,), "worker_died")], ids=["hangs", "kills its worker"]
)
def test_a_page_that_ends_its_worker_costs_no_other_page(bad, reason):
    """All others are done, and so is what comes after it."""
    others = [(double, number) for number in range(40)]
    with leased(seconds=SHORT) as workers:
        first, *results = run_all(workers, bad, *others)
        assert isinstance(first, WorkerFailed)
        assert first.reason == reason
        assert results == [2 * number for number in range(40)]
        assert run_all(workers, (double, 21)) == [42]


@pytest.mark.slow
def test_a_stuck_worker_is_really_ended():
    """Its process does not run on beside the one that replaces it."""
    with leased(count=1, seconds=1) as workers:
        (pid,) = run_all(workers, (os.getpid,))
        (failed,) = run_all(workers, (hang,))
        assert failed.reason == "worker_timeout"
        wait_for(lambda: not is_running(pid))


@pytest.mark.slow
def test_a_page_that_eats_memory_fails_alone():
    """Its worker is refused what it may not have, and goes on."""
    with leased(count=1, megabytes=3_000) as workers:
        greedy, *others = run_all(workers, (eat, 4), (double, 1), (os.getpid,))
        assert greedy.reason == "worker_died"
        assert "more memory than EXTRACT_MAX_MEGABYTES allows" in str(greedy)
        assert others[0] == 2
    with leased(count=1, megabytes=0) as workers:
        assert run_all(workers, (eat, 4)) == [4 << 30]


@pytest.mark.slow
def test_a_page_whose_worker_dies_is_tried_once_more(tmp_path):
    """The fault may have been another's."""
    with leased() as workers:
        assert run_all(workers, (die_once, tmp_path / "flag")) == ["done"]


@pytest.mark.slow
def test_an_idle_worker_that_dies_is_replaced():
    """Nobody's page was in it."""
    with leased(count=1) as workers:
        (pid,) = run_all(workers, (os.getpid,))
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda: not is_running(pid))
        assert run_all(workers, *((double, number) for number in range(5))) == [0, 2, 4, 6, 8]


@pytest.mark.slow
def test_the_process_that_forks_workers_is_replaced_too():
    """Killed with all its workers, it costs no page that comes after."""
    with leased(count=1) as workers:
        (forking,) = run_all(workers, (os.getppid,))
        assert forking != os.getpid()
        os.kill(forking, signal.SIGKILL)
        wait_for(lambda: not is_running(forking))
        assert run_all(workers, (double, 4)) == [8]


def test_what_a_function_raises_comes_back():
    """With its facts."""
    with leased() as workers:
        (error,) = run_all(workers, (refuse,))
        assert isinstance(error, NoArticle)
        assert (error.reason, error.detail) == ("listing", "it is a list")


def test_a_worker_gives_way_after_so_many_pages():
    """Before its memory creeps."""
    with leased(count=1, pages=3) as workers:
        pids = [run_all(workers, (os.getpid,))[0] for _ in range(7)]
    assert len(set(pids)) == 3


def test_ctrl_c_and_the_first_turn_are_left_to_the_crawl():
    """The terminal sends it to the workers as well, and they go on; where both could run, the crawl does."""
    with leased(count=1) as workers:
        pid, niceness = run_all(workers, (os.getpid,), (os.nice, 0))
        assert niceness == min(os.nice(0) + NICENESS, 19)
        os.kill(pid, signal.SIGINT)
        assert run_all(workers, (double, 3), (os.getpid,)) == [6, pid]


def test_crawls_of_a_process_share_workers_until_the_last_has_ended():
    """Same limits, same processes; the last to give them back ends them."""
    first, second = lease(Limits(1)), lease(Limits(1))
    assert first is second
    assert lease(Limits(1, seconds=7)) is not first
    release(lease(Limits(1, seconds=7)))
    (pid,) = run_all(first, (os.getpid,))
    release(first)
    assert run_all(second, (os.getpid,)) == [pid]
    release(second)
    wait_for(lambda: not is_running(pid))
    with leased(count=1) as again:
        assert run_all(again, (double, 5)) == [10]


def test_without_workers_everything_is_done_in_the_process():
    """For a debugger."""
    with leased(count=0, seconds=0.001) as workers:
        assert run_all(workers, (os.getpid,)) == [os.getpid()]
        (error,) = run_all(workers, (refuse,))
        assert isinstance(error, NoArticle)


KILLED = """
    import asyncio, os, sys, time
    from newscrawl.workers.pool import Limits, lease
    from tests.test_workers import report_and_hang

    async def main():
        workers = lease(Limits(2))
        await asyncio.gather(*(workers.run(report_and_hang, sys.argv[1], number) for number in range(2)))

    if __name__ == "__main__":
        asyncio.run(main())
"""


def report_and_hang(folder: str, number: int) -> None:
    """Say which processes there are, and stay."""
    path = Path(folder) / str(number)
    path.with_suffix(".part").write_text(f"{os.getpid()} {os.getppid()}", "utf-8")
    path.with_suffix(".part").rename(path)
    time.sleep(600)


@pytest.mark.slow
def test_no_worker_outlives_a_crawl_that_is_killed(tmp_path):
    """SIGKILL leaves the crawl no time to end them."""
    script = tmp_path / "main.py"
    script.write_text(textwrap.dedent(KILLED), "utf-8")
    reports = tmp_path / "0", tmp_path / "1"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, str(script), str(tmp_path)], env=environment) as process:
        wait_for(lambda: all(report.exists() for report in reports) or process.poll() is not None)
        assert process.poll() is None
        pids = {int(pid) for report in reports for pid in report.read_text("utf-8").split()}
        assert len(pids) == 3
        assert all(map(is_running, pids))
        process.kill()
    wait_for(lambda: not any(map(is_running, pids)))


def test_crawl_with_pages_in_a_crowd_fetches_no_more():
    """Its own pages have to wait behind those of many crawls; one that has none there goes on."""

    async def slow() -> None:
        await asyncio.sleep(0.05)

    async def work() -> None:
        workers = Workers(Limits(count=0))
        workers.run = lambda function, *_: function()
        busy, idle = Share(workers), Share(workers)
        tasks = [asyncio.create_task(busy.run(slow)) for _ in range(MOST_WAITING + 1)]
        await asyncio.sleep(0)
        assert (busy.waiting, idle.waiting) == (MOST_WAITING + 1, 0)
        assert busy.is_crowded
        assert not idle.is_crowded
        tasks.pop().cancel()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert not busy.is_crowded
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert busy.waiting == workers.waiting == 0

    asyncio.run(work())
