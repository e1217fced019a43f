"""RSS 0.9x to 2.0, RSS 1.0 (RDF), Atom and JSON Feed: links and dates, out of whatever publishers make of them.

feedparser 6.0.14 is alive and does more than is needed here, and less: it reads 8,400 entries a second, gives none for
bytes in UTF-8 that declare UTF-16, and lets declared entities grow within a link.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from html.entities import html5
from typing import Any

from lxml import etree

from newscrawl.discovery.dates import latest, order_of, when
from newscrawl.discovery.feed_facts import Field, facts_of_json, facts_of_xml
from newscrawl.discovery.kinds import is_asset
from newscrawl.discovery.links import Context, Found, Links, NotAListing, absolute
from newscrawl.items import Link

LONGEST_ENTRY = 1 << 20
"""Bytes of one entry; full articles stand in feeds."""
_LONGEST_TEXT = 500_000
"""Bytes of a CDATA section; full articles stand in them."""

_APART = re.compile(
    rb"<!\[CDATA\[(?P<text>.*?)(?:\]\]>|\Z)"
    rb"|<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)|<!DOCTYPE[^\[>]*+(?:\[[^\]]*+\]?\s*+)?>?",
    re.DOTALL | re.IGNORECASE,
)
"""What may hold signs that look like entries. Without a DOCTYPE there is no entity to grow."""
_ROOT = rb"(?:[\w.-]+:)?(?:rss|rdf|feed|channel|urlset|sitemapindex)\b"
_CLOSED = re.compile(rb"/" + _ROOT + rb"|" + _ROOT + rb"[^<>]*/>", re.IGNORECASE)
_DOUBTFUL = (
    rb"&#(?:0*(?:[0-2]?\d|3[01]|5[5-7]\d{3}|6553[45]|[1-9]\d{6})"
    rb"|x0*(?:[01]?[\da-fA-F]|[dD][89a-fA-F][\da-fA-F]{2}|[fF]{3}[e-fE-F]|[1-9a-fA-F][\da-fA-F]{5}));"
)
"""A number that may name no letter. In some feeds most letters are numbers, so the others are left to the parser."""
_STRAY = re.compile(
    rb"(?P<numbers>(?:" + _DOUBTFUL + rb")+)|&(?!(?:amp|lt|gt|quot|apos);)(?P<entity>[A-Za-z][A-Za-z0-9]{1,30});"
    rb"|(?P<ampersand>&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});))|(?P<less><(?![A-Za-z_/]))"
    rb"|[\x00-\x08\x0b\x0c\x0e-\x1f]"
)
"""Signs at which an XML parser gives up, or leaves out a parameter of a link."""
_NO_LETTER = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML does not allow, written as a number either: https://www.w3.org/TR/xml/#charsets"""


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
    if match["numbers"]:
        return _escaped(_letters_of(match["numbers"]))
    if match["entity"]:  # of HTML, which XML does not know
        return _escaped(html5.get(match["entity"].decode() + ";", "")) or b"&amp;" + match["entity"] + b";"
    return b"&amp;" if match["ampersand"] else b"&lt;" if match["less"] else b""


