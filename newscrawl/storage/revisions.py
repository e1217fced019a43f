"""What a publisher changed in an article, and what is no change."""

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
    """A paragraph that one text has and the other has not."""

    kind: Literal["added", "removed"]
    text: str


def is_same(one: str | None, other: str | None) -> bool:
    """Whether two texts say the same: white space, how letters are composed, and counters of comments tell nothing."""
    return one == other or _said(one) == _said(other)


def _said(text: str | None) -> str:
    return " ".join(word for line in _paragraphs(text) for word in line.split())


def _paragraphs(text: str | None) -> list[str]:
    lines = [" ".join(line.split()) for line in unicodedata.normalize("NFC", text or "").split("\n")]
    return [line for line in lines if line and not _COUNTER.fullmatch(line)]


def is_judged_otherwise(old: Collection[Block], new: Collection[Block]) -> bool:
    """Whether two pages say the same, and differ only in which lines of both were taken for the article's.

    What a site puts around an article turns, and a doubtful line may be judged by what is near it. What is kept and
    dropped on one page, such as a lead that is a paragraph as well, tells nothing.
    """
    kept, dropped = ([_lines(blocks, is_kept=is_kept) for blocks in (old, new)] for is_kept in (True, False))
    turned = (kept[0] - dropped[0]) & (dropped[1] - kept[1]) | (kept[1] - dropped[1]) & (dropped[0] - kept[0])
    texts = ["\n".join(block.text for block in blocks if _is_kept_besides(block, turned)) for blocks in (old, new)]
    return bool(turned) and is_same(*texts)


def _lines(blocks: Iterable[Block], *, is_kept: bool) -> set[str]:
    return {_said(block.text) for block in blocks if (block.reason is None) == is_kept and block.reason != "template"}


def _is_kept_besides(block: Block, others: Collection[str]) -> bool:
    return block.reason is None and _said(block.text) not in others


def changes(earlier: str | None, later: str | None) -> Iterator[Change]:
    """Yield the paragraphs that went and those that came, in the order of the text; a reworded one went and came."""
    old, new = _paragraphs(earlier), _paragraphs(later)
    for _, first, last, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if old[first:last] != new[start:end]:
            yield from (Change("removed", line) for line in old[first:last])
            yield from (Change("added", line) for line in new[start:end])


FieldChange = Literal["gained", "lost", "changed"]
"""A field that was empty, one that is, or one that says something else."""


@dataclass(slots=True)
class Tally:
    """Articles that were read again, by what came of it."""

    outcomes: Counter[str] = field(default_factory=Counter)
    """``changed``, ``unchanged``, and ``left`` where there is no new reading."""
    reasons: Counter[str] = field(default_factory=Counter)
    """Why articles were left as they are."""
    fields: dict[str, Counter[str]] = field(default_factory=dict)
    """How many articles changed in a field, and how."""
    words: Counter[str] = field(default_factory=Counter)
    """Words that the texts gained and lost."""

    @property
    def pages(self) -> int:
        """How many were read."""
        return self.outcomes.total()

    def leave(self, reason: str) -> None:
        """Count an article that stays as it is, for want of a new reading."""
        self.outcomes["left"] += 1
        self.reasons[reason] += 1

    def count(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        """Count an article by its changed fields: `new` has these alone."""
        self.outcomes["changed" if new else "unchanged"] += 1
        for name in new:
            self.fields.setdefault(name, Counter())[change_of(old[name], new[name])] += 1
        if "text" in new:
            before, after = Counter(old["text"].split()), Counter(new["text"].split())
            self.words["gained"] += (after - before).total()
            self.words["lost"] += (before - after).total()

    def as_json(self) -> dict[str, Any]:
        """As stored in `reextractions.counts`."""
        return {
            "outcomes": dict(self.outcomes),
            "reasons": dict(self.reasons),
            "fields": {name: dict(counts) for name, counts in self.fields.items()},
            "words": dict(self.words),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """From `reextractions.counts`."""
        return cls(
            Counter(stored["outcomes"]),
            Counter(stored["reasons"]),
            {name: Counter(counts) for name, counts in stored["fields"].items()},
            Counter(stored["words"]),
        )


def change_of(old: object, new: object) -> FieldChange:
    """Say how a field changed. What is false says something."""
    if old in (None, "", []):
        return "gained"
    return "lost" if new in (None, "", []) else "changed"
