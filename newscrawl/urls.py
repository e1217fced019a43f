"""URLs: the key by which a page is known, the site it belongs to, and which canonical links to believe."""

from __future__ import annotations

from urllib.parse import urlsplit

from tldextract import TLDExtract
from w3lib.url import canonicalize_url

# The list of public suffixes that comes with the package: nothing is fetched, nothing is cached on disk.
_SUFFIXES = TLDExtract(suffix_list_urls=(), cache_dir=None)


def url_key(url: str) -> str:
    """Return the form of a URL under which its page is stored: query sorted, fragment off, host in lower case."""
    return canonicalize_url(url.strip())


def site_of(url: str) -> str | None:
    """Return the registrable domain of a URL's host (``bnews.vn``), or the host itself where it has none."""
    host = urlsplit(url).hostname
    return (_SUFFIXES(host).top_domain_under_public_suffix or host) if host else None


def is_article_url(url: str) -> bool:
    """Say whether a URL can name a single article: HTTP, a host, something behind it, all of it possible.

    A site's bare address as the canonical link of an article is a common mistake of templates.
    """
    try:
        parts = urlsplit(url)
        url_key(url)  # refuses ports and hosts that there cannot be
        site_of(url)
    except ValueError:
        return False
    return (
        url.isprintable()
        and " " not in parts.netloc
        and parts.scheme in {"http", "https"}
        and bool(parts.hostname)
        and (len(parts.path) > 1 or bool(parts.query))
    )
