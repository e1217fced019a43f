"""Which links of a listing a site's spider follows, and as what."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Protocol

from newscrawl.discovery import Found, is_trap, kind_of_link
from newscrawl.items import Link, PageKind

SLICE = 500
"""Links that are judged before others of the crawl have their turn: some milliseconds."""


class Site(Protocol):
    """What is known of a site's addresses."""

    @property
    def explores(self) -> bool:
        """Whether the feeds and sections that its pages link to are followed."""

    def is_own(self, url: str) -> bool:
        """Say whether a URL is of the site."""

    def is_article(self, url: str) -> bool | None:
        """Say whether a URL is an article's; None where nothing is known of their looks."""


async def wanted_links(found: Found, site: Site) -> tuple[Link, ...]:
    """Return the links to follow, each with what it leads to.

    A page that names no article leads nowhere: so ends the walk through a calendar, or through a search.
    """
    links: list[Link] = []
    for start in range(0, len(found.links), SLICE):
        links += _followed(found.links[start : start + SLICE], found, site)
        await asyncio.sleep(0)
    if found.kind == "section" and not any(link.kind == "article" for link in links):
        return tuple(link for link in links if link.kind != "section")
    return tuple(links)


def _followed(links: Iterable[Link], found: Found, site: Site) -> Iterator[Link]:
    for link in links:
        kind = _kind(link, found, site) if site.is_own(link.url) and not is_trap(link.url) else None
        if kind is not None:
            yield link if kind == link.kind else replace(link, kind=kind)


def _kind(link: Link, found: Found, site: Site) -> PageKind | None:
    if found.kind == "sitemap" and link.kind == "sitemap":
        return "sitemap"
    if link.kind in {"feed", "sitemap"}:
        return link.kind if site.explores else None
    is_article = site.is_article(link.url)
    if is_article is None:
        is_article = (link.kind if found.kind == "section" else kind_of_link(link.url, 0)) == "article"
    # What a site puts into its feeds are its articles, however their addresses look by now.
    if is_article or found.kind == "feed":
        return "article"
    return "section" if found.kind == "section" and link.kind == "section" and site.explores else None
