"""Crawls that take longer than they should: one that is deaf, and one whose site is slow."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from newscrawl.cli.round import Silent
from newscrawl.rounds import Round
from newscrawl.rounds import round as round_module
from newscrawl.rounds.round import turn_of
from newscrawl.storage.engine import check_database
from tests.rounds.papers import Newsroom, newsroom

STUBBORN = """

    def __init__(self, **given):
        import signal, sys, time
        if "--in-round" in sys.argv:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            print("deaf", file=sys.stderr, flush=True)
            time.sleep(100)
        super().__init__(**given)
"""


class Ears(Silent):
    """Knows when the crawl has stopped its ears."""

    def __init__(self, deaf: asyncio.Event) -> None:
        self.deaf = deaf

    def heard(self, spider: str, event: str, facts: dict[str, Any]) -> None:
        """Wait for its word."""
        if facts.get("line") == "deaf":
            self.deaf.set()


def enter(room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """Be in the project, as its user is, with a database, as a round begins."""
    check_database(room.url)
    monkeypatch.chdir(room.project)
    monkeypatch.delenv("SCRAPY_SETTINGS_MODULE", raising=False)  # Scrapy leaves it where it has looked for a project
    for name, value in room.variables.items():
        monkeypatch.setenv(name, value)


@pytest.mark.slow
def test_crawl_that_ignores_sigterm_is_killed_and_recorded(tmp_path, monkeypatch):
    """After some grace; its record says so, and the exit code of the round too."""
    with newsroom(tmp_path, 1) as room:
        spider = room.project / "sites" / "paper0.py"
        spider.write_text(spider.read_text("utf-8").rstrip() + STUBBORN, "utf-8")
        enter(room, monkeypatch)
        monkeypatch.setattr(round_module, "GRACE", 0.5)

        async def run() -> list[Any]:
            deaf = asyncio.Event()
            work = Round(room.url, ["paper0"], ["-L", "WARNING"], {}, Ears(deaf))
            running = asyncio.ensure_future(work.run(1, None))
            hearing = asyncio.ensure_future(deaf.wait())
            await asyncio.wait({running, hearing}, return_when=asyncio.FIRST_COMPLETED)
            assert deaf.is_set(), await running
            work._stop(15, "time_limit")
            return await running

        (result,) = asyncio.run(run())
    assert (result.exit_code, result.reason) == (2, "killed")
    assert room.query("select spider, reason, exit_code, error from runs") == [
        ("paper0", "not_started", 137, "it did not stop when asked to, and was killed")
    ]


@pytest.mark.slow
def test_slow_site_makes_room_for_those_that_wait(tmp_path, monkeypatch):
    """When its share of the time is over, though its pages would go on for an hour; the last site has no such limit."""
    with newsroom(tmp_path) as room:
        enter(room, monkeypatch)
        monkeypatch.setattr(round_module, "turn_of", lambda *_: 5.0)
        room.sites["paper0"].fault("/*", "slow", seconds=60)
        slow = ["-s", "DOWNLOAD_TIMEOUT=600", "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=1", "-L", "WARNING"]
        work = Round(room.url, ["paper0", "paper1"], slow, {}, Silent())
        first, second = asyncio.run(work.run(1, 3_600))
        assert (first.exit_code, first.reason, second.exit_code, second.reason) == (0, "time_limit", 0, "finished")
        assert room.query("select distinct source from articles") == [("paper1",)]


@pytest.mark.parametrize(
    ("seconds", "jobs", "sites", "turn"), [(3_000, 4, 20, 600), (3_000, 4, 200, 300), (3_000, 4, 2, 6_000)]
)
def test_share_of_a_site(seconds, jobs, sites, turn):
    """As much as all have together, five minutes at least."""
    assert turn_of(seconds, jobs, sites) == turn
