"""Differences between two texts, word by word, in bounded time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from newscrawl.search.query import words_of
from newscrawl.text import nfc

MOST_PAIRS = 20_000
"""Pairs of equal pieces up to which two sequences are compared; each may cost a step of a quadratic search."""
_ALIKE = 0.4
"""Share of words in common from which two paragraphs count as one that was reworded."""

Kind = Literal["same", "added", "removed"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words that both texts have, or one of them."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """A paragraph of the earlier text beside what became of it; None where one text has none."""

    before: tuple[Piece, ...] | None
    after: tuple[Piece, ...] | None

    @property
    def is_changed(self) -> bool:
        """Whether the two differ."""
        return self.before != self.after


def compare(before: str | None, after: str | None) -> list[Row]:
    """Align the paragraphs of two texts, and mark the words of reworded ones.

    What would take too long to compare is shown as replaced: the pieces are always all of both texts.
    """
    old, new = _lines(before), _lines(after)
    rows: list[Row] = []
    for tag, first, last, start, end in _opcodes(old, new):
        if tag == "equal":
            rows += [Row((Piece("same", line),), (Piece("same", line),)) for line in old[first:last]]
        else:
            rows += _changed(old[first:last], new[start:end])
    return rows


def _lines(text: str | None) -> list[str]:
    lines = [" ".join(line.split()) for line in nfc(text or "").split("\n")]
    return [line for line in lines if line]


def _changed(old: Sequence[str], new: Sequence[str]) -> list[Row]:
    """Pair reworded paragraphs in order; what has no counterpart stands alone."""
    rows: list[Row] = []
    place = 0
    is_comparable = len(old) * len(new) <= MOST_PAIRS
    ahead = [Counter(_words(line)) for line in new] if is_comparable else []
    for line in old:
        words = Counter(_words(line)) if is_comparable else Counter[str]()
        found = next((index for index in range(place, len(ahead)) if words and _alike(words, ahead[index])), None)
        if found is None:
            rows.append(Row((Piece("removed", line),), None))
            continue
        rows += [Row(None, (Piece("added", other),)) for other in new[place:found]]
        rows.append(Row(*_words_marked(line, new[found])))
        place = found + 1
    return [*rows, *(Row(None, (Piece("added", line),)) for line in new[place:])]


def _alike(one: Counter[str], other: Counter[str]) -> bool:
    common = (one & other).total()
    return common >= _ALIKE * min(one.total(), other.total()) and common >= _ALIKE / 2 * max(one.total(), other.total())


def _words(line: str) -> list[str]:
    return [word for word, _, _ in words_of(line)]


def _words_marked(before: str, after: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    old, new = _pieces(before), _pieces(after)
    left: list[Piece] = []
    right: list[Piece] = []
    keys = [[piece.rstrip() for piece in pieces] for pieces in (old, new)]  # the last word has no space behind it
    for tag, first, last, start, end in _opcodes(*keys):
        kinds: tuple[Kind, Kind] = ("same", "same") if tag == "equal" else ("removed", "added")
        for pieces, kind, part in ((left, kinds[0], old[first:last]), (right, kinds[1], new[start:end])):
            if part:
                pieces.append(Piece(kind, "".join(part)))
    return tuple(left), tuple(right)


def _pieces(line: str) -> list[str]:
    """Return a line as words, each with the signs and spaces behind it."""
    starts = [start for _, start, _ in words_of(line)]
    if not starts:
        return [line]
    ends = [*starts[1:], len(line)]
    found = [line[start:end] for start, end in zip(starts, ends, strict=True)]
    return [line[: starts[0]], *found] if starts[0] else found


_Opcode = tuple[str, int, int, int, int]


def _opcodes(old: Sequence[str], new: Sequence[str]) -> list[_Opcode]:
    """Return what `SequenceMatcher` does, of what remains between the equal beginnings and ends."""
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    middle_old, middle_new = old[head : len(old) - tail], new[head : len(new) - tail]
    known = Counter(middle_new)
    if sum(known[piece] for piece in middle_old) <= MOST_PAIRS:
        middle = SequenceMatcher(None, middle_old, middle_new, autojunk=False).get_opcodes()
    else:
        middle = [("replace", 0, len(middle_old), 0, len(middle_new))]
    found: list[_Opcode] = [("equal", 0, head, 0, head)] if head else []
    found += [(tag, first + head, last + head, start + head, end + head) for tag, first, last, start, end in middle]
    if tail:
        found.append(("equal", len(old) - tail, len(old), len(new) - tail, len(new)))
    return found
