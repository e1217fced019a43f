"""What a worker had that was killed, another one crawls."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from testing.newspaper.many import many_running
from testing.postgres import Cluster
from tests.fleet.machines import Machine
from tests.fleet.trial import SMALL
from tests.rounds.papers import Newsroom

pytestmark = [pytest.mark.slow, pytest.mark.timeout(200)]


@pytest.mark.soak
def test_dead_worker_is_followed_at_once_on_its_machine(tmp_path: Path, postgres: Cluster) -> None:
    """By another one that runs there, which sees by the file locks that nobody has the sites: no lease expires."""
    plan = replace(SMALL, sites=3, lease=3600)
    with ExitStack() as stack:
        room = Newsroom(tmp_path, stack.enter_context(many_running(plan.papers)), tmp_path)
        room.url = postgres.create_with_tables()
        command = plan.command("worker")
        command[command.index("--sites") + 1] = "3"
        first, second = (Machine("one", room, tmp_path, command) for _ in range(2))
        for worker, ready in ((first, "leases where run_id is not null"), (second, "articles")):
            worker.start()
            stack.callback(worker.kill)
            while room.query(f"select count(*) from {ready}") < [(plan.sites,)]:
                time.sleep(0.1)
        first.kill()
        while not room.is_whole():
            time.sleep(0.1)
        assert room.query("select source from leases where token < 2") == []
        killed = room.query("select distinct spider from runs where reason = 'killed'")
        assert sorted(name for (name,) in killed) == sorted(room.sites)
