"""The verdict on two texts: is one a copy of the other?"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from typing import Literal, get_args

import numpy as np

from newscrawl.dedupe.fingerprints import MOST_CHARACTERS, Hashes, folded, near_duplicate_keys, shingles_of, words_of

Kind = Literal["number", "name"]
Context = tuple[Kind, Literal["after", "before"], str, str]
Particulars = Mapping[Context, Counter[str]]

_TOKEN = re.compile(r"\w+|[.!?…][\"”’»)\]]*\s|[。！？\n]")
_EDGE = ""
"""In the place of a word beyond the end of a sentence."""


def particulars(text: str) -> Particulars:
    """Numbers and names of a text, counted by the two words before them and by the two words after them.

    A name is a word with a capital that does not begin a sentence; several in a row are one.
    """
    found: dict[Context, Counter[str]] = defaultdict(Counter)
    sentence: list[tuple[str, Kind | None]] = []
    for token in [*_TOKEN.findall(unicodedata.normalize("NFC", text)), "\n"]:
        if token[0].isalnum() or token[0] == "_":
            sentence.append((token, _kind(token, is_first=not sentence)))
        else:
            _collect(sentence, found)
            sentence = []
    return found


def agreement(one: Particulars, other: Particulars, kind: Kind) -> float:
    """Share of the numbers, or names, between the same words in both texts that are the same; 1 where there are none.

    A single difference says nothing: a heading without a stop runs into the next sentence.
    """
    same = all_of_them = 0
    for context in one.keys() & other.keys():
        if context[0] == kind:
            same += (one[context] & other[context]).total()
            all_of_them += min(one[context].total(), other[context].total())
    return same / all_of_them if all_of_them - same > 1 else 1.0


def _kind(word: str, *, is_first: bool) -> Kind | None:
    if word[0].isdigit():
        return "number"
    return "name" if word[0].isupper() and not is_first else None


def _collect(sentence: list[tuple[str, Kind | None]], found: dict[Context, Counter[str]]) -> None:
    runs: list[tuple[list[str], Kind | None]] = []
    for kind, group in groupby(sentence, lambda word: word[1]):
        words = [folded(word) for word, _ in group]
        runs += [(words, kind)] if kind else [([word], None) for word in words]
    for place, (words, kind) in enumerate(runs):
        if kind is None:
            continue
        # Other names and numbers beside it change with it, so they are no context.
        before = [beside[0] for beside, other in runs[max(place - 4, 0) : place] if other is None][-2:]
        after = [beside[0] for beside, other in runs[place + 1 : place + 5] if other is None][:2]
        whole = " ".join(words)
        # Of a name the word beside the context: "Cooper" and "Sheldon Cooper" are one.
        if before:
            first, second = [_EDGE, *before][-2:]
            found[kind, "after", first, second][whole if kind == "number" else words[0]] += 1
        if after:
            first, second = [*after, _EDGE][:2]
            found[kind, "before", first, second][whole if kind == "number" else words[-1]] += 1


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
