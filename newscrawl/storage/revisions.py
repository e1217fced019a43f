"""Compare two versions of an article: what counts as a change, and which paragraphs changed."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any, Literal, Self

from newscrawl.items import Block

_COMMENTS = (
    r"(?:reader )?comments?|replies|responses|bình luận|ý kiến|phản hồi|kommentare?|leserkommentare?|commentaires?"
    r"|comentarios?|comentários?|commenti|reacties|kommentarer|komentarz[ey]|komentarzy|komentar|yorum"
    r"|комментари(?:й|я|и|ев)|коментар(?:і|ів|я)|コメント|댓글|评论|評論|留言"
)
_NUMBER = r"\(?\d+(?:[.,]\d+)?\s?[kmKM]?\)?"
_COUNTER = re.compile(rf"(?:{_NUMBER}\s*(?:{_COMMENTS})|(?:{_COMMENTS})\s*:?\s*{_NUMBER})\W*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Change:
    """A paragraph that only one of two texts has."""

    kind: Literal["added", "removed"]
    text: str


def is_same(one: str | None, other: str | None) -> bool:
    """Whether two texts are equal but for white space, Unicode composition and comment counters."""
    return one == other or _normal(one) == _normal(other)


def _normal(text: str | None) -> str:
    return " ".join(word for line in _paragraphs(text) for word in line.split())


def _paragraphs(text: str | None) -> list[str]:
    lines = [" ".join(line.split()) for line in unicodedata.normalize("NFC", text or "").split("\n")]
    return [line for line in lines if line and not _COUNTER.fullmatch(line)]


def is_same_page(old: Collection[Block], new: Collection[Block]) -> bool:
    """Whether two readings of a page differ only in which of their common lines were kept.

    The boxes around an article change all the time, and a borderline line is classified by its neighbours; that makes
    no revision. Lines that one reading both keeps and drops, such as a lead repeated as a paragraph, do not count.
    """
    kept, dropped = ([_lines(blocks, is_kept=is_kept) for blocks in (old, new)] for is_kept in (True, False))
    flipped = (kept[0] - dropped[0]) & (dropped[1] - kept[1]) | (kept[1] - dropped[1]) & (dropped[0] - kept[0])
    texts = [
        "\n".join(block.text for block in blocks if block.reason is None and _normal(block.text) not in flipped)
        for blocks in (old, new)
    ]
    return bool(flipped) and is_same(*texts)


def _lines(blocks: Iterable[Block], *, is_kept: bool) -> set[str]:
    return {_normal(block.text) for block in blocks if (block.reason is None) == is_kept and block.reason != "template"}


def changes(earlier: str | None, later: str | None) -> Iterator[Change]:
    """Yield removed and added paragraphs in the order of the text; a reworded one is removed and added."""
    old, new = _paragraphs(earlier), _paragraphs(later)
    for _, first, last, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if old[first:last] != new[start:end]:
            yield from (Change("removed", line) for line in old[first:last])
            yield from (Change("added", line) for line in new[start:end])


FieldChange = Literal["gained", "lost", "changed"]
"""How a field changed: it was empty, it is empty now, or it has another value."""


@dataclass(slots=True)
class Tally:
    """Counts of re-extracted articles."""

    outcomes: Counter[str] = field(default_factory=Counter)
    """``changed``, ``unchanged``, and ``left`` for articles that could not be re-extracted."""
    reasons: Counter[str] = field(default_factory=Counter)
    """Why articles could not be re-extracted."""
    fields: dict[str, Counter[str]] = field(default_factory=dict)
    """Number of articles by changed field and kind of change."""
    words: Counter[str] = field(default_factory=Counter)
    """Words that the texts gained and lost."""

    @property
    def pages(self) -> int:
        """Number of articles counted."""
        return self.outcomes.total()

    def leave(self, reason: str) -> None:
        """Count an article that is left unchanged because it could not be re-extracted."""
        self.outcomes["left"] += 1
        self.reasons[reason] += 1

    def count(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        """Count an article; `new` has only the changed fields."""
        self.outcomes["changed" if new else "unchanged"] += 1
        for name in new:
            self.fields.setdefault(name, Counter())[change_of(old[name], new[name])] += 1
        if "text" in new:
            before, after = Counter(old["text"].split()), Counter(new["text"].split())
            self.words["gained"] += (after - before).total()
            self.words["lost"] += (before - after).total()

    def plus(self, other: Self) -> Self:
        """Return the sum of both."""
        names = self.fields.keys() | other.fields.keys()
        fields = {name: self.fields.get(name, Counter()) + other.fields.get(name, Counter()) for name in names}
        outcomes, reasons, words = (
            getattr(self, name) + getattr(other, name) for name in ("outcomes", "reasons", "words")
        )
        return type(self)(outcomes, reasons, fields, words)

    def as_json(self) -> dict[str, Any]:
        """Return the counts as stored in `reextractions.counts`."""
        return {
            "outcomes": dict(self.outcomes),
            "reasons": dict(self.reasons),
            "fields": {name: dict(counts) for name, counts in self.fields.items()},
            "words": dict(self.words),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Read `reextractions.counts`."""
        return cls(
            Counter(stored["outcomes"]),
            Counter(stored["reasons"]),
            {name: Counter(counts) for name, counts in stored["fields"].items()},
            Counter(stored["words"]),
        )


def change_of(old: object, new: object) -> FieldChange:
    """Return how a field changed. False is a value, not an empty field."""
    if old in (None, "", []):
        return "gained"
    return "lost" if new in (None, "", []) else "changed"
