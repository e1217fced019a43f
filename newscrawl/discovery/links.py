"""The address of a link as listings write it, made absolute or refused."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

from w3lib.url import safe_url_string

from newscrawl.items import Link
from newscrawl.urls import LONGEST_URL, site_of, url_key

_PLAIN = re.compile(
    r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::\d{1,4})?(?:/(?:[\w~-][\w.~-]*)?)*(?:\?[\w.~=&+%-]*)?", re.ASCII
)
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)*\.?|[\da-f:.]*:[\da-f:.]*", re.IGNORECASE)


def absolute(href: str, base: str) -> str | None:
    """Resolve a link; None for what no request can be made of, and for more than `LONGEST_URL` characters.

    White space around it and a fragment go, ``&amp;`` that was escaped twice is undone. A link with a user's name is
    refused: on a news site it is an attempt to look like another host.
    """
    if len(href) > LONGEST_URL * 3:  # before anything is done with it
        return None
    href = href.strip().replace("&amp;", "&")
    if not href or href.startswith("#"):
        return None
    if _PLAIN.fullmatch(href) and len(href) <= LONGEST_URL:
        return href
    try:
        url = safe_url_string(urljoin(base, href).partition("#")[0])
        parts = urlsplit(url)
        _ = parts.port  # raises for one that there cannot be
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or "@" in parts.netloc or len(url) > LONGEST_URL:
        return None
    host = parts.hostname or ""
    return url if _HOST.fullmatch(host) and ".." not in host and len(host) <= 253 else None


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
