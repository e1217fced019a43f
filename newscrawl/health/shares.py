"""Symptoms measured by a rising share: failed pages, missing fields, duplicates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from newscrawl.health.limits import (
    ENOUGH_NOW,
    LEAST_NOW,
    LEAST_PAGES,
    LEAST_RUNS,
    LONGEST_WINDOW,
    MOSTLY,
    ODDS,
    ODDS_HERE,
    PATIENCE,
    RISE,
    WINDOWS,
    Share,
    expected,
    tail,
)
from newscrawl.health.measures import GROUPS, Group, Measures, group_of
from newscrawl.health.runs import Run, Verdict, at_this_time, before


@dataclass(frozen=True, slots=True)
class Symptom:
    """A share of the pages of a run, and the names of its examples."""

    name: str
    share: Callable[[Measures], Share]
    examples: tuple[str, ...]
    patience: int = 1
    """Number of consecutive runs that must show it."""


def _failures(name: Group) -> Callable[[Measures], Share]:
    reasons = GROUPS[name]

    def share(measures: Measures) -> Share:
        bad = _count(measures.fresh, name) + _count(measures.known, name)
        bad += sum(reading in reasons for reading in measures.listings.values() if isinstance(reading, str))
        return bad, measures.fresh.total() + measures.known.total() + len(measures.listings)

    return share


def _count(counts: Counter[str], group: Group) -> int:
    return sum(count for reason, count in counts.items() if group_of(reason) == group)


def _no_article(measures: Measures) -> Share:
    """Return the share of answered new pages that have no article."""
    answered = measures.fresh.total() - _count(measures.fresh, "unreachable")
    return answered - measures.articles, answered


def _lost_article(measures: Measures) -> Share:
    """Return the share of refetched article pages that no longer have an article."""
    barren = _count(measures.known, "barren")
    return barren, barren + measures.compared


def _without(name: str) -> Callable[[Measures], Share]:
    return lambda measures: (measures.without[name], measures.articles)


def _lost(name: str) -> Callable[[Measures], Share]:
    return lambda measures: (measures.lost[name], measures.compared)


LOSABLE = ("text", "title", "date", "authors", "section", "tags")
"""What the page of a known article may lose."""

SYMPTOMS = (
    Symptom("refused", _failures("refused"), tuple(GROUPS["refused"])),
    Symptom("moved", _failures("moved"), tuple(GROUPS["moved"])),
    Symptom("unreachable", _failures("unreachable"), tuple(GROUPS["unreachable"]), PATIENCE),
    Symptom("no_article", _no_article, ()),
    Symptom("lost_article", _lost_article, ()),
    Symptom("copies", lambda measures: (measures.copies + measures.fresh["elsewhere"], measures.articles), ("copies",)),
    *(Symptom(name, _without(name), (name,)) for name in ("title", "date", "authors")),
    *(Symptom(f"lost_{name}", _lost(name), (f"lost_{name}",)) for name in LOSABLE),
)


def judge_share(symptom: Symptom, runs: Sequence[Run], *, is_standing: bool) -> Verdict:
    """Judge the last run, together with earlier runs if it has few pages."""
    last = runs[-1]
    k, n = symptom.share(last.measures)
    if n == 0 or (k < RISE * n and not is_standing):
        return Verdict(symptom.name, "unknown")
    for width in WINDOWS:
        window = [run for run in runs[-width:] if last.started_at - run.started_at <= LONGEST_WINDOW]
        verdict = _judge(symptom, runs, window)
        if verdict.state == "bad":
            return verdict
        if n >= ENOUGH_NOW or width > len(window):
            break
    return _recovery(symptom, runs)


def _judge(symptom: Symptom, runs: Sequence[Run], window: Sequence[Run]) -> Verdict:
    last = window[-1]
    past = before(runs, window[0], symptom.name)
    own = [symptom.share(run.measures) for run in window]
    k, n = sum(k for k, _ in own), sum(n for _, n in own)
    usual = _usual(symptom, past)
    if usual is None or n < LEAST_NOW:
        return Verdict(symptom.name, "unknown")
    mean, spread = usual
    risen = [run.id for run, (a, b) in zip(window, own, strict=True) if b and a / b - mean >= RISE]
    is_odd = k / n - mean >= RISE and last.id in risen and tail(k, n, mean, spread) <= ODDS
    is_bad = is_odd and _is_odd_here(symptom, past, last, k, n) and _is_lasting(symptom, runs)
    example, detail = _example(symptom, last.measures)
    first = risen[0] if risen else last.id
    return Verdict(symptom.name, "bad" if is_bad else "unknown", k / n, mean, n, first, example, detail)


def _recovery(symptom: Symptom, runs: Sequence[Run]) -> Verdict:
    """Whether the share is back to normal in the latest pages, of as many runs as needed."""
    usual = _usual(symptom, before(runs, runs[-1], symptom.name))
    k = n = 0
    for run in reversed(runs):
        share = symptom.share(run.measures)
        k, n = k + share[0], n + share[1]
        if n >= LEAST_NOW:
            break
    if usual is None or n < LEAST_NOW:
        return Verdict(symptom.name, "unknown")
    return Verdict(symptom.name, "good" if k / n - usual[0] < RISE / 2 else "unknown", k / n, usual[0], n, runs[-1].id)


def _usual(symptom: Symptom, past: Sequence[Run]) -> tuple[float, float] | None:
    """Return mean and overdispersion of the share; None if there is too little data."""
    shares = [symptom.share(run.measures) for run in past]
    sizes = [n for _, n in shares if n]
    if len(sizes) < LEAST_RUNS or sum(sizes) < LEAST_PAGES:
        return None
    return expected(shares)


def _is_odd_here(symptom: Symptom, past: Sequence[Run], last: Run, k: int, n: int) -> bool:
    """Whether the rise is also unusual for this hour and weekday, as far as these are known."""
    alike = at_this_time(past, last.started_at, lambda run: symptom.share(run.measures)[1])
    if not alike:
        return True
    mean, spread = expected([symptom.share(run.measures) for run in alike])
    return tail(k, n, mean, spread) <= ODDS_HERE


def _is_lasting(symptom: Symptom, runs: Sequence[Run]) -> bool:
    """Whether enough consecutive runs show the symptom."""
    if symptom.patience == 1:
        return True
    shares = [symptom.share(run.measures) for run in runs]
    latest = [share for share in shares if share[1]][-symptom.patience :]
    return len(latest) == symptom.patience and all(k / n >= MOSTLY for k, n in latest)


def _example(symptom: Symptom, measures: Measures) -> tuple[int | None, str]:
    """Return an example page, and the most common page reason."""
    names = symptom.examples
    if not names:
        names = tuple(reason for reason in (measures.fresh + measures.known) if group_of(reason) == "barren")
    counts = measures.fresh + measures.known
    counts.update(reading for reading in measures.listings.values() if isinstance(reading, str))
    there = [name for name in names if name in measures.examples or counts[name]]
    if not there:
        return None, ""
    commonest = max(there, key=lambda name: counts[name])
    page = measures.examples.get(commonest)
    if page is None:
        page = next((page for page, reading in measures.listings.items() if reading == commonest), None)
    return page, commonest if counts[commonest] else ""
