"""What came of reading a listing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from newscrawl.items import Link, ListingKind


@dataclass(frozen=True, slots=True)
class Found:
    """What a listing is, and the pages that it names."""

    kind: ListingKind
    links: tuple[Link, ...] = field(default=(), repr=False)
    """In the order of the listing, each page once."""
    complete: bool = True
    """Whether all of it was read: it was not cut off, and not cut at a limit."""


class NotAListing(Exception):  # noqa: N818 - an answer about the body rather than a fault
    """Nothing can be read here. ``reason`` is a word to count by, ``detail`` a sentence.

    The reasons: ``empty``, ``binary``, ``broken``, ``too_large``, ``not_html`` (neither feed nor sitemap nor HTML) and
    ``no_links`` (an HTML page that links to nothing of its site: a shell for scripts, a challenge).
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail

    def __str__(self) -> str:
        return self.detail


@dataclass(frozen=True, slots=True)
class Context:
    """Where and when a listing was fetched, and how much of it is read."""

    url: str
    sites: frozenset[str | None]
    """The registrable domains whose pages are taken from sitemaps and section pages."""
    zone: tzinfo | None
    """Of times without one."""
    now: datetime
    limit: int
    """Links at most."""
