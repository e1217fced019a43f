"""What one line shows by itself, and in its words against the whole page or dump.

Nothing here knows a language: the common words are those of the page itself, the lexicon of headings is one hint. Sites
repeat their menus on every page, so that what is known of short texts is remembered.
"""

from __future__ import annotations

import re
import struct
from collections import Counter
from functools import lru_cache
from itertools import chain, pairwise
from operator import itemgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from newscrawl.extraction.headings import credit_at, heading_kind, label_kind
from newscrawl.extraction.text_lines import Line

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
_DATE = re.compile(r"\b\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\b|\b(?:19|20)\d\d(?:\b|[年년])|\d{1,2}[月월] ?\d{1,2}[日일]")
_STOP_INSIDE = re.compile(r"[^\W\d_]{2}[.!?…।؟]+[\"”’»)]?\s+[\"“‘«(]?[^\W\d_]|\w[。！？]+[”」』）]*(?=[^”」』）])")
_STOPS = re.compile("[.!?…।؟。！？]")
_COMMAS = re.compile("[,，、،]")
_FIRST = itemgetter(0)
_END_STOP = re.compile(r"[.!?。！？؟।][\"”’»)\]」』）】\s]*$|…[\"”’»)」』）]+$|\.\.\./\.$")
_END_CUT = re.compile(r"(?:…|\.\.+)[\s\]|)]*$")
_QUOTE = re.compile('[“”„«»"「」『』]')
_ADDRESS = re.compile(r"https?:|www\.|@\w")
_LIST_LABELS = frozenset(("related", "more", "share", "comments", "promo", "media", "menu"))
_PLACE = {kind: place for place, kind in enumerate(_HEADINGS)}
_PACKED = struct.Struct(f"{len(SHAPE) + len(LETTERS) + len(LEXICON)}f")
"""One row of a matrix of float32."""


class LineFacts(NamedTuple):
    """A text as numbers and words."""

    words: list[str]
    """In lower case, the first of a long line; pairs of characters where a script has no spaces."""
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
    wide = 0 if begin.isascii() else len(_WIDE.findall(begin))
    count = len(words) + wide / 2
    shape = _shape(text, begin, count)
    letters = _letters(text[: 4 * MOST_WORDS], use_lexicon=use_lexicon)
    length = sum(map(len, words)) / max(len(words), 1)
    if wide:
        words = _divided(words)[:MOST_WORDS]
    different = set(words)
    lexicon = _lexicon(text) if use_lexicon else _NOTHING
    row = _PACKED.pack(*shape, *letters, length, *lexicon)
    return LineFacts(words, different, {word for word in different if len(word) > 1}, count, len(text), shape[0], row)


def terms_of(text: str) -> list[str]:
    """The words of a text in lower case, as ``LineFacts.words`` has them."""
    words = _WORD.findall(text.lower())
    return words if text.isascii() or not _WIDE.search(text) else _divided(words)


def _divided(words: list[str]) -> list[str]:
    """The words, and in the place of those of a script without spaces their pairs of characters."""
    found: list[str] = []
    for word in words:
        if len(word) > 2 and not word.isascii() and _WIDE.search(word):
            found += map("".join, pairwise(word))
        else:
            found.append(word)
    return found


_remembered = lru_cache(maxsize=REMEMBERED)(_facts)


