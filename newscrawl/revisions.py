"""What a publisher changed in an article, and what is no change."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

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


def changes(earlier: str | None, later: str | None) -> Iterator[Change]:
    """Yield the paragraphs that went and those that came, in the order of the text; a reworded one went and came."""
    old, new = _paragraphs(earlier), _paragraphs(later)
    for _, first, last, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if old[first:last] != new[start:end]:
            yield from (Change("removed", line) for line in old[first:last])
            yield from (Change("added", line) for line in new[start:end])
