"""What a site calls itself, and titles without its name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from itertools import islice, pairwise
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from newscrawl.extraction.metadata.json_ld import JsonLd
from newscrawl.extraction.metadata.meta_tags import MetaTags, text_of

SHORTEST_LABEL = 4
MOST_NAMES = 40
MOST_LOGOS = 5
MOST_LINKS = 300
LONGEST = 400
MOST_IN_LABEL = 4
"""Words behind a bar that are no part of a headline: a section, a rubric, a site under another name."""

_NAMED = ("og:site_name", "application-name", "apple-mobile-web-app-title", "publisher", "dc.publisher", "site_name")
_WORD = re.compile(r"\w+")
SEPARATOR = re.compile(r"\s+[|\-–—·•«»:/<~]+\s+|\s*[|｜]\s*|\s*[-–—]\s+(?=[^\s]+\.[a-z]{2,5}\Z)|\s*_(?=[^_\s]+\Z)")
_PARTS = re.compile(r"\s+[|·•»]\s+|\s+«\s+|\s*｜\s*|(?<=[)\]!?\u0080-\U0010ffff])_+(?=\S)|\s+[-–—]\s+(?!.*\s[-–—|]\s)")
_QUOTED = re.compile(r"«(\s[^«»]*\s)»")
_CHINESE_SITE = re.compile(r"(?<=[^\x00-\x7f].)(?:-+|_+)[\u3040-\u30ff\u3400-\u9fff]{2,10}\Z")
"""The site behind a Chinese headline, which hyphens or underscores divide without spaces."""

_BAR = re.compile(r"(?<!\s)\s++\|\s++|(?:(?<!\s)\s++)?+｜\s*+")


def site_names(tree: HtmlElement, head: MetaTags, structured: JsonLd, url: str | None) -> frozenset[str]:
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
    names = [*names[:MOST_NAMES], *_logos(head, structured, url)]
    if head.title and any(_is_home(link, head.title, url) for link in islice(tree.iter("a"), MOST_LINKS)):
        names.append(head.title)
    return frozenset(plain for name in names if (plain := _plain(name)))


def _logos(head: MetaTags, structured: JsonLd, url: str | None) -> list[str]:
    """The texts of first-level headings that lead to the site's home page, and are no title that the page gives."""
    titles = {
        _plain(title) for title in (structured.headline, head.title, *head.all("og:title", "twitter:title")) if title
    }
    last = _plain(title_parts(head.title or "")[-1])
    logos = []
    for heading in head.headings[:MOST_LOGOS]:
        link = next(heading.iter("a"), None)
        text = text_of(heading, LONGEST)
        if link is None or _plain(text) in titles or not leads_home(link.get("href") or "", url):
            continue
        if text == text_of(link, LONGEST) or _plain(text) == last:
            logos.append(text)
    return logos


def _is_home(link: HtmlElement, title: str, url: str | None) -> bool:
    """Whether a link to the home page has the page's whole title: that is the site's name, and says nothing of it."""
    return leads_home(link.get("href") or "", url) and text_of(link, LONGEST) == title


def leads_home(href: str, url: str | None) -> bool:
    """Whether an address is that of a home page, as seen from another page."""
    path = href.partition("?")[0]
    if not path or (path != "/" and path.find("/", len("https://")) not in (-1, len(path) - 1)):
        return False  # nearly all links, and splitting addresses takes time
    try:
        to, here = urlsplit(href), urlsplit(url or "")
    except ValueError:
        return False
    is_same = not to.netloc or not here.netloc or to.netloc.removeprefix("www.") == here.netloc.removeprefix("www.")
    return bool(href) and is_same and to.path in (("/",) if not to.netloc else ("", "/")) and here.path != "/"


def is_site(text: str, sites: Collection[str]) -> bool:
    """Whether a text is a name of the site, whatever its case, accents, white space and punctuation."""
    return len(text) <= 100 and _plain(text) in sites


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFD", text[:100].casefold()).replace("đ", "d")
    return "".join(_WORD.findall(letters))


def without_site(title: str | None, sites: Collection[str]) -> str | None:
    """Take the site's names off the ends of a title, with what separates them."""
    while title:
        start = len(title) - len(title[-LONGEST:])
        gaps = _gaps(SEPARATOR, title[start:])
        if gaps and is_site(title[start + gaps[-1][1] :], sites):
            title = title[: start + gaps[-1][0]].rstrip()
        elif gaps and not start and is_site(title[: gaps[0][0]], sites):
            title = title[gaps[0][1] :].lstrip()
        else:
            return title
    return None


def title_parts(title: str, separator: re.Pattern[str] = SEPARATOR) -> list[str]:
    """Return what separators divide a page's title into. French quotation marks, « as here », separate nothing."""
    title = title[:LONGEST]
    gaps = _gaps(separator, title)
    return [title[end:start] for (_, end), (start, _) in pairwise([(0, 0), *gaps, (len(title), len(title))])]


def _gaps(separator: re.Pattern[str], title: str) -> list[tuple[int, int]]:
    return [gap.span() for gap in separator.finditer(_QUOTED.sub(r'"\1"', title))]


def without_label(title: str) -> str:
    """Take off what stands behind the first bar, where it is labels: a few words each, and shorter than the rest."""
    first, *labels = _BAR.split(title[:LONGEST])
    told = all(len(label.split()) <= MOST_IN_LABEL and len(label) < len(first) for label in labels)
    return first if labels and told else title


def longest_part(title: str | None) -> str | None:
    """The longest of the parts that bars and the last dash divide, for a title that is all that is known."""
    title = _CHINESE_SITE.sub("", title) if title else title
    longest = max(title_parts(title, _PARTS), key=len) if title else ""
    return longest.strip() or title
