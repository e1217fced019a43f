"""Where odd begins. Chosen on the made sites of `benchmarks/health.py` with seeds 1 to 99, and frozen before others."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from statistics import median

TRAIL = timedelta(days=28)
"""How much of its own past a run is held against: four of each weekday."""
LEAST_RUNS = 4
LEAST_PAGES = 20
"""What the past must have before anything is judged by it."""
LEAST_NOW = 3
"""Pages of which a run must have something before it is judged by that."""
ENOUGH_NOW = 20
"""Pages for which no earlier runs are added to a run."""
WINDOWS = (1, 2, 4, 8, 16)
"""How many of the last runs are taken together, where one has too few pages."""
LONGEST_WINDOW = timedelta(days=3)

RISE = 0.35
"""By how much a share must rise."""
ODDS = 1e-5
"""How improbable it must be, by the site's whole past."""
ODDS_HERE = 1e-3
"""And by its past at this hour and weekday, which is a smaller one."""
LEAST_SPREAD, MOST_SPREAD = 0.05, 0.6
WIDEST_TRIAL = 200

LEAST_TEXTS = 8
"""Texts that a change of their length must have."""
OUTER, BEYOND = 0.1, 0.2
"""Lengths in the outer tenths of the past, and farther out by this in the logarithm, count as no farther."""
SHORTER, LONGER = 0.72, 2.0
"""Typical length of a text, against what it was."""
RECOVERED = 0.82
DISTANCE = 3.6
"""In standard deviations, those between runs included; longer texts are seldom a fault, and must be odder."""
DISTANCE_FEW = 4.5
"""Of fewer texts than twenty: a handful may all be pictures with a line."""
DISTANCE_LONGER = 6.0
LEAST_BETWEEN = 0.06
"""Standard deviation of the logarithm of the length between runs, at the least."""

WIDER = 0.08
"""Bytes a character."""
WIDTH_DISTANCE = 6.0
LEAST_WIDTH_BETWEEN = 0.01

PATIENCE = 3
"""Runs in a row that must fail where failures pass by themselves: time-outs, 5xx."""
MOSTLY = 0.5

LEAST_READINGS = 8
"""Of a listing, before one is judged."""
SELDOM = 0.02
"""As often as that a listing may have failed before, for a failure to be news."""
EMPTIED = 0.1
"""Of the pages that a listing names at the median."""
STEADY = 0.5
"""A listing that never named fewer than this share of its median has a fixed length; others hold what is new, and are
short on a quiet day."""
LISTING_PATIENCE = 6
"""Runs in a row in which one listing must fail where such failures pass by themselves."""
LIVELY = timedelta(days=3)
"""A sitemap or section page that brought no news for so long, or is not known for so long, is not missed."""

QUIET = 0.1
"""Even on a holiday a site has this share of its usual articles."""
LEAST_EXPECTED = 7.0
"""Articles that a silence must have swallowed, by that share: chance leaves e⁻⁷ for it."""
LONGER_SILENCE = 3.0
"""Against the longest one before."""


Share = tuple[int, int]
"""So many of so many."""
MAD = 1.4826
"""Makes a standard deviation of the median distance from the median of normal numbers."""


def expected(past: Sequence[Share]) -> tuple[float, float]:
    """Return the mean of a share that runs had, and how much more it varies between them than by chance alone.

    The latter is the correlation of a beta-binomial distribution, by moments (Williams 1982).
    """
    total = sum(n for _, n in past)
    mean = (sum(k for k, _ in past) + 0.5) / (total + 1)
    runs = [(k, n) for k, n in past if n > 0]
    if len(runs) < 2:
        return mean, LEAST_SPREAD
    chi = sum((k - n * mean) ** 2 / (n * mean * (1 - mean)) for k, n in runs) / (len(runs) - 1)
    size = (total - sum(n * n for _, n in runs) / total) / (len(runs) - 1)
    spread = (chi - 1) / (size - 1) if size > 1 else 0.0
    return mean, min(max(spread, LEAST_SPREAD), MOST_SPREAD)


def tail(k: int, n: int, mean: float, spread: float) -> float:
    """Return the chance of so many or more, of n, in a beta-binomial distribution."""
    if n > WIDEST_TRIAL:  # what varies between runs decides by then
        k, n = math.floor(k * WIDEST_TRIAL / n), WIDEST_TRIAL
    a, b = mean * (1 / spread - 1), (1 - mean) * (1 / spread - 1)
    return min(sum(math.exp(_log_chance(i, n, a, b)) for i in range(k, n + 1)), 1.0)


def _log_chance(k: int, n: int, a: float, b: float) -> float:
    choose = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    return choose + _log_beta(k + a, n - k + b) - _log_beta(a, b)


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


def between(means: Sequence[float], sizes: Sequence[int], variance: float, least: float) -> float:
    """Return the variance between runs, without what sampling adds, by the median distance from the median."""
    if len(means) < 2:
        return least**2
    middle = median(means)
    whole = (MAD * median(abs(mean - middle) for mean in means)) ** 2
    return max(whole - variance * median(1 / size for size in sizes), least**2)


def quantile(counts: Counter[int], share: float) -> float:
    """Return the value below which that share of what was counted lies."""
    if not counts:
        return 0.0
    wanted, seen = share * counts.total(), 0
    for value in sorted(counts):
        seen += counts[value]
        if seen >= wanted:
            return float(value)
    return float(max(counts))
