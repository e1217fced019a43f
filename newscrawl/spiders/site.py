"""Any news site of the world, by its address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import urljoin, urlsplit

from newscrawl.base_spiders import ArgumentError, SiteSpider
from newscrawl.discovery.named import Section
from newscrawl.items import Link
from newscrawl.text import printable
from newscrawl.urls import host_of, is_article_url, site_of

_PORTS = {"http": 80, "https": 443}


class AnySiteSpider(SiteSpider):
    """Finds the feeds, sitemaps and sections of the site at `url` by itself."""

    name = "site"
    explores = True
    arguments: ClassVar[Mapping[str, str]] = {
        "url": "the site's address, as in https://news.example",
        **SiteSpider.arguments,
    }

    def __init__(self, **given: Any) -> None:
        url = str(given.get("url", "")).strip()
        if not is_article_url(urljoin(url, "/any")):
            wrong = f"{printable(url)!r} is no address of a site" if url else "no site is named"
            raise ArgumentError(f"url: {wrong}; write it as -a url=https://news.example")
        self._home = urljoin(url, urlsplit(url).path or "/")
        self._site = site_of(url)
        super().__init__(**given)
        self.source = str(self._site)

    @property
    def front_page(self) -> str:
        """What was given."""
        return self._home

    def is_own(self, url: str) -> bool:
        """Say whether a URL is below the same registrable domain; where there is none, at the same host and port."""
        try:
            is_same_server = _server_of(url) == _server_of(self._home)
            return is_same_server or ("." in str(self._site).strip("[0123456789.]") and site_of(url) == self._site)
        except ValueError:
            return False

    def _listings_of(self, section: Section) -> tuple[Link, ...]:
        """Return the page at a path; a name is looked for in what the site says."""
        if "/" not in section.given.strip("/"):
            return ()
        url = urljoin(self._home, f"{section.given.strip('/ ')}/")
        if not self.is_own(url):
            raise ArgumentError(f"section: {printable(section.given)!r} is no path of {self._home}")
        return (Link(url, "section"),)


def _server_of(url: str) -> tuple[str, int | None]:
    """Return host and port. Raises ValueError for a port that there cannot be."""
    parts = urlsplit(url)
    return host_of(url), parts.port or _PORTS.get(parts.scheme)
