"""The headline of a page, without the site's name: what its sources agree on, and how the page itself writes it."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import islice
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from newscrawl.extraction.metadata.address_line import element_in_address, element_that_goes_on, element_with
from newscrawl.extraction.metadata.headings import (
    LONGEST,
    common_end,
    confirmed_heading,
    folded,
    heading_that_says,
    is_crumb,
    said_in,
    words_of,
)
from newscrawl.extraction.metadata.json_ld import JsonLd
from newscrawl.extraction.metadata.meta_tags import MetaTags, text_of
from newscrawl.extraction.metadata.site_names import (
    SEPARATOR,
    is_site,
    longest_part,
    title_parts,
    without_label,
    without_site,
)
from newscrawl.extraction.tags import HEADINGS

_AFTER_LOGO = re.compile(r"\s?[:|–—-]\s+(?=\S\S.*\s\S)")
LEAST_WORDS = 5
"""Of a heading that is taken for the headline though nothing else says the same."""

MOST_PARAGRAPHS = 500
_NEWS = re.compile(r"news|report", re.IGNORECASE)


def headline_element(
    tree: HtmlElement, head: MetaTags, structured: JsonLd, sites: Collection[str], url: str | None
) -> HtmlElement | None:
    """Return the heading that the byline stands near; None where no heading is confirmed.

    It is the first-level heading that JSON-LD, og:title or the page's title confirms best. Where there is none, or it
    is the last step of a path, it is a lower one with the very words of og:title or JSON-LD, else any line with them;
    on a page that has neither, a lower heading or line with those of the page's title, else the line that its address
    spells.
    """
    if (lower := _below_logo(head)) is not None:
        return lower
    said, shared = _told(head, structured, sites)
    page = None if head.title and is_site(head.title, sites) else head.title
    found = confirmed_heading(head, [said, shared, page], sites)
    if found is None:
        told = [shared, said]
        if not any(told):
            return _untold(tree, head, sites, url)
        lower = heading_that_says(head, told)
        lower = element_with(tree, told) if lower is None else lower
        return _first_sentence(tree, head, sites) if lower is None else lower
    lower = heading_that_says(head, _unsaid(found, [shared, said])) if is_crumb(found) else None
    return found if lower is None else lower


def _untold(tree: HtmlElement, head: MetaTags, sites: Collection[str], url: str | None) -> HtmlElement | None:
    """Return the headline of a page without og:title and JSON-LD, whose title no first-level heading confirms."""
    if (first := _first_sentence(tree, head, sites)) is not None:
        return first
    page = without_site(head.title, sites) or ""
    parts = (longest_part(page), *title_parts(page))
    for part in parts:
        if (lower := heading_that_says(head, [part])) is not None:
            return lower
    line = element_with(tree, parts)
    line = element_in_address(tree, url) if line is None else line
    if line is None and not head.headings and not head.lower_headings:
        return element_that_goes_on(tree, head.title)
    return line


def _first_sentence(tree: HtmlElement, head: MetaTags, sites: Collection[str]) -> HtmlElement | None:
    """Return the first h1 where it is as long as a headline, leads nowhere and stands before most of the text.

    If nothing on the page says its title, that is one for search engines.
    """
    heading = next(iter(head.headings), None)
    if heading is None or next(heading.iter("a"), None) is not None or is_crumb(heading):
        return None
    text = text_of(heading, LONGEST)
    if words_of(text).total() < LEAST_WORDS or is_site(text, sites):
        return None
    before, after, passed = 0, 0, False
    for element in islice(tree.iter("p", "h1"), MOST_PARAGRAPHS):
        passed = passed or element is heading
        length = len(text_of(element)) if element.tag == "p" else 0
        before, after = (before, after + length) if passed else (before + length, after)
    return heading if before <= after else None


def _below_logo(head: MetaTags) -> HtmlElement | None:
    """Return the lower heading that says what follows the only h1 in the page's title: "Site: headline"."""
    if head.title and len(head.headings) == 1:
        logo = text_of(head.headings[0], LONGEST)
        rest = head.title[len(logo) :]
        links = {urlsplit(head.absolute(link.get("href")) or "/x").path for link in head.headings[0].iter("a")}
        if logo and links & {"", "/"} and head.title.startswith(logo) and (mark := _AFTER_LOGO.match(rest)):
            return heading_that_says(head, [rest[mark.end() :]])
    return None


def _told(head: MetaTags, structured: JsonLd, sites: Collection[str]) -> tuple[str | None, str | None]:
    shared = head.first("og:title", "twitter:title")
    return without_site(structured.headline, sites), without_site(shared, sites)


def _unsaid(heading: HtmlElement, titles: Sequence[str | None]) -> list[str]:
    return [title for title in titles if title and not said_in(heading, title)]


def title_of(heading: HtmlElement | None, head: MetaTags, structured: JsonLd, sites: Collection[str]) -> str | None:
    """Return the title; `sites` are the names of the site, which are no part of it.

    The heading is the title where there is one, unless it only resembles what og:title or JSON-LD say and a lower
    heading has their very words. Whether its kicker belongs to it others say. Of a kicker with an element of its own,
    og:title, else JSON-LD, else the page's title, whichever is in the heading, whole or in part. Of any other, a news
    article's JSON-LD: with one that og:title repeats, or without one that stands in the heading.
    """
    said, shared = _told(head, structured, sites)
    page = without_site(head.title, sites)
    told = [title for title in (shared, said) if title]
    if heading is not None and told and len(_unsaid(heading, told)) == len(told):
        lower = heading_that_says(head, told)
        heading = heading if lower is None else lower
    shown = None if heading is None else without_site(text_of(heading, LONGEST), sites)
    if heading is None or not shown or (said and is_crumb(heading)) or (told and heading.tag not in HEADINGS):
        title = said or shared or longest_part(page)
    elif len(heading) and (part := _set_off(heading, [shared, said, page, longest_part(page)])):
        title = part
    elif said and _NEWS.search(structured.kind or "") and _is_kickers_matter(shown, said, shared):
        title = said
    else:
        title = shown
    return _as_stored(without_label(title), shared, head.title) if title else None


def _set_off(heading: HtmlElement, titles: Sequence[str | None]) -> str | None:
    """What the heading's mark-up and one of the titles together say the headline is."""
    known = [title for title in titles if title]
    whole = text_of(heading, LONGEST)
    if sum(same(whole, title) for title in known[:3]) > 1:
        return whole
    exact = next((text for title in known if (text := said_in(heading, title))), None)
    return exact or next((text for title in known if (text := common_end(heading, title))), None)


def _is_kickers_matter(shown: str, said: str, shared: str | None) -> bool:
    """Whether the heading differs by a kicker from what JSON-LD says: alone, or with og:title on its side."""
    return _ends_with(shown, said) or (shared is not None and same(said, shared) and _ends_with(said, shown))


def _as_stored(title: str, shared: str | None, page: str | None) -> str:
    """The title with the quotation marks that og:title and <title> agree on: some systems curl them for show."""
    stored = shared[: len(title)] if shared else ""
    more = shared[len(title) :] if shared else ""
    if page and page.startswith(stored) and same(title, stored) and (not more or SEPARATOR.match(more)):
        return stored
    return title


def same(one: str, other: str) -> bool:
    """Whether two titles differ in case and quotation marks at most."""
    return folded(one) == folded(other)


def _ends_with(heading: str, text: str) -> bool:
    """Whether the text is the heading, or stands at its end behind a kicker."""
    return words_of(text).total() > 2 and folded(heading).endswith(folded(text))
