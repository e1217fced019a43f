"""Runs on a source, baselines of earlier runs, and verdicts with their messages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from newscrawl.health.limits import LEAST_PAGES, LEAST_RUNS, TRAIL
from newscrawl.health.measures import Measures
from newscrawl.items import PageKind

State = Literal["bad", "good", "unknown"]
"""State of a symptom in a run; `unknown` if there is too little data, or if it is in between."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run on one source."""

    id: int
    started_at: datetime
    measures: Measures = field(repr=False)
    symptoms: frozenset[str] = frozenset()
    """Symptoms found when it was evaluated; for these it is no baseline."""


@dataclass(frozen=True, slots=True)
class ListingPage:
    """A feed, sitemap or section page."""

    kind: PageKind
    url: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result for one symptom in a run."""

    symptom: str
    """`text`, `title` and so on, or `listing:` and a `pages.id`."""
    state: State
    now: float = 0.0
    before: float = 0.0
    """In the unit of the symptom: a share, words, pages named."""
    sample: int = 0
    """Number of pages that `now` is based on; for `silence`, hours."""
    since: int = 0
    """Id of the first run that shows the symptom."""
    example: int | None = None
    """`pages.id` of an example page."""
    detail: str = ""
    """The most common page reason, or the URL of the listing."""


def before(runs: Sequence[Run], first: Run, symptom: str) -> list[Run]:
    """Return the baseline of a run: the runs of the trailing weeks that did not have the symptom.

    While a symptom lasts, these are the weeks before it began, so that a broken site does not become normal over time.
    """
    earlier = [run for run in runs if run.id < first.id]
    healthy = [run for run in earlier if symptom not in run.symptoms]
    if not healthy:
        return []
    return [run for run in healthy if run.started_at >= healthy[-1].started_at - TRAIL]


Part = tuple[int, int]
"""A three-hour slot, and the kind of day: working day, Saturday or Sunday."""


def part_of(moment: datetime) -> Part:
    """Return the part of the week of a time; working days are not distinguished."""
    return moment.hour // 3, max(moment.weekday(), 4)


def at_this_time(runs: Sequence[Run], moment: datetime, size: Callable[[Run], int]) -> list[Run]:
    """Return the runs at about the same hour and weekday, or if there are too few, hour and kind of day.

    Empty if these have too few pages, as counted by `size`.
    """
    near = [run for run in runs if _hours_apart(run.started_at, moment) <= 1]
    for is_alike in (_is_same_weekday, _is_same_kind_of_day):
        alike = [run for run in near if is_alike(run.started_at, moment)]
        sized = [size(run) for run in alike]
        if sum(count > 0 for count in sized) >= LEAST_RUNS and sum(sized) >= LEAST_PAGES:
            return alike
    return []


def _hours_apart(one: datetime, other: datetime) -> float:
    apart = abs((one.hour + one.minute / 60) - (other.hour + other.minute / 60))
    return min(apart, 24 - apart)


def _is_same_weekday(one: datetime, other: datetime) -> bool:
    return one.weekday() == other.weekday()


def _is_same_kind_of_day(one: datetime, other: datetime) -> bool:
    return max(one.weekday(), 4) == max(other.weekday(), 4)


_SHARES = {
    "refused": "the site refuses requests: {now} of {sample} pages, {before} before",
    "moved": "pages are gone or redirect elsewhere: {now} of {sample}, {before} before",
    "unreachable": "the site does not respond: {now} of {sample} pages, {before} before",
    "no_article": "new pages have no article: {now} of {sample}, {before} before",
    "lost_article": "known pages no longer show their article, whose text stays: {now} of {sample}, {before} before",
    "copies": "new articles are duplicates: {now} of {sample}, {before} before",
    "title": "new articles have no title: {now} of {sample}, {before} before",
    "date": "new articles have no date: {now} of {sample}, {before} before",
    "authors": "new articles have no author: {now} of {sample}, {before} before",
    "lost_text": "articles lost more than a third of their text: {now} of {sample} refetched, {before} before",
    "lost_title": "pages no longer show the title that is kept: {now} of {sample} refetched, {before} before",
    "lost_date": "pages no longer show the date that is kept: {now} of {sample} refetched, {before} before",
    "lost_authors": "pages no longer show the authors that are kept: {now} of {sample} refetched, {before} before",
    "lost_section": "pages no longer show the section that is kept: {now} of {sample} refetched, {before} before",
    "lost_tags": "pages no longer show the tags that are kept: {now} of {sample} refetched, {before} before",
}


def in_words(verdict: Verdict) -> str:
    """Return the message of a verdict, in one line."""
    name, now, before = verdict.symptom, verdict.now, verdict.before
    if name in _SHARES:
        line = _SHARES[name].format(now=f"{now:.0%}", before=f"{before:.0%}", sample=verdict.sample)
        return f"{line} ({verdict.detail})" if verdict.detail else line
    if name == "text":
        change = "shorter" if now < before else "longer"
        return f"texts are {change}: median {now:.0f} words in {verdict.sample} articles, {before:.0f} before"
    if name == "script":
        return f"texts may be garbled: {now:.2f} bytes per character in {verdict.sample} articles, {before:.2f} before"
    if name == "silence":
        return f"no new articles for {verdict.sample} hours; usually {before:.0f} in these hours"
    if verdict.now or not verdict.detail.endswith(")"):
        return f"a listing is empty, with {now:.0f} pages, {before:.0f} before: {verdict.detail}"
    return f"a listing cannot be read, which had {before:.0f} pages before: {verdict.detail}"
