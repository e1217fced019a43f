"""From the bytes of a listing to its links, whatever kind of listing it is and says it is."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Literal

from newscrawl.compression import GZIP
from newscrawl.discovery.bodies import as_utf8, unpack
from newscrawl.discovery.feeds import read_feed, read_json_feed
from newscrawl.discovery.links import Context, Found, NotAListing
from newscrawl.discovery.sections import read_section
from newscrawl.discovery.sitemaps import read_sitemap, read_text_sitemap
from newscrawl.extraction.metadata.zones import top_level, zone_of
from newscrawl.urls import site_of

Format = Literal["feed", "json", "urlset", "sitemapindex", "text", "html"]

_HEAD = 4096
"""Bytes by which a format is known; warnings of a broken server program stand before some feeds."""
_PASSED_OVER = re.compile(
    rb"<\?.*?(?:\?>|\Z)|<!--.*?(?:-->|\Z)|<!doctype\s++(?!html)[^\[>]*+(?:\[[^\]]*+\]?\s*+)?>?",
    re.DOTALL | re.IGNORECASE,
)
_ROOT = re.compile(
    rb"<(?:[\w.-]+:)?(rss|rdf|feed|urlset|sitemapindex)(?=[\s>/])|<(html|!doctype\s+html|body)\b", re.IGNORECASE
)
_HTML = re.compile(
    rb"<(?:head|body|title|meta|link|div|p|a|ul|ol|li|table|h[1-6]|span|section|article|nav|main|script)\b",
    re.IGNORECASE,
)
_FORMATS: dict[bytes, Format] = {b"urlset": "urlset", b"sitemapindex": "sitemapindex"}


def read_listing(
    body: bytes,
    content_type: str,
    url: str,
    *,
    limit: int = 50_000,
    site: str | None = None,
    timezone: str | None = None,
    now: datetime | None = None,
) -> Found:
    """Read a feed, a sitemap or the links of an HTML page; the body decides which, for content types are often wrong.

    ``url`` is where it was fetched, ``site`` the registrable domain whose pages are wanted, where that is another than
    the one of ``url``: sitemaps and pages may only name pages of these two; feeds, which others host, any.
    ``timezone`` is the IANA name of the zone of times without one, else that of the site's country; ``now`` is when it
    was fetched, else this moment; ``limit`` the most links to return. Raises NotAListing where nothing can be read.
    """
    if not body or body.isspace():
        raise NotAListing("empty", "the body is empty")
    body, whole = unpack(body)
    body = as_utf8(body, content_type)
    context = Context(
        url=url,
        sites=frozenset((site, site_of(url))) - {None},
        zone=zone_of(timezone, top_level(url)),
        now=now or datetime.now(UTC),
        limit=limit,
    )
    try:
        found = _read(body, context)
    except UnicodeError as error:  # lxml's, of what libxml2 took for a letter
        raise NotAListing("broken", f"what it says is no text ({error})") from None
    return found if whole else replace(found, complete=False)


def _read(text: bytes, context: Context) -> Found:
    if not text or text.isspace():
        raise NotAListing("empty", "nothing but white space")
    match format_of(text):
        case "feed":
            return read_feed(text, context)
        case "json":
            return read_json_feed(text, context)
        case "urlset":
            return read_sitemap(text, context, "urlset")
        case "sitemapindex":
            return read_sitemap(text, context, "sitemapindex")
        case "text":
            return read_text_sitemap(text, context)
        case "html":
            return read_section(text, context)
        case None:
            raise NotAListing("not_html", "neither a feed nor a sitemap nor HTML")


def format_of(text: bytes) -> Format | None:
    """Return the format of a text in UTF-8 by its beginning; None for none that is known."""
    head = _PASSED_OVER.sub(b"", text[: 4 * _HEAD]).lstrip()[:_HEAD]
    if head.startswith(b"{"):
        return "json"
    root = _ROOT.search(head)
    if root and root[1]:
        return _FORMATS.get(root[1].lower(), "feed")
    if root or _HTML.search(head):
        return "html"
    lines = head.split(b"\n")[:100]
    lines = [line.strip() for line in (lines[:-1] if len(text) > len(head) else lines) if line.strip()]
    if lines and all(line.startswith((b"http://", b"https://")) and b" " not in line for line in lines):
        return "text"
    return None


def is_html(body: bytes, content_type: str = "") -> bool:
    """Say whether a body is a web page, whatever type its server gives it: by how it begins."""
    try:
        head, _ = unpack(body) if body.startswith(GZIP) else (body[: 4 * _HEAD], True)
        return format_of(as_utf8(head[: 4 * _HEAD], content_type)) == "html"
    except NotAListing:
        return False
