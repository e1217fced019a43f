"""What one line of a dump shows by itself, and in its words against the whole dump.

Nothing here knows a language: the common words are those of the dump itself, the heading lexicon is one hint.
"""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
from numpy.typing import NDArray

from newscrawl.extraction.dump_headings import credit_at, heading_kind, label_kind
from newscrawl.extraction.dump_lines import Line

Matrix = NDArray[np.float32]

_WORD = re.compile(r"\w+")
_WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")
_DIGIT = re.compile(r"\d")
_TIME = re.compile(r"\b\d{1,2}[:h.]\d{2}\b(?!\.\d)|\b\d{1,2} ?(?:am|pm|AM|PM|Uhr)\b")
_DATE = re.compile(r"\b\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\b|\b(?:19|20)\d\d\b")
_STOP_INSIDE = re.compile(r"[^\W\d_]{2}[.!?…]+[\"”’»)]?\s+[\"“‘«(]?[^\W\d_]")
_END_STOP = re.compile(r"[.!?。！？؟।][\"”’»)\]\s]*$|…[\"”’»)]+$|\.\.\./\.$")
_END_CUT = re.compile(r"(?:…|\.\.+)[\s\]|)]*$")
_QUOTE = re.compile('[“”„«»"]')
_ADDRESS = re.compile(r"https?:|www\.|@\w")

_NAMES = """
words chars stop colon cut comma_end stops commas linked links images level bullet quote cells kind_row indent blank
caps upper digits time date first_upper first_digit quotes address credit word_length common in_title of_title shared
repeats glued lex_related lex_more lex_comments lex_share lex_tags lex_promo lex_menu lex_media lex_byline label_list
label_meta same_start
"""
BASE = tuple(_NAMES.split())
SLOT = {name: index for index, name in enumerate(BASE)}
LONG_WORDS = 8
MOST_WORDS = 400
"""Words of a line that are looked at; what a paragraph is shows earlier."""


def base_features(title: str, lines: list[Line], *, use_lexicon: bool = True) -> Matrix:
    """One row a line, the columns of ``BASE``: what a line shows by itself and against the whole dump."""
    tokens = [_WORD.findall(line.text[: 8 * MOST_WORDS].lower())[:MOST_WORDS] for line in lines]
    counts = [
        len(words) + len(_WIDE.findall(line.text[: 8 * MOST_WORDS])) / 2
        for line, words in zip(lines, tokens, strict=True)
    ]
    repeats = Counter(line.text for line in lines)
    prose = [
        index
        for index, line in enumerate(lines)
        if counts[index] >= LONG_WORDS and line.linked < 0.4 * len(line.text) and _END_STOP.search(line.text[-12:])
    ]
    if not prose:
        prose = sorted(range(len(lines)), key=lambda index: -counts[index])[:5]
    spread = Counter(word for index in prose for word in set(tokens[index]))
    frequent = Counter(word for index in prose for word in tokens[index])
    common = {word for word, _ in frequent.most_common(40)}
    title_words = set(_WORD.findall(title.lower()))
    in_prose = frozenset(prose)
    starts = Counter(tuple(words[:2]) for words in tokens if len(words) > 1)
    matrix = np.zeros((len(lines), len(BASE)), dtype=np.float32)
    for index, (line, words) in enumerate(zip(lines, tokens, strict=True)):
        own = 1 if index in in_prose else 0
        rare = {word for word in words if word not in common and len(word) > 1}
        known = len([word for word in rare if spread.get(word, 0) > own])
        mine = set(words)
        overlap = len(title_words & mine)
        size = max(len(words), 1)
        matrix[index, :35] = (
            *_shape(line, counts[index]),
            *_letters(line.text, use_lexicon=use_lexicon),
            sum(map(len, words)) / size,
            len([word for word in words if word in common]) / size,
            overlap / max(len(mine), 1),
            overlap / max(len(title_words), 1),
            known / max(len(rare), 1),
            min(repeats[line.text], 9),
            line.glued,
        )
        matrix[index, SLOT["same_start"]] = min(starts[tuple(words[:2])], 9)
        if use_lexicon:
            _lexicon(line.text, matrix[index])
    return matrix


def _shape(line: Line, count: float) -> tuple[float, ...]:
    text = line.text
    tail = text[-12:]
    return (
        float(np.log1p(count)),
        float(np.log1p(len(text))),
        bool(_END_STOP.search(tail)),
        tail.endswith((":", "：")),
        bool(_END_CUT.search(tail)),
        tail.endswith((",", ";", "-", "–")),
        min(len(_STOP_INSIDE.findall(text[: 8 * MOST_WORDS])), 20),
        min(text.count(",", 0, 8 * MOST_WORDS) / max(count, 1), 1),
        line.linked / max(len(text), 1),
        min(line.links, 30),
        min(line.images, 9),
        line.level,
        line.bullet,
        line.kind == "quote",
        min(line.cells, 9),
        line.kind == "table_row",
        min(line.indent, 80),
        line.blank,
    )


def _letters(text: str, *, use_lexicon: bool) -> tuple[float, ...]:
    text = text[: 4 * MOST_WORDS]
    parts = text.split()
    size = max(len(parts), 1)
    counted = _DIGIT.search(text) is not None
    return (
        len([part for part in parts if part[0].isupper()]) / size,
        len([part for part in parts if len(part) > 1 and part.isupper()]) / size,
        len([part for part in parts if part[0].isdigit()]) / size if counted else 0.0,
        (counted and bool(_TIME.search(text))) * (1 + 5 / (size + 4)),
        (counted and bool(_DATE.search(text))) * (1 + 5 / (size + 4)),
        text[:1].isupper(),
        text[:1].isdigit(),
        _QUOTE.search(text) is not None,
        bool(_ADDRESS.search(text)),
        credit_at(text) if use_lexicon and size < 80 else "©" in text,
    )


def _lexicon(text: str, row: Matrix) -> None:
    kind = heading_kind(text)
    slot = SLOT.get(f"lex_{kind}")
    if slot is not None:
        row[slot] = 1
    label = label_kind(text)
    if label in ("related", "more", "share", "comments", "promo", "media", "menu"):
        row[SLOT["label_list"]] = 1
    elif label:
        row[SLOT["label_meta"]] = 1
