"""Statistics for few numbers that are never quite alike: how odd is a share, how odd a mean?"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from statistics import median

from newscrawl.health.limits import LEAST_SPREAD, MOST_SPREAD, WIDEST_TRIAL

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
