"""The runs on a source that are compared, and what comes of comparing them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

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
