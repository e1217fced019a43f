"""What the links of a listing lead to, by all that its site says: names of sitemaps, feeds, headlines, shapes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal
from urllib.parse import parse_qs, urlsplit

from newscrawl.discovery.kinds import is_surely_section, is_trap, kind_of_link
from newscrawl.discovery.links import Found
from newscrawl.discovery.sections import FEWEST_BELOW, parents_of
from newscrawl.discovery.shapes import Shapes, shape_of
from newscrawl.items import Link, PageKind

_WORD = re.compile(r"[a-z]+")
_OF_ARTICLES = frozenset(
    """post posts article articles news story stories blog noticia noticias artikel nachrichten actualites actualite
    articulos notizie tin bai baiviet""".split()
)
_OF_OTHERS = frozenset(
    """page pages static taxonomy taxonomies category categories cat cats section sections tag tags term terms topic
    topics author authors user users image images video videos attachment attachments media product products archive
    archives keyword keywords""".split()
)
"""Words in the names of sitemaps, as content management systems and their plugins call them."""


def sitemap_of(url: str) -> Literal["articles", "others"] | None:
    """Say what a sitemap names, by the last word of its name that tells: ``wp-sitemap-posts-page-1.xml`` pages.

    None where its name says nothing.
    """
    parts = urlsplit(url.lower())
    name = parts.path.rpartition("/")[2]
    # ?page=2 is the second part of a sitemap, whatever is in it.
    values = [value for values in parse_qs(parts.query).values() for value in values]
    words = [word for text in (name, *values) for word in _WORD.findall(text)]
    words = [word for word in words if word in _OF_ARTICLES or word in _OF_OTHERS]
    if not words:
        return None
    # post_tag-sitemap.xml names tags; wp-sitemap-posts-news-1.xml news.
    return "others" if words[-1] in _OF_OTHERS or (len(words) > 1 and words[0] == "taxonomies") else "articles"


def sitemaps_worth_reading(links: Sequence[Link]) -> tuple[Link, ...]:
    """Leave out of an index the sitemaps of pages, tags and authors, where it has one of articles as well.

    Where that is one of news alone, which hold two days, sitemaps of pages may name all older articles.
    """
    names = [set(_WORD.findall(urlsplit(link.url.lower()).path.rpartition("/")[2])) for link in links]
    of_articles = [words for link, words in zip(links, names, strict=True) if sitemap_of(link.url) == "articles"]
    if not of_articles:
        return tuple(links)
    is_of_news_alone = all("news" in words for words in of_articles)
    return tuple(
        link
        for link, words in zip(links, names, strict=True)
        if sitemap_of(link.url) != "others" or (is_of_news_alone and words & {"page", "pages", "archive", "archives"})
    )


_FEED_WORDS = re.compile(r"(?:^|(?<=[/._-]))(?:atom|rss2?|rdf|feeds?|index|json|xml|php)(?=$|[/._-])", re.IGNORECASE)
_COMMENTS = re.compile(r"comment", re.IGNORECASE)


def feeds_worth_reading(links: Sequence[Link]) -> tuple[tuple[Link, ...], tuple[Link, ...]]:
    """Return of the feeds of a page one of each, and the others: the same as RSS, as Atom and as JSON.

    Feeds of readers' comments are neither.
    """
    first: dict[str, Link] = {}
    spare: list[Link] = []
    for link in links:
        parts = urlsplit(link.url)
        if _COMMENTS.search(parts.path + parts.query):
            continue
        same = re.sub(r"[/._-]+", "/", _FEED_WORDS.sub("", parts.path)).strip("/")
        name = f"{parts.netloc}/{same}?{_FEED_WORDS.sub('', parts.query)}"
        if first.setdefault(name, link) is not link:
            spare.append(link)
    return tuple(first.values()), tuple(spare)


_NUMBERED = re.compile(r"/\d+(?:\.\w{2,6})?/?$")
FEWEST_ALIKE = 5
"""Addresses of a sitemap with the same folders that are articles where nothing stands below them."""
_FEWEST_OF_A_FLAT_SITE = 10


@dataclass(slots=True)
class Evidence:
    """What is known when the links of one listing are judged."""

    found: Found
    url: str
    """Of the listing."""
    says_article: Callable[[str], bool | None]
    """What the site's own expression says of an address; None where it has none."""
    shapes: Shapes
    explores: bool
    """Whether sections that the listing names are followed."""
    _parents: Counter[str] = field(default_factory=Counter)
    _alike: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        if self.found.kind == "sitemap" and self.explores:
            urls = [link.url for link in self.found.links if link.kind != "sitemap"]
            self._parents = parents_of(urls)
            self._alike = Counter(shape for url in urls if not self._is_parent(url) and (shape := shape_of(url)))

    def judged(self, links: Iterable[Link]) -> Iterator[Link]:
        """Yield the links to follow, each with what it leads to."""
        for link in links:
            kind = None if is_trap(link.url) else self._kind(link)
            if kind is not None:
                yield link if kind == link.kind else replace(link, kind=kind)

    def _kind(self, link: Link) -> PageKind | None:
        if self.found.kind == "sitemap" and link.kind == "sitemap":
            return "sitemap"
        if link.kind in {"feed", "sitemap"}:
            return link.kind if self.explores else None
        is_article = self._is_article(link)
        if is_article:
            return "article"
        if not self.explores or (self.found.kind == "sitemap" and (is_article is False or is_surely_section(link.url))):
            return None
        return "section"

    def _is_article(self, link: Link) -> bool | None:  # noqa: PLR0911 - one line of evidence after the other
        """False for what is neither an article nor a section."""
        # What a site puts into its feeds are its articles, however their addresses look by now.
        if self.found.kind == "feed":
            return True
        says = self.says_article(link.url)
        if says is not None:
            return says
        if self.explores and self.shapes.has(link.url):
            return True
        is_section = is_surely_section(link.url)
        if self.found.kind == "section":
            by_shape = self.shapes.is_article(link.url) if self.explores and not is_section else None
            return link.kind == "article" if by_shape is None or link.place == "headline" else by_shape or None
        if link.place == "headline" or (sitemap_of(self.url) == "articles" and urlsplit(link.url).path.strip("/")):
            return True
        kind = kind_of_link(link.url)
        if kind is None:
            return False
        if is_section:
            # /archives/1234 is an article where there are many; a sitemap names no pages of lists.
            return self._by_company(link.url) if _NUMBERED.search(urlsplit(link.url).path) else None
        return kind == "article" or self.shapes.is_article(link.url) or self._by_company(link.url)

    def _by_company(self, url: str) -> bool | None:
        """Judge an address of a sitemap by the others: many with the same folders, and nothing below them."""
        shape = shape_of(url)
        if shape is None or self._is_parent(url) or self.shapes.listings[shape]:
            return None
        folders = shape.count("/") - shape.endswith("/") - 1
        if folders or "number}" in shape:
            return self._alike[shape] >= FEWEST_ALIKE or None
        words = len(re.findall(r"[^\W\d_]+", urlsplit(url).path))
        is_flat = self._alike[shape] >= max(_FEWEST_OF_A_FLAT_SITE, self._alike.total() // 2)
        return (is_flat and words > 2) or None

    def _is_parent(self, url: str) -> bool:
        return self._parents[url.partition("?")[0].rstrip("/")] >= FEWEST_BELOW


_DATES = re.compile(r"/(?:19|20)\d\d(?:[/-]\d\d?){0,2}/?$")
_RANKS = (
    (re.compile(r"/(?:author|autor|auteur|profil|tac-gia|user|byline)[\w-]*/", re.IGNORECASE), 4),
    (re.compile(r"/(?:tag|keyword|topic|tu-khoa|chu-de|thema|tema)[\w-]*/", re.IGNORECASE), 3),
)
_NEXT = re.compile(r"(?:/page[/-]?\d+|[?&]page[d]?=\d+|/archives?|/blog)/?(?:\.html?)?$", re.IGNORECASE)


def section_rank(url: str, home: str) -> int:
    """Return the place of a section in the order in which a site is walked, the lowest first.

    Further pages of the front page and archives of everything, then sections, tags, authors, and days.
    """
    parts = urlsplit(url)
    if _NEXT.search(url) and parts.path.count("/") <= urlsplit(home).path.count("/") + 2:
        return 0
    if _DATES.search(parts.path):
        return 5
    path = parts.path + "/"
    return next((rank for pattern, rank in _RANKS if pattern.search(path)), 1)
