"""What one line of a dump shows by itself, and in its words against the whole dump.

Nothing here knows a language: the common words are those of the dump itself, the heading lexicon is one hint.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from newscrawl.extraction.dump_lines import Line
from newscrawl.extraction.line_facts import LETTERS, LEXICON, SHAPE, LineFacts, facts_of

Matrix = NDArray[np.float32]
Floats = NDArray[np.float64]

_NAMES = """
words chars stop colon cut comma_end stops commas linked links images level bullet quote cells kind_row indent blank
caps upper digits time date first_upper first_digit quotes address credit word_length common in_title of_title shared
repeats glued lex_related lex_more lex_comments lex_share lex_tags lex_promo lex_menu lex_media lex_byline label_list
label_meta same_start
"""
BASE = tuple(_NAMES.split())
SLOT = {name: index for index, name in enumerate(BASE)}
LONG_WORDS = 8
_OF_TEXT = [SLOT[name] for name in (*SHAPE, *LETTERS, *LEXICON)]
_WORD = re.compile(r"\w+")


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
    title_words = frozenset(_WORD.findall(title.lower()))
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
