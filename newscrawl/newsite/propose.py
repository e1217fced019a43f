"""What a site's spider should say."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain, islice, zip_longest
from urllib.parse import urljoin, urlsplit
from zoneinfo import ZoneInfo

from newscrawl.discovery import is_trap, kind_of_link
from newscrawl.discovery.evidence import feeds_worth_reading
from newscrawl.extraction.metadata.zones import top_level, zone_of
from newscrawl.items import Article, Link, ListingKind
from newscrawl.newsite.shape import article_url
from newscrawl.rules import RulesError, SiteRules
from newscrawl.urls import host_of, is_article_url, url_key


@dataclass(frozen=True, slots=True)
class ReadListing:
    """A listing that was asked for."""

    url: str
    """As the site names it."""
    kind: ListingKind
    links: tuple[Link, ...] = field(default=(), repr=False)
    """None where it could not be read."""
    is_article: bool = False
    """Whether the page of a section looks like an article itself."""

    @property
    def articles(self) -> tuple[str, ...]:
        """The addresses of what it takes for articles."""
        return tuple(link.url for link in self.links if link.kind == "article")


@dataclass(frozen=True, slots=True)
class Findings:
    """A site, as far as a few requests show it."""

    home: str
    """Its front page, behind all redirects."""
    domain: str
    front: ReadListing | None = None
    """What the front page links to; None where it links to nothing."""
    sitemaps: tuple[str, ...] = ()
    """Those that robots.txt names."""
    listings: tuple[ReadListing, ...] = ()
    """Feeds, sitemaps and sections, in the order they were read."""
    articles: tuple[Article, ...] = ()

    def of(self, *kinds: ListingKind) -> tuple[ReadListing, ...]:
        """Return the listings of some kinds that name articles."""
        return tuple(one for one in self.listings if one.kind in kinds and one.articles)


MOST_FEEDS = 5
MOST_SITEMAPS_OF_LEVEL = 3
"""Of one level."""
MOST_SECTIONS = 6
MOST_TRIED = 10
"""Pages that may turn out to be no sections."""
_FEWEST_OF_ITS_OWN = 2
"""Articles that a section lists and other pages do not."""
_MOST_LINKS_OF_ONE = 100
LONGEST = 100
"""Characters of an address that a spider names: more would not fit on a line."""


def is_of(url: str, domain: str) -> bool:
    """Say whether a URL is of a domain or below it."""
    try:
        host = host_of(url)
    except ValueError:
        return False
    return host == domain or host.endswith(f".{domain}")


def feeds_to_read(links: Iterable[Link], domain: str) -> tuple[str, ...]:
    """Return the feeds to read, in the site's order: one where the same is there in several formats.

    Those of readers' comments name articles as well, but old ones.
    """
    feeds = [link for link in links if link.kind == "feed" and is_of(link.url, domain) and len(link.url) <= LONGEST]
    return tuple(link.url for link in feeds_worth_reading(feeds)[0])[:MOST_FEEDS]


_GUESSES: dict[ListingKind, tuple[str, ...]] = {
    "sitemap": ("sitemap.xml", "wp-sitemap.xml", "sitemap_index.xml"),
    "feed": ("feed", "rss", "rss.xml", "feed.xml", "atom.xml", "index.xml", "feed.json"),
}


def guesses(home: str, kind: ListingKind) -> tuple[Link, ...]:
    """Return where the listings of a kind mostly are, for a site that names none: at its root, or below its path."""
    roots = dict.fromkeys((urljoin(home, "."), urljoin(home, "/")))
    return tuple(Link(urljoin(root, name), kind) for name in _GUESSES[kind] for root in roots)


def sitemaps_below(links: Sequence[Link]) -> tuple[str, ...]:
    """Return the sitemaps of an index to read: the newest ones, and the oldest, whose addresses may look otherwise."""
    below = [link for link in links if link.kind == "sitemap"]
    if any(link.modified_at for link in below):
        below.sort(key=lambda link: link.modified_at.timestamp() if link.modified_at else 0, reverse=True)
    chosen = below if len(below) <= MOST_SITEMAPS_OF_LEVEL else [*below[: MOST_SITEMAPS - 1], below[-1]]
    return tuple(link.url for link in chosen)


def sections_to_read(links: Iterable[Link], domain: str) -> tuple[str, ...]:
    """Return what may be sections of a front page: short addresses, in the order of the menu."""
    sections = (link.url for link in links if link.kind == "section" and is_of(link.url, domain))
    return tuple(url for url in sections if _is_plain(url) and not is_trap(url))[:MOST_TRIED]


def _is_plain(url: str) -> bool:
    parts = urlsplit(url)
    depth = len([segment for segment in parts.path.split("/") if segment])
    return 1 <= depth <= 3 and not parts.query and len(url) <= LONGEST and not _PAGE.search(parts.path)


_PAGE = re.compile(r"/page[/-]?\d+/?$", re.IGNORECASE)
"""A further page of a list."""


def articles_to_read(found: Findings) -> tuple[str, ...]:
    """Return articles to read, the first of each listing before the second of any.

    Those come first that the listings name with which a crawl begins: a replay then needs no more than these.
    """
    front = (found.front,) if found.front else ()
    first = (*found.of("feed", "section"), *front)
    listings = (*found.of("feed"), *found.of("sitemap", "section"), *front)
    ranks = zip_longest(*(islice(_articles(listing, found.domain), _MOST_LINKS_OF_ONE) for listing in listings))
    by_key: dict[str, str] = {}
    for url in filter(None, chain.from_iterable(ranks)):
        by_key.setdefault(url_key(url), url)
    begun = {url_key(url) for listing in first for url in _articles(listing, found.domain)}
    return tuple(by_key[key] for key in sorted(by_key, key=lambda key: key not in begun))


def _articles(listing: ReadListing, domain: str) -> Iterator[str]:
    for url in listing.articles:
        is_likely = listing.kind == "feed" or kind_of_link(url, 0) == "article"
        if is_likely and is_of(url, domain) and is_article_url(url) and not is_trap(url):
            yield url


_OFFSET = re.compile(r"T?\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)? ?([+-])(\d{2}):?(\d{2})$")
# Languages that are spoken for the most part where one time is kept. For others, English and Spanish among them, an
# offset says too little: the same one is kept by countries whose summer time differs.
_ZONES = dict(
    pair.split(":")
    for pair in """
    vi:Asia/Ho_Chi_Minh th:Asia/Bangkok km:Asia/Phnom_Penh lo:Asia/Vientiane my:Asia/Yangon ja:Asia/Tokyo ko:Asia/Seoul
    zh:Asia/Shanghai id:Asia/Jakarta hi:Asia/Kolkata ne:Asia/Kathmandu bn:Asia/Dhaka fa:Asia/Tehran he:Asia/Jerusalem
    tr:Europe/Istanbul de:Europe/Berlin fr:Europe/Paris it:Europe/Rome nl:Europe/Amsterdam pl:Europe/Warsaw
    cs:Europe/Prague sk:Europe/Bratislava hu:Europe/Budapest sv:Europe/Stockholm da:Europe/Copenhagen nb:Europe/Oslo
    no:Europe/Oslo fi:Europe/Helsinki el:Europe/Athens ro:Europe/Bucharest bg:Europe/Sofia uk:Europe/Kyiv
    et:Europe/Tallinn lv:Europe/Riga lt:Europe/Vilnius is:Atlantic/Reykjavik
    """.split()
)


def language_of(articles: Sequence[Article]) -> str | None:
    """Return the language that all pages say; None where they differ, or where a spider could not name it."""
    languages = {article.language for article in articles}
    if len(languages) != 1:
        return None
    language = languages.pop()
    try:
        return SiteRules(language=language).language
    except RulesError:
        return None


def timezone_of(home: str, articles: Sequence[Article], language: str | None) -> str | None:
    """Return the zone of the country of a site's domain; else that of its language, where its dates agree with it."""
    country = zone_of(None, top_level(home))
    if isinstance(country, ZoneInfo):
        return country.key
    zone = zone_of(_ZONES.get(language or ""), "")
    written = [(article.published_at, _offset(article.published_raw or "")) for article in articles]
    dated = [(at, offset) for at, offset in written if at is not None and offset is not None]
    if isinstance(zone, ZoneInfo) and dated and all(_agrees(zone, at, offset) for at, offset in dated):
        return zone.key
    return None


