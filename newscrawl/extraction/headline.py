"""The headline of a page: the heading that its title repeats, without the site's name."""

from __future__ import annotations

import re
from collections import Counter

from lxml.html import HtmlElement

from newscrawl.text import clean_line

CONFIRMED = 0.3
"""Share of a heading's words that the page's own title must repeat.

Chosen on three sets of pages with known headlines (945 pages): of 0 to 0.9 it gives the most right headlines, .94, .73
and .81, where trafilatura's titles give .75, .70 and .52.
"""

MOST_HEADINGS = 50
LONGEST = 400
_WORD = re.compile(r"\w+")


def headline(tree: HtmlElement) -> str | None:
    """Return the first-level heading that the page's title confirms best; None where none is confirmed."""
    titles = [_words(title) for title in tree.xpath('//meta[@property="og:title"]/@content')[:1]]
    titles += [_words(element.text_content()) for element in tree.xpath("//title")[:1]]
    best, found = CONFIRMED, None
    for element in tree.xpath("//h1")[:MOST_HEADINGS]:
        text = clean_line(element.text_content())
        words = _words(text)
        if words.total() < 2 or len(text) > LONGEST:
            continue
        share = max(((words & title).total() / words.total() for title in titles), default=0.0)
        if share > best or (share == best and found is None):
            best, found = share, text
    return found


def _words(text: str) -> Counter[str]:
    return Counter(_WORD.findall(text.casefold()))
