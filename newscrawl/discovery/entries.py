"""The entries of an XML listing, one by one, so that what is broken in one cannot hide the others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

LONGEST_ENTRY = 1 << 20
"""Bytes of one entry; full articles stand in feeds."""
_LONGEST_TEXT = 6_000
"""Bytes of a CDATA section that may be a link or a date."""

_APART = re.compile(
    rb"<!\[CDATA\[(?P<text>.*?)(?:\]\]>|\Z)"
    rb"|<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)|<!DOCTYPE[^\[>]*+(?:\[[^\]]*+\]?\s*+)?>?",
    re.DOTALL | re.IGNORECASE,
)
"""What may hold signs that look like entries. Without a DOCTYPE there is no entity to grow."""
_ROOT = rb"(?:[\w.-]+:)?(?:rss|rdf|feed|channel|urlset|sitemapindex)\b"
_CLOSED = re.compile(rb"/" + _ROOT + rb"|" + _ROOT + rb"[^<>]*/>", re.IGNORECASE)
_STRAY = re.compile(
    rb"(?P<ampersand>&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});))|(?P<less><(?![A-Za-z_/]))"
    rb"|[\x00-\x08\x0b\x0c\x0e-\x1f]"
)
"""Signs at which an XML parser gives up, or leaves out a parameter of a link."""


@dataclass(frozen=True, slots=True)
class Field:
    """An entry or a child of one: its name without and with its prefix, attributes, text."""

    name: str
    qualified: str
    attributes: dict[str, str]
    text: str
    children: tuple[tuple[str, str], ...] = ()
    """Names, without prefix, and texts."""


@dataclass(slots=True)
class Document:
    """An XML text whose entries can be read."""

    text: bytes
    names: str
    """The entries' local names, divided by a bar."""
    cut: bool = False
    """Whether `entries` left something out: one that is not closed, or those above its limit."""

    def __post_init__(self) -> None:
        self.text = _flat(self.text)

    def head(self) -> bytes:
        """What stands before the first entry."""
        first = self._opening().search(self.text)
        return self.text[: first.start()] if first else self.text

    def entries(self, limit: int) -> Iterator[list[Field]]:
        """Yield the fields of each entry; nothing of one that the end cuts off, for half a link names another page."""
        self.cut = False
        left = limit
        opening, closing = self._opening(), re.compile(rb"</(?:[\w.-]+:)?(?:%s)\s*>" % self.names.encode())
        found = opening.search(self.text)
        while found:
            if not left:
                self.cut = True
                return
            left -= 1
            following = opening.search(self.text, found.end())
            limit = following.start() if following else len(self.text)
            end = closing.search(self.text, found.end(), limit)
            if end or following:  # one that is not closed ends where the next begins
                yield _fields(self.text[found.start() : end.end() if end else limit])
            else:
                self.cut = not self.text[found.end() :].lstrip().startswith(b"/>")
            found = following

    def is_closed(self) -> bool:
        """Whether its end is that of a whole document."""
        return _CLOSED.match(self.text[-4000:].rpartition(b"<")[2]) is not None

    def _opening(self) -> re.Pattern[bytes]:
        # <image:url> and its kin are no pages.
        return re.compile(rb"<(?!(?:image|video|media|news):)(?:[\w.-]+:)?(?:%s)(?=[\s>/])" % self.names.encode())


def _flat(text: bytes) -> bytes:
    """CDATA as escaped text, and no comment, instruction or DOCTYPE; into one array, for there may be millions."""
    flat = bytearray()
    end = 0
    for match in _APART.finditer(text):
        flat += text[end : match.start()]
        end = match.end()
        within = match["text"]
        if within and len(within) <= _LONGEST_TEXT:
            flat += within.replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b">", b"&gt;")
    return bytes(flat + text[end:]) if end else text


def _mended(match: re.Match[bytes]) -> bytes:
    return b"&amp;" if match["ampersand"] else b"&lt;" if match["less"] else b""


def _fields(entry: bytes) -> list[Field]:
    if len(entry) > LONGEST_ENTRY:
        return []
    entry = _STRAY.sub(_mended, entry)
    # One parser an entry: its log of errors would grow with a broken document.
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, encoding="utf-8")
    try:
        root = etree.fromstring(entry, parser)
    except (etree.XMLSyntaxError, ValueError):
        return []
    if root is None:
        return []
    return [_field(root), *(_field(child) for child in root.iterchildren("*"))]


def _field(element: etree._Element) -> Field:
    # Prefixes are not declared within an entry, so that they stay in the name.
    qualified = str(element.tag).rpartition("}")[2].lower()
    attributes = {str(name).rpartition("}")[2].lower(): str(value) for name, value in element.attrib.items()}
    children = tuple((_local(child), (child.text or "").strip()) for child in element.iterchildren("*"))
    return Field(qualified.rpartition(":")[2], qualified, attributes, (element.text or "").strip(), children)


def _local(element: etree._Element) -> str:
    return re.split("[}:]", str(element.tag))[-1].lower()
