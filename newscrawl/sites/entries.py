"""An entry of a file of sites: what it says, as a checked site, or why it is none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from w3lib.url import safe_url_string

from newscrawl.sites.site import Site, SiteError


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands at a line of a file."""

    line: int
    """Where it begins, from 1."""
    site: Site | None
    """None where it cannot be taken."""
    problems: tuple[str, ...] = ()
    """Why not, each one line; of a whole site, what was left out."""


def entry_of(line: int, facts: Mapping[str, Any]) -> Entry:
    """Check what an entry says. Where it names no front page, that is the root of its first feed's server."""
    is_bare = not facts.get("home") and bool(facts.get("feeds"))
    if is_bare:
        facts = {**facts, "home": root_of(facts["feeds"][0])}
    try:
        return Entry(line, Site.of(facts))
    except SiteError as error:
        own = [problem for problem in error.problems if not problem.startswith("home: ")]
        return Entry(line, None, tuple(own) if is_bare and own else error.problems)


def root_of(url: Any) -> str:
    """Return the front page of a URL's server; the URL itself where it has none."""
    try:
        return urljoin(url, "/") if isinstance(url, str) else str(url)
    except ValueError:
        return str(url)


_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_OTHER_SCHEME = re.compile(r"(?!localhost:)[a-z][a-z0-9+-]*:[^@]*", re.IGNORECASE)
"""``javascript:1`` is no host with a port: that of a news site has a dot."""
_FEED_SCHEME = re.compile(r"feed:(?://)?(?=https?://)|feed(?=://)", re.IGNORECASE)


def address(written: str) -> str:
    """Return an address as people and feed readers write it: ``news.example``, ``feed:https://…``.

    One of another scheme, such as ``javascript:``, stays as it is, to be refused.
    """
    written = _FEED_SCHEME.sub(lambda found: "https" if found[0] == "feed" else "", written.strip(), count=1)
    if written and not _SCHEME.match(written) and not _OTHER_SCHEME.fullmatch(written):
        written = f"https:{written}" if written.startswith("//") else f"https://{written}"
    if written.isascii():
        return written
    try:
        return safe_url_string(written)  # hosts in IDNA, paths in UTF-8
    except ValueError:  # what is wrong is told with the address as it was written
        return written


# A page's address may end so as well, but a feed mostly does.
_FEED = re.compile(r"(?:^|/)(?:feed|rss|atom)/?$|\.(?:rss|atom|rdf|xml)$|/feed\.json$", re.IGNORECASE)


def facts_of_address(url: str) -> dict[str, Any]:
    """Return what an address alone says: it is a front page, or a feed of its server."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return {"home": url}
    if _FEED.search(parts.path):
        return {"feeds": [url], "home": root_of(url)}
    return {"home": url.partition("#")[0]}
