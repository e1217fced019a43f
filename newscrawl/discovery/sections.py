"""The links of an HTML page: of a section, of a home page."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from newscrawl.discovery.kinds import Kind, Place, has_identity, is_trap, kind_of_link
from newscrawl.discovery.links import Context, Found, Links, NotAListing, absolute, site
from newscrawl.extraction.parse import MOST_TAGS, parse_page
from newscrawl.extraction.shell import is_shell
from newscrawl.items import Link, UnreadablePage
from newscrawl.urls import url_key

LARGEST_HTML = 10 * 1024 * 1024
"""Bytes of a page that are read. The largest of 987 real ones has 4.5 million."""
MOST_LINKS = 100_000
_TAG = re.compile(r"<[a-zA-Z/!]")
_FEEDS = frozenset(("application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json"))
_ANY_XML = frozenset(("text/xml", "application/xml"))
"""Types of feeds, and of much else."""
_FEED_TITLE = re.compile(r"\b(?:rss|atom|rdf)\b", re.IGNORECASE)
_HEADLINE = 8
"""Words of a link's text that is a headline, whatever its address."""
_LONGEST_LABEL = 5
"""Words of the name of a section."""
_WORDS_READ = 2000
"""Characters of a link's text."""
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_MENU_ROLES = frozenset(("navigation", "banner", "contentinfo", "menu", "menubar"))
_MOST_ANCESTORS = 15
_MOST_SCRIPTS = 200
_LONGEST_JSON = 500_000
_DEEPEST = 12
_FEED_ADDRESS = re.compile(
    r"(?:^|/)(?:feed|rss|atom)(?:\.(?:xml|json|rss|atom|php))?/?$|\.(?:rss|atom|rdf)$", re.IGNORECASE
)
"""How the path of a feed ends."""
_TYPE = re.compile(r'"@type"\s{0,9}:\s{0,9}\[?\s{0,9}"([A-Za-z]{1,40})"')
_OTHER_TYPES = frozenset(("collectionpage", "aboutpage", "contactpage", "profilepage", "searchresultspage", "itemlist"))
"""Types of schema.org of pages that are no article."""
_OTHER_BODY = re.compile(
    r"\b(?:page-id-\d+|(?:page|tag|author|home|error)-template|error404|attachmentid-\d+|search-results"
    r"|archive (?:date|author|category|tag|tax-))",
    re.IGNORECASE,
)
"""In the classes by which WordPress, Ghost and their kin call the body of a page that is no post."""
FEWEST_BELOW = 3
"""Addresses directly below another one that make it a section: an article has its comments or pictures there."""
_PROSE = 600
"""Letters in paragraphs of a page that may be an article."""


def tree_of(body: bytes) -> tuple[HtmlElement | None, bool]:
    """Parse a page in UTF-8, cut to what can be parsed, and say whether all of it was."""
    html = body[:LARGEST_HTML].decode("utf-8", "replace")
    complete = len(body) <= LARGEST_HTML
    last = next(islice(_TAG.finditer(html), MOST_TAGS - 10, None), None)
    if last:
        html, complete = html[: last.start()], False
    opened = html.rfind("<")
    if opened >= 0 and ">" not in html[opened:]:  # cut within a tag: half a link names another page
        html, complete = html[:opened], False
    # As references: `parse_page` brings letters into NFC, and an address that is not would become another.
    html = html.encode("ascii", "xmlcharrefreplace").decode("ascii")
    try:
        # Fragments that scripts load have no <html>; a parser that is made for whole pages refuses them.
        return parse_page(html if "<html" in html[:50].lower() else f"<html>{html}"), complete
    except UnreadablePage:
        return None, False


def base_of(tree: HtmlElement, url: str) -> str:
    """Return what the links of a page are relative to."""
    base = next(iter(tree.xpath("//base[@href]/@href")), None)
    return (absolute(str(base), url) or url) if base else url


def read_section(body: bytes, context: Context) -> Found:
    """Read the links of a page, in UTF-8: feeds anywhere, articles and sections on the page's own site.

    Raises NotAListing, as ``no_links`` or ``needs_rendering``.
    """
    tree, complete = tree_of(body)
    links = Links(but=context.url)
    claims: Literal["yes", "maybe", "no"] = "no"
    needs_rendering = False
    if tree is not None:
        claims = claims_article(tree)
        needs_rendering = is_shell(tree)
        base = base_of(tree, context.url)
        for url in _feeds(tree, base):
            links.add(Link(url, "feed"))
        anchors = _anchors(tree, base, context)
        for one, kind in islice(_judged(anchors), context.limit + 1):
            if len(links) >= context.limit:
                return Found("section", links.all(), complete=False, claims_article=claims)
            links.add(Link(one.url, kind, place=one.place, label=one.label if kind == "section" else None))
    if not len(links) and claims == "no" and needs_rendering:
        raise NotAListing("needs_rendering", "its HTML has no text and no links: scripts draw the page in the browser")
    if not len(links) and claims == "no":
        raise NotAListing("no_links", "an HTML page without a link to a page of its site")
    return Found("section", links.all(), complete, claims, needs_rendering)


