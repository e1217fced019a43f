"""The runs of a source one after the other, up to its last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from newscrawl.health.alarms import Changes, follow
from newscrawl.health.judge import judge
from newscrawl.health.runs import ListingPage, Run


def catch_up(
    judged: Sequence[Run], unjudged: Sequence[Run], standing: Mapping[str, int], listings: Mapping[int, ListingPage]
) -> list[tuple[Run, Changes]]:
    """Judge runs in their order, each by all before it; return each with what it changes.

    `standing` are the alarms before them: symptom, and the run that first showed it.
    """
    runs, alarms = list(judged), dict(standing)
    found = []
    for run in unjudged:
        changes = follow(alarms, judge([*runs, run], alarms, listings))
        runs.append(replace(run, symptoms=changes.shown))
        alarms |= {verdict.symptom: verdict.since for verdict in changes.begun}
        for verdict in changes.over:
            del alarms[verdict.symptom]
        found.append((runs[-1], changes))
    return found
