"""Sitemaps by the protocol of sitemaps.org, as XML and as text, and the lines of robots.txt that name them."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Literal

from newscrawl.discovery.bodies import as_utf8
from newscrawl.discovery.dates import latest, when
from newscrawl.discovery.feed_facts import Field
from newscrawl.discovery.feeds import Document
from newscrawl.discovery.kinds import is_asset, is_surely_section
from newscrawl.discovery.links import Context, Found, Links, NotAListing, absolute, site
from newscrawl.items import Link

_DATES = frozenset(("lastmod", "publication_date"))
_ROBOTS_SIZE = 512 * 1024
"""RFC 9309, 2.5: at least 500 KiB are to be parsed."""
_ROBOTS_LINE = re.compile(rb"^[ \t]*sitemap[ \t]*:[ \t]*([^\s#]+)", re.IGNORECASE | re.MULTILINE)
_MOST_SITEMAPS = 1000


def read_sitemap(body: bytes, context: Context, root: Literal["urlset", "sitemapindex"]) -> Found:
    """Read an XML sitemap, in UTF-8. Raises NotAListing, as ``broken``, where it ends before its first entry."""
    document = Document(body, "url|sitemap")
    links, seen = Links(but=context.url), 0
    for fields in document.entries(context.limit):
        seen += 1
        link = _link(fields, context, is_index=root == "sitemapindex")
        if link is not None:
            links.add(link)
    complete = not document.cut and document.is_closed()
    if not seen and not complete:
        raise NotAListing("broken", "the sitemap ends before its first entry")
    return Found("sitemap", links.all(), complete)


def read_text_sitemap(body: bytes, context: Context) -> Found:
    """Read a sitemap of one URL a line, in UTF-8."""
    links = Links(but=context.url)
    lines = body.decode("utf-8", "replace").split(maxsplit=context.limit + 1)
    for line in lines[: context.limit]:
        link = _page(line, context)
        if link is not None:
            links.add(link)
    return Found("sitemap", links.all(), complete=len(lines) <= context.limit)


def robots_sitemaps(body: bytes, url: str) -> tuple[Link, ...]:
    """Return the sitemaps that a robots.txt names, on whatever host: who writes robots.txt vouches for them."""
    links = Links()
    for match in _ROBOTS_LINE.finditer(
        as_utf8(body[:_ROBOTS_SIZE].replace(b"\0", b""), "text/plain").replace(b"\r", b"\n")
    ):
        address = absolute(match[1].decode("utf-8", "replace"), url)
        if address is not None and len(links) < _MOST_SITEMAPS:
            links.add(Link(address, "sitemap"))
    return links.all()


def _link(fields: list[Field], context: Context, *, is_index: bool) -> Link | None:
    location = next((one.text for one in fields[1:] if one.name == "loc" and one.text), None)
    if location is None:
        return None
    dates = [one.text for one in fields[1:] if one.name == "lastmod"]
    dates += [text for one in fields[1:] for name, text in one.children if name == "publication_date"]
    modified = latest(when(text, None, context.zone, context.now) for text in dates)
    if not is_index:
        # The news extension: https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap
        is_news = any(one.qualified == "news:news" for one in fields[1:])
        return _page(location, context, modified, "headline" if is_news else None)
    url = absolute(location, context.url)
    return Link(url, "sitemap", modified) if url and site(url) in context.sites else None


def _page(
    location: str, context: Context, modified: datetime | None = None, place: Literal["headline"] | None = None
) -> Link | None:
    url = absolute(location, context.url)
    if url is None or is_asset(url) or site(url) not in context.sites:
        return None
    # A sitemap names articles for the most part: only what cannot be one is taken for a section.
    return Link(url, "section" if is_surely_section(url) else "article", modified, place)