def _feeds(tree: HtmlElement, base: str) -> Iterator[str]:
    """The feeds that a page announces; where it announces none, those that it links to."""
    announced = False
    for link in islice(tree.iter("link"), MOST_LINKS):
        kind = (link.get("type") or "").partition(";")[0].strip().lower()
        if kind not in _FEEDS | _ANY_XML or "alternate" not in (link.get("rel") or "").lower().split():
            continue
        url = absolute(link.get("href") or "", base)
        is_feed = kind in _FEEDS or _FEED_TITLE.search(link.get("title") or "")
        if url and (is_feed or _FEED_ADDRESS.search(urlsplit(url).path)):
            announced = True
            yield url
    for link in () if announced else islice(tree.iter("a"), MOST_LINKS):
        url = absolute(link.get("href") or "", base)
        if url and _FEED_ADDRESS.search(urlsplit(url).path) and site(url) == site(base):
            yield url


@dataclass(slots=True)
class _Anchor:
    """A link to a page of the site, with what is known of it from all places where it stands."""

    url: str
    words: int = 0
    """Of its longest text."""
    place: Place | None = None
    label: str | None = None
    """Its text in the navigation."""


def _anchors(tree: HtmlElement, base: str, context: Context) -> dict[str, _Anchor]:
    found: dict[str, _Anchor] = {}
    for anchor in islice(tree.iter("a", "area"), MOST_LINKS):
        url = absolute(anchor.get("href") or "", base)
        if url is None or site(url) not in context.sites or is_trap(url, context.now):
            continue
        words = _words(anchor)
        known = found.setdefault(url_key(url), _Anchor(url))
        known.words = max(known.words, words)
        place = _place(anchor, words)
        known.place = _prominent(known.place, place)
        if place == "menu" and 0 < words <= _LONGEST_LABEL and known.label is None:
            known.label = " ".join("".join(islice(anchor.itertext(), 20)).split())[:100]
    for url in _listed_items(tree, base):
        if site(url) in context.sites and not is_trap(url, context.now):
            known = found.setdefault(url_key(url), _Anchor(url))
            known.place = "headline"
    return found


def _prominent(one: Place | None, other: Place | None) -> Place | None:
    return "headline" if "headline" in (one, other) else one or other


def _place(anchor: HtmlElement, words: int) -> Place | None:
    """Where a link stands: in a headline of its own, in the page's navigation, or anywhere else.

    A heading of one or two words is the name of a section more often than a headline, unless it stands in an
    ``<article>``.
    """
    in_heading = next(anchor.iter(*_HEADINGS), None) is not None
    card = None
    for ancestor in islice(anchor.iterancestors(), _MOST_ANCESTORS):
        tag = ancestor.tag
        if tag in _HEADINGS:
            in_heading = True
        elif tag == "article" and card is None:
            card = ancestor
        elif tag == "nav" or (_is_menu(ancestor) and not (in_heading and _is_in_article(ancestor))):
            return "menu"  # a card's header holds its headline
    return "headline" if in_heading and words and (words > 2 or card is not None) else None


def _is_menu(element: HtmlElement) -> bool:
    return element.tag in {"footer", "header", "menu"} or element.get("role") in _MENU_ROLES


def _is_in_article(element: HtmlElement) -> bool:
    return any(ancestor.tag == "article" for ancestor in islice(element.iterancestors(), _MOST_ANCESTORS))


def _words(anchor: HtmlElement) -> int:
    text = ""
    for piece in anchor.itertext():
        text += piece
        if len(text) > _WORDS_READ:
            break
    return sum(_words_of(word) for word in text.split())


