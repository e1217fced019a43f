"""An alarm begins with a run that shows a symptom, and ends with one that shows the opposite."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from newscrawl.health.runs import Verdict


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
