"""Plots, as numbers that a template draws as SVG."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from newscrawl.serve.question import Question

WIDTH, HEIGHT = 720, 96
"""Size of the plot of days, in units of its drawing."""
_MOST_DAYS, _MOST_WEEKS = 120, 900
"""Days up to which each has a bar, and up to which each week has."""
_MOST_BARS = 400
_WIDEST = 28
"""Units of a bar: a single one would fill the plot."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar with what it stands for; sizes in units of the drawing."""

    x: float
    y: float
    width: float
    height: float
    first: date
    last: date
    count: int
    href: str


@dataclass(frozen=True, slots=True)
class Plot:
    """Articles over time."""

    bars: tuple[Bar, ...]
    step: str
    """What a bar is: a day, a week or a month."""
    most: int
    total: int
    first: date | None = None
    last: date | None = None


def plot_of_days(days: Iterable[tuple[str | None, int]], question: Question) -> Plot:
    """Draw numbers of articles by day, by week or month where that would be too many bars.

    Each bar links to its articles. Dates far from all others are where they are; of more than 400 bars the last are
    drawn.
    """
    counted = sorted((date.fromisoformat(day), count) for day, count in days if day)
    if not counted:
        return Plot((), "day", 0, 0)
    span = (counted[-1][0] - counted[0][0]).days + 1
    step = "day" if span <= _MOST_DAYS else "week" if span <= _MOST_WEEKS else "month"
    sums: dict[date, int] = {}
    for day, count in counted:
        start = _start(day, step)
        sums[start] = sums.get(start, 0) + count
    starts = list(_all_starts(min(sums), max(sums), step))[-_MOST_BARS:]
    most = max(sums.get(start, 0) for start in starts) or 1
    width = WIDTH / len(starts)
    drawn = min(max(width - 1, 0.8), _WIDEST)
    bars = []
    for index, start in enumerate(starts):
        count = sums.get(start, 0)
        if not count:
            continue
        last = _last(start, step)
        height = max(HEIGHT * count / most, 1.5)
        href = question.href(since=start, until=last)
        bars.append(
            Bar(
                round(index * width + (width - 1 - drawn) / 2, 2),
                round(HEIGHT - height, 2),
                round(drawn, 2),
                round(height, 2),
                start,
                last,
                count,
                href,
            )
        )
    total = sum(count for _, count in counted)
    return Plot(tuple(bars), step, most, total, starts[0], _last(starts[-1], step))


def _start(day: date, step: str) -> date:
    if step == "week":
        return day - timedelta(days=min(day.weekday(), day.toordinal() - 1))
    return day.replace(day=1) if step == "month" else day


def _next(start: date, step: str) -> date:
    try:
        if step == "month":
            return (start.replace(day=28) + timedelta(days=4)).replace(day=1)
        return start + timedelta(days=7 if step == "week" else 1)
    except OverflowError:  # the last day there is
        return start


def _last(start: date, step: str) -> date:
    return max(_next(start, step) - timedelta(days=1), start)


def _all_starts(first: date, last: date, step: str) -> Iterable[date]:
    start = first
    while start < last:
        yield start
        following = _next(start, step)
        if following <= start:
            return
        start = following
    yield last


def sparkline(counts: Sequence[int], width: int = 100, height: int = 20) -> str:
    """Return the points of a line through counts, for an SVG `<polyline>`."""
    if not counts:
        return ""
    most = max(counts) or 1
    step = width / max(len(counts) - 1, 1)
    return " ".join(
        f"{index * step:.1f},{height - 1 - (height - 2) * count / most:.1f}" for index, count in enumerate(counts)
    )