def _words_of(word: str) -> int:
    """Count a word; scripts that divide none have about two letters a word."""
    wide = sum(letter > "\u2e7f" and letter.isalpha() for letter in word)
    return max(any(map(str.isalnum, word)), wide // 2)


def _listed_items(tree: HtmlElement, base: str) -> Iterator[str]:
    """The addresses of the pages that a page's JSON-LD lists (``ItemList``); its path and its menu are no such list."""
    for script in islice(tree.iter("script"), _MOST_SCRIPTS):
        text = script.text or ""
        if "json" not in (script.get("type") or "") or "ItemList" not in text or len(text) > _LONGEST_JSON:
            continue
        try:
            data = json.loads(text, strict=False)
        except (ValueError, RecursionError):
            continue
        for href in islice(_items_in(data, 0), MOST_LINKS):
            url = absolute(href, base)
            if url is not None:
                yield url


def _items_in(data: Any, depth: int) -> Iterator[str]:
    if depth > _DEEPEST or not isinstance(data, dict | list):
        return
    if isinstance(data, list):
        for one in data:
            yield from _items_in(one, depth + 1)
        return
    kinds = data.get("@type")
    if "ItemList" in (kinds if isinstance(kinds, list) else [kinds]):
        items = data.get("itemListElement")
        for item in items if isinstance(items, list) else []:
            of = item.get("item", item) if isinstance(item, dict) else item
            href = of.get("url") or of.get("@id") if isinstance(of, dict) else of
            if isinstance(href, str):
                yield href
        return
    for value in data.values():
        yield from _items_in(value, depth + 1)


def _judged(anchors: dict[str, _Anchor]) -> Iterator[tuple[_Anchor, Kind]]:
    """Judge the links of a page by what it has of them all.

    Where all headlines of a page lead to addresses with a date or a number, an address without one is a section. What
    others stand below is a section as well: ``/sport/`` where there are ``/sport/…``.
    """
    judged = [(one, kind_of_link(one.url, one.words, one.place)) for one in anchors.values()]
    headlines = [has_identity(one.url) for one, kind in judged if kind == "article" and one.words >= _HEADLINE]
    all_numbered = len(headlines) >= 5 and sum(headlines) >= 0.9 * len(headlines)
    parents = parents_of(one.url for one in anchors.values())
    for one, kind in judged:
        if _is_variant(one.url, anchors):
            continue
        is_parent = parents[one.url.partition("?")[0].rstrip("/")] >= FEWEST_BELOW
        if kind == "article" and (all_numbered or is_parent) and not has_identity(one.url):
            yield one, "section"
        elif kind is not None:
            yield one, kind


def _is_variant(url: str, anchors: Mapping[str, object]) -> bool:
    """Say whether a link leads to an article that is linked without a query too: to reply to a comment, to print."""
    plain, mark, _ = url.partition("?")
    if not mark or kind_of_link(plain) != "article":
        return False
    key = url_key(plain)
    return key != url_key(url) and key in anchors


def parents_of(urls: Iterable[str]) -> Counter[str]:
    """Count for each address, without its last slash, how many others stand directly below it."""
    return Counter(url.partition("?")[0].rstrip("/").rpartition("/")[0] for url in urls)


def claims_article(tree: HtmlElement) -> Literal["yes", "maybe", "no"]:
    """Say whether a page that was taken for a list looks like an article.

    ``yes`` where its JSON-LD or Open Graph mark-up calls it a dated article, and neither that nor the class of its body
    a list or a page about the site; ``maybe`` where its prose stands below one headline.
    """
    types, is_dated = set[str](), False
    for script in islice(tree.iter("script"), _MOST_SCRIPTS):
        text = (script.text or "")[:_LONGEST_JSON]
        if "ld+json" in (script.get("type") or ""):
            types |= {name.lower() for name in _TYPE.findall(text)}
            is_dated |= "datePublished" in text
    if types & _OTHER_TYPES or _OTHER_BODY.search(_body_class(tree)):
        return "no"
    metas = {(meta.get("property") or meta.get("name") or "").lower(): meta for meta in islice(tree.iter("meta"), 300)}
    is_article = any(name.endswith(("article", "posting")) or name.startswith("report") for name in types)
    og_type = metas["og:type"].get("content", "") if "og:type" in metas else ""
    if (is_article and is_dated) or (og_type.strip().lower() == "article" and "article:published_time" in metas):
        return "yes"
    # The paragraphs of an article stand beside each other, the teasers of a list each in a card of its own.
    columns: dict[HtmlElement, list[int]] = {}
    for paragraph in islice(tree.iter("p"), 500):
        if length := _prose(paragraph):
            columns.setdefault(paragraph.getparent(), []).append(length)
    is_column = any(len(column) >= 2 and sum(column) >= _PROSE for column in columns.values())
    return "maybe" if is_column and len(list(islice(tree.iter("h1"), 3))) <= 2 else "no"


def _body_class(tree: HtmlElement) -> str:
    body = tree.find(".//body")
    return (body.get("class") or "")[:2000] if body is not None else ""


def _prose(paragraph: HtmlElement) -> int:
    """Letters of a paragraph that is no link."""
    linked = sum(len(anchor.text_content()) for anchor in islice(paragraph.iter("a"), 20))
    length = len(paragraph.text_content())
    return length if length >= 80 and linked < length / 3 else 0
