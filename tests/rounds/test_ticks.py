"""Cron for a year: whatever happens, nothing is lost, nothing comes twice, and no lock is left."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.rounds.cron import Cron
from tests.rounds.disk import small_disk
from tests.rounds.papers import newsroom

SEED = 20201127
SHARES = {
    "plain": 60,
    "overlap": 22,
    "kill_child": 22,
    "kill_parent": 20,
    "kill_all": 20,
    "terminate": 12,
    "full_disk": 10,
    "locked": 6,
    "locked_long": 2,
    "gone": 6,
    "gone_meanwhile": 6,
    "read_only": 4,
    "clock_back": 4,
    "clock_ahead": 2,
    "site_down": 4,
}
"""How often each happens in two hundred ticks."""
MOUNTED = {"full_disk", "read_only"}
"""What takes a disk of our own."""


def run_ticks(folder: Path, events: Sequence[str], sites: int) -> Cron:
    """Crawl once in peace, then tick, then look."""
    with small_disk(folder / "disk") as disk, newsroom(folder, sites, disk.folder, articles=12) as room:
        cron = Cron(room, disk, SEED)
        cron._succeed(room.start("--all", "--json"), "first")
        for event in events:
            if disk.is_mounted or event not in MOUNTED:
                cron.tick(event)
        cron.finish()
    return cron


@pytest.mark.soak
def test_two_hundred_ticks(tmp_path: Path) -> None:
    """Five sites, and each kind of trouble several times, in random order."""
    events = [event for event, count in SHARES.items() for _ in range(count)]
    random.Random(SEED).shuffle(events)
    assert len(events) == 200
    cron = run_ticks(tmp_path, events, 5)
    print(f"\n{Counter(events)}\nexit codes: {dict(sorted(cron.codes.items()))}")  # noqa: T201