def _agrees(zone: ZoneInfo, at: datetime, offset: timedelta) -> bool:
    return at.astimezone(zone).utcoffset() == offset


def _offset(raw: str) -> timedelta | None:
    found = _OFFSET.search(raw.strip())
    if found is None:
        return None
    offset = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return offset if found[1] == "+" else -offset


_COVERED = 0.9
"""Of the articles on the front page and in the sections, that feeds and sitemaps must name."""
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
    explores: bool = False

    @property
    def rules(self) -> SiteRules:
        """How the spider lets the site's pages be read."""
        return SiteRules(timezone=self.timezone, language=self.language)


def propose(name: str, found: Findings) -> Proposal:
    """Return the spider that fits what was found."""
    language = language_of(found.articles)
    form = _article_url(found)
    return Proposal(
        name,
        found.domain,
        home=None if found.home == f"https://{found.domain}/" else found.home,
        feeds=tuple(one.url for one in found.of("feed") if len(one.url) <= LONGEST)[:MOST_FEEDS],
        sitemaps=_sitemaps(found),
        sections=_sections(found),
        article_url=form,
        timezone=timezone_of(found.home, found.articles, language),
        language=language,
        explores=_must_explore(found, form),
    )


def _sections(found: Findings) -> tuple[str, ...]:
    """The pages that list articles which are not on most other pages as well.

    What links to nothing but a box of the newest articles, as all pages of its site do, is none: a privacy policy.
    Where there is neither feed nor sitemap, a section is all that there is.
    """
    read = [one for one in found.listings if one.kind == "section"]
    pages = Counter(key for one in read for key in {url_key(url) for url in one.articles})
    boxes = {key for key, count in pages.items() if count > 1 and 2 * count > len(read)}
    if not found.of("feed", "sitemap"):
        boxes = set()
    own = {one.url: sum(url_key(url) not in boxes for url in one.articles) for one in read if not one.is_article}
    fewest = _FEWEST_OF_ITS_OWN if found.of("feed", "sitemap") else 1
    return tuple(url for url, count in own.items() if count >= fewest)[:MOST_SECTIONS]


