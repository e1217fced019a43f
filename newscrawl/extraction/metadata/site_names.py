"""What a site calls itself."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from urllib.parse import urlsplit

from newscrawl.extraction.metadata.json_ld import JsonLd
from newscrawl.extraction.metadata.meta_tags import MetaTags

SHORTEST_LABEL = 4
MOST_NAMES = 40
_NAMED = ("og:site_name", "application-name", "apple-mobile-web-app-title", "publisher", "dc.publisher", "site_name")
_WORD = re.compile(r"\w+")


def site_names(head: MetaTags, structured: JsonLd, url: str | None) -> frozenset[str]:
    """Return the site's names and host name as `is_site` compares them."""
    names = [*head.all(*_NAMED), structured.publisher or ""]
    names += [handle.lstrip("@") for handle in head.all("twitter:site") if "/" not in handle]
    try:
        labels = (urlsplit(url or head.links.get("canonical") or "").hostname or "").split(".")
    except ValueError:
        labels = []
    if 1 < len(labels) < 8:
        # Which labels are the registered name is not known here: any run of them with a long enough one will do.
        runs = [labels[start:end] for start in range(len(labels)) for end in range(start + 1, len(labels) + 1)]
        names += [".".join(run) for run in runs if max(map(len, run)) >= SHORTEST_LABEL]
    return frozenset(plain for name in names[:MOST_NAMES] if (plain := _plain(name)))


def is_site(text: str, sites: Collection[str]) -> bool:
    """Whether a text is a name of the site, whatever its case, accents, white space and punctuation."""
    return len(text) <= 100 and _plain(text) in sites


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFD", text[:100].casefold()).replace("đ", "d")
    return "".join(_WORD.findall(letters))
