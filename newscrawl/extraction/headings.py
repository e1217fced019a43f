"""The lexicon of section headings and labels, in many languages.

It is one hint among many: a heading only counts together with what follows it, so a phrase that is missing here, or
that stands in a real sentence, decides nothing alone.
"""

from __future__ import annotations

import json
import re
from functools import cache, lru_cache
from importlib import resources

_EDGES = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_COLON = re.compile("[:：/]")
_LETTERS = re.compile(r"[^\W\d_]+")
_LABEL = re.compile(r"[:：|»>]|[-–—]\s")
_PARTS = re.compile(r"[.。!?|/(\[（【–—]")
_CLOSING = ".。)]）】 "
LONGEST = 40
"""Characters of the longest phrase that is looked up."""


@cache
def lexicon() -> dict[str, str]:
    """Kind of heading by folded phrase: related, more, comments, share, tags, promo, menu, media, credit, byline."""
    text = resources.files(__package__).joinpath("headings.json").read_text(encoding="utf-8")
    kinds: dict[str, dict[str, list[str]]] = json.loads(text)
    found: dict[str, str] = {}
    for kind in sorted(kinds, key=lambda kind: kind in ("credit", "byline", "media")):
        for phrases in kinds[kind].values():
            for phrase in phrases:
                found.setdefault(_fold(phrase), kind)
    return found


def _fold(text: str) -> str:
    return _EDGES.sub("", text[: 2 * LONGEST].casefold())


@lru_cache(maxsize=4096)  # a line is asked for twice, and sites repeat their menus on every page
def _kind_of(text: str) -> str:
    return lexicon().get(_fold(text), "")


def heading_kind(text: str) -> str:
    """The kind of a line that is a known heading and nothing else; "" for all others."""
    return _kind_of(text) if len(text) <= LONGEST else ""


def label_kind(text: str) -> str:
    """The kind of a known phrase that a line begins with as a label ("Xem thêm: …", "Photo: …"); else ""."""
    found = _LABEL.search(text[: LONGEST + 4])
    return _kind_of(text[: found.start()]) if found else ""


def begins_as(text: str, kind: str) -> bool:
    """Whether a text begins with a known phrase of two or three words of a kind, or with a label of it."""
    words = text[: 2 * LONGEST].split()
    return label_kind(text) == kind or any(_kind_of(" ".join(words[:size])) == kind for size in (2, 3))


@cache
def _credits() -> frozenset[str]:
    text = resources.files(__package__).joinpath("headings.json").read_text(encoding="utf-8")
    return frozenset(_fold(phrase) for phrases in json.loads(text)["credit"].values() for phrase in phrases)


def ends_in_credit(text: str) -> bool:
    """Whether the last sentence of a text is a known phrase of a picture's credit: "… on the coast. File photo"."""
    return _fold(_PARTS.split(text[-2 * LONGEST :].rstrip(_CLOSING))[-1]) in _credits()


def credit_at(text: str) -> bool:
    """Whether a picture's credit stands in the line: "Ảnh: …", "(Foto: …", "© …"."""
    if "©" in text:
        return True
    tail = text[-100:]
    for found in _COLON.finditer(tail):
        words = _LETTERS.findall(tail[: found.start()])[-3:]
        if any(" ".join(words[-n:]).casefold() in _credits() for n in (1, 2, 3) if len(words) >= n):
            return True
    return False
