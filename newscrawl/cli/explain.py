"""`newscrawl explain`: what was made of a page, and why. It reads files and the database, and fetches nothing."""

from __future__ import annotations

import base64
import hashlib
import html
import os
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click

from newscrawl.base_spiders.registry import load_sites, rules_for, source_of
from newscrawl.cli.explanation import MARKS, Explanation
from newscrawl.extraction import extract_page
from newscrawl.items import Block, NoArticle, Outcome
from newscrawl.local_files import PathError, find_files, load_page
from newscrawl.rules import RulesError
from newscrawl.settings import DOWNLOAD_MAXSIZE
from newscrawl.storage.backends import location
from newscrawl.storage.errors import StorageError
from newscrawl.storage.lookup import Shared, StoredArticle, article_by_id, article_by_key
from newscrawl.text import printable
from newscrawl.urls import url_key
from newscrawl.whole_files import replace_file


def html_page(title: str, style: str, body: str, language: str = "") -> str:
    """Make a whole page. `body` is HTML of `escape`d parts; its only style is the one given here."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return "\n".join(
        [
            f'<!doctype html><html lang="{escape(language)}"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width">',
            f"<title>{escape(title)}</title><style>{style}</style></head><body>",
            body,
            "</body></html>\n",
        ]
    )


def escape(text: str) -> str:
    """Text as HTML that shows it: no mark-up, no attribute's end, no control character but the line's end."""
    return html.escape("\n".join(map(printable, text.split("\n"))))


# What is dropped is told by its label, its dashed edge and its smaller type, and only then by its colour.
_STYLE = """
:root { color-scheme: light dark; --ink: #1b1b1b; --paper: #fff; --kept: #1a7f37; --dropped: #b3261e }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e6e6; --paper: #16181c; --kept: #56d364; --dropped: #ff8a80 } }
body { font: 17px/1.6 sans-serif; max-width: 48em; margin: 2em auto; padding: 0 1em;
  color: var(--ink); background: var(--paper); overflow-wrap: anywhere }
h1 { line-height: 1.25 }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1em; font-size: .85em }
dd { margin: 0 }
.block { padding: .1em 0 .1em 1em; margin: .6em 0; border-left: 4px solid var(--kept) }
.heading { font-weight: bold }
.dropped { font-size: .85em; margin-left: 2em; border-left: 4px dashed var(--dropped) }
.label { color: var(--dropped); font: bold .85em monospace }
"""


def as_html(explanation: Explanation) -> str:
    """The facts and every block. Addresses are text: the page came from strangers, and so did its links."""
    facts = "\n".join(
        f'<dt lang="en">{escape(name)}</dt><dd dir="auto">{escape(value)}</dd>' for name, value in explanation.facts
    )
    body = [
        f'<h1 dir="auto">{escape(explanation.title)}</h1>',
        f'<p lang="en">{escape(explanation.place)}</p>',
        f"<dl>{facts}</dl>",
        f'<p lang="en"><b>{escape(explanation.summary)}</b></p>',
        *(_block(block, explanation.notes.get(index)) for index, block in enumerate(explanation.blocks)),
    ]
    language = explanation.extraction.article.language or ""
    return html_page(explanation.title, _STYLE, "\n".join(body), language)


def _block(block: Block, note: str | None) -> str:
    text = escape(MARKS[block.kind] + block.text)
    if block.reason is None:
        return f'<div class="block {block.kind}" dir="auto">{text}</div>'
    why = f"{block.reason}, {note}" if note else block.reason
    label = f'<span class="label" lang="en">dropped: {escape(why)}</span>'
    return f'<div class="block dropped" dir="auto">{label}<br>{text}</div>'


_NUMBER = re.compile("[0-9]{1,18}")
_ADDRESS = re.compile("https?://|file:", re.IGNORECASE)


class NotExplainedError(Exception):
    """There is nothing to show. The message is one line for a person."""


def explain(page: str, database: str) -> Explanation:
    """Explain a file as a crawl would read it now, or an article, by its number or its page's URL, as it is stored.

    Raises NotExplainedError.
    """
    try:
        if _NUMBER.fullmatch(page):
            article = article_by_id(database, int(page))
            return _stored(article, database, f"no article {page} in {location(database)}")
        if _ADDRESS.match(page):
            article = article_by_key(database, _key(page))
            advice = "crawl it or save the page and explain the file"
            return _stored(article, database, f"{page} is not in the database {location(database)}: {advice}")
        return _read(page)
    except (NoArticle, PathError, RulesError, StorageError) as error:
        raise NotExplainedError(printable(str(error))) from error


def _key(url: str) -> str:
    if url.startswith("file:"):
        return url
    load_sites()
    try:
        return url_key(url)
    except ValueError as error:
        raise NotExplainedError(printable(f"{url} is no URL ({error})")) from None


def _stored(article: StoredArticle | None, database: str, missing: str) -> Explanation:
    if article is None:
        raise NotExplainedError(printable(missing))
    copy = f", a copy of article {article.duplicate_of}" if article.duplicate_of else ""
    notes = {
        index: _note(article.shared.get(index), block)
        for index, block in enumerate(article.extraction.blocks)
        if block.reason == "template"
    }
    return Explanation(f"article {article.id} in {location(database)}{copy}", article.extraction, notes)


def _note(shared: Shared | None, block: Block) -> str:
    if shared is None:
        return (
            "all that stands below it is dropped" if block.kind == "heading" else "its other pages are forgotten by now"
        )
    others = f", such as {' and '.join(shared.pages)}" if shared.pages else ""
    return f"on {shared.articles} pages of the site{others}"


def _read(path: str) -> Explanation:
    if not os.path.lexists(path):
        raise PathError(f"no such file: {path}")
    if Path(path).is_dir():
        raise PathError(f"{path} is a folder; name one file")
    page = load_page(next(find_files([path])), DOWNLOAD_MAXSIZE)
    if isinstance(page, Outcome):
        raise NotExplainedError(page.error)
    try:
        source = page.source or (source_of(page.url) if page.url else None)
        return Explanation(path, extract_page(replace(page, source=source), rules_for(page.url)))
    except NoArticle as error:
        raise NotExplainedError(printable(f"{path}: {error}")) from error


def save(explanation: Explanation, path: Path) -> None:
    """Write an explanation as a page for a browser; a file that is there is replaced, whole or not at all.

    Raises NotExplainedError where it may not be, and where it is the very page that is explained.
    """
    real = Path(os.path.realpath(path))
    if real == Path(os.path.realpath(explanation.place)):
        raise NotExplainedError(printable(f"{path} is the page itself; name another file for the explanation"))
    if real.exists() and not (real.is_file() and os.access(real, os.W_OK)):
        raise NotExplainedError(printable(f"{path} is there, and no file that you may write"))
    try:
        replace_file(real, as_html(explanation).encode())
    except OSError as error:
        raise NotExplainedError(printable(f"{path} cannot be written ({error.strerror})")) from error


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
