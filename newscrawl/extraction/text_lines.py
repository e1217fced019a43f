"""From a text dump to plain lines that remember their mark-up.

A dump may be plain text, Markdown, or a page laid out with indents. Mark-up goes out of the text and into
numbers, because it tells a list of links from a paragraph.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

from newscrawl.items import BlockKind

LONGEST_WRAP, SHORTEST_WRAP = 100, 60
"""Columns to which texts are wrapped."""
WIDE_PIECE = 4
"""Columns of a character of a script without spaces and of the punctuation that must not begin a line."""
BLANKS = "\u3000\u3000"
"""How a paragraph begins in such a script, and what extractors take off."""

_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u2060\ufeff\ufffc]")
_MARKDOWN = re.compile(r"\]\(|\*\*|^#{1,6} |^[ \t]*\\?[-*] \[|\\[-.+_*]", re.MULTILINE)
_BRACKET = re.compile(r"!?\[|\]")
_TARGET = re.compile(
    r"\(\s{0,9}<?[^()\s]{0,4000}(?:\([^()\s]{0,500}\)[^()\s]{0,500}){0,9}>?"
    r"(?:\s{1,9}\"(?:[^\"]|\"(?!\s{0,9}\))){0,500}\")?\s{0,9}\)"
    r"|\(data:[^()]{0,4000}(?:\([^()]{0,500}\)[^()]{0,4000}){0,20}\)"
)
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|>~])")
_EMPHASIS = re.compile(r"(?<![\w*_])[*_]{1,3}(?=[^\s*_])|(?<=[^\s*_])[*_]{1,3}(?![\w*_])|(?<!\S)[*_]{2,9}(?!\S)|\*\*")
_BULLET = re.compile(r"(?:[-*+•·●▪■◦‣►▶–—○]|\\-)(?:\s+|$)")
_QUOTE = re.compile(r"(?:>\s*)+")
_NUMBERED = re.compile(r"\d{1,3}\\?[.)] +(?=\S)")
_RULE = re.compile(r"[-*_=~:|\s]{3,}$")
_HEADING = re.compile(r"#{1,6}(?: +|$)")
_CHUNK = re.compile(r"\S*?\w\w-(?=[^\W\d]-?[^\W\d])|\S+")  # where the standard library's textwrap breaks
_WIDE = "\u3041-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # scripts that break anywhere
_STARTS_WIDE = re.compile(f"[{_WIDE}、，。）》”’]")
_ENDS_WIDE = re.compile(f"[{_WIDE}、，,）)》”’0-9]$")


class Line(NamedTuple):
    """One line of a dump, without its mark-up."""

    text: str
    kind: BlockKind
    level: int = 0
    """Depth of a heading, 0 for none."""
    indent: int = 0
    bullet: bool = False
    cells: int = 0
    """Table cells that hold text, pipes or not; 0 where there is no pipe."""
    links: int = 0
    linked: int = 0
    """Characters of ``text`` that are link text."""
    images: int = 0
    blank: bool = False
    """An empty line stands before it."""
    glued: bool = False
    """Cut off the end of the line before, without a space between them."""


def parse_lines(text: str) -> list[Line]:
    """Lines in reading order; lines of pure mark-up (rules, lone bullets) only leave their trace in the next."""
    rows = _CONTROL.sub("", text.replace("\xa0", " ").replace("\u2028", "\n").replace("\x85", "\n")).splitlines()
    markdown = len(_MARKDOWN.findall("\n".join(rows))) >= 3
    rows = _unwrap(rows)
    lines: list[Line] = []
    blank = bullet = False
    for row in rows:
        body = row.strip()
        if not body:
            blank = True
            continue
        if len(body) == 1 and _BULLET.match(body):
            bullet = True
            continue
        if _RULE.match(body[:200]) and _RULE.match(body):
            blank = True
            continue
        line = _parse_row(row, body, markdown=markdown, blank=blank, bullet=bullet)
        if line is not None:
            lines.append(line)
            blank = bullet = False
    return lines


def _parse_row(row: str, body: str, *, markdown: bool, blank: bool, bullet: bool) -> Line | None:
    indent = len(row) - len(row.lstrip())
    kind, level, bullet, body = _strip_signs(body, indent, markdown=markdown, bullet=bullet)
    links = linked = images = 0
    if "](" in body:
        body, links, linked, images = _strip_links(body)
    if markdown:
        body = _ESCAPE.sub(r"\1", _EMPHASIS.sub("", body).replace("`", ""))
    cells = 0
    if "|" in body:
        parts = [" ".join(part.split()) for part in body.split("|")]
        parts = [part for part in parts if part]
        cells = max(1, len(parts))
        body = " | ".join(parts)
        if cells > 1:
            kind = "table_row"
    body = " ".join(body.split())
    if not body:
        if not images and not links:
            return None
        kind = "image"
    return Line(body, kind, level, indent, bullet, cells, links, min(linked, len(body)), images, blank)


def _strip_signs(body: str, indent: int, *, markdown: bool, bullet: bool) -> tuple[BlockKind, int, bool, str]:
    """Kind, depth as a heading, whether an item, and the row without the signs that said so."""
    kind: BlockKind = "paragraph"
    if found := _QUOTE.match(body):
        kind, body = "quote", body[found.end() :]
    if body.startswith(("o ", "+ ")) and indent >= 4:
        body, bullet = body[2:].lstrip(), True
    found = _BULLET.match(body) or (_NUMBERED.match(body) if indent else None)
    if found:
        bullet, body = True, body[found.end() :]
    level = 0
    if markdown and (found := _HEADING.match(body)):
        kind, level = "heading", found[0].count("#")
        body = body[found.end() :]
    if bullet and kind == "paragraph":
        kind = "list_item"
    return kind, level, bullet, body


def _strip_links(body: str) -> tuple[str, int, int, int]:
    """The text without targets and images; the numbers of links, of linked characters and of images."""
    out: list[str] = []
    opened: list[tuple[int, bool]] = []  # index into out where a bracket's text begins, image or not
    links = linked = images = 0
    last = 0
    for bracket in _BRACKET.finditer(body):
        if bracket.start() < last:
            continue
        out.append(body[last : bracket.start()])
        last = bracket.end()
        if bracket[0] != "]":
            opened.append((len(out), bracket[0] == "!["))
            out.append(bracket[0])
            continue
        target = _TARGET.match(body, last) if opened else None
        if target is None:
            if opened:
                opened.pop()
            out.append("]")
            continue
        begin, image = opened.pop()
        inner = "".join(out[begin + 1 :])
        del out[begin:]
        if image:
            images += 1
        else:
            links += 1
            linked += len(inner.strip())
            out.append(inner)
        last = target.end()
    out.append(body[last:])
    return "".join(out), links, linked, images


class _Wrapping(NamedTuple):
    """A way in which texts are wrapped to a fixed width."""

    size: Callable[[str], int]
    """How long a row is in it."""
    may_break: Callable[[str, str], bool]
    """Whether a row and the next may be parts of one line."""
    continues: Callable[[str, str, int], bool]
    """Whether the next row had to be begun, for its first piece did not fit the width any more."""


def _unwrap(rows: list[str]) -> list[str]:
    """Joins the lines of a dump that was wrapped: at spaces, as html2text does at 78 columns, or between characters."""
    for wrapping in (_AT_SPACES, _ANYWHERE):
        if width := _wrap_width(rows, wrapping):
            return _joined(rows, width, wrapping)
    return rows


def _joined(rows: list[str], width: int, wrapping: _Wrapping) -> list[str]:
    joined: list[str] = []
    parts: list[str] = []
    previous = ""
    for row in rows:
        # The first line of a paragraph may have lost the blanks by which it began.
        begin = BLANKS if wrapping is _ANYWHERE and len(parts) == 1 else ""
        if parts and wrapping.continues(begin + previous, row, width):
            is_inside = wrapping is _ANYWHERE or (previous.endswith("-") and previous[-2:-1].isalnum())
            parts += ["" if is_inside else " ", row.strip()]
        else:
            if parts:
                joined.append("".join(parts))
            parts = [row.rstrip()]
        previous = row
    joined.append("".join(parts))
    return joined


def _may_break_at_spaces(row: str, following: str) -> bool:
    return bool(following.strip()) and " " in row.strip() and not _starts_block(following)


def _continues_at_spaces(row: str, following: str, width: int) -> bool:
    if not following.strip() or not row.strip() or row.endswith("  ") or _starts_block(following):
        return False
    chunk = _CHUNK.match(following.lstrip())
    gap = 0 if row.endswith("-") else 1
    return chunk is not None and len(row.rstrip()) + gap + len(chunk[0]) > width


def _may_break_anywhere(row: str, following: str) -> bool:
    """Whether a break stands between two characters of a script without spaces, and no sentence ends at it."""
    is_wide = _ENDS_WIDE.search(row.rstrip()[-2:]) and _STARTS_WIDE.match(following)
    return is_wide is not None and not _starts_block(following)


def _continues_anywhere(row: str, following: str, width: int) -> bool:
    return _may_break_anywhere(row, following) and _columns(row.rstrip()) + WIDE_PIECE > width


def _columns(text: str) -> int:
    """Columns of a terminal: two for a wide character."""
    return len(text) + sum(unicodedata.east_asian_width(character) in "WF" for character in text)


_AT_SPACES = _Wrapping(lambda row: len(row.rstrip()), _may_break_at_spaces, _continues_at_spaces)
_ANYWHERE = _Wrapping(lambda row: _columns(row.rstrip()), _may_break_anywhere, _continues_anywhere)


def _starts_block(row: str) -> bool:
    head = row.lstrip()[:8]
    numbered = row.startswith("  ") and _NUMBERED.match(head)
    return bool(numbered or _BULLET.match(head) or _HEADING.match(head)) or head.startswith((">", "|"))


def _wrap_width(rows: list[str], wrapping: _Wrapping) -> int:
    """The width that lines followed by more text crowd under; 0 where the dump is not wrapped."""
    pairs = [pair for pair in pairwise(rows) if wrapping.may_break(*pair)]
    sizes = [wrapping.size(row) for row, _ in pairs]
    counts = [0] * (LONGEST_WRAP + 2)
    for size in sizes:
        counts[min(size, LONGEST_WRAP + 1)] += 1
    crowds = {w: sum(counts[w - 9 : w + 1]) - counts[w + 1] for w in range(SHORTEST_WRAP, LONGEST_WRAP + 1)}
    best = max(crowds, key=lambda width: crowds[width])
    crowd = [pair for pair, size in zip(pairs, sizes, strict=True) if best - 10 < size <= best]
    broken = sum(1 for row, following in crowd if wrapping.continues(row, following, best))
    longer = sum(counts[best + 1 :])
    wrapped = len(crowd) >= max(4, 0.25 * len(pairs)) and broken >= 0.7 * len(crowd) and longer <= 0.3 * len(pairs)
    return best if wrapped else 0
