"""Evaluate a run: its symptoms, and how they change the alarms of its site."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from newscrawl.health.lengths import judge_script, judge_text
from newscrawl.health.limits import (
    EMPTIED,
    LEAST_EXPECTED,
    LEAST_READINGS,
    LEAST_RUNS,
    LISTING_PATIENCE,
    LIVELY,
    LONGER_SILENCE,
    PATIENCE,
    QUIET,
    SELDOM,
    STEADY,
    TRAIL,
)
from newscrawl.health.measures import Reading, group_of
from newscrawl.health.runs import ListingPage, Run, Verdict, before
from newscrawl.health.shares import LOSABLE, SYMPTOMS, judge_share


def judge_listings(runs: Sequence[Run], pages: Mapping[int, ListingPage], excused: frozenset[str]) -> Iterator[Verdict]:
    """Judge the listings read in the last run; failures of the `excused` groups are those of the whole site."""
    last = runs[-1]
    for page_id, reading in last.measures.listings.items():
        page = pages.get(page_id)
        if page is None or (isinstance(reading, str) and group_of(reading) in excused):
            continue
        yield _judge(runs, page_id, page, reading)


def _judge(runs: Sequence[Run], page_id: int, page: ListingPage, reading: Reading) -> Verdict:
    symptom = f"listing:{page_id}"
    last = runs[-1]
    past = [run for run in before(runs, last, symptom) if page_id in run.measures.listings]
    readings = [run.measures.listings[page_id] for run in past]
    links = [value[0] for value in readings if isinstance(value, tuple)]
    usual = float(median(links)) if links else 0.0
    fine = len(readings) - sum(isinstance(value, str) for value in readings)
    if reading is None:
        # Not modified: a listing that had failed is back; one that was empty may still be.
        is_back = any(isinstance(value, str) for value in _latest(runs, page_id))
        return Verdict(symptom, "good" if is_back else "unknown", detail=page.url)
    if isinstance(reading, tuple):
        now = float(reading[0])
        facts = (now, usual, reading[0], last.id, page_id, page.url)
        if len(links) < LEAST_RUNS or fine < LEAST_READINGS or usual <= 0:
            return Verdict(symptom, "unknown", *facts)
        # A listing of the last two days may be empty, unless even a tenth of the usual articles would be many.
        is_short = now <= EMPTIED * usual and min(links) >= STEADY * usual
        if is_short or (now == 0 and usual * QUIET >= LEAST_EXPECTED):
            return Verdict(symptom, "bad" if _is_missed(page, page_id, past) else "unknown", *facts)
        return Verdict(symptom, "good" if now > usual / 2 else "unknown", *facts)
    is_passing = group_of(reading) == "unreachable"
    failures = _failures_in_a_row(runs, page_id)
    facts = (0.0, usual, len(failures), failures[0].id, page_id, f"{page.url} ({reading})")
    # Occasional timeouts do not mean that a listing is unreliable.
    failed_before = sum(isinstance(value, str) and group_of(value) != "unreachable" for value in readings)
    is_news = fine >= LEAST_READINGS and failed_before <= SELDOM * len(readings) and usual > 0
    is_lasting = len(failures) >= LISTING_PATIENCE or not is_passing
    is_bad = is_news and is_lasting and _is_missed(page, page_id, past)
    return Verdict(symptom, "bad" if is_bad else "unknown", *facts)


def _is_missed(page: ListingPage, page_id: int, past: Sequence[Run]) -> bool:
    """Whether the loss of a listing matters: feeds are permanent; old sitemaps and event pages are often removed."""
    if page.kind == "feed":
        return True
    moments = [
        run.started_at
        for run in past
        if isinstance(reading := run.measures.listings[page_id], tuple) and reading[1] > 0
    ]
    # Counted from the last healthy reading, because the listing may have failed for long.
    latest = past[-1].started_at
    return bool(moments) and moments[0] <= latest - LIVELY and moments[-1] >= latest - LIVELY


def _latest(runs: Sequence[Run], page_id: int) -> list[Reading]:
    """Return the last reading before this one that was not "not modified", as a list of at most one."""
    for run in reversed(runs[:-1]):
        reading = run.measures.listings.get(page_id)
        if reading is not None:
            return [reading]
    return []


def _failures_in_a_row(runs: Sequence[Run], page_id: int) -> list[Run]:
    found: list[Run] = []
    for run in reversed(runs):
        if page_id not in run.measures.listings:
            continue
        if not isinstance(run.measures.listings[page_id], str):
            break
        found.insert(0, run)
    return found


_WEEK, _DAY = timedelta(days=7), timedelta(days=1)
_LEAST_PERIODS = {_WEEK: 2, _DAY: 5}


def judge_silence(runs: Sequence[Run]) -> Verdict:
    """Judge the time without new articles against the same hours in earlier weeks, or else on earlier days.

    A silence is a symptom if it would be unusual even on a holiday: a tenth of the usual articles of these hours would
    not all be missing by chance, and no silence of the trailing weeks was a third as long.
    """
    last = runs[-1]
    if last.measures.fresh["stored"]:
        return Verdict("silence", "good", now=float(last.measures.fresh["stored"]), since=last.id)
    lively = [index for index, run in enumerate(runs) if run.measures.fresh["stored"]]
    if not lively or len(runs) - 1 - lively[-1] < PATIENCE:
        return Verdict("silence", "unknown")
    first = runs[lively[-1] + 1]
    begun = first.started_at  # between crawls nothing could be found
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
    """Return the usual number of articles in the same hours of earlier periods; None if too few are known."""
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


_CAUSES = ("refused", "moved", "unreachable")
"""Symptoms of the whole site, which explain failures of its listings."""


def judge(runs: Sequence[Run], standing: Collection[str], listings: Mapping[int, ListingPage]) -> list[Verdict]:
    """Judge the last of a source's runs by the earlier ones; `runs` are ordered by start.

    The symptoms of the earlier runs must be known, because broken runs are no baseline. Verdicts are independent of
    each other. A symptom without enough data is left out or `unknown`, as are healthy ones that are not `standing`.
    """
    shares = [judge_share(symptom, runs, is_standing=symptom.name in standing) for symptom in SYMPTOMS]
    excused = frozenset(verdict.symptom for verdict in shares if verdict.symptom in _CAUSES and verdict.state == "bad")
    found = [*shares, judge_text(runs), judge_script(runs), *judge_listings(runs, listings, excused)]
    if not any(verdict.state == "bad" for verdict in found):
        found.append(judge_silence(runs))
    return found


@dataclass(frozen=True, slots=True)
class Changes:
    """How a run changes the alarms of its source."""

    begun: tuple[Verdict, ...] = ()
    lasting: tuple[Verdict, ...] = ()
    """Active alarms shown again, with their latest figures."""
    over: tuple[Verdict, ...] = ()
    shown: frozenset[str] = frozenset()
    """All symptoms of the run; for these it is no baseline."""


def follow(standing: Mapping[str, int], verdicts: Sequence[Verdict]) -> Changes:
    """Return how verdicts change the active alarms, `standing`: symptoms with the id of the run that first showed them.

    An `unknown` verdict changes nothing. One cause gives one alarm: symptoms that follow from another one raise no
    alarm of their own as long as both are shown.
    """
    bad = [verdict for verdict in verdicts if verdict.state == "bad"]
    shadows = {shadow for verdict in bad for shadow in _SHADOWS.get(verdict.symptom, ())} - standing.keys()
    loud = [verdict for verdict in bad if verdict.symptom not in shadows]
    return Changes(
        tuple(verdict for verdict in loud if verdict.symptom not in standing),
        tuple(verdict for verdict in loud if verdict.symptom in standing),
        tuple(verdict for verdict in verdicts if verdict.state == "good" and verdict.symptom in standing),
        frozenset(verdict.symptom for verdict in bad),
    )


_SHADOWS: Mapping[str, tuple[str, ...]] = {
    "refused": ("no_article", "lost_article"),
    "moved": ("no_article", "lost_article"),
    "no_article": ("lost_article",),
    "copies": ("text", "script", "title", "date", "authors", *(f"lost_{name}" for name in LOSABLE)),
    "text": ("lost_text",),
    **{name: (f"lost_{name}",) for name in ("title", "date", "authors")},
}
"""Symptoms that follow from another one."""


def catch_up(
    judged: Sequence[Run], unjudged: Sequence[Run], standing: Mapping[str, int], listings: Mapping[int, ListingPage]
) -> list[tuple[Run, Changes]]:
    """Judge runs in order, each by all before it; return each with how it changes the alarms.

    `standing` are the active alarms before them: symptoms with the id of the run that first showed them.
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
