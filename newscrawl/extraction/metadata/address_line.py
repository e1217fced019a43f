"""The headline of a page without headings, found by its words: those of og:title, or those that the address spells."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from itertools import islice
from urllib.parse import unquote, urlsplit

from lxml.html import HtmlElement

from newscrawl.extraction.metadata.headings import words_of

FEWEST_WORDS = 5
"""Of an address that spells a headline: what is shorter may be a section."""

FEWEST_IN_CUT = 4
"""Words of a title that was cut."""

LONGEST = 400
MOST_ELEMENTS = 3000
MOST_PIECES = 10
_SHOWN = ("h1", "h2", "h3", "h4", "h5", "h6", "b", "strong", "p", "div", "span", "td", "font")
_EXTENSION = re.compile(r"\.[a-z]{2,5}\Z", re.IGNORECASE)
_NUMBER = re.compile(r"[-_.][a-z]{0,3}\d{4,}+[0-9a-f]*+\Z", re.IGNORECASE)
_LETTERS = re.compile(r"[^\W_]+")


def element_in_address(tree: HtmlElement, url: str | None) -> HtmlElement | None:
    """Return the first element whose whole text the end of the address spells, with or without a number behind it."""
    return _first_with(tree, _spelled(url))


def element_with(tree: HtmlElement, titles: Iterable[str | None]) -> HtmlElement | None:
    """Return the first element whose whole text is one of the titles; short ones are not looked for."""
    return _first_with(tree, {_plain(title) for title in titles if title and _is_long_enough(title)}, linked=False)


def element_that_goes_on(tree: HtmlElement, title: str | None) -> HtmlElement | None:
    """Return the first element whose text begins with the title and ends soon after: a headline that was cut for it."""
    begin = title.strip() if title else ""
    if len(_LETTERS.findall(begin)) < FEWEST_IN_CUT:
        return None
    for element in islice(tree.iter(*_SHOWN), MOST_ELEMENTS):
        text = " ".join("".join(piece[: LONGEST + 1] for piece in islice(element.itertext(), MOST_PIECES)).split())
        if text.startswith(f"{begin} ") and len(text) <= 2 * len(begin) and text[-1] not in ".…":
            return None if _is_linked(element) else element
    return None


def _first_with(tree: HtmlElement, wanted: set[str], *, linked: bool = True) -> HtmlElement | None:
    longest = max(map(len, wanted), default=0)
    for element in islice(tree.iter(*_SHOWN), MOST_ELEMENTS if wanted else 0):
        text = "".join(piece[: LONGEST + 1] for piece in islice(element.itertext(), MOST_PIECES)).strip()
        if text and len(text) <= 3 * longest and _plain(text) in wanted and (linked or not _is_linked(element)):
            return element
    return None


def _is_linked(element: HtmlElement) -> bool:
    return any(next(around, None) is not None for around in (element.iter("a"), element.iterancestors("a", "nav")))


def _is_long_enough(text: str) -> bool:
    return words_of(text).total() >= FEWEST_WORDS


def _spelled(url: str | None) -> set[str]:
    try:
        segments = unquote(urlsplit(url or "").path).rstrip("/").split("/")[-2:]
    except ValueError:
        return set()
    named = [name for segment in segments if not (name := _EXTENSION.sub("", segment[:LONGEST])).isdigit()]
    last = named[-1] if named else ""
    enough = [name for name in (last, _NUMBER.sub("", last)) if _is_long_enough(name)]
    return {_plain(name) for name in enough}


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFD", text.casefold()).replace("đ", "d")
    return "".join(_LETTERS.findall(letters))
