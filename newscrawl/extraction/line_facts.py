"""What the text of one line shows by itself, whatever stands around it.

Nothing here knows a language; the heading lexicon is one hint. Sites repeat their menus on every page, so that what is
known of short texts is remembered.
"""

from __future__ import annotations

import re
import struct
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from newscrawl.extraction.dump_headings import credit_at, heading_kind, label_kind

MOST_WORDS = 400
"""Words of a line that are looked at; what a paragraph is shows earlier."""
SHAPE = "stop colon cut comma_end stops commas".split()
LETTERS = "caps upper digits time date first_upper first_digit quotes address credit word_length".split()
_HEADINGS = "related more comments share tags promo menu media byline".split()
LEXICON = [*(f"lex_{kind}" for kind in _HEADINGS), "label_list", "label_meta"]
REMEMBERED, LONGEST_REMEMBERED = 4096, 1000
"""Texts, and the characters of the longest: a worker's memory grows by 10 MB with real pages, 100 MB with any."""

_WORD = re.compile(r"\w+")
_WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")
_DIGIT = re.compile(r"\d")
_TIME = re.compile(r"\b\d{1,2}[:h.]\d{2}\b(?!\.\d)|\b\d{1,2} ?(?:am|pm|AM|PM|Uhr)\b")
_DATE = re.compile(r"\b\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\b|\b(?:19|20)\d\d\b")
_STOP_INSIDE = re.compile(r"[^\W\d_]{2}[.!?…]+[\"”’»)]?\s+[\"“‘«(]?[^\W\d_]")
_STOPS = re.compile("[.!?…]")
_FIRST = itemgetter(0)
_END_STOP = re.compile(r"[.!?。！？؟।][\"”’»)\]\s]*$|…[\"”’»)]+$|\.\.\./\.$")
_END_CUT = re.compile(r"(?:…|\.\.+)[\s\]|)]*$")
_QUOTE = re.compile('[“”„«»"]')
_ADDRESS = re.compile(r"https?:|www\.|@\w")
_LIST_LABELS = frozenset(("related", "more", "share", "comments", "promo", "media", "menu"))
_PLACE = {kind: place for place, kind in enumerate(_HEADINGS)}
_PACKED = struct.Struct(f"{len(SHAPE) + len(LETTERS) + len(LEXICON)}f")
"""One row of a matrix of float32."""


class LineFacts(NamedTuple):
    """A text as numbers and words."""

    words: list[str]
    """In lower case, the first of a long line."""
    different: set[str]
    long: set[str]
    """Those of more than one letter."""
    amount: float
    """How many there are; two characters of a script without spaces are one."""
    size: int
    """Characters of the text."""
    ends: bool
    """With the end of a sentence."""
    row: bytes
    """The values of ``SHAPE``, ``LETTERS`` and ``LEXICON``, as float32."""


def facts_of(text: str, *, use_lexicon: bool = True) -> LineFacts:
    """Read a text."""
    return (_remembered if len(text) <= LONGEST_REMEMBERED else _facts)(text, use_lexicon)


def _facts(text: str, use_lexicon: bool) -> LineFacts:
    begin = text[: 8 * MOST_WORDS]
    words = _WORD.findall(begin.lower())[:MOST_WORDS]
    count = len(words) if begin.isascii() else len(words) + len(_WIDE.findall(begin)) / 2
    different = set(words)
    shape = _shape(text, begin, count)
    letters = _letters(text[: 4 * MOST_WORDS], use_lexicon=use_lexicon)
    length = sum(map(len, words)) / max(len(words), 1)
    lexicon = _lexicon(text) if use_lexicon else _NOTHING
    row = _PACKED.pack(*shape, *letters, length, *lexicon)
    return LineFacts(words, different, {word for word in different if len(word) > 1}, count, len(text), shape[0], row)


_remembered = lru_cache(maxsize=REMEMBERED)(_facts)


def _shape(text: str, begin: str, count: float) -> tuple[bool, bool, bool, bool, int, float]:
    tail = text[-12:]
    stop = _STOPS.search(begin)
    return (
        _END_STOP.search(tail) is not None,
        tail.endswith((":", "：")),
        _END_CUT.search(tail) is not None,
        tail.endswith((",", ";", "-", "–")),
        min(len(_STOP_INSIDE.findall(begin, max(stop.start() - 2, 0))), 20) if stop else 0,
        min(begin.count(",") / max(count, 1), 1),
    )


def _letters(text: str, *, use_lexicon: bool) -> tuple[float, ...]:
    parts = text.split()
    size = max(len(parts), 1)
    counted = _DIGIT.search(text) is not None
    return (
        sum(map(str.isupper, map(_FIRST, parts))) / size,
        len([part for part in filter(str.isupper, parts) if len(part) > 1]) / size,
        sum(map(str.isdigit, map(_FIRST, parts))) / size if counted else 0.0,
        (counted and bool(_TIME.search(text))) * (1 + 5 / (size + 4)),
        (counted and bool(_DATE.search(text))) * (1 + 5 / (size + 4)),
        text[:1].isupper(),
        text[:1].isdigit(),
        _QUOTE.search(text) is not None,
        _ADDRESS.search(text) is not None,
        credit_at(text) if use_lexicon and size < 80 else "©" in text,
    )


_NOTHING = (0,) * len(LEXICON)


def _lexicon(text: str) -> tuple[int, ...]:
    kind, label = heading_kind(text), label_kind(text)
    if not kind and not label:
        return _NOTHING
    row = [0] * len(LEXICON)
    if kind in _PLACE:
        row[_PLACE[kind]] = 1
    if label:
        row[-2 if label in _LIST_LABELS else -1] = 1
    return tuple(row)
