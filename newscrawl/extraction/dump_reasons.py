"""Why a dropped line is not the article, told from what it is and what it stands among."""

from __future__ import annotations

import re

from newscrawl.extraction.dump_headings import heading_kind, label_kind
from newscrawl.extraction.dump_lines import Line
from newscrawl.extraction.dump_shape import SLOT, Matrix
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