def _must_explore(found: Findings, form: str | None) -> bool:
    """Whether feeds and sitemaps leave out articles that its pages show, or addresses alone do not tell articles."""
    listed = {url_key(url) for one in found.of("feed", "sitemap") for url in one.articles}
    front = (found.front,) if found.front else ()
    shown = {url_key(url) for one in (*front, *found.of("section")) for url in one.articles}
    is_untold = form is None and any(kind_of_link(url, 0) != "article" for url in listed)
    is_covered = len(shown & listed) >= _COVERED * len(shown)
    return is_untold or not found.of("sitemap") or not is_covered


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
    named = _own((url for one in listings for url in one.articles[:_MOST_OF_ONE]), found.domain)
    form = article_url(
        named,
        lists + _own((link.url for link in (*front, *everything) if link.kind == "section"), found.domain),
        _own((link.url for link in front if link.kind == "article"), found.domain),
    )
    # Those that do not match would never be crawled.
    return form if form and all(re.fullmatch(form, url) for url in named) else None


def _own(urls: Iterator[str], domain: str) -> list[str]:
    return [url for url in urls if is_of(url, domain)]


def _names_articles(listing: ReadListing) -> bool:
    """Say whether a listing names articles for the most part: sites have sitemaps of their sections as well."""
    likely = sum(kind_of_link(url, 0) == "article" for url in listing.articles)
    return listing.kind == "feed" or 2 * likely >= len(listing.articles)


def class_name(name: str) -> str:
    """Return the name of the class of a spider."""
    return "".join(word.capitalize() for word in name.split("_")) + "Spider"
