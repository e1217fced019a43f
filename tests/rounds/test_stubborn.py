"""A crawl that does not end when it is asked to."""

from __future__ import annotations

import asyncio
from typing import Any

from newscrawl.cli.round import Silent
from newscrawl.rounds import Round
from newscrawl.rounds import round as round_module
from tests.rounds.papers import newsroom

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


def test_crawl_that_ignores_sigterm_is_killed_and_recorded(tmp_path, monkeypatch):
    """After some grace; its record says so, and the exit code of the round too."""
    with newsroom(tmp_path, 1) as room:
        spider = room.project / "sites" / "paper0.py"
        spider.write_text(spider.read_text("utf-8").rstrip() + STUBBORN, "utf-8")
        monkeypatch.chdir(room.project)
        monkeypatch.delenv(
            "SCRAPY_SETTINGS_MODULE", raising=False
        )  # Scrapy leaves it where it has looked for a project
        for name, value in room.variables.items():
            monkeypatch.setenv(name, value)
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
