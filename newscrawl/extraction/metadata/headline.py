"""The headline of a page, without the site's name: what its sources agree on, and how the page itself writes it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from itertools import islice

from lxml.html import HtmlElement

from newscrawl.extraction.metadata.json_ld import JsonLd
from newscrawl.extraction.metadata.meta_tags import MetaTags, text_of
from newscrawl.extraction.metadata.site_names import is_site

CONFIRMED = 0.3
"""What a heading and another source of the title must have in common: the mean of its share of words in either.

Chosen on four sets of pages with known headlines (985 pages): .3 gives one or two right titles more than .2 and .4, and
nine more than 0.
"""

MOST_IN_LOGO = 4
"""Words in the site's part of a page's title; what is longer is a headline behind the site's name."""

MOST_HEADINGS = 50
LONGEST = 400
_WORD = re.compile(r"\w+")
_NEWS = re.compile(r"news|report", re.IGNORECASE)
_QUOTES = str.maketrans("‘’‛´`“”„‟«»", '\'\'\'\'\'""""""')
_SEPARATOR = re.compile(r"\s+[|\-–—·•»:/<~]+\s+|\s*[|｜]\s*|\s*[-–—]\s+(?=[^\s]+\.[a-z]{2,5}\Z)|\s*_(?=[^_\s]+\Z)")


def headline_element(head: MetaTags, structured: JsonLd, sites: Collection[str]) -> HtmlElement | None:
    """Return the heading that JSON-LD, og:title or the page's title confirms best; None where none is confirmed."""
    said = without_site(structured.headline, sites)
    shared = without_site(head.first("og:title", "twitter:title"), sites)
    return confirmed_heading(head, [said, shared, head.title], sites)


def title_of(heading: HtmlElement | None, head: MetaTags, structured: JsonLd, sites: Collection[str]) -> str | None:
    """Return the title; `sites` are the names of the site, which are no part of it.

    The confirmed heading is the title where there is one, but whether a kicker belongs to it a news article's JSON-LD
    says: with one that og:title repeats, or without one that stands in the heading.
    """
    said = without_site(structured.headline, sites)
    shared = without_site(head.first("og:title", "twitter:title"), sites)
    shown = None if heading is None else without_site(text_of(heading, LONGEST), sites)
    if not shown:
        title = said or shared or _title_alone(head.title, sites)
    elif said and _NEWS.search(structured.kind or "") and _is_kickers_matter(shown, said, shared):
        title = said
    else:
        title = shown
    return _as_stored(title, shared, head.title) if title else None


def _is_kickers_matter(shown: str, said: str, shared: str | None) -> bool:
    """Whether the heading differs by a kicker from what JSON-LD says: alone, or with og:title on its side."""
    return _ends_with(shown, said) or (shared is not None and same(said, shared) and _ends_with(said, shown))


def _as_stored(title: str, shared: str | None, page: str | None) -> str:
    """The title with the quotation marks that og:title and <title> agree on: some systems curl them for show."""
    if shared and page and page.startswith(shared) and same(title, shared):
        return shared
    return title


def same(one: str, other: str) -> bool:
    """Whether two titles differ in case and quotation marks at most."""
    return _folded(one) == _folded(other)


def _folded(text: str) -> str:
    return " ".join(text.casefold().translate(_QUOTES).split())


def _ends_with(heading: str, text: str) -> bool:
    """Whether the text is the heading, or stands at its end behind a kicker."""
    return len(_WORD.findall(text)) > 2 and _folded(heading).endswith(_folded(text))


def confirmed_heading(head: MetaTags, titles: Sequence[str | None], sites: Collection[str]) -> HtmlElement | None:
    """Return the first-level heading that one of the titles confirms best; None where none is confirmed."""
    known = [_words(title) for title in titles if title]
    # Where the page's title is "headline – site", a heading that is only the site is its logo.
    parts = _SEPARATOR.split((head.title or "")[:LONGEST])[1:]
    logos = {_folded(part) for part in parts if len(_WORD.findall(part)) <= MOST_IN_LOGO}
    if not known and len(head.headings) == 1:  # nothing could confirm it, and nothing else could be meant
        return head.headings[0]
    best = CONFIRMED
    found: HtmlElement | None = None
    for element in islice(head.headings, MOST_HEADINGS):
        text = text_of(element, LONGEST)
        words = _words(text)
        if words.total() < 2 or len(text) > LONGEST or is_site(text, sites):
            continue
        share = max((_likeness(words, title) for title in known), default=0.0)
        if _folded(text) in logos:
            share /= 3
        if share > best or (share == best and found is None):
            best, found = share, element
    return found


def _likeness(words: Counter[str], title: Counter[str]) -> float:
    common = (words & title).total()
    return (common / words.total() + common / (title.total() or 1)) / 2


def _words(text: str) -> Counter[str]:
    return Counter(_WORD.findall(text.casefold()))


def without_site(title: str | None, sites: Collection[str]) -> str | None:
    """Take the site's names off the ends of a title, with what separates them."""
    while title:
        parts = list(_SEPARATOR.finditer(title[-LONGEST:]))
        start = len(title) - len(title[-LONGEST:])
        if parts and is_site(title[start + parts[-1].end() :], sites):
            title = title[: start + parts[-1].start()].rstrip()
        elif parts and not start and is_site(title[: parts[0].start()], sites):
            title = title[parts[0].end() :].lstrip()
        else:
            return title
    return None


def _title_alone(title: str | None, sites: Collection[str]) -> str | None:
    """The page's title where nothing else is known of the headline: what follows its last bar is taken for the site."""
    title = without_site(title, sites)
    parts = re.split(r"\s+[|·•»]\s+|\s*｜\s*|\s+[-–—]\s+(?!.*\s[-–—|]\s)", title[:LONGEST]) if title else []
    longest = max(parts, key=len, default="")
    return longest.strip() or title
