"""All that a run says about the health of its site."""

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
from newscrawl.health.shares import SYMPTOMS, judge_share


def judge_listings(runs: Sequence[Run], pages: Mapping[int, ListingPage], excused: frozenset[str]) -> Iterator[Verdict]:
    """Judge the listings that the last of the runs read; failures of the excused groups are the whole site's."""
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
        # As it was: of a listing that had failed, that it is back; of one that had been emptied, nothing.
        is_back = any(isinstance(value, str) for value in _latest(runs, page_id))
        return Verdict(symptom, "good" if is_back else "unknown", detail=page.url)
    if isinstance(reading, tuple):
        now = float(reading[0])
        facts = (now, usual, reading[0], last.id, page_id, page.url)
        if len(links) < LEAST_RUNS or fine < LEAST_READINGS or usual <= 0:
            return Verdict(symptom, "unknown", *facts)
        # One that holds the news of two days may well be empty, unless even a tenth of them would be many.
        is_short = now <= EMPTIED * usual and min(links) >= STEADY * usual
        if is_short or (now == 0 and usual * QUIET >= LEAST_EXPECTED):
            return Verdict(symptom, "bad" if _is_missed(page, page_id, past) else "unknown", *facts)
        return Verdict(symptom, "good" if now > usual / 2 else "unknown", *facts)
    is_passing = group_of(reading) == "unreachable"
    failures = _failures_in_a_row(runs, page_id)
    facts = (0.0, usual, len(failures), failures[0].id, page_id, f"{page.url} ({reading})")
    # That it did not answer now and then says nothing of its being there.
    failed_before = sum(isinstance(value, str) and group_of(value) != "unreachable" for value in readings)
    is_news = fine >= LEAST_READINGS and failed_before <= SELDOM * len(readings) and usual > 0
    is_lasting = len(failures) >= LISTING_PATIENCE or not is_passing
    is_bad = is_news and is_lasting and _is_missed(page, page_id, past)
    return Verdict(symptom, "bad" if is_bad else "unknown", *facts)


def _is_missed(page: ListingPage, page_id: int, past: Sequence[Run]) -> bool:
    """Whether its death matters: feeds stay, but sites take old sitemaps and pages of events away all the time."""
    if page.kind == "feed":
        return True
    moments = [
        run.started_at
        for run in past
        if isinstance(reading := run.measures.listings[page_id], tuple) and reading[1] > 0
    ]
    # Counted from its last healthy reading, for it may have been dead for long.
    latest = past[-1].started_at
    return bool(moments) and moments[0] <= latest - LIVELY and moments[-1] >= latest - LIVELY


def _latest(runs: Sequence[Run], page_id: int) -> list[Reading]:
    """Return the last reading before this one that said something."""
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


_CAUSES = ("refused", "moved", "unreachable")
"""Of the whole site, and enough to say."""


def judge(runs: Sequence[Run], standing: Collection[str], listings: Mapping[int, ListingPage]) -> list[Verdict]:
    """Judge the last of a source's runs by those before it, in the order in which they began.

    The symptoms of the earlier ones must be known: what was broken is no measure. Each verdict stands for itself; a
    symptom on which the run has nothing to say is left out or `unknown`, as are healthy ones that are not `standing`.
    """
    shares = [judge_share(symptom, runs, is_standing=symptom.name in standing) for symptom in SYMPTOMS]
    excused = frozenset(verdict.symptom for verdict in shares if verdict.symptom in _CAUSES and verdict.state == "bad")
    found = [*shares, judge_text(runs), judge_script(runs), *judge_listings(runs, listings, excused)]
    if not any(verdict.state == "bad" for verdict in found):
        found.append(judge_silence(runs))
    return found


@dataclass(frozen=True, slots=True)
class Changes:
    """What a run changes in the alarms of its source."""

    begun: tuple[Verdict, ...] = ()
    lasting: tuple[Verdict, ...] = ()
    """Shown again, with its latest numbers."""
    over: tuple[Verdict, ...] = ()
    shown: frozenset[str] = frozenset()
    """All that the run shows: for these symptoms it is no measure."""


def follow(standing: Mapping[str, int], verdicts: Sequence[Verdict]) -> Changes:
    """Say what changes, given the symptoms that are known, each with the run that first showed it.

    A run that has nothing to say about a symptom changes nothing. One cause is one alarm: what a run shows besides,
    while it shows the cause, waits for the first that shows it alone.
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
    "copies": ("text", "script", "title", "date", "authors", "lost_text", "lost_title", "lost_date", "lost_authors"),
    "text": ("lost_text",),
    **{name: (f"lost_{name}",) for name in ("title", "date", "authors")},
}
"""What is said by the first already: of the same pages, or of those that are known."""


def catch_up(
    judged: Sequence[Run], unjudged: Sequence[Run], standing: Mapping[str, int], listings: Mapping[int, ListingPage]
) -> list[tuple[Run, Changes]]:
    """Judge runs in their order, each by all before it; return each with what it changes.

    `standing` are the alarms before them: symptom, and the run that first showed it.
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
