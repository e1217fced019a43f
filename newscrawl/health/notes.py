"""What a run found on a site that is worth a sentence, though it raises no alarm."""

from __future__ import annotations

from collections.abc import Sequence

from newscrawl.health.measures import NEEDS_RENDERING, Measures, group_of
from newscrawl.health.shares import LOSABLE

MANY, MANY_OF = 5, 0.3
"""Known articles, and share of those whose pages were read again, from which a lost field is a finding."""


_FIELDS = {"title": "a title", "any_date": "a date", "authors": "an author", "section": "a section"}
MOSTLY = 0.8
"""Share of the pages read that have no text, from which a site needs rendering."""


def notes_of(measures: Measures, earlier: Sequence[Measures] = ()) -> tuple[str, ...]:
    """Return what the last run found, by itself and with those of the weeks before.

    Pages that scripts draw, fields that no article has, and texts and fields that are kept because their pages no
    longer have them.
    """
    notes = []
    if (rendering := needs_rendering(measures)) is not None:
        notes.append(rendering)
    every = [measures, *earlier]
    articles = sum(one.articles for one in every)
    for name, words in _FIELDS.items():
        # Runs of earlier versions did not count each of them.
        if articles >= MANY and sum(one.without[name] for one in every) == articles:
            notes.append(f"none of {articles} articles has {words}")
    worse = {reason: count for reason, count in measures.known.most_common() if group_of(reason) == "barren"}
    if worse:
        reasons = ", ".join(f"{reason} {count}" for reason, count in worse.items())
        notes.append(f"{sum(worse.values())} pages no longer show their article ({reasons}); the stored texts stay")
    for name in LOSABLE:
        lost = measures.lost[name]
        if name != "text" and lost >= max(MANY, MANY_OF * measures.compared):
            notes.append(f"{lost} of {measures.compared} pages no longer show their {name}; the known values stay")
    return tuple(notes)


def needs_rendering(measures: Measures) -> str | None:
    """Return how many pages have no text in their HTML, in a sentence; None where most have one."""
    articles = measures.fresh + measures.known
    read = sum(count for reason, count in articles.items() if group_of(reason) in {"fine", "barren"})
    read += measures.shells - articles[NEEDS_RENDERING]
    if not measures.shells or measures.shells < MOSTLY * read:
        return None
    return f"{measures.shells} of {read} pages have no text in their HTML: this site needs rendering"
