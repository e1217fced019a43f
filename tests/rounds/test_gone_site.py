"""A site whose server is gone, in rounds as cron calls them."""

from __future__ import annotations

import json

import pytest

from tests.database import Database
from tests.projects import COMMAND, run
from tests.rounds.papers import newsroom

pytestmark = [pytest.mark.slow, pytest.mark.timeout(200)]

STATE = "select state, failing_reason, dead_at is not null from sites where name = 'paper1'"


def test_site_that_is_gone_is_dead_until_it_answers(tmp_path):
    """Rounds leave it out then, but for a look now and then."""
    with newsroom(tmp_path) as room:
        gone = room.sites["paper1"]
        gone.stop()
        report = room.report("--due")
        assert report["sites"]["paper0"]["reason"] == "finished"
        assert report["sites"]["paper1"]["reason"] == "unreachable"
        assert room.query(STATE) == [("active", "refused", 0)]

        Database(room.url).execute(
            "update sites set failing_since = '2020-01-01 00:00:00.000000', failing_rounds = 4, "
            "next_crawl_at = '2020-01-01 00:00:00.000000' where name = 'paper1'"
        )
        report = room.report("--due")
        assert "paper1" in report["sites"]
        assert room.query(STATE) == [("dead", "refused", 1)]
        told = run(COMMAND, "health", cwd=room.project, **room.ours)
        assert told.returncode == 0
        assert "paper1 counts as dead since" in told.stdout
        assert room.query("select 1 from sites where name = 'paper1' and next_crawl_at > datetime('now', '+29 days')")
        assert list(room.report("--all")["sites"]) == ["paper0"]

        gone.start()
        Database(room.url).execute("update sites set next_crawl_at = '2020-01-01 00:00:00.000000'")
        report = room.report("--due")
        assert report["sites"]["paper1"]["outcomes"]["stored"] == len(gone.urls())
        assert room.query(STATE) == [("active", None, 0)]
        shown = json.loads(run(COMMAND, "sites", "show", "paper1", "--json", cwd=room.project, **room.ours).stdout)
        assert shown[0]["failing_since"] is None