def _letters_of(references: bytes) -> str:
    """The letters of character references in a row; a letter above U+FFFF may be written as its two UTF-16 halves.

    A half alone and other numbers that are no letter of XML are left out: libxml2 hands them on, and lxml fails.
    """
    named = references.decode()[2:-1].split(";&#")
    numbers = (int(one[1:], 16) if one[0] == "x" else int(one) for one in named)
    letters = "".join(chr(number) for number in numbers if number <= sys.maxunicode)
    return _NO_LETTER.sub("", letters.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore"))


def _escaped(letters: str) -> bytes:
    return "".join(f"&#{ord(letter)};" for letter in letters).encode()


def _fields(entry: bytes, within: str = "") -> list[Field]:
    """The fields of an element and its children; after a child called ``within`` its children follow as well."""
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
    fields = [_field(root)]
    for child in root.iterchildren("*"):
        fields.append(_field(child))
        if within and _local(child) == within:
            fields += map(_field, child.iterchildren("*"))
    return fields


def _field(element: etree._Element) -> Field:
    # Prefixes are not declared within an entry, so that they stay in the name.
    qualified = str(element.tag).rpartition("}")[2].lower()
    attributes = {str(name).rpartition("}")[2].lower(): str(value) for name, value in element.attrib.items()}
    children = tuple((_local(child), (child.text or "").strip()) for child in element.iterchildren("*"))
    markup = ""
    if attributes.get("type") == "xhtml":
        markup = "".join(
            etree.tostring(child, encoding="unicode", method="html") for child in element.iterchildren("*")
        )
    return Field(qualified.rpartition(":")[2], qualified, attributes, (element.text or "").strip(), children, markup)


def _local(element: etree._Element) -> str:
    return re.split("[}:]", str(element.tag))[-1].lower()


LARGEST_FEED = 20 * 1024 * 1024
"""Bytes of a feed that are read."""
LARGEST_JSON = 20 * 1024 * 1024
"""Bytes; as Python's values they take five times as much."""

_DATES = frozenset("pubdate date updated published modified issued lastbuilddate created dateadded".split())
_OTHER_PREFIXES = ("itunes:", "media:", "image:", "googleplay:", "slash:", "wfw:", "thr:", "georss:")


@dataclass(frozen=True, slots=True)
class _Entry:
    href: str
    base: str
    dates: tuple[str, ...]
    fields: list[Field]


def read_feed(body: bytes, context: Context) -> Found:
    """Read an XML feed, in UTF-8. Raises NotAListing, as ``broken``, where it ends before its first entry."""
    document = Document(body[:LARGEST_FEED], "item|entry")
    head = document.head()
    base, language = _described(head, context.url)
    entries = list(_entries(document, base, context.limit))
    complete = len(body) <= LARGEST_FEED and not document.cut and document.is_closed()
    if not entries and not document.is_closed():
        raise NotAListing("broken", "the feed ends before its first entry")
    return Found("feed", _links(entries, context, language), complete)


def read_json_feed(body: bytes, context: Context) -> Found:
    """Read a JSON Feed (jsonfeed.org). Raises NotAListing, as ``broken``, ``too_large`` or ``not_html``."""
    if len(body) > LARGEST_JSON:
        raise NotAListing("too_large", f"JSON of more than {LARGEST_JSON} bytes is not read")
    try:
        feed: Any = json.loads(body)
    except (ValueError, RecursionError):
        raise NotAListing("broken", "it begins like JSON and is none") from None
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(items, list):
        raise NotAListing("not_html", "JSON, but no JSON Feed: it has no list of items")
    home = feed.get("home_page_url")
    base = _resolved(home if isinstance(home, str) else None, context.url)
    links = Links()
    for item in items[: context.limit]:
        url = absolute(_json_href(item), base) if isinstance(item, dict) else None
        if url is not None and not is_asset(url):
            dates = (item[name] for name in _JSON_DATES if isinstance(item.get(name), str))
            modified = latest(when(text, None, context.zone, context.now) for text in dates)
            links.add(Link(url, "article", modified, facts=facts_of_json(item, context.zone, context.now)))
    return Found("feed", links.all(), len(items) <= context.limit)


_JSON_DATES = ("date_modified", "date_published")


def _json_href(item: dict[str, Any]) -> str:
    """The address of an item: ``url``, else an ``id`` that is one; ``external_url`` is what it writes about."""
    texts = {name: item[name].strip() for name in ("url", "id", "external_url") if isinstance(item.get(name), str)}
    if not texts.get("id", "").startswith(("http://", "https://")):
        texts.pop("id", None)
    return next(filter(None, texts.values()), "")


def _links(entries: list[_Entry], context: Context, language: str | None) -> tuple[Link, ...]:
    order = order_of([text for entry in entries for text in entry.dates], context.now)
    links = Links()
    for entry in entries:
        url = absolute(entry.href, entry.base)
        if url is not None and not is_asset(url):
            moments = (when(text, order, context.zone, context.now, language) for text in entry.dates)
            facts = facts_of_xml(entry.fields, order, context.zone, context.now, language)
            links.add(Link(url, "article", latest(moments), facts=facts))
    return links.all()


def _entries(document: Document, base: str, limit: int) -> Iterator[_Entry]:
    for fields in document.entries(limit):
        if not fields:
            continue
        entry, children = fields[0], [one for one in fields[1:] if not one.qualified.startswith(_OTHER_PREFIXES)]
        href, own = _href(entry, children)
        if href:
            dates = tuple(one.text for one in children if one.name in _DATES and one.text)
            yield _Entry(href, _resolved(own, _resolved(entry.attributes.get("base"), base)), dates, children)


def _href(entry: Field, children: list[Field]) -> tuple[str, str | None]:
    """The address of an entry, and the base that its own element gives for it.

    What FeedBurner hid, a link, a permanent guid, the name of an RDF resource.
    """
    return next((found for found in _hrefs(entry, children) if found[0].strip()), ("", None))


def _hrefs(entry: Field, children: list[Field]) -> Iterator[tuple[str, str | None]]:
    yield from ((one.text, None) for one in children if one.name == "origlink")
    yield from _links_of(children)
    for one in children:
        is_permanent = one.attributes.get("ispermalink", "").lower()
        is_address = one.text.startswith(("http://", "https://"))
        if one.name in {"guid", "id"} and (is_permanent == "true" or (is_address and is_permanent != "false")):
            yield one.text, one.attributes.get("base")
    yield entry.attributes.get("about", entry.attributes.get("rdf:about", "")), None


def _links_of(fields: list[Field]) -> Iterator[tuple[str, str | None]]:
    """The addresses of an entry, or of what a feed is for, and their bases."""
    links = [one for one in fields if one.name == "link"]
    yield from ((one.text, one.attributes.get("base")) for one in links if one.text)
    alternate = [one for one in links if one.attributes.get("rel", "alternate").lower() == "alternate"]
    alternate.sort(key=lambda one: "html" not in one.attributes.get("type", "html"))
    yield from ((one.attributes.get("href", ""), one.attributes.get("base")) for one in alternate)


_LONGEST_HEAD = 64 * 1024
"""Bytes of a feed's head in which its own link, base and language are looked for."""


def _described(head: bytes, url: str) -> tuple[str, str | None]:
    """What links are relative to, and the language that the feed declares, in which it may write the names of months.

    Links are relative to ``xml:base``, else to the site's page that the feed is for, else to the feed: many feeds are
    hosted elsewhere, or in a folder that their links leave out.
    """
    fields = _fields(head[:_LONGEST_HEAD], "channel")
    outer, inner = (fields[0], fields[1:]) if fields else (None, [])
    bases = [one.attributes.get("base") for one in (outer, *(one for one in inner if one.name == "channel")) if one]
    base = url
    for one in bases:
        base = _resolved(one, base)
    if not any(bases):
        hrefs = (href for href, _ in _links_of(inner))
        base = _resolved(next(hrefs, None), url)
    language = next((one.text for one in inner if one.name == "language" and one.text), None)
    language = language or (outer.attributes.get("lang") if outer else None)
    found = _LANGUAGE.match(language or "")
    return base, found[0].lower() if found else None


_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?![A-Za-z])")


def _resolved(base: str | None, url: str) -> str:
    return (absolute(base, url) or url) if base else url
