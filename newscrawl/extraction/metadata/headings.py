"""Which of a page's headings is its headline, and what it says in a part that the mark-up sets off."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from itertools import chain, islice, takewhile

from lxml.html import HtmlElement

from newscrawl.extraction.metadata.meta_tags import MetaTags, line_of, pieces_of, text_of
from newscrawl.extraction.metadata.site_names import is_site, title_parts

CONFIRMED = 0.3
"""What a heading and another source of the title must have in common: the mean of its share of words in either.

Chosen on four sets of pages with known headlines (985 pages): .3 gives one or two right titles more than .2 and .4, and
nine more than 0.
"""

MOST_IN_LOGO = 4
"""Words in the site's part of a page's title; what is longer is a headline behind the site's name."""

WITHOUT_SPACES = "\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Characters of Chinese and Japanese, which put no spaces between words: each counts as one."""

LONGEST = 400
FEWEST_LETTERS = 12
"""Of a title that is looked for in headings: what is shorter may be a section or a name."""

MOST_HEADINGS = 50
MOST_LOWER = 100
MOST_PIECES = 50
NEAR = 4
"""Elements around a heading that are looked at."""

_WORD = re.compile(rf"[{WITHOUT_SPACES}]|[^\W{WITHOUT_SPACES}]+")
_QUOTES = str.maketrans("‘’‛´`“”„‟«»", '\'\'\'\'\'""""""')
_SEPARATING = " \t\n-–—:|/·•"
_CLOSING = tuple(":-–—|/·•.?!")
_CONTENT = ("article", "header", "main", "section")
_LAYOUT = ("br", "div", "p", "small", "span")
"""What makes a kicker of a part of a heading. Emphasis does not: it stands within a sentence."""


def confirmed_heading(head: MetaTags, titles: Sequence[str | None], sites: Collection[str]) -> HtmlElement | None:
    """Return the first-level heading that one of the titles confirms best; None where none is confirmed.

    A single word must be what the page's title begins with, before the site's name, and no link.
    """
    known = [words_of(title) for title in titles if title]
    # Where the page's title is "headline – site", a heading that is only the site is its logo.
    parts = title_parts(head.title or "")
    # What is longer than all the others together is the headline behind the site and its section.
    rest = sum(map(len, parts))
    logos = {
        folded(part) for part in parts[1:] if len(_WORD.findall(part)) <= MOST_IN_LOGO and len(part) <= rest - len(part)
    }
    if not known and len(head.headings) == 1:  # nothing could confirm it, and nothing else could be meant
        return head.headings[0]
    best = CONFIRMED
    found: HtmlElement | None = None
    for element in islice(head.headings, MOST_HEADINGS):
        text = text_of(element, LONGEST)
        words = words_of(text)
        is_stray_word = words.total() < 2 and (
            letters(text) != letters(parts[0]) or len(parts) < 2 or _link_of(element) is not None
        )
        if not words or is_stray_word or len(text) > LONGEST or is_site(text, sites):
            continue
        share = max((_likeness(words, title) for title in known), default=0.0)
        if folded(text) in logos:
            share /= 3
        if share > best or (share == best and found is None):
            best, found = share, element
    return found


def _likeness(words: Counter[str], title: Counter[str]) -> float:
    common = (words & title).total()
    return (common / words.total() + common / (title.total() or 1)) / 2


def words_of(text: str) -> Counter[str]:
    """Return the words of a text and how often each stands in it."""
    return Counter(_WORD.findall(text.casefold()))


def folded(text: str) -> str:
    """Return a text as titles are compared: without case, and with plain quotation marks."""
    return " ".join(text.casefold().translate(_QUOTES).split())


def letters(text: str) -> str:
    """Return the letters and digits of a text, by which it is found whatever its layout puts between its parts."""
    return "".join(_WORD.findall(text.casefold()))


def said_in(heading: HtmlElement, title: str) -> str | None:
    """Return the title as the heading has it, in all its text or in the beginning or end that tags set off.

    A heading that leaves the separators to its layout has the title in the form of `title`.
    """
    wanted = letters(title)
    if len(wanted) < FEWEST_LETTERS:
        return None
    pieces = pieces_of(heading, LONGEST)[:MOST_PIECES]
    parts = [letters(piece) for piece in pieces]
    if "".join(parts) == wanted:
        shown = line_of("".join(pieces))
        return title if _is_laid_out(heading) and shown.split() != title.split() else shown
    for cut in range(1, len(parts)):
        if "".join(parts[:cut]) == wanted:
            return line_of("".join(pieces[:cut])).strip(_SEPARATING)
        if "".join(parts[-cut:]) == wanted:
            return line_of("".join(pieces[-cut:])).strip(_SEPARATING)
    return None


def common_end(heading: HtmlElement, title: str) -> str | None:
    """Return the last part of a laid out heading where the title ends with it: one headline below two kickers."""
    pieces = pieces_of(heading, LONGEST)[:MOST_PIECES] if _is_laid_out(heading) else []
    last = next((line for piece in reversed(pieces) if letters(line := line_of(piece))), "")
    kicker = title.casefold().removesuffix(last.casefold()).rstrip()
    if len(letters(last)) < FEWEST_LETTERS or not kicker.endswith(_CLOSING) or len(kicker) > len(title) - len(last):
        return None
    return None if letters("".join(pieces)) == letters(title) else last


def _is_laid_out(heading: HtmlElement) -> bool:
    return next(heading.iterdescendants(*_LAYOUT), None) is not None


def is_crumb(heading: HtmlElement) -> bool:
    """Whether the heading is the last step of the path to the page, which leaves the headline to a lower one."""
    near = takewhile(lambda element: element.tag not in _CONTENT, islice(heading.iterancestors(), NEAR))
    return any(element.tag in ("li", "nav") or "crumb" in (element.get("class") or "").lower() for element in near)


def heading_that_says(head: MetaTags, titles: Sequence[str | None]) -> HtmlElement | None:
    """Return the first heading of the second or third level that has one of the titles and leads to no other page."""
    wanted = {title: found for title in titles if title and len(found := letters(title)) >= FEWEST_LETTERS}
    if not wanted:
        return None
    for element in islice(head.lower_headings, MOST_LOWER):
        text = letters("".join(piece[:LONGEST] for piece in islice(element.itertext(), MOST_PIECES)))
        near = [title for title, found in wanted.items() if found in text]
        if any(said_in(element, title) for title in near) and not _leads_elsewhere(element, head):
            return element
    return None


def _link_of(heading: HtmlElement) -> HtmlElement | None:
    around = (element for element in islice(heading.iterancestors(), NEAR) if element.tag == "a")
    return next(chain(heading.iterdescendants("a"), around), None)


def _leads_elsewhere(heading: HtmlElement, head: MetaTags) -> bool:
    link = _link_of(heading)
    address = None if link is None else link.get("href")
    here = _page(head, head.links.get("canonical") or head.base)
    return bool(address) and (here is None or _page(head, address) != here)


def _page(head: MetaTags, address: str | None) -> str | None:
    return re.split("[?#]", head.absolute(address) or "")[0].rstrip("/") or None
