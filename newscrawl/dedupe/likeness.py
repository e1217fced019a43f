"""The verdict on two texts: is one a copy of the other?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import get_args

import numpy as np

from newscrawl.dedupe.particulars import Kind, Particulars, agreement, particulars
from newscrawl.dedupe.signature import Hashes, near_duplicate_keys, shingles_of
from newscrawl.dedupe.words import MOST_CHARACTERS, words_of

# Tuned by benchmarks/dedupe.py on half of its sites. Texts of two stories with half of each in common have a Jaccard
# index of 0.33 and a vocabulary of 0.6; one text with every seventh word replaced, 0.45 and 0.87.
LEAST_JACCARD = 0.5
LEAST_CONTAINMENT, LEAST_SIZE = 0.8, 0.5
LEAST_SCATTERED, LEAST_VOCABULARY, LEAST_SAME_SIZE = 0.35, 0.82, 0.75
LEAST_NUMBERS, LEAST_NAMES = 0.7, 0.5


@dataclass(frozen=True)
class Reading:
    """A text, read as far as a verdict asks for it."""

    text: str

    @cached_property
    def words(self) -> list[str]:
        """Its words, folded."""
        return words_of(self.text[:MOST_CHARACTERS])

    @cached_property
    def shingles(self) -> Hashes:
        """Hashes of its runs of three words, sorted, each once."""
        return shingles_of(self.words)

    @cached_property
    def keys(self) -> frozenset[int]:
        """What it is found by."""
        return frozenset(near_duplicate_keys(self.text, self.words))

    @cached_property
    def particulars(self) -> Particulars:
        """Its numbers and names, by the words around them."""
        return particulars(self.text[:MOST_CHARACTERS])


@dataclass(frozen=True, slots=True)
class Likeness:
    """What two texts have in common."""

    jaccard: float
    """Share of their runs of three words that both have."""
    containment: float
    """Share of the shorter text's runs that the longer one has too."""
    size: float
    """Runs of the shorter text by those of the longer one."""
    vocabulary: float = 0.0
    """Share of the different words of the text with fewer of them that the other one has too."""
    numbers: float = 1.0
    """Share of the numbers between the same words that are the same; 1 where there are none."""
    names: float = 1.0
    """The same of the names."""

    @property
    def is_copy(self) -> bool:
        """Whether one text is the other, as a newsroom takes over a story."""
        return self.shares_enough and self.numbers >= LEAST_NUMBERS and self.names >= LEAST_NAMES

    @property
    def shares_enough(self) -> bool:
        """Whether the words alone make a copy."""
        is_contained = self.containment >= LEAST_CONTAINMENT and self.size >= LEAST_SIZE
        is_as_long = self.size >= LEAST_SAME_SIZE
        is_respelt = is_as_long and self.jaccard >= LEAST_SCATTERED and self.vocabulary >= LEAST_VOCABULARY
        return self.jaccard >= LEAST_JACCARD or is_contained or is_respelt


def compare(one: Reading, other: Reading) -> Likeness:
    """Measure what two texts have in common; which comes first makes no difference."""
    sizes = sorted((len(one.shingles), len(other.shingles)))
    if not sizes[0]:
        return Likeness(0.0, 0.0, 0.0)
    common = len(np.intersect1d(one.shingles, other.shingles, assume_unique=True))
    likeness = Likeness(common / (sum(sizes) - common), common / sizes[0], sizes[0] / sizes[1])
    if likeness.jaccard >= LEAST_SCATTERED:
        likeness = replace(likeness, vocabulary=_vocabulary(set(one.words), set(other.words)))
    if not likeness.shares_enough:
        return likeness
    numbers, names = (agreement(one.particulars, other.particulars, kind) for kind in get_args(Kind))
    return replace(likeness, numbers=numbers, names=names)


def _vocabulary(one: set[str], other: set[str]) -> float:
    return len(one & other) / min(len(one), len(other))
