"""The numbers and names of a text by the words around them: what a daily report changes and a copy keeps."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping
from itertools import groupby
from typing import Literal

from newscrawl.dedupe.words import folded

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
