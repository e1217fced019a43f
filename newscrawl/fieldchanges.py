"""What another reading of pages changes: which fields gain or lose, and by how much."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self

Change = Literal["gained", "lost", "changed"]
"""A field that was empty, one that is, or one that says something else."""


@dataclass(slots=True)
class Tally:
    """Articles that were read again, by what came of it."""

    outcomes: Counter[str] = field(default_factory=Counter)
    """``changed``, ``unchanged``, and ``left`` where there is no new reading."""
    reasons: Counter[str] = field(default_factory=Counter)
    """Why articles were left as they are."""
    fields: dict[str, Counter[str]] = field(default_factory=dict)
    """How many articles changed in a field, and how."""
    words: Counter[str] = field(default_factory=Counter)
    """Words that the texts gained and lost."""

    @property
    def pages(self) -> int:
        """How many were read."""
        return self.outcomes.total()

    def leave(self, reason: str) -> None:
        """Count an article that stays as it is, for want of a new reading."""
        self.outcomes["left"] += 1
        self.reasons[reason] += 1

    def count(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        """Count an article by its changed fields: `new` has these alone."""
        self.outcomes["changed" if new else "unchanged"] += 1
        for name in new:
            self.fields.setdefault(name, Counter())[change_of(old[name], new[name])] += 1
        if "text" in new:
            before, after = Counter(old["text"].split()), Counter(new["text"].split())
            self.words["gained"] += (after - before).total()
            self.words["lost"] += (before - after).total()

    def as_json(self) -> dict[str, Any]:
        """As stored in `reextractions.counts`."""
        return {
            "outcomes": dict(self.outcomes),
            "reasons": dict(self.reasons),
            "fields": {name: dict(counts) for name, counts in self.fields.items()},
            "words": dict(self.words),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """From `reextractions.counts`."""
        return cls(
            Counter(stored["outcomes"]),
            Counter(stored["reasons"]),
            {name: Counter(counts) for name, counts in stored["fields"].items()},
            Counter(stored["words"]),
        )


def change_of(old: object, new: object) -> Change:
    """Say how a field changed. What is false says something."""
    if old in (None, "", []):
        return "gained"
    return "lost" if new in (None, "", []) else "changed"
