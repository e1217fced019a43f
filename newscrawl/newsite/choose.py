"""Which of the pages that a site names are read to know it: a few of each kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice, zip_longest
from urllib.parse import urljoin, urlsplit

from newscrawl.discovery import is_trap, kind_of_link
from newscrawl.items import Link
from newscrawl.newsite.findings import Findings, ReadListing
from newscrawl.urls import is_article_url, url_key

MOST_FEEDS = 5
MOST_SITEMAPS = 3
"""Of one level."""
MOST_SECTIONS = 6
_MOST_OF_ONE = 100
LONGEST = 100
"""Characters of an address that a spider names: more would not fit on a line."""


def is_of(url: str, domain: str) -> bool:
    """Say whether a URL is of a domain or below it."""
    try:
        host = (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return False
    return host == domain or host.endswith(f".{domain}")


def feeds_to_read(links: Iterable[Link], domain: str) -> tuple[str, ...]:
    """Return the feeds to read, in the site's order. Those of readers' comments name articles as well, but old ones."""
    feeds = (link.url for link in links if link.kind == "feed" and is_of(link.url, domain))
    return tuple(url for url in feeds if "comment" not in url and len(url) <= LONGEST)[:MOST_FEEDS]


def guesses(home: str) -> tuple[Link, ...]:
    """Return where listings mostly are, for a site that names none."""
    where = (("/sitemap.xml", "sitemap"), ("/feed", "feed"), ("/rss", "feed"))
    return tuple(Link(urljoin(home, path), kind) for path, kind in where)  # type: ignore[arg-type]


def sitemaps_below(links: Sequence[Link]) -> tuple[str, ...]:
    """Return the sitemaps of an index to read: the newest ones, and the oldest, whose addresses may look otherwise."""
    below = [link for link in links if link.kind == "sitemap"]
    if any(link.modified_at for link in below):
        below.sort(key=lambda link: link.modified_at.timestamp() if link.modified_at else 0, reverse=True)
    chosen = below if len(below) <= MOST_SITEMAPS else [*below[: MOST_SITEMAPS - 1], below[-1]]
    return tuple(link.url for link in chosen)


def sections_to_read(links: Iterable[Link], domain: str) -> tuple[str, ...]:
    """Return the sections of a front page: short addresses, in the order of the menu."""
    sections = (link.url for link in links if link.kind == "section" and is_of(link.url, domain))
    return tuple(url for url in sections if _is_plain(url) and not is_trap(url))[:MOST_SECTIONS]


def _is_plain(url: str) -> bool:
    parts = urlsplit(url)
    depth = len([segment for segment in parts.path.split("/") if segment])
    return 1 <= depth <= 2 and not parts.query and len(url) <= LONGEST


def articles_to_read(found: Findings) -> tuple[str, ...]:
    """Return articles to read, the first of each listing before the second of any.

    Those come first that the listings name with which a crawl begins: a replay then needs no more than these.
    """
    front = (found.front,) if found.front else ()
    first = (*found.of("feed", "section"), *front)
    listings = (*found.of("feed"), *found.of("sitemap", "section"), *front)
    ranks = zip_longest(*(islice(_articles(listing, found.domain), _MOST_OF_ONE) for listing in listings))
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
