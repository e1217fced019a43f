"""What is made of a process that ended and of its record."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from newscrawl.rounds import in_order
from newscrawl.rounds.child import Ended, judge, summary
from newscrawl.storage.plan import PlannedSite

NOON = datetime(2020, 9, 10, 12, tzinfo=UTC)
RECORD = {"reason": "finished", "error": None, "seconds": 3.5, "requests": 9, "bytes": 99, "counts": {"outcomes": {}}}


def ended(code: int, **facts) -> Ended:
    """A process that ended."""
    return Ended("bao", code, 4.0, **facts)


@pytest.mark.parametrize(
    ("process", "record", "expected"),
    [
        (ended(0), RECORD, (0, "finished", None)),
        (ended(2), RECORD | {"reason": "storage_failed", "error": "full"}, (2, "storage_failed", "full")),
        (ended(1, log=("noise", "newscrawl crawl: path: none", "x")), None, (1, "not_started", "path: none")),
        (ended(1, log=("Traceback", "SyntaxError: bad")), None, (1, "not_started", "SyntaxError: bad")),
        (ended(143, stopped="time_limit"), RECORD | {"reason": "shutdown"}, (0, "time_limit", None)),
        (ended(-15, stopped="time_limit"), None, (0, "time_limit", None)),
        (ended(143, stopped="signal"), RECORD | {"reason": "shutdown"}, (143, "shutdown", None)),
        (ended(-15, stopped="signal"), None, (143, "shutdown", "its process was ended by SIGTERM")),
        (ended(143), RECORD | {"reason": "shutdown"}, (2, "shutdown", "stopped by signal 15 from outside")),
        (ended(-9), RECORD | {"reason": "killed"}, (2, "killed", "its process was ended by SIGKILL")),
        (
            ended(-9, stopped="time_limit", was_killed=True),
            RECORD | {"reason": "killed"},
            (2, "killed", "it did not stop when asked to, and was killed"),
        ),
    ],
)
def test_judgement(process, record, expected):
    """Exit code, reason and error of a site."""
    result = judge(process, record)
    assert (result.exit_code, result.reason, result.error) == expected


def test_busy_is_well_until_it_is_stuck():
    """And then trouble."""
    young = judge(ended(0, busy="is already being crawled by process 1"), None)
    assert (young.exit_code, young.reason) == (0, "busy")
    old = judge(ended(2, busy="is already being crawled by process 1; it may be stuck", is_stuck=True), None)
    assert (old.exit_code, old.error) == (2, "is already being crawled by process 1; it may be stuck")


def test_round_that_was_ended_says_by_what():
    """Whatever its sites did."""
    assert summary([judge(ended(2), RECORD)], 15) == 143
    assert summary([judge(ended(2), RECORD), judge(ended(0), RECORD)], 0) == 2


def test_who_has_waited_longest_is_first():
    """Sites that never ran before all others; only due ones where that is asked for; each once."""
    started = {"a": NOON, "b": NOON - timedelta(hours=1), "c": None, "d": NOON - timedelta(days=1)}
    planned = {name: PlannedSite(name, name, "row", at, None, name != "d") for name, at in started.items()}
    names = ["a", "b", "c", "d", "a"]
    assert in_order(names, planned, due_only=False).spiders == ("c", "d", "b", "a")
    due = in_order(names, planned, due_only=True)
    assert (due.spiders, due.not_due) == (("c", "b", "a"), 1)
    assert in_order(["fixtures"], {}, due_only=True).spiders == ("fixtures",)
