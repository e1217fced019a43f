"""Machines whose clocks are wrong write the times of the database's clock."""

from __future__ import annotations

import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from testing.newspaper.many import many_running
from testing.postgres import Cluster
from tests.fleet.machines import Machine
from tests.fleet.trial import SMALL
from tests.projects import COMMAND
from tests.rounds.papers import Newsroom

pytestmark = [pytest.mark.slow, pytest.mark.timeout(200)]

TIMES = (
    "select fetched_at from pages union all select queued_at from pages union all select fetched_at from articles "
    "union all select first_seen_at from articles union all select updated_at from articles "
    "union all select started_at from runs union all select finished_at from runs "
    "union all select last_crawl_at from sites"
)


@pytest.mark.parametrize("ahead", [3600, -3600])
def test_another_machine_may_go_on_at_once(tmp_path: Path, postgres: Cluster, ahead: int) -> None:
    """What a machine has queued is due by the clock of all, not an hour later, and nothing is from the future."""
    with ExitStack() as stack:
        room = Newsroom(tmp_path, stack.enter_context(many_running(SMALL.papers[:1])), tmp_path)
        room.url = postgres.create_with_tables()
        command = [COMMAND, "crawl", "paper0", "-a", "max_articles=3", "-s", "LOG_LEVEL=WARNING"]
        machine = Machine("one", room, tmp_path, command, ahead)
        machine.start()
        stack.callback(machine.kill)
        while machine.is_up:
            time.sleep(0.1)
        assert room.query("select count(*) > 3 from pages where outcome = 'queued' and kind = 'article'") == [(1,)]
        assert room.query("select 1 from pages where outcome = 'queued' and next_fetch_at > now()") == []
        wrong = "moment > now() or moment < now() - interval '10 minutes'"
        assert room.query(f"select count(*) from ({TIMES}) as written (moment) where {wrong}") == [(0,)]
        word = "ahead of" if ahead > 0 else "behind"
        assert any(f"60 minutes {word} the database's" in line for line in machine.log), machine.log
