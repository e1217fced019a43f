"""Which of a site's runs a run is held against."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from newscrawl.health.limits import LEAST_PAGES, LEAST_RUNS, TRAIL
from newscrawl.health.runs import Run


def before(runs: Sequence[Run], first: Run, symptom: str) -> list[Run]:
    """Return the runs of the trailing weeks before a run, those left out that had the symptom themselves.

    While a symptom lasts, the weeks are those before it came: what is broken does not become normal by and by.
    """
    earlier = [run for run in runs if run.id < first.id]
    healthy = [run for run in earlier if symptom not in run.symptoms]
    if not healthy:
        return []
    return [run for run in healthy if run.started_at >= healthy[-1].started_at - TRAIL]


Part = tuple[int, int]
"""Three hours of a day, and of what kind that is."""


def part_of(moment: datetime) -> Part:
    """Return the part of the week in which a moment lies; working days are alike."""
    return moment.hour // 3, max(moment.weekday(), 4)


def at_this_time(runs: Sequence[Run], moment: datetime, size: Callable[[Run], int]) -> list[Run]:
    """Return the runs of about the same hour and weekday, or failing these of the same hour and kind of day.

    Nothing where these have too little to show by `size`.
    """
    near = [run for run in runs if _hours_apart(run.started_at, moment) <= 1]
    for is_alike in (_is_same_weekday, _is_same_kind_of_day):
        alike = [run for run in near if is_alike(run.started_at, moment)]
        sized = [size(run) for run in alike]
        if sum(count > 0 for count in sized) >= LEAST_RUNS and sum(sized) >= LEAST_PAGES:
            return alike
    return []


def _hours_apart(one: datetime, other: datetime) -> float:
    apart = abs((one.hour + one.minute / 60) - (other.hour + other.minute / 60))
    return min(apart, 24 - apart)


def _is_same_weekday(one: datetime, other: datetime) -> bool:
    return one.weekday() == other.weekday()


def _is_same_kind_of_day(one: datetime, other: datetime) -> bool:
    return max(one.weekday(), 4) == max(other.weekday(), 4)
