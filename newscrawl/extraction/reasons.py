"""Why a dropped line is not the article, told from what it is, what it stands among, and the elements around it."""

from __future__ import annotations

import re
from functools import lru_cache

from newscrawl.extraction.blocks import Blocks
from newscrawl.extraction.headings import heading_kind, label_kind
from newscrawl.extraction.line_features import SLOT, Matrix
from newscrawl.extraction.text_lines import Line
from newscrawl.items import DropReason

_OF_HEADING: dict[str, DropReason] = {
    "related": "related",
    "more": "related",
    "comments": "comments",
    "share": "menu",
    "menu": "menu",
    "media": "related",
    "promo": "promo",
    "tags": "byline",
    "byline": "byline",
    "credit": "caption",
}
_CUT = re.compile(r"(?:…|\.\.+)[\s\]|)]*$")
SECTION = 60
"""Lines after a heading that may still be its list."""


def drop_reasons(lines: list[Line], base: Matrix, kept: list[bool]) -> list[DropReason | None]:
    """A reason for each line that is not kept, None for the others."""
    reasons: list[DropReason | None] = []
    section: DropReason | None = None
    since = 0
    shown = kept.index(True) if True in kept else len(kept)
    for index, line in enumerate(lines):
        if kept[index]:
            reasons.append(None)
            section = None
            continue
        kind = heading_kind(line.text)
        if kind:
            section, since = _OF_HEADING[kind], index
        elif index - since > SECTION:
            section = None
        pictured = index > 0 and lines[index - 1].images > 0
        reasons.append(_reason(line, base[index], section, pictured=pictured, above=index < shown))
    return reasons


def _reason(line: Line, row: Matrix, section: DropReason | None, *, pictured: bool, above: bool) -> DropReason:
    if own := _own_reason(line, row, pictured=pictured):
        return own
    if section is not None and section != "caption":
        return section
    if label := label_kind(line.text):
        return _OF_HEADING[label]
    words = line.text.count(" ") + 1
    if words <= 12 and (row[SLOT["time"]] or row[SLOT["date"]]):
        return "byline"
    return "menu" if words <= 4 or above else "related"


def _own_reason(line: Line, row: Matrix, *, pictured: bool) -> DropReason | None:
    """What the line is by itself, wherever it stands."""
    if not line.text:
        return "image"
    if row[SLOT["of_title"]] > 0.9 and row[SLOT["in_title"]] > 0.8:
        return "title"
    if _CUT.search(line.text[-12:]) and line.text.count(" ") > 5:
        return "teaser"
    captioned = pictured and not line.bullet and not line.linked
    return "caption" if line.cells == 1 or row[SLOT["credit"]] or captioned else None


_WORDS: dict[DropReason, str] = {
    "comments": "comment comments disqus commenting respond replies",
    "caption": "caption captions figcaption credit credits",
    "promo": "newsletter promo promotion subscribe subscription paywall advert advertisement ads sponsor sponsored "
    "banner signup regwall donate donation premium offer",
    "related": "related recommend recommended recommendation recommendations recirc recirculation popular trending "
    "latest mostread relate lienquan tinlienquan sidebar teaser teasers",
    "byline": "author authors byline dateline timestamp published publish pubdate tags tag keywords topics bio",
    "menu": "nav navigation navbar menu footer header share sharing social breadcrumb breadcrumbs toolbar pagination "
    "login search cookie cookies consent privacy copyright masthead",
}
_OF_WORD: dict[str, DropReason] = {word: reason for reason, words in _WORDS.items() for word in words.split()}
_OF_TAG: dict[str, DropReason] = {
    "figcaption": "caption",
    "figure": "caption",
    "nav": "menu",
    "footer": "menu",
    "header": "menu",
    "form": "menu",
    "aside": "related",
}
NEAR = 6
"""Containers around a line that may say what it is; further out they speak of the whole page."""


def page_reasons(blocks: Blocks, base: Matrix, kept: list[bool]) -> list[DropReason | None]:
    """A reason for each line that is not kept, None for the others."""
    reasons = drop_reasons(blocks.lines, base, kept)
    for index, reason in enumerate(reasons):
        if reason in ("menu", "related", "byline", "caption", "promo"):
            reasons[index] = _named(blocks, index) or reason
    return reasons


def _named(blocks: Blocks, index: int) -> DropReason | None:
    at = blocks.owners[index]
    for _ in range(NEAR):
        if at < 0:
            return None
        tag, at, _, tokens, _ = blocks.nodes[at]
        if reason := (_of_tokens(tokens) if tokens else None) or _OF_TAG.get(tag):
            return reason
    return None


@lru_cache(maxsize=4096)
def _of_tokens(tokens: tuple[str, ...]) -> DropReason | None:
    return next((_OF_WORD[token] for token in tokens if token in _OF_WORD), None)
