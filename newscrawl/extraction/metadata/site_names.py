"""What a site calls itself, and titles without its name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from urllib.parse import urlsplit

from newscrawl.extraction.metadata.json_ld import JsonLd
from newscrawl.extraction.metadata.meta_tags import MetaTags

SHORTEST_LABEL = 4
MOST_NAMES = 40
LONGEST = 400
MOST_IN_LABEL = 4
"""Words behind a bar that are no part of a headline: a section, a rubric, a site under another name."""

_NAMED = ("og:site_name", "application-name", "apple-mobile-web-app-title", "publisher", "dc.publisher", "site_name")
_WORD = re.compile(r"\w+")
SEPARATOR = re.compile(r"\s+[|\-–—·•»:/<~]+\s+|\s*[|｜]\s*|\s*[-–—]\s+(?=[^\s]+\.[a-z]{2,5}\Z)|\s*_(?=[^_\s]+\Z)")
_PARTS = re.compile(r"\s+[|·•»]\s+|\s*｜\s*|(?<=[^\x00-\x7f])_+(?=\S)|\s+[-–—]\s+(?!.*\s[-–—|]\s)")
_CHINESE_SITE = re.compile(r"(?<=[^\x00-\x7f].)(?:-+|_+)[\u3040-\u30ff\u3400-\u9fff]{2,10}\Z")
"""The site behind a Chinese headline, which hyphens or underscores divide without spaces."""

_BAR = re.compile(r"(?<!\s)\s++\|\s++|(?:(?<!\s)\s++)?+｜\s*+")


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


def without_site(title: str | None, sites: Collection[str]) -> str | None:
    """Take the site's names off the ends of a title, with what separates them."""
    while title:
        parts = list(SEPARATOR.finditer(title[-LONGEST:]))
        start = len(title) - len(title[-LONGEST:])
        if parts and is_site(title[start + parts[-1].end() :], sites):
            title = title[: start + parts[-1].start()].rstrip()
        elif parts and not start and is_site(title[: parts[0].start()], sites):
            title = title[parts[0].end() :].lstrip()
        else:
            return title
    return None


def without_label(title: str) -> str:
    """Take off what stands behind the first bar, where it is labels: a few words each, and shorter than the rest."""
    first, *labels = _BAR.split(title[:LONGEST])
    told = all(len(label.split()) <= MOST_IN_LABEL and len(label) < len(first) for label in labels)
    return first if labels and told else title


def longest_part(title: str | None) -> str | None:
    """The longest of the parts that bars and the last dash divide, for a title that is all that is known."""
    title = _CHINESE_SITE.sub("", title) if title else title
    longest = max(_PARTS.split(title[:LONGEST]), key=len, default="") if title else ""
    return longest.strip() or title
