"""Tables for people, as wide as a terminal shows them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from datetime import datetime

import wcwidth

from newscrawl.text import printable

WIDEST = 120
"""Columns of a line that is still easy to read."""
_GAP = "  "
_NARROWEST = 8


def terminal_width() -> int:
    """Columns to fill."""
    return min(shutil.get_terminal_size().columns, WIDEST)


def wants_colour(chosen: bool | None = None) -> bool | None:
    """What `click.echo` is to be told: None leaves it to whether the output is a terminal."""
    return False if chosen is None and os.environ.get("NO_COLOR") else chosen


def cell(value: object) -> str:
    """Return a value on one line that cannot control the terminal; nothing for None."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return printable(" ".join(str(value).split()))


def fitted(text: str, width: int) -> str:
    """Cut a text to so many columns; a wide character that does not fit goes whole."""
    if wcwidth.width(text) <= width:
        return text
    return f"{wcwidth.clip(text, 0, max(width - 1, 0)).rstrip()}…"


def table(names: Sequence[str], rows: Sequence[Sequence[object]], width: int | None = None) -> Iterator[str]:
    """Yield the lines of a table: numbers to the right, and what is too wide cut where it is widest."""
    cells = [[cell(value) for value in row] for row in rows]
    widths = [max(map(wcwidth.width, column)) for column in zip(names, *cells, strict=True)]
    room = (width or terminal_width()) - len(_GAP) * (len(names) - 1)
    while sum(widths) > room and max(widths) > _NARROWEST:
        widest = widths.index(max(widths))
        others = sorted(widths)[-2] if len(widths) > 1 else 0
        widths[widest] = max(_NARROWEST, min(widths[widest] - 1, max(others, widths[widest] - sum(widths) + room)))
    right = [all(isinstance(row[i], int | float | None) for row in rows) and bool(rows) for i in range(len(names))]
    for line in [list(names), *cells]:
        placed = zip(line, widths, right, strict=True)
        yield _GAP.join(_placed(fitted(text, size), size, right=side) for text, size, side in placed).rstrip()


def _placed(text: str, width: int, *, right: bool) -> str:
    space = " " * (width - wcwidth.width(text))
    return space + text if right else text + space
