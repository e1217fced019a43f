"""`newscrawl search`: the best matches for a query, or the newest articles of a selection."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from newscrawl.cli.options import (
    address,
    database_option,
    json_option,
    one_line,
    print_json,
    refuse,
    selection_of,
    selection_options,
    wrapped,
)

if TYPE_CHECKING:
    from newscrawl.search.snippets import Marked
    from newscrawl.storage.search import Answer, Found

# -word is not an option, but excludes articles with that word.
_SETTINGS = {"ignore_unknown_options": True, "help_option_names": ["--help"]}


@click.command(context_settings=_SETTINGS)
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
@selection_options
@click.option("--limit", type=click.IntRange(1, 1000), default=10, show_default=True, help="How many to show.")
@database_option
@json_option
def search(words: tuple[str, ...], limit: int, database: str | None, as_json: bool, **chosen: Any) -> None:
    """Find articles that contain all WORDS, the best matches first; without words, list the newest.

    \b
    newscrawl search da nang             both words; accents and case make no difference
    newscrawl search '"da nang"' -hue    a phrase, without another word
    newscrawl search --source bnews --since 2020-09-01

    Exit code 1 where nothing is found.
    """
    for word in words:
        if word.startswith("--") and word[2:3].isalpha():
            raise click.NoSuchOption(word)
    with one_line("search"):
        from newscrawl.storage.search import search as find  # noqa: PLC0415

        answer = find(address(database), selection_of(" ".join(words), chosen, address(database)), limit)
    if as_json:
        print_json(_as_json(answer))
    else:
        _print(answer)
    if answer.not_indexed:
        click.echo(f"{answer.not_indexed} articles are not indexed yet; run: newscrawl db upgrade", err=True)
    if not answer.found:
        if as_json:
            sys.exit(1)
        refuse("search", "nothing found")


def _as_json(answer: Answer) -> dict[str, Any]:
    found = [
        {**one.facts, "title": one.title.text, "snippet": one.snippet.text, "marks": one.snippet.marks}
        for one in answer.found
    ]
    return {"total": answer.total, "not_indexed": answer.not_indexed, "articles": found}


def _print(answer: Answer) -> None:
    from newscrawl.cli.options import wants_colour  # noqa: PLC0415

    colour = wants_colour()
    is_coloured = sys.stdout.isatty() if colour is None else colour
    for one in answer.found:
        for line in _lines(one, coloured=is_coloured):
            click.echo(line, color=colour)
    if answer.found:
        click.echo(f"\n{len(answer.found)} of {answer.total} articles")


def _lines(one: Found, *, coloured: bool) -> Iterator[str]:
    from newscrawl.cli.options import cell, terminal_width  # noqa: PLC0415

    number = f"{one.facts['id']}"
    indent = " " * (len(number) + 2)
    width = max(terminal_width() - len(indent), 20)
    title = one.title if one.title.text else None
    lines = _marked(title, width, coloured=coloured) if title else ["(no title)"]
    head = click.style(number, fg="cyan") if coloured else number
    yield f"{head}  {lines[0]}"
    yield from (indent + line for line in lines[1:])
    published = one.facts["published_at"]
    facts = [
        f"copy of {one.facts['duplicate_of']}" if one.facts["duplicate_of"] else None,
        one.facts["source"] or one.facts["url_key"],
        f"{published:%Y-%m-%d}" if published else "no date",
        one.facts["section"],
        ", ".join(one.facts["authors"]) or None,
    ]
    for line in wrapped(" · ".join(cell(fact) for fact in facts if fact), width):
        yield indent + (click.style(line, dim=True) if coloured else line)
    yield from (indent + line for line in _marked(one.snippet, width, coloured=coloured))


# Placeholders for highlighting: private use characters, one column wide, replaced after wrapping.
_OPEN, _CLOSE = "\ue000", "\ue001"


def _marked(text: Marked, width: int, *, coloured: bool) -> list[str]:
    from newscrawl.text import printable  # noqa: PLC0415

    parts, end = [], 0
    for start, stop in text.marks:
        parts += [printable(text.text[end:start]), _OPEN, printable(text.text[start:stop]), _CLOSE]
        end = stop
    lines = wrapped("".join([*parts, printable(text.text[end:])]), width)
    found, is_open = [], False
    for line in lines:
        shown = (_OPEN if is_open else "") + line
        is_open = shown.rfind(_OPEN) > shown.rfind(_CLOSE)
        shown += _CLOSE if is_open else ""
        before, after = ("\x1b[1;33m", "\x1b[0m") if coloured else ("*", "*")
        found.append(shown.replace(_OPEN, before).replace(_CLOSE, after))
    return found
