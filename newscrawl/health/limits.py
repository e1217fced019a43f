"""Thresholds and statistics. Chosen on synthetic sites of `benchmarks/health.py` with seeds 1 to 99, then frozen."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from statistics import median

TRAIL = timedelta(days=28)
"""Length of the baseline: four of each weekday."""
LEAST_RUNS = 4
LEAST_PAGES = 20
"""Minimum size of a baseline."""
LEAST_NOW = 3
"""Minimum pages that a run must have for a figure to be judged."""
ENOUGH_NOW = 20
"""A run with so many pages is judged without earlier runs."""
WINDOWS = (1, 2, 4, 8, 16)
"""Numbers of latest runs that are combined if one has too few pages."""
LONGEST_WINDOW = timedelta(days=3)

RISE = 0.35
"""Minimum rise of a share."""
ODDS = 1e-5
"""Maximum probability of a rise by chance, given the whole baseline."""
ODDS_HERE = 1e-3
"""The same given the baseline at this hour and weekday, which is smaller."""
LEAST_SPREAD, MOST_SPREAD = 0.05, 0.6
WIDEST_TRIAL = 200

LEAST_TEXTS = 8
"""Minimum number of texts for a change of their length."""
OUTER, BEYOND = 0.1, 0.2
"""Lengths are clipped at the outer deciles of the baseline, plus this much in the logarithm."""
SHORTER, LONGER = 0.72, 2.0
"""Ratios of the typical length to the baseline that are a symptom."""
RECOVERED = 0.82
DISTANCE = 3.6
"""Standard deviations, including the variation between runs; longer texts are seldom a fault and need more."""
DISTANCE_FEW = 4.5
"""For fewer than twenty texts, which may all be picture captions."""
DISTANCE_LONGER = 6.0
LEAST_BETWEEN = 0.06
"""Minimum standard deviation between runs, of the logarithm of the length."""

WIDER = 0.08
"""Minimum change, in bytes per character."""
WIDTH_DISTANCE = 6.0
LEAST_WIDTH_BETWEEN = 0.01

PATIENCE = 3
"""Consecutive runs that must fail, for failures that often pass by themselves: timeouts, 5xx."""
MOSTLY = 0.5

LEAST_READINGS = 8
"""Minimum readings of a listing before it is judged."""
SELDOM = 0.02
"""Maximum share of earlier failures of a listing for a new failure to count."""
EMPTIED = 0.1
"""A listing is empty below this share of the median number of its pages."""
STEADY = 0.5
"""A listing that never named fewer than this share of its median has a fixed length; others hold only recent pages, and
are short on a quiet day."""
LISTING_PATIENCE = 6
"""Consecutive runs in which a listing must fail, for failures that often pass by themselves."""
LIVELY = timedelta(days=3)
"""A sitemap or section page must have had news for at least, and within, this time for its loss to count."""

QUIET = 0.1
"""Minimum share of its usual articles that a site has even on a holiday."""
LEAST_EXPECTED = 7.0
"""Minimum articles expected by that share during a silence; by chance it has a probability of e⁻⁷."""
LONGER_SILENCE = 3.0
"""Minimum ratio of a silence to the longest one in the baseline."""


Share = tuple[int, int]
"""A count, and the total it is part of."""
MAD = 1.4826
"""Factor from the median absolute deviation to the standard deviation of a normal distribution."""


def expected(past: Sequence[Share]) -> tuple[float, float]:
    """Return the mean of a share over runs, and its overdispersion between them.

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
    """Return the probability of k or more of n in a beta-binomial distribution."""
    if n > WIDEST_TRIAL:  # the variation between runs dominates by then
        k, n = math.floor(k * WIDEST_TRIAL / n), WIDEST_TRIAL
    a, b = mean * (1 / spread - 1), (1 - mean) * (1 / spread - 1)
    return min(sum(math.exp(_log_chance(i, n, a, b)) for i in range(k, n + 1)), 1.0)


def _log_chance(k: int, n: int, a: float, b: float) -> float:
    choose = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    return choose + _log_beta(k + a, n - k + b) - _log_beta(a, b)


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


def between(means: Sequence[float], sizes: Sequence[int], variance: float, least: float) -> float:
    """Return the variance between runs without sampling variance, from the median absolute deviation."""
    if len(means) < 2:
        return least**2
    middle = median(means)
    whole = (MAD * median(abs(mean - middle) for mean in means)) ** 2
    return max(whole - variance * median(1 / size for size in sizes), least**2)


def quantile(counts: Counter[int], share: float) -> float:
    """Return the quantile of counted values."""
    if not counts:
        return 0.0
    wanted, seen = share * counts.total(), 0
    for value in sorted(counts):
        seen += counts[value]
        if seen >= wanted:
            return float(value)
    return float(max(counts))
