"""The address of a link as listings write it, made absolute or refused."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import Literal
from urllib.parse import urljoin, urlsplit

from w3lib.url import safe_url_string

from newscrawl.items import Link, ListingKind
from newscrawl.urls import LONGEST_URL, fits, site_of, url_key

_PLAIN = re.compile(
    r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::\d{1,4})?(?:/(?:[\w~-][\w.~-]*)?)*(?:\?[\w.~=&+%-]*)?", re.ASCII
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,30});", re.IGNORECASE)
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)*\.?|[\da-f.]*:[\da-f:.]*", re.IGNORECASE)


def absolute(href: str, base: str) -> str | None:
    """Resolve a link; None for what no request can be made of, and for what does not fit `LONGEST_URL`.

    White space around it and a fragment go, entities that were escaped twice are undone. A link with a user's name is
    refused: on a news site it is an attempt to look like another host.
    """
    if len(href) > LONGEST_URL * 3:  # before anything is done with it
        return None
    href = _ENTITY.sub(lambda entity: html.unescape(entity[0]), href.strip())
    if not href or href.startswith("#"):
        return None
    if _PLAIN.fullmatch(href) and 3 * len(href) <= LONGEST_URL:
        return href
    try:
        url = safe_url_string(urljoin(base, href).partition("#")[0])
        parts = urlsplit(url)
        _ = parts.port  # raises for one that there cannot be
        can_be_asked_for = parts.scheme in {"http", "https"} and "@" not in parts.netloc and fits(url)
    except ValueError:
        return None
    host = parts.hostname or ""
    return url if can_be_asked_for and len(host) <= 253 and ".." not in host and _HOST.fullmatch(host) else None


@lru_cache(maxsize=4096)
def _site_of_origin(origin: str) -> str | None:
    return site_of(origin)


def site(url: str) -> str | None:
    """Return `urls.site_of` of a URL that `absolute` made: quickly, for listings name one host 50,000 times."""
    return _site_of_origin("/".join(url.split("/", 3)[:3]).partition("?")[0])


class Links:
    """Links in the order they are found, each page once, with the latest of the dates given for it."""

    def __init__(self, but: str = "") -> None:
        """``but`` is the URL that is left out: the listing's own."""
        self._but = url_key(but)
        self._links: dict[str, Link] = {}

    def __len__(self) -> int:
        return len(self._links)

    def add(self, link: Link) -> None:
        """Add a link; one whose URL has no key is passed over."""
        try:
            key = url_key(link.url)
        except ValueError:
            return
        if key == self._but:
            return
        known = self._links.setdefault(key, link)
        if link.modified_at and (known.modified_at is None or known.modified_at < link.modified_at):
            self._links[key] = replace(known, modified_at=link.modified_at)

    def all(self) -> tuple[Link, ...]:
        """The links so far."""
        return tuple(self._links.values())


@dataclass(frozen=True, slots=True)
class Found:
    """What a listing is, and the pages that it names."""

    kind: ListingKind
    links: tuple[Link, ...] = field(default=(), repr=False)
    """In the order of the listing, each page once."""
    complete: bool = True
    """Whether all of it was read: it was not cut off, and not cut at a limit."""
    claims_article: Literal["yes", "maybe", "no"] = "no"
    """Whether an HTML page looks like an article itself: by its own mark-up, or by prose below one headline."""
    needs_rendering: bool = False
    """Whether an HTML page has no text: scripts draw it."""


class NotAListing(Exception):  # noqa: N818 - an answer about the body rather than a fault
    """Nothing can be read here. ``reason`` is a word to count by, ``detail`` a sentence.

    The reasons: ``empty``, ``binary``, ``broken``, ``too_large``, ``not_html`` (neither feed nor sitemap nor HTML),
    ``no_links`` (an HTML page that links to nothing of its site: a challenge, a notice) and ``needs_rendering`` (one
    that scripts draw in the browser).
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
