"""The links of an HTML page: of a section, of a home page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from lxml.html import HtmlElement

from newscrawl.discovery.kinds import Kind, has_identity, is_trap, kind_of_link
from newscrawl.discovery.links import Context, Found, Links, NotAListing, absolute, site
from newscrawl.extraction.parse import MOST_TAGS, parse_page
from newscrawl.items import Link, UnreadablePage
from newscrawl.urls import url_key

LARGEST_HTML = 10 * 1024 * 1024
"""Bytes of a page that are read. The largest of 987 real ones has 4.5 million."""
MOST_LINKS = 100_000
_TAG = re.compile(r"<[a-zA-Z/!]")
_FEEDS = frozenset(("application/rss+xml", "application/atom+xml", "application/feed+json"))
_HEADLINE = 8
"""Words of a link's text that is a headline, whatever its address."""
_WORDS_READ = 2000
"""Characters of a link's text."""


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

    Raises NotAListing, as ``no_links``.
    """
    tree, complete = tree_of(body)
    links = Links(but=context.url)
    if tree is not None:
        base = base_of(tree, context.url)
        for url in _feeds(tree, base):
            links.add(Link(url, "feed"))
        anchors = _anchors(tree, base, context)
        for url, kind in islice(_judged(anchors), context.limit + 1):
            if len(links) >= context.limit:
                return Found("section", links.all(), complete=False)
            links.add(Link(url, kind))
    if not len(links):
        raise NotAListing("no_links", "an HTML page without a link to a page of its site")
    return Found("section", links.all(), complete)


def _feeds(tree: HtmlElement, base: str) -> Iterator[str]:
    for link in islice(tree.iter("link"), MOST_LINKS):
        kind = (link.get("type") or "").partition(";")[0].strip().lower()
        if kind in _FEEDS and "alternate" in (link.get("rel") or "").lower().split():
            url = absolute(link.get("href") or "", base)
            if url:
                yield url


def _anchors(tree: HtmlElement, base: str, context: Context) -> dict[str, tuple[str, int]]:
    """The links to the page's own site, each with the length of its longest text."""
    found: dict[str, tuple[str, int]] = {}
    for anchor in islice(tree.iter("a", "area"), MOST_LINKS):
        url = absolute(anchor.get("href") or "", base)
        if url is None or site(url) not in context.sites or is_trap(url, context.now):
            continue
        key = url_key(url)
        known = found.get(key, (url, 0))
        found[key] = known[0], max(known[1], _words(anchor))
    return found


def _words(anchor: HtmlElement) -> int:
    text = ""
    for piece in anchor.itertext():
        text += piece
        if len(text) > _WORDS_READ:
            break
    return sum(any(map(str.isalnum, word)) for word in text.split())


def _judged(anchors: dict[str, tuple[str, int]]) -> Iterator[tuple[str, Kind]]:
    """Where all headlines of a page lead to addresses with a date or a number, an address without one is a section."""
    judged = [(url, words, kind_of_link(url, words)) for url, words in anchors.values()]
    headlines = [has_identity(url) for url, words, kind in judged if kind == "article" and words >= _HEADLINE]
    all_numbered = len(headlines) >= 5 and sum(headlines) >= 0.9 * len(headlines)
    for url, _, kind in judged:
        if kind == "article" and all_numbered and not has_identity(url):
            yield url, "section"
        elif kind is not None:
            yield url, kind
