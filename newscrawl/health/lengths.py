"""Symptoms measured by a mean: the length of texts, and the bytes per character."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from newscrawl.health.limits import (
    BEYOND,
    DISTANCE,
    DISTANCE_FEW,
    DISTANCE_LONGER,
    ENOUGH_NOW,
    LEAST_BETWEEN,
    LEAST_NOW,
    LEAST_PAGES,
    LEAST_RUNS,
    LEAST_TEXTS,
    LEAST_WIDTH_BETWEEN,
    LONGER,
    LONGEST_WINDOW,
    OUTER,
    RECOVERED,
    SHORTER,
    WIDER,
    WIDTH_DISTANCE,
    WINDOWS,
    between,
    quantile,
)
from newscrawl.health.runs import Part, Run, State, Verdict, before, part_of


class _Past:
    """Baseline of text lengths; each time of day and kind of day has its own typical length."""

    def __init__(self, runs: Sequence[Run]) -> None:
        self.words: Counter[int] = Counter()
        for run in runs:
            self.words.update(run.measures.words)
        low, high = (math.log(max(quantile(self.words, share), 1)) for share in (OUTER, 1 - OUTER))
        self._bounds = low - BEYOND, high + BEYOND
        self.middle, self._variance = _moments(self.words, self._bounds)
        self._means = [(part_of(run.started_at), *self._mean(run)) for run in runs]
        parts: dict[Part, list[tuple[float, int]]] = {}
        for part, mean, size in self._means:
            parts.setdefault(part, []).append((mean, size))
        self._middles = {part: _weighted(means) for part, means in parts.items() if _is_enough([n for _, n in means])}

    @classmethod
    def of(cls, runs: Sequence[Run], first: Run) -> _Past | None:
        """Return the baseline before a run; None if there are too few texts."""
        past = [run for run in before(runs, first, "text") if run.measures.articles]
        return cls(past) if _is_enough([run.measures.articles for run in past]) else None

    def _mean(self, run: Run) -> tuple[float, int]:
        return _moments(run.measures.words, self._bounds)[0], run.measures.articles

    def _usual(self, part: Part) -> float:
        return self._middles.get(part, self.middle)

    def ratios(self, runs: Sequence[Run]) -> tuple[float, float]:
        """Return the ratio of typical lengths, now to before: for this time of day, and for all times."""
        own = _weighted([self._mean(run) for run in runs if run.measures.articles])
        return math.exp(own - self._due(runs)), math.exp(own - self.middle)

    def _due(self, runs: Sequence[Run]) -> float:
        """Return the expected mean of runs."""
        return _weighted([(self._usual(part_of(run.started_at)), run.measures.articles) for run in runs])

    def distance(self, runs: Sequence[Run]) -> float:
        """Return how many standard deviations runs are from their expected mean."""
        total = sum(run.measures.articles for run in runs)
        rest = [(mean - self._usual(part), size) for part, mean, size in self._means]
        rest = [(mean, size) for mean, size in rest if size >= LEAST_NOW] or rest
        varies = between([mean for mean, _ in rest], [size for _, size in rest], self._variance, LEAST_BETWEEN)
        own = _weighted([self._mean(run) for run in runs if run.measures.articles])
        return (own - self._due(runs)) / math.sqrt(self._variance / total + varies)


def judge_text(runs: Sequence[Run]) -> Verdict:
    """Judge the length of texts in the last run, together with earlier runs if it has few."""
    last = runs[-1]
    past = _Past.of(runs, last) if last.measures.articles else None
    if past is None:
        return Verdict("text", "unknown")
    if not _is_odd(past.ratios([last])):
        return _recovery(runs, past)
    for width in WINDOWS:
        window = [run for run in runs[-width:] if last.started_at - run.started_at <= LONGEST_WINDOW]
        verdict = _judge_text(runs, window)
        if verdict.state == "bad" or last.measures.articles >= ENOUGH_NOW or width > len(window):
            return verdict
    return Verdict("text", "unknown")


def _judge_text(runs: Sequence[Run], window: Sequence[Run]) -> Verdict:
    last = window[-1]
    past = _Past.of(runs, window[0])
    total = sum(run.measures.articles for run in window)
    if past is None or total < LEAST_TEXTS:
        return Verdict("text", "unknown")
    is_bad = False
    if _is_odd(past.ratios(window)) and _is_odd(past.ratios([last])):
        distance = past.distance(window)
        least = DISTANCE if total >= ENOUGH_NOW else DISTANCE_FEW
        is_bad = distance <= -least or distance >= DISTANCE_LONGER
    odd = [run for run in window if run.measures.articles and _is_odd(past.ratios([run]))]
    now = sum((run.measures.words for run in window), Counter[int]())
    medians = quantile(now, 0.5), quantile(past.words, 0.5)
    example = last.measures.examples.get("words")
    return Verdict("text", "bad" if is_bad else "unknown", *medians, total, (*odd, last)[0].id, example)


def _recovery(runs: Sequence[Run], past: _Past) -> Verdict:
    """Whether the latest texts, of as many runs as needed, have their usual length again."""
    latest: list[Run] = []
    for run in reversed(runs):
        latest.insert(0, run)
        if sum(run.measures.articles for run in latest) >= LEAST_NOW:
            break
    total = sum(run.measures.articles for run in latest)
    if total < LEAST_NOW:
        return Verdict("text", "unknown")
    state: State = "good" if all(RECOVERED < ratio < 1 / RECOVERED for ratio in past.ratios(latest)) else "unknown"
    now = sum((run.measures.words for run in latest), Counter[int]())
    return Verdict("text", state, quantile(now, 0.5), quantile(past.words, 0.5), total, runs[-1].id)


def _is_odd(ratios: tuple[float, float]) -> bool:
    return max(ratios) <= SHORTER or min(ratios) >= LONGER


def _is_enough(sizes: Sequence[int]) -> bool:
    return len(sizes) >= LEAST_RUNS and sum(sizes) >= LEAST_PAGES


def _weighted(means: Sequence[tuple[float, int]]) -> float:
    return sum(mean * size for mean, size in means) / max(sum(size for _, size in means), 1)


def _moments(words: Counter[int], bounds: tuple[float, float]) -> tuple[float, float]:
    """Return mean and variance of the logarithms, clipped to the bounds."""
    logs = [(min(max(math.log(max(length, 1)), bounds[0]), bounds[1]), count) for length, count in words.items()]
    total = words.total()
    mean = sum(log * count for log, count in logs) / total
    return mean, sum((log - mean) ** 2 * count for log, count in logs) / total


def judge_script(runs: Sequence[Run]) -> Verdict:
    """Judge whether texts have the usual script: garbled characters take a different number of bytes."""
    last = runs[-1]
    past = [run for run in before(runs, last, "script") if run.measures.articles]
    n = last.measures.articles
    total = sum(run.measures.articles for run in past)
    if n < LEAST_NOW or len(past) < LEAST_RUNS or total < LEAST_PAGES:
        return Verdict("script", "unknown")
    middle = sum(run.measures.width for run in past) / total
    variance = max(sum(run.measures.width_squares for run in past) / total - middle**2, 1e-6)
    means = [run.measures.width / run.measures.articles for run in past]
    varies = between(means, [run.measures.articles for run in past], variance, LEAST_WIDTH_BETWEEN)
    own = last.measures.width / n
    distance = abs(own - middle) / math.sqrt(variance / n + varies)
    is_odd = abs(own - middle) >= WIDER and distance >= WIDTH_DISTANCE
    state: State = "bad" if is_odd else "good" if abs(own - middle) < WIDER / 2 else "unknown"
    return Verdict("script", state, own, middle, n, last.id, last.measures.examples.get("words"))
