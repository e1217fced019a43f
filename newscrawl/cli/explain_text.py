"""An explanation as text for a terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

import click

from newscrawl.explanation import MARKS, Explanation
from newscrawl.text import printable

_LABEL = 14
"""Columns of the names on the left; the longest is `canonical_url`."""


def as_text(explanation: Explanation, width: int) -> Iterator[str]:
    """The lines to print, in colour, broken to a terminal's width; a path is not, so that it can be copied."""
    yield from (click.style(line, bold=True) for line in wrapped(printable(explanation.title), width))
    yield printable(explanation.place)
    yield ""
    for name, value in explanation.facts:
        yield from _row(name, value, width, fg="cyan")
    yield ""
    for index, block in enumerate(explanation.blocks):
        text = MARKS[block.kind] + block.text
        if block.reason is None:
            yield from _row("+ kept", text, width, fg="green")
        else:
            yield from _row(f"- {block.reason}", text, width, fg="red", dim=True)
        if index in explanation.notes:
            yield from _row("", f"({explanation.notes[index]})", width, fg="red")
    yield ""
    yield from (click.style(line, bold=True) for line in wrapped(printable(explanation.summary), width))


def _row(label: str, text: str, width: int, *, fg: str, dim: bool = False) -> Iterator[str]:
    first, *rest = wrapped(printable(text), max(width - _LABEL, 20))
    yield (click.style(f"{label:<{_LABEL}}", fg=fg) + click.style(first, dim=dim)).rstrip()
    for line in rest:
        yield " " * _LABEL + click.style(line, dim=dim)


def wrapped(text: str, width: int) -> list[str]:
    """Break text into lines of at most `width` columns, between words where there are any.

    Unlike `textwrap`, it counts what a terminal shows: two columns for a Chinese character, none for a combining one.
    """
    lines, line, used = [], "", 0
    for word in text.split():
        if line and used + 1 + sum(map(_columns, word)) > width:
            lines.append(line)
            line, used = "", 0
        elif line:
            line, used = f"{line} ", used + 1
        for char in word:
            if used + _columns(char) > width:
                lines.append(line)
                line, used = "", 0
            line, used = line + char, used + _columns(char)
    return [*lines, line]


def _columns(char: str) -> int:
    if unicodedata.category(char) in {"Mn", "Me", "Cf"}:  # accents and joiners
        return 0
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1
