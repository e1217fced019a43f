"""What a site's spider should say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from newscrawl.discovery import kind_of_link
from newscrawl.newsite.choose import LONGEST, MOST_FEEDS, is_of, sections_to_read
from newscrawl.newsite.findings import Findings, ReadListing
from newscrawl.newsite.locale import language_of, timezone_of
from newscrawl.newsite.shape import article_url
from newscrawl.rules import SiteRules

MOST_SITEMAPS = 3
"""That a spider names. It reads all that robots.txt names where it names none itself."""
_MOST_OF_ONE = 500
"""Addresses of one listing that are looked at, so that a long sitemap does not outweigh the others."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """The attributes of a site's spider; empty or None for what is left out."""

    name: str
    domain: str
    home: str | None = None
    feeds: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    article_url: str | None = None
    timezone: str | None = None
    language: str | None = None
    unverified: tuple[str, ...] = ()

    @property
    def rules(self) -> SiteRules:
        """How the spider lets the site's pages be read."""
        return SiteRules(timezone=self.timezone, language=self.language)


def propose(name: str, found: Findings) -> Proposal:
    """Return the spider that fits what was found."""
    language = language_of(found.articles)
    named = sections_to_read(found.front.links, found.domain) if found.front else ()
    tried = {one.url for one in found.listings}
    good = tuple(one.url for one in found.of("section"))
    sections = (*good, *(url for url in named if url not in tried))
    return Proposal(
        name,
        found.domain,
        home=None if found.home == f"https://{found.domain}/" else found.home,
        feeds=tuple(one.url for one in found.of("feed") if len(one.url) <= LONGEST)[:MOST_FEEDS],
        sitemaps=_sitemaps(found),
        sections=sections,
        article_url=_article_url(found),
        timezone=timezone_of(found.home, found.articles, language),
        language=language,
        unverified=("sections",) if set(sections) - set(good) else (),
    )


def _sitemaps(found: Findings) -> tuple[str, ...]:
    """Those that robots.txt names and that could be read, where they are few; else one that was found without it."""
    named = [one for one in found.listings if one.kind == "sitemap"]
    if not found.sitemaps:
        return tuple(one.url for one in named if one.links)[:1]
    useless = {one.url for one in named if not one.links}
    is_few = len(found.sitemaps) <= MOST_SITEMAPS and all(
        len(url) <= LONGEST and is_of(url, found.domain) for url in found.sitemaps
    )
    return tuple(url for url in found.sitemaps if url not in useless) if is_few else ()


def _article_url(found: Findings) -> str | None:
    listings = [one for one in found.of("feed", "sitemap") if _names_articles(one)] or found.of("section")
    front = found.front.links if found.front else ()
    everything = [link for one in found.listings for link in one.links]
    lists = [found.home, *(one.url for one in found.listings)]
    return article_url(
        _own((url for one in listings for url in one.articles[:_MOST_OF_ONE]), found.domain),
        lists + _own((link.url for link in (*front, *everything) if link.kind == "section"), found.domain),
        _own((link.url for link in front if link.kind == "article"), found.domain),
    )


def _own(urls: Iterator[str], domain: str) -> list[str]:
    return [url for url in urls if is_of(url, domain)]


def _names_articles(listing: ReadListing) -> bool:
    """Say whether a listing names articles for the most part: sites have sitemaps of their sections as well."""
    likely = sum(kind_of_link(url, 0) == "article" for url in listing.articles)
    return listing.kind == "feed" or 2 * likely >= len(listing.articles)
