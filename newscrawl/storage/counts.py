"""What a run did, in numbers: kept in `runs.counts` in the transaction of the rows they count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from newscrawl.health import Visited
from newscrawl.items import Candidate, Extraction, Listing, Outcome, OutcomeName
from newscrawl.storage.frontier import DuePage


@dataclass(frozen=True, slots=True)
class Result:
    """What the store did with one page."""

    outcome: OutcomeName
    article_id: int | None = None
    is_elsewhere: bool = False
    """The page is another address of an article, which is read at its own."""
    revised: bool = False
    """An earlier text of the article was put aside."""
    news: int = 0
    """Articles that a listing brought or says to be modified."""
    due: tuple[DuePage, ...] = ()
    """What the run is to fetch."""
    extraction: Extraction | None = None
    """The article as it is stored, without what its site repeats."""
    retry_at: datetime | None = None
    """Before when the site's server asked not to be asked."""
    is_copy: bool = False
    """A new article has the text of another."""
    lost: tuple[str, ...] = ()
    """What a known article does not show any more: text, title, date, authors."""
    visited: Visited | None = None
    """What the health of the site is judged by."""


@dataclass(slots=True)
class Counts:
    """Pages of a run by outcome, why pages gave no article, and words of its articles kept and dropped."""

    outcomes: Counter[str] = field(default_factory=Counter)
    revisions: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    words_kept: int = 0
    words_dropped: Counter[str] = field(default_factory=Counter)

    def plus(self, done: Iterable[tuple[object, Result]]) -> Counts:
        """Return these counts and what was done since; these stay as they are, for a transaction may fail."""
        total = replace(
            self,
            outcomes=self.outcomes.copy(),
            reasons=self.reasons.copy(),
            words_dropped=self.words_dropped.copy(),
        )
        for item, result in done:
            if not isinstance(item, Candidate | Outcome | Listing):
                continue
            total.outcomes[result.outcome] += 1
            total.revisions += result.revised
            if isinstance(item, Outcome):
                total.reasons[item.reason] += 1
                continue
            if isinstance(item, Listing):
                continue
            for block in (result.extraction or item.extraction).blocks:
                if block.reason is None:
                    total.words_kept += block.words
                else:
                    total.words_dropped[block.reason] += block.words
        return total

    def as_json(self) -> dict[str, Any]:
        """As stored in `runs.counts`."""
        return {
            "outcomes": dict(self.outcomes),
            "revisions": self.revisions,
            "reasons": dict(self.reasons),
            "words_kept": self.words_kept,
            "words_dropped": dict(self.words_dropped),
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Counts:
        """From `runs.counts`."""
        return cls(
            Counter(stored["outcomes"]),
            stored["revisions"],
            Counter(stored["reasons"]),
            stored["words_kept"],
            Counter(stored["words_dropped"]),
        )

    def __str__(self) -> str:
        parts = [f"{self.outcomes[name]} {words}" for name, words in _OUTCOMES.items() if self.outcomes[name]]
        if self.revisions:
            parts.insert(1, f"{self.revisions} of them revised")
        reasons = ", ".join(f"{reason} {count}" for reason, count in self.reasons.most_common())
        dropped = ", ".join(f"{reason} {count}" for reason, count in self.words_dropped.most_common())
        return (
            (", ".join(parts) or "no pages")
            + (f" ({reasons})" if reasons else "")
            + f"; words kept {self.words_kept}, dropped {self.words_dropped.total()}"
            + (f" ({dropped})" if dropped else "")
        )


_OUTCOMES = {
    "stored": "stored",
    "unchanged": "unchanged",
    "no_article": "without an article",
    "failed": "failed",
    "gone": "gone",
    "listed": "listings read",
}
