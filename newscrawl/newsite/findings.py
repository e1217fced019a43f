"""What was read of a site."""

from __future__ import annotations

from dataclasses import dataclass, field

from newscrawl.items import Article, Link, ListingKind


@dataclass(frozen=True, slots=True)
class ReadListing:
    """A listing that was asked for."""

    url: str
    """As the site names it."""
    kind: ListingKind
    links: tuple[Link, ...] = field(default=(), repr=False)
    """None where it could not be read."""

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