def _shape(text: str, begin: str, count: float) -> tuple[bool, bool, bool, bool, int, float]:
    tail = text[-12:]
    stop = _STOPS.search(begin)
    return (
        _END_STOP.search(tail) is not None,
        tail.endswith((":", "：")),
        _END_CUT.search(tail) is not None,
        tail.endswith((",", ";", "-", "–", "，", "、", "；", "،")),
        min(len(_STOP_INSIDE.findall(begin, max(stop.start() - 2, 0))), 20) if stop else 0,
        min((begin.count(",") if begin.isascii() else len(_COMMAS.findall(begin))) / max(count, 1), 1),
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


Matrix = NDArray[np.float32]
Floats = NDArray[np.float64]

BASE = {
    "words": "words (log); two characters of a script without spaces are one",
    "chars": "characters (log)",
    "stop": "ends with the end of a sentence",
    "colon": "ends with a colon",
    "cut": "breaks off, as a teaser does",
    "comma_end": "ends with a comma, a semicolon or a dash",
    "stops": "ends of sentences within it, up to 20",
    "commas": "commas a word, up to 1",
    "linked": "share of its characters that are links",
    "links": "links, up to 30",
    "images": "pictures since the line before, up to 9",
    "level": "level of a heading; 0 for none",
    "bullet": "is the item of a list",
    "quote": "stands in a quotation",
    "cells": "cells of its table row, up to 9",
    "kind_row": "is a table row",
    "indent": "characters that it is indented by, up to 80",
    "blank": "empty lines before it",
    "caps": "share of its words that begin with a capital letter",
    "upper": "share of its words in capital letters",
    "digits": "share of its words that begin with a digit",
    "time": "holds a time of day; more for a short line",
    "date": "holds a date or a year; more for a short line",
    "first_upper": "begins with a capital letter",
    "first_digit": "begins with a digit",
    "quotes": "holds a quotation mark",
    "address": "holds a web address or a handle",
    "credit": "holds the credit of a picture",
    "word_length": "mean length of its words",
    "common": "share of its words that are among the 40 most frequent ones of the page's prose",
    "in_title": "share of its words that are in the title",
    "of_title": "share of the title's words that are in it",
    "shared": "share of its rare words that the page's prose uses elsewhere",
    "repeats": "lines of the page with the same text, up to 9",
    "glued": "was cut from the end of the line before",
    "lex_related": "is a known heading of related articles",
    "lex_more": "is a known heading of more articles",
    "lex_comments": "is a known heading of comments",
    "lex_share": "is a known label of sharing",
    "lex_tags": "is a known heading of topics",
    "lex_promo": "is a known heading of promotion",
    "lex_menu": "is a known entry of menus",
    "lex_media": "is a known label of media",
    "lex_byline": "is a known label of bylines",
    "label_list": "begins with a known label of other things: related, more, share, comments, promotion, media, menu",
    "label_meta": "begins with another known label",
    "same_start": "lines of the page that begin with the same two words, up to 9",
}
"""The columns of ``base_features``, in their order."""
SLOT = {name: index for index, name in enumerate(BASE)}
LONG_WORDS = 8
_OF_TEXT = [SLOT[name] for name in (*SHAPE, *LETTERS, *LEXICON)]


def base_features(title: str, lines: list[Line], *, use_lexicon: bool = True) -> Matrix:
    """One row a line, the columns of ``BASE``: what a line shows by itself and against the whole dump."""
    facts = [facts_of(line.text, use_lexicon=use_lexicon) for line in lines]
    matrix = np.zeros((len(lines), len(BASE)), dtype=np.float32)
    if not lines:
        return matrix
    matrix[:, _OF_TEXT] = np.frombuffer(b"".join([fact.row for fact in facts]), np.float32).reshape(len(lines), -1)
    columns = _of_mark_up(lines, facts) | _among_others(title, lines, facts)
    matrix[:, [SLOT[name] for name in columns]] = np.stack(list(columns.values()), axis=1)
    return matrix


def _of_mark_up(lines: list[Line], facts: list[LineFacts]) -> dict[str, Floats]:
    """What the mark-up of each line says, and its length."""
    sizes = np.array([fact.size for fact in facts], np.float64)
    rows = [
        (line.linked, line.links, line.images, line.level, line.bullet, line.cells, line.indent, line.blank, line.glued)
        for line in lines
    ]
    linked, links, images, level, bullet, cells, indent, blank, glued = np.array(rows, np.float64).T
    kinds = [line.kind for line in lines]
    return {
        "words": np.log1p(np.array([fact.amount for fact in facts], np.float64)),
        "chars": np.log1p(sizes),
        "linked": linked / np.maximum(sizes, 1),
        "links": np.minimum(links, 30),
        "images": np.minimum(images, 9),
        "level": level,
        "bullet": bullet,
        "quote": np.array([kind == "quote" for kind in kinds], np.float64),
        "cells": np.minimum(cells, 9),
        "kind_row": np.array([kind == "table_row" for kind in kinds], np.float64),
        "indent": np.minimum(indent, 80),
        "blank": blank,
        "glued": glued,
    }


def _among_others(title: str, lines: list[Line], facts: list[LineFacts]) -> dict[str, Floats]:
    """What the words of each line have in common with the title, with the prose of the dump and with other lines."""
    prose = _prose(lines, facts)
    frequent = Counter(chain.from_iterable([facts[index].words for index in prose]))
    common = frozenset(word for word, _ in frequent.most_common(40))
    spread = Counter(chain.from_iterable([facts[index].different for index in prose]))
    anywhere, elsewhere = frozenset(spread), frozenset(word for word, number in spread.items() if number > 1)
    title_words = frozenset(terms_of(title))
    repeats = Counter([line.text for line in lines])
    starts = Counter([tuple(fact.words[:2]) for fact in facts if len(fact.words) > 1])
    in_prose = frozenset(prose)
    rows = []
    for index, (line, fact) in enumerate(zip(lines, facts, strict=True)):
        rare = fact.long - common
        overlap = len(title_words & fact.different)
        rows.append(
            (
                sum(map(common.__contains__, fact.words)) / max(len(fact.words), 1),
                overlap / max(len(fact.different), 1),
                overlap / max(len(title_words), 1),
                len(rare & (elsewhere if index in in_prose else anywhere)) / max(len(rare), 1),
                min(repeats[line.text], 9),
                min(starts[tuple(fact.words[:2])], 9),
            )
        )
    names = ("common", "in_title", "of_title", "shared", "repeats", "same_start")
    return dict(zip(names, np.array(rows, np.float64).T, strict=True))


def _prose(lines: list[Line], facts: list[LineFacts]) -> list[int]:
    """The lines whose words are those of the dump's own prose: its sentences, else its longest lines."""
    prose = [
        index
        for index, (line, fact) in enumerate(zip(lines, facts, strict=True))
        if fact.ends and fact.amount >= LONG_WORDS and line.linked < 0.4 * fact.size
    ]
    return prose or sorted(range(len(lines)), key=lambda index: -facts[index].amount)[:5]
