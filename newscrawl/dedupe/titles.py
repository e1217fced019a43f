"""Where a text says too little by itself to be a copy of another one: then the titles must agree as well."""

from __future__ import annotations

from newscrawl.dedupe.words import words_of

FEW_WORDS = 10
"""Of a text that two newsrooms may write independently: "Watch the video below." """
FEW_WORDS_OF_A_SITE = 60
"""Of a text that one site may show on pages of its own, such as a note for subscribers in the place of an article."""
LEAST_COMMON = 0.5
"""Share of the words of the shorter title that the other one has too."""


def is_telling(words: int, *, is_of_one_site: bool) -> bool:
    """Whether a text of so many words that two articles share makes them one story, whatever their titles."""
    return words >= (FEW_WORDS_OF_A_SITE if is_of_one_site else FEW_WORDS)


def agree(one: str | None, other: str | None) -> bool:
    """Whether two titles may be of one story; none at all agrees with none alone."""
    words, others = set(words_of(one or "")), set(words_of(other or ""))
    return len(words & others) >= LEAST_COMMON * min(len(words), len(others)) if words and others else words == others
