"""What a run found on a site that is worth a sentence, though it raises no alarm."""

from __future__ import annotations

from newscrawl.health.measures import Measures, group_of
from newscrawl.health.shares import LOSABLE

MANY, MANY_OF = 5, 0.3
"""Known articles, and share of those whose pages were read again, from which a lost field is a finding."""


def notes_of(measures: Measures) -> tuple[str, ...]:
    """Return what the last run found: texts and fields that are kept because their pages no longer have them."""
    notes = []
    worse = {reason: count for reason, count in measures.known.most_common() if group_of(reason) == "barren"}
    if worse:
        reasons = ", ".join(f"{reason} {count}" for reason, count in worse.items())
        notes.append(f"{sum(worse.values())} pages no longer show their article ({reasons}); the stored texts stay")
    for name in LOSABLE:
        lost = measures.lost[name]
        if name != "text" and lost >= max(MANY, MANY_OF * measures.compared):
            notes.append(f"{lost} of {measures.compared} pages no longer show their {name}; the known values stay")
    return tuple(notes)
