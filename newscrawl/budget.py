"""How much one run may do: pages, minutes, bytes, articles, and failures in a row."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from newscrawl.items import Candidate, Listing, Outcome

Spent = Literal["max_articles", "max_pages", "max_minutes", "max_megabytes", "unreachable", "asked_to_wait"]
"""Why a run ends before everything is done; what is left is due in the next one."""

MOST_FAILURES = 10
"""Failures in a row that say that it is the site, or the way there, and not its pages."""

_NOT_THE_PAGE = frozenset({"dns", "timeout", "refused", "reset", "tls", "robots_unreachable", "http_403", "http_429"})
"""Reasons that other pages of the site will have as well; every status from 500 on is one more."""


@dataclass(slots=True)
class Budget:
    """What a run has done, against what it may do; 0 sets no limit."""

    started: datetime
    max_pages: int = 0
    max_minutes: float = 0
    max_megabytes: float = 0
    max_articles: int = 0
    pages: int = 0
    """Handed out."""
    articles: int = 0
    """Stored."""
    in_hand: int = 0
    """Handed out, and not answered."""
    failures: list[datetime] = field(default_factory=list)
    """When the pages failed that came after the last that did not: failures in a row."""
    is_in_vain: bool = True
    """Nothing was answered but failures."""
    spent: Spent | None = None

    @property
    def is_unreachable(self) -> bool:
        """Whether so much has failed that the rest would as well."""
        return len(self.failures) >= MOST_FAILURES

    def check(self, now: datetime, received: int) -> bool:
        """Say whether the run may go on, having received so many bytes."""
        limits: dict[Spent, bool] = {
            "unreachable": self.is_unreachable,
            "max_articles": 0 < self.max_articles <= self.articles,
            "max_pages": 0 < self.max_pages <= self.pages,
            "max_minutes": self.max_minutes > 0 and now - self.started >= timedelta(minutes=self.max_minutes),
            "max_megabytes": 0 < self.max_megabytes <= received / 1e6,
        }
        self.spent = self.spent or next((reason for reason, is_reached in limits.items() if is_reached), None)
        return self.spent is None

    def end(self) -> Spent | None:
        """Return why the run ends, now that it does: a site that answers nothing has run out of pages soon."""
        return self.spent or ("unreachable" if self.is_in_vain and self.failures else None)

    def room(self, most: int) -> int:
        """Return how many pages may be handed out now, of `most`."""
        limits = [most]
        if self.max_pages:
            limits.append(self.max_pages - self.pages)
        if self.max_articles:
            # Each page in hand may be an article.
            limits.append(self.max_articles - self.articles - self.in_hand)
        return max(min(limits), 0)

    def take(self, count: int) -> None:
        """Hand out pages."""
        self.pages += count
        self.in_hand += count

    def count(self, item: Candidate | Outcome | Listing, *, stored: bool) -> None:
        """Count an answer."""
        self.in_hand = max(self.in_hand - 1, 0)
        self.articles += stored
        if not isinstance(item, Outcome) or item.outcome != "failed":
            # Failures are stored at once and articles when they are extracted: the row is that of the answers.
            answered = item.page.fetched_at if isinstance(item, Candidate) else item.fetched_at
            self.failures = [failed for failed in self.failures if failed > answered]
            self.is_in_vain = False
        elif item.reason in _NOT_THE_PAGE or item.reason.startswith("http_5"):
            self.failures.append(item.fetched_at)
