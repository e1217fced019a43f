"""What a run may do, and when it is enough: pages, time, bytes, and failures."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from newscrawl.items import Candidate, Listing, Outcome

Spent = Literal[
    "max_articles",
    "max_pages",
    "max_minutes",
    "max_megabytes",
    "max_stored",
    "unreachable",
    "slow_failures",
    "asked_to_wait",
    "disk_low",
]
"""Why a run ends before all due pages are done; the rest stays due for the next run."""

MOST_FAILURES = 10
"""Consecutive failures after which the site or the network is taken to be down."""

MOST_LOST = 0.5
"""Share of the time of a run that failures may take."""
LEAST_LOST = 600
"""Seconds that failures may take in any run."""

_NOT_THE_PAGE = frozenset({"dns", "timeout", "refused", "reset", "tls", "robots_unreachable", "http_403", "http_429"})
"""Reasons that affect the whole site; every status from 500 on is one more."""


@dataclass(slots=True)
class Budget:
    """What a run has done, and its limits; a limit of 0 means none."""

    max_pages: int = 0
    max_megabytes: float = 0
    max_articles: int = 0
    max_stored: float = 0
    """In megabytes."""
    stored: int = 0
    """Bytes of texts and addresses."""
    pages: int = 0
    """Pages given to Scrapy."""
    articles: int = 0
    """Articles stored."""
    in_hand: int = 0
    """Pages given to Scrapy and not answered yet."""
    failures: list[datetime] = field(default_factory=list)
    """Times of consecutive failures since the last success."""
    is_in_vain: bool = True
    """Only failures so far."""
    spent: Spent | None = None

    @property
    def is_unreachable(self) -> bool:
        """Whether so many pages failed that the rest would too."""
        return len(self.failures) >= MOST_FAILURES

    def check(self, received: int, lost: float, seconds: float) -> bool:
        """Whether the run may continue, having received so many bytes and lost so many of its seconds to failures."""
        limits: dict[Spent, bool] = {
            "unreachable": self.is_unreachable,
            "slow_failures": lost >= LEAST_LOST and lost >= MOST_LOST * seconds,
            "max_articles": 0 < self.max_articles <= self.articles,
            "max_pages": 0 < self.max_pages <= self.pages,
            "max_stored": 0 < self.max_stored <= self.stored / 1e6,
            "max_megabytes": 0 < self.max_megabytes <= received / 1e6,
        }
        self.spent = self.spent or next((reason for reason, is_reached in limits.items() if is_reached), None)
        return self.spent is None

    def end(self) -> Spent | None:
        """Return why the run ended; a site with few pages may run out of them before it counts as unreachable."""
        return self.spent or ("unreachable" if self.is_in_vain and self.failures else None)

    def room(self, most: int) -> int:
        """Return how many of `most` pages may be fetched now."""
        limits = [most]
        if self.max_pages:
            limits.append(self.max_pages - self.pages)
        if self.max_articles:
            # Each pending page may be an article.
            limits.append(self.max_articles - self.articles - self.in_hand)
        return max(min(limits), 0)

    def take(self, count: int) -> None:
        """Count pages given to Scrapy."""
        self.pages += count
        self.in_hand += count

    def count(self, item: Candidate | Outcome | Listing, *, stored: bool) -> None:
        """Count a result."""
        self.in_hand = max(self.in_hand - 1, 0)
        self.articles += stored
        if isinstance(item, Outcome) and item.reason == "not_there":
            return  # of an address that was only guessed
        if not isinstance(item, Outcome) or item.outcome != "failed":
            # Failures are stored at once, articles only after extraction, so order them by when they were fetched.
            answered = item.page.fetched_at if isinstance(item, Candidate) else item.fetched_at
            self.failures = [failed for failed in self.failures if failed > answered]
            self.is_in_vain = False
        elif item.reason in _NOT_THE_PAGE or item.reason.startswith("http_5"):
            self.failures.append(item.fetched_at)
