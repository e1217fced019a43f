"""Compare two texts: is one a near-duplicate of the other?"""

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
"""Stands for a word beyond the start or end of a sentence."""

# Tuned by benchmarks/dedupe.py on half of its sites. Texts of two stories that share half of each have a Jaccard index
# of 0.33 and a vocabulary of 0.6; a text with every seventh word replaced has 0.45 and 0.87.
LEAST_JACCARD = 0.5
LEAST_CONTAINMENT, LEAST_SIZE = 0.8, 0.5
LEAST_SCATTERED, LEAST_VOCABULARY, LEAST_SAME_SIZE = 0.35, 0.82, 0.75
LEAST_NUMBERS, LEAST_NAMES = 0.7, 0.5


def particulars(text: str) -> Particulars:
    """Count the numbers and names of a text, by the two words before and by the two words after each.

    A name is a capitalised word that does not begin a sentence; several in a row are one name.
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
    """Return the share of numbers, or names, in the same context in both texts that agree; 1 if there are none.

    A single difference does not count: a heading without a full stop runs into the next sentence.
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
        # Neighbouring names and numbers change with it, so they are no context.
        before = [beside[0] for beside, other in runs[max(place - 4, 0) : place] if other is None][-2:]
        after = [beside[0] for beside, other in runs[place + 1 : place + 5] if other is None][:2]
        whole = " ".join(words)
        # Of a name only the word next to the context counts: "Cooper" and "Sheldon Cooper" are the same.
        if before:
            first, second = [_EDGE, *before][-2:]
            found[kind, "after", first, second][whole if kind == "number" else words[0]] += 1
        if after:
            first, second = [*after, _EDGE][:2]
            found[kind, "before", first, second][whole if kind == "number" else words[-1]] += 1


@dataclass(frozen=True)
class Reading:
    """A text with its words, shingles and keys, each computed when it is first needed."""

    text: str

    @cached_property
    def words(self) -> list[str]:
        """Folded words, of at most the first MOST_CHARACTERS."""
        return words_of(self.text[:MOST_CHARACTERS])

    @cached_property
    def shingles(self) -> Hashes:
        """Sorted distinct hashes of word trigrams."""
        return shingles_of(self.words)

    @cached_property
    def keys(self) -> frozenset[int]:
        """Near-duplicate keys."""
        return frozenset(near_duplicate_keys(self.text, self.words))

    @cached_property
    def particulars(self) -> Particulars:
        """Numbers and names, by the words around them."""
        return particulars(self.text[:MOST_CHARACTERS])


@dataclass(frozen=True, slots=True)
class Likeness:
    """Similarity of two texts. All figures are shares between 0 and 1."""

    jaccard: float
    """Jaccard index of their word trigrams."""
    containment: float
    """Share of the shorter text's trigrams that the longer one has."""
    size: float
    """Number of trigrams of the shorter text, divided by that of the longer one."""
    vocabulary: float = 0.0
    """Share of the distinct words of one text that the other has, for the text with fewer."""
    numbers: float = 1.0
    """Share of the numbers in the same context that agree; 1 if there are none."""
    names: float = 1.0
    """Share of the names in the same context that agree; 1 if there are none."""

    @property
    def is_copy(self) -> bool:
        """Whether the texts are near-duplicates, as when a newsroom takes over a story."""
        return self.shares_enough and self.numbers >= LEAST_NUMBERS and self.names >= LEAST_NAMES

    @property
    def shares_enough(self) -> bool:
        """Whether the texts are near-duplicates by their words, numbers and names left aside."""
        is_contained = self.containment >= LEAST_CONTAINMENT and self.size >= LEAST_SIZE
        is_as_long = self.size >= LEAST_SAME_SIZE
        is_reworded = is_as_long and self.jaccard >= LEAST_SCATTERED and self.vocabulary >= LEAST_VOCABULARY
        return self.jaccard >= LEAST_JACCARD or is_contained or is_reworded


def compare(one: Reading, other: Reading) -> Likeness:
    """Measure how similar two texts are, whatever their order."""
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
