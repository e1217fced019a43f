"""From a text dump (a title line, then body and sidebars mixed) to the article's blocks.

A dump is what an extractor left of a page: nothing tells paragraphs from lists of related items any more but what
they are. Each line is measured (``context_features``) and judged together with its neighbours (``forest``); what is
certain by itself is decided here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np

from newscrawl.extraction.context_features import features
from newscrawl.extraction.forest import Judges, load_judge
from newscrawl.extraction.line_features import BASE, SLOT, Floats, Matrix
from newscrawl.extraction.reasons import drop_reasons
from newscrawl.extraction.sentences import space_sentences, split_tail
from newscrawl.extraction.text_lines import Line, parse_lines
from newscrawl.items import Block

KEEP = 0.1
"""Chance from which a line is kept.

Far below that of the best F1, because a lost line of the article is worse than a kept one of a sidebar. On out-of-fold
judgements of dumps of news in many countries extracted text loses 0.1 of 100 body lines so, whole pages 1.7, half of
which are headlines of other articles that known answers hold. At 0.2 both lose twice as much, for .003 and .017 of F1.
"""

SURE = 0.6
"""Chance from which the judge is sure of a line."""
LONGEST_TITLE = 1000
LONGEST_HEADING = 6
"""Words of an unknown heading."""

_CUT_OFF = re.compile(r"(?:…|\.\.\.)$")


@dataclass(frozen=True, slots=True)
class Dump:
    """A cleaned text dump."""

    title: str
    """The first line that is not empty; "" where there is none."""
    blocks: tuple[Block, ...]
    """Everything below the title in reading order, kept or dropped with a reason."""


def clean_dump(text: str) -> Dump:
    """The title and the blocks of a text dump; ``kept_text(blocks)`` is the article. Raises nothing."""
    title, lines = split_dump(text)
    return Dump(title, _blocks(title, lines, load_judge()))


def split_dump(text: str) -> tuple[str, list[Line]]:
    """The title, and the lines below it; a heading glued to a paragraph's end is a line of its own."""
    lines = parse_lines(text)
    first = next((number for number, line in enumerate(lines) if line.text), None)
    if first is None:
        return "", []
    return lines[first].text, _with_headings_apart(lines[first + 1 :])


def _with_headings_apart(lines: list[Line]) -> list[Line]:
    found: list[Line] = []
    for line in lines:
        body, tail = split_tail(line.text)
        found.append(line._replace(text=body, linked=min(line.linked, len(body))) if tail else line)
        if tail:
            found.append(Line(tail, "paragraph", indent=line.indent, glued=True))
    return found


def _blocks(title: str, lines: list[Line], judge: Judges) -> tuple[Block, ...]:
    if not lines:
        return ()
    matrix = features(title, lines)
    kept = keep_lines(title, lines, matrix, judge)
    reasons = drop_reasons(lines, matrix[:, : len(BASE)], kept)
    blocks: list[Block] = []
    for line, reason in zip(lines, reasons, strict=True):
        spaced = space_sentences(line.text) if reason is None else line.text
        if line.glued and reason is None and blocks and blocks[-1].reason is None:
            blocks[-1] = replace(blocks[-1], text=f"{blocks[-1].text} {spaced}")
        elif line.text or line.images:
            blocks.append(Block(line.kind, spaced or "![]()", reason))
    return tuple(blocks)


def keep_lines(title: str, lines: list[Line], matrix: Matrix, judge: Judges) -> list[bool]:
    """Whether each line is the article."""
    chances = judge.chances(matrix)
    enough = chances >= KEEP
    headline = _words(title)
    enough[_closing_lists(lines, matrix) :] = False
    enough[_related_below(matrix, chances) :] = False
    before = [None, *lines]
    return [
        bool(line.text) and bool(keep) and not _is_row_of_its_own(line, previous) and _words(line.text) != headline
        for line, previous, keep in zip(lines, before, enough, strict=False)
    ]


def _related_below(matrix: Matrix, chances: Floats) -> int:
    """Where a known heading of related articles stands below which the judge is sure of no line."""
    known = np.flatnonzero(matrix[:, SLOT["lex_related"]] > 0)
    sure = np.flatnonzero(chances >= SURE)
    last = int(sure[-1]) if len(sure) else len(chances)
    return next((int(at) for at in known if at > last), len(chances))


def _closing_lists(lines: list[Line], matrix: Matrix) -> int:
    """Where the dump turns into nothing but bulleted lists that announce other articles.

    Items of one line, "- Section Headline Lead.", read like paragraphs one by one. A list of three to the dump's end
    does not under a known heading; nor does one of four under any short line when the items begin with the same
    words, their section. A headline with its lead may stand under a known heading before that.
    """
    known = matrix[:, SLOT["lex_related"]] + matrix[:, SLOT["lex_more"]] > 0
    short = (matrix[:, SLOT["words"]] <= np.log1p(LONGEST_HEADING)) & (matrix[:, SLOT["stop"]] == 0)
    end = len(lines)
    head = end - 1
    section: list[int] = []
    others = 0
    while head >= 0:
        is_item = lines[head].bullet and not known[head]
        listed = others == 0 and len(section) >= 3
        if (known[head] and (listed or (end < len(lines) and len(section) <= 2))) or (
            not is_item and short[head] and listed and len(section) >= 4 and _share_start(matrix, section)
        ):
            end, section, others = head, [], 0
        elif lines[head].text:
            section.append(head)
            others += not is_item
        if others and (end == len(lines) or len(section) > 2):
            break
        head -= 1
    return end


def _share_start(matrix: Matrix, section: list[int]) -> bool:
    """Whether four in five lines begin with two words that as many lines of the dump begin with."""
    return bool(np.mean(matrix[section, SLOT["same_start"]] >= min(0.8 * len(section), 9)) >= 0.8)


def _is_row_of_its_own(line: Line, previous: Line | None) -> bool:
    """Whether a line that is alone in its table row is a teaser that breaks off, or stands below a picture's row.

    "… trao tặng Sở Giáo dục và Đào tạo 554 triệu ... |", and the caption that follows "![]() |".
    """
    pictured = previous is not None and previous.kind == "image" and previous.cells == 1
    return line.cells == 1 and (pictured or _CUT_OFF.search(line.text) is not None)


def _words(text: str) -> list[str]:
    """The words two lines are compared by; a text too long for a title has none but itself."""
    return re.findall(r"\w+", text.casefold()) if len(text) < LONGEST_TITLE else [text]
