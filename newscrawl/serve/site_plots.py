"""What the crawls of a site measured, one after the other, as lines that a template draws as SVG."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from newscrawl.health import Measures
from newscrawl.health.measures import group_of
from newscrawl.storage.health import MeasuredRun

WIDTH, HEIGHT = 340, 80
"""Size of a chart, in units of its drawing."""
_MOST_REASONS = 4
_FIELDS = ("title", "date", "authors", "section")


@dataclass(frozen=True, slots=True)
class Series:
    """A line. Where nothing was measured it is interrupted."""

    name: str
    values: tuple[float | None, ...]
    path: str
    """`d` of an SVG path."""
    dots: tuple[tuple[float, float], ...]
    """Measurements with none beside them, which a line would not show."""


@dataclass(frozen=True, slots=True)
class Chart:
    """Lines with one scale, which begins at zero."""

    title: str
    most: float
    is_share: bool
    series: tuple[Series, ...]


@dataclass(frozen=True, slots=True)
class ListingPay:
    """What a listing gave in the crawls that are shown."""

    named: int | None = None
    """Pages that it named when it was last read."""
    new: int = 0
    """Pages of those that were new or modified, in all crawls."""
    reads: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    """Reasons why it could not be read."""


@dataclass(frozen=True, slots=True)
class SitePlots:
    """The last crawls of a site."""

    runs: tuple[MeasuredRun, ...]
    charts: tuple[Chart, ...]
    listings: Mapping[int, ListingPay]
    """By `pages.id`."""


def plots_of(runs: Sequence[MeasuredRun]) -> SitePlots:
    """Draw what was measured; the earliest run stands on the left."""
    return SitePlots(tuple(runs), tuple(_charts(runs)) if len(runs) > 1 else (), _listings(runs))


def _charts(runs: Sequence[MeasuredRun]) -> Iterator[Chart]:
    yield _chart(
        "New and revised articles", runs, {"new": lambda one: one.articles, "revised": lambda one: one.known["revised"]}
    )
    yield _chart("Words of a new article, the median", runs, {"words": _median_words})
    without: dict[str, _Measure] = {
        f"no {name}": lambda one, name=name: one.without[name] / one.articles if one.articles else None  # type: ignore[misc]
        for name in _FIELDS
    }
    yield _chart("New articles with an empty field", runs, without, is_share=True)
    reasons: Counter[str] = Counter()
    for run in runs:
        reasons.update(failures_of(run.measures))
    failed: dict[str, _Measure] = {
        reason: lambda one, reason=reason: failures_of(one)[reason] / visits if (visits := visits_of(one)) else None  # type: ignore[misc]
        for reason, _ in reasons.most_common(_MOST_REASONS)
    }
    if failed:
        yield _chart("Visits without an article, by reason", runs, failed, is_share=True)


_Measure = Callable[[Measures], float | None]


def visits_of(measures: Measures) -> int:
    """Return the number of visits to pages that are no listings."""
    return measures.fresh.total() + measures.known.total()


def failures_of(measures: Measures) -> Counter[str]:
    """Return the visits that gave no article, by reason."""
    both = measures.fresh + measures.known
    return Counter({reason: count for reason, count in both.items() if group_of(reason) != "fine"})


def _median_words(measures: Measures) -> float | None:
    return median(measures.words.elements()) if measures.words else None


def _chart(
    title: str, runs: Sequence[MeasuredRun], measured: Mapping[str, _Measure], *, is_share: bool = False
) -> Chart:
    values = {name: tuple(measure(run.measures) for run in runs) for name, measure in measured.items()}
    most = max((value for some in values.values() for value in some if value is not None), default=0) or 1
    return Chart(title, most, is_share, tuple(_series(name, some, most) for name, some in values.items()))


def _series(name: str, values: tuple[float | None, ...], most: float) -> Series:
    step = WIDTH / max(len(values) - 1, 1)
    places = [
        None if value is None else (round(index * step, 1), round(HEIGHT - 2 - (HEIGHT - 4) * value / most, 1))
        for index, value in enumerate(values)
    ]
    path, dots = [], []
    for index, place in enumerate(places):
        if place is None:
            continue
        before = places[index - 1] if index else None
        after = places[index + 1] if index + 1 < len(places) else None
        path.append(f"{'L' if before is not None else 'M'}{place[0]} {place[1]}")
        if before is None and after is None:
            dots.append(place)
    return Series(name, values, "".join(path), tuple(dots))


def _listings(runs: Sequence[MeasuredRun]) -> dict[int, ListingPay]:
    found: dict[int, dict[str, Any]] = {}
    for run in runs:
        for page, reading in run.measures.listings.items():
            pay = found.setdefault(page, {"named": None, "new": 0, "reads": 0, "failures": Counter()})
            pay["reads"] += 1
            if isinstance(reading, str):
                pay["failures"][reading] += 1
            elif reading is not None:
                pay["named"] = reading[0]
                pay["new"] += reading[1]
    return {page: ListingPay(**pay) for page, pay in found.items()}
