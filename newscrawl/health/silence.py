"""The symptom that no page shows: nothing new any more, while everything can be read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from newscrawl.health.limits import LEAST_EXPECTED, LEAST_RUNS, LONGER_SILENCE, PATIENCE, QUIET, TRAIL
from newscrawl.health.runs import Run, Verdict

_WEEK, _DAY = timedelta(days=7), timedelta(days=1)
_LEAST_PERIODS = {_WEEK: 2, _DAY: 5}


def judge_silence(runs: Sequence[Run]) -> Verdict:
    """Judge how long nothing has come, against the same hours of the weeks, or else days, before.

    It is odd where it would be odd on a holiday: a tenth of what these hours always brought would not all be missing by
    chance, and no silence of the trailing weeks was a third as long.
    """
    last = runs[-1]
    if last.measures.fresh["stored"]:
        return Verdict("silence", "good", now=float(last.measures.fresh["stored"]), since=last.id)
    lively = [index for index, run in enumerate(runs) if run.measures.fresh["stored"]]
    if not lively or len(runs) - 1 - lively[-1] < PATIENCE:
        return Verdict("silence", "unknown")
    first = runs[lively[-1] + 1]
    begun = first.started_at  # while nobody crawled, nothing could come
    length = last.started_at - begun
    trailing = [runs[index].started_at for index in lively if runs[index].started_at >= begun - TRAIL]
    longest = max((later - earlier for earlier, later in pairwise(trailing)), default=timedelta())
    usual = _usual(runs, begun, last.started_at)
    if len(trailing) < LEAST_RUNS or usual is None:
        return Verdict("silence", "unknown")
    is_odd = usual * QUIET >= LEAST_EXPECTED and length >= LONGER_SILENCE * longest
    hours = length / timedelta(hours=1)
    return Verdict("silence", "bad" if is_odd else "unknown", 0.0, usual, round(hours), first.id)


def _usual(runs: Sequence[Run], begun: datetime, ended: datetime) -> float | None:
    """Return how many articles the same hours brought in the periods before; None where too few are known."""
    for period, least in _LEAST_PERIODS.items():
        counts = []
        for back in range(1, int(TRAIL / period) + 1):
            start, end = begun - back * period, ended - back * period
            if start < runs[0].started_at or end > begun:
                continue
            counts.append(sum(run.measures.fresh["stored"] for run in runs if start < run.started_at <= end))
        if len(counts) >= least:
            return float(median(counts))
    return None
