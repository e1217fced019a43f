"""The runs on a source that are compared, and what comes of comparing them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from newscrawl.health.limits import LEAST_PAGES, LEAST_RUNS, TRAIL
from newscrawl.health.measures import Measures
from newscrawl.items import PageKind

State = Literal["bad", "good", "unknown"]
"""Of one symptom in one run; `unknown` where it has too little to show, or lies between."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run on one source."""

    id: int
    started_at: datetime
    measures: Measures = field(repr=False)
    symptoms: frozenset[str] = frozenset()
    """What it was found to have when it was judged: such a run is no measure for later ones."""


@dataclass(frozen=True, slots=True)
class ListingPage:
    """A feed, sitemap or section page."""

    kind: PageKind
    url: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a run says about one symptom."""

    symptom: str
    """`text`, `title` and so on, or `listing:` and the number of its page."""
    state: State
    now: float = 0.0
    before: float = 0.0
    """In the unit of the symptom: a share, words, pages named."""
    sample: int = 0
    """Of how many pages `now` is."""
    since: int = 0
    """The first run that shows it."""
    example: int | None = None
    """`pages.id` of a page that shows it."""
    detail: str = ""
    """The commonest reason, or the address of the listing."""


def before(runs: Sequence[Run], first: Run, symptom: str) -> list[Run]:
    """Return the runs of the trailing weeks before a run, those left out that had the symptom themselves.

    While a symptom lasts, the weeks are those before it came: what is broken does not become normal by and by.
    """
    earlier = [run for run in runs if run.id < first.id]
    healthy = [run for run in earlier if symptom not in run.symptoms]
    if not healthy:
        return []
    return [run for run in healthy if run.started_at >= healthy[-1].started_at - TRAIL]


Part = tuple[int, int]
"""Three hours of a day, and of what kind that is."""


def part_of(moment: datetime) -> Part:
    """Return the part of the week in which a moment lies; working days are alike."""
    return moment.hour // 3, max(moment.weekday(), 4)


def at_this_time(runs: Sequence[Run], moment: datetime, size: Callable[[Run], int]) -> list[Run]:
    """Return the runs of about the same hour and weekday, or failing these of the same hour and kind of day.

    Nothing where these have too little to show by `size`.
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
    "refused": "the site refuses us: {now} of {sample} pages, {before} before",
    "moved": "pages are not there any more, or lead elsewhere: {now} of {sample}, {before} before",
    "unreachable": "the site does not answer: {now} of {sample} pages, {before} before",
    "no_article": "new pages hold no article: {now} of {sample}, {before} before",
    "lost_article": "pages hold no article any more: {now} of {sample}, {before} before",
    "copies": "new articles have the text of others: {now} of {sample}, {before} before",
    "title": "new articles have no title: {now} of {sample}, {before} before",
    "date": "new articles have no date: {now} of {sample}, {before} before",
    "authors": "new articles have no author: {now} of {sample}, {before} before",
    "lost_text": "articles lost more than a third of their text: {now} of {sample} read again, {before} before",
    "lost_title": "articles lost their title: {now} of {sample} read again, {before} before",
    "lost_date": "articles lost their date: {now} of {sample} read again, {before} before",
    "lost_authors": "articles lost their author: {now} of {sample} read again, {before} before",
}


def in_words(verdict: Verdict) -> str:
    """Return a line."""
    name, now, before = verdict.symptom, verdict.now, verdict.before
    if name in _SHARES:
        line = _SHARES[name].format(now=f"{now:.0%}", before=f"{before:.0%}", sample=verdict.sample)
        return f"{line} ({verdict.detail})" if verdict.detail else line
    if name == "text":
        change = "shorter" if now < before else "longer"
        return f"texts are {change}: {now:.0f} words at the median of {verdict.sample}, {before:.0f} before"
    if name == "script":
        return f"texts may be garbled: {now:.2f} bytes a letter in {verdict.sample}, {before:.2f} before"
    if name == "silence":
        return f"nothing new for {verdict.sample} hours; these hours had {before:.0f} articles before"
    if verdict.now or not verdict.detail.endswith(")"):
        return f"a listing is empty: {now:.0f} pages named, {before:.0f} before: {verdict.detail}"
    return f"a listing cannot be read; it named {before:.0f} pages before: {verdict.detail}"
