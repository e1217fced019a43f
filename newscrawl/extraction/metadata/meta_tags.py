"""The head of a page and its headings, collected in one pass."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from itertools import islice
from urllib.parse import urljoin, urlsplit

from lxml.etree import iterwalk
from lxml.html import HtmlElement

from newscrawl.text import clean_line

MOST_ELEMENTS = 5000
MOST_VALUES = 100
MOST_WALKED = 2000
LONGEST = 5000
_UNREAD = frozenset(("br", "script", "style", "noscript", "template", "svg", "button"))
_ESCAPED = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,8});")
_NAMED_BY = ("property", "name", "itemprop", "http-equiv")


@dataclass(frozen=True, slots=True)
class MetaTags:
    """Meta tags by name in lower case, and what else a page says about itself outside of its text."""

    tags: dict[str, list[str]] = field(repr=False)
    """Property, name, itemprop or http-equiv → contents in order, as written."""
    title: str | None
    """Of ``<title>``, site name included."""
    headings: tuple[HtmlElement, ...] = field(repr=False)
    """The first-level headings."""
    lower_headings: tuple[HtmlElement, ...] = field(repr=False)
    """Those of the second and third level."""
    times: tuple[HtmlElement, ...] = field(repr=False)
    """The ``<time>`` elements."""
    links: dict[str, str] = field(repr=False)
    """rel of ``<link>`` in lower case → address as written, the first of each."""
    base: str | None
    """What addresses are relative to; None where that is not known."""

    def first(self, *names: str) -> str | None:
        """Return the first content of the first of the names that has one."""
        return next(iter(self.all(*names)), None)

    def all(self, *names: str) -> list[str]:
        """Return the contents of all the names, in their order, each once."""
        contents = [line_of(content) for name in names for content in self.tags.get(name, ())]
        return list(dict.fromkeys(filter(None, contents)))

    def absolute(self, address: str | None) -> str | None:
        """Return the absolute http(s) address, without white space; None for anything else."""
        if not address or len(address) > LONGEST:
            return None
        address = "".join(address.split("\n")).strip().replace(" ", "%20")
        try:
            joined = urljoin(self.base, address) if self.base else address
            if joined.startswith("//"):
                joined = f"https:{joined}"
            parts = urlsplit(joined)
        except ValueError:
            return None
        return line_of(joined) if parts.scheme in ("http", "https") and parts.hostname else None


def read_meta_tags(tree: HtmlElement, url: str | None) -> MetaTags:
    """Collect the page's head. Elements beyond the first 5,000 of these kinds are not looked at."""
    tags: dict[str, list[str]] = {}
    headings: list[HtmlElement] = []
    lower: list[HtmlElement] = []
    times: list[HtmlElement] = []
    links: dict[str, str] = {}
    title, base = None, url
    for element in islice(tree.iter("meta", "link", "title", "h1", "h2", "h3", "time", "base"), MOST_ELEMENTS):
        match element.tag:
            case "meta":
                _add(tags, element)
            case "h1":
                headings.append(element)
            case "h2" | "h3":
                lower.append(element)
            case "time":
                times.append(element)
            case "link":
                for rel in (element.get("rel") or "").lower().split()[:5]:
                    links.setdefault(rel, (element.get("href") or "")[:LONGEST])
            case "title" if title is None and not _within_svg(element):
                title = text_of(element) or None
            case "base" if element.get("href") and base is url:
                base = _joined(url, element.get("href"))
    return MetaTags(tags, title, tuple(headings), tuple(lower), tuple(times), links, base)


def _add(tags: dict[str, list[str]], element: HtmlElement) -> None:
    content = element.get("content")
    name = next((name for attribute in _NAMED_BY if (name := element.get(attribute))), None)
    if content and name:
        values = tags.setdefault(name.strip().lower(), [])
        if len(values) < MOST_VALUES:
            values.append(content[:LONGEST])


def _within_svg(element: HtmlElement) -> bool:
    parent = element.getparent()
    return parent is not None and parent.tag in ("svg", "symbol", "g")


def _joined(url: str | None, href: str) -> str | None:
    try:
        return urljoin(url, href.strip()) if url else href.strip()
    except ValueError:
        return url


def line_of(text: str) -> str:
    """As `clean_line`, which is slow where there is nothing to clean; what was escaped twice is resolved."""
    line = " ".join(text.split())
    if "&" in line and _ESCAPED.search(line):
        line = " ".join(html.unescape(line).split())
    return line if line.isascii() and line.isprintable() else clean_line(line)


def text_of(element: HtmlElement, longest: int = 500, *, spaced: bool = False) -> str:
    """Return an element's text on one line, a little over `longest` characters of it at most.

    A line break separates words; with `spaced`, so does the beginning and the end of every element.
    """
    return line_of((" " if spaced else "").join(pieces_of(element, longest)))


def pieces_of(element: HtmlElement, longest: int = 500) -> list[str]:
    """Return an element's text as its tags divide it, as written; a blank for a line break and for what is not read."""
    pieces: list[str] = []
    length = hidden = 0
    for event, node in islice(iterwalk(element, events=("start", "end", "comment", "pi")), MOST_WALKED):
        unread = node.tag in _UNREAD
        text = node.text if event == "start" else node.tail if node is not element else None
        if unread:
            hidden += {"start": 1, "end": -1}.get(event, 0)
            pieces.append(" ")
        if text and not hidden and not (unread and event == "start"):
            pieces.append(text[: longest + 1])
            length += len(pieces[-1])
            if length > longest:
                break
    return pieces
