"""Symptoms of one feed, sitemap or section page: it cannot be read any more, or names nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from statistics import median

from newscrawl.health.limits import (
    EMPTIED,
    LEAST_EXPECTED,
    LEAST_READINGS,
    LEAST_RUNS,
    LISTING_PATIENCE,
    LIVELY,
    QUIET,
    SELDOM,
    STEADY,
)
from newscrawl.health.measures import Reading
from newscrawl.health.past import before
from newscrawl.health.reasons import group_of
from newscrawl.health.runs import ListingPage, Run, Verdict


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
