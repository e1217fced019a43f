"""Lists of words as patterns."""

from __future__ import annotations


def phrases(text: str) -> str:
    """Return the alternatives of a pattern that is written over several lines, with `|` between them."""
    return "|".join(phrase.strip() for phrase in text.split("|"))
