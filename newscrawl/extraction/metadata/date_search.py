"""When an article was published, where neither mark-up nor the lines around the headline nor the address tell it.

What is found here is less sure, and `published_source` says so.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from itertools import chain, islice
from typing import Literal

from htmldate import find_date
from lxml.html import HtmlElement

from newscrawl.extraction.metadata.datelines import CHANGED, ISSUED, LONGEST, dated_part, has_digit
from newscrawl.extraction.metadata.dates import (
    AHEAD,
    MOST_CANDIDATES,
    OLDEST,
    Published,
    Reading,
    changes_shown,
    is_of_change,
    published,
    told_changes,
)
from newscrawl.extraction.metadata.json_ld import JsonLd
from newscrawl.extraction.metadata.meta_tags import MetaTags, line_of
from newscrawl.extraction.metadata.vicinity import Vicinity, leads_away
from newscrawl.items import DateSource

MOST_SEARCHED = 6000
"""Elements of a page that is searched; more than nine in ten news pages have fewer."""

MOST_PIECES = 6
MOST_BETWEEN = 200
_GLUED = re.compile(r"(?<=\d)\0+(?=\d)|(?<=[^\W\d_])\0+(?=[^\W\d_])")
"""Where two parts of a line would make one number or one word of two."""

MOST_SCRIPT = 2_000_000
_SCRIPTED = re.compile(
    r"\\?[\"'](?:date_?published|published_?(?:at|date|on|time)|publi(?:sh|cation)_?(?:date|time|at)|first_?publish\w{0,12})"
    r"\\?[\"']\s?:\s?\\?[\"'](\d{4}-\d\d-\d\d[T\d:.Z+ -]{0,24})",
    re.IGNORECASE,
)
"""A date of publication among the data from which a page's scripts build it."""

_APART = frozenset(
    ("blockquote", "figure", "form", "head", "iframe", "link", "meta", "nav", "noscript", "script", "style", "template")
)
_OTHERS = re.compile(
    "related|comment|recommend|popular|latest|most-?read|listing|carousel|caption|event|next|prev|expire", re.IGNORECASE
)
"""Classes of what is about something else than the article."""

_MARGIN = re.compile("sidebar|teaser|card|footer", re.IGNORECASE)
"""Classes of what may be about the article: many themes print its facts in a column of their own."""

_WHOLE = frozenset(("html", "body", "main", "article"))
LONGEST_FOOTER = 600
"""Characters of a footer that may be the facts about an article rather than those about the site."""

LONGEST_CARD = 300
"""Characters around a date that are a card, if a headline among them leads to another story."""

MOST_DAYS = 5
"""Days in a text of which the first may be its own: a table or a list of sources has more."""

_CARD_STEPS = 4
_LISTS = ("ul", "ol", "dl", "table")
_LIST_STEPS = 6

Place = Literal["text", "margin", "apart"]
"""Where an element stands; what is apart is about something else."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the page that is there for its date."""

    day: date
    raw: str
    card: bool
    """Whether it stands with a headline that leads to another story."""
    issued: bool
    """Whether it says that this is when something was published."""
    changed: bool
    early: bool
    """Whether it stands in the upper half of the page."""
    items: HtmlElement | None
    """The list or table that it stands in."""


def search_date(
    tree: HtmlElement, head: MetaTags, structured: JsonLd, near: Vicinity, reading: Reading, *, title: str | None
) -> Published:
    """Return the day that a page shows anywhere, or that of the last change where it names no other.

    The days of other things are left out: those beside links to other stories, of quoted posts and of comments, and
    those after the last change. Of several days of the text that one is taken which says what it is; else that of the
    only change; else the first one, if it stands in the upper half of the page, or the one that htmldate chooses as
    well. Of several in the margins or of several changes none is.
    """
    if sum(1 for _ in islice(tree.iter(), MOST_SEARCHED + 1)) > MOST_SEARCHED:
        return _changed(head, structured, near, reading)
    if (scripted := _in_scripts(tree, head, reading)).at is not None:
        return scripted
    page = _Searched.of(tree, near, title)
    lines = list(page.lines(page.text, reading))
    own = [line for line in lines if not line.card]
    beside = [line for margin in page.margins for line in page.lines(margin, reading) if not line.card]
    last = max((line.day for line in own if line.changed), default=None)
    if last is not None:  # what is dated later is something else
        own, beside = ([line for line in some if line.day <= last] for some in (own, beside))
    shown = [line for line in own if not line.changed]
    found = (
        _only([line for line in (*own, *beside) if line.issued and not line.changed])
        or _only(shown)
        or (None if shown else _only([line for line in beside if not line.changed]))
        or _only([line for line in (*own, *beside) if line.changed])
        or _first(shown)
        or _chosen(page.text, shown or [line for line in lines if not line.changed], reading)
        or _only([line for line in lines if line.changed])
    )
    written = reading.read(found.raw) if found else None
    if found is None or written is None:
        return _changed(head, structured, near, reading)
    at, precision = written.moment(reading.zone)
    return Published(at, found.raw, "modified" if found.changed else "text", precision)


@dataclass(frozen=True, slots=True)
class _Searched:
    """Copies of a page without what is not its text, and of its margins."""

    text: HtmlElement
    margins: tuple[HtmlElement, ...]
    home: frozenset[HtmlElement]
    """What holds the headline."""
    title: str | None

    @staticmethod
    def of(tree: HtmlElement, near: Vicinity, title: str | None) -> _Searched:
        """Divide a page. What holds most of its elements is its text, whatever it is called."""
        copy = deepcopy(tree)
        sizes = _sizes(copy)
        home: set[HtmlElement] = set()
        places: list[tuple[HtmlElement, Place]] = []
        for original, element in zip(tree.iter("*"), copy.iter("*"), strict=True):
            if original in near.home:
                home.add(element)
            elif (place := _place_of(element)) != "text" and 2 * sizes[element] <= sizes[copy]:
                places.append((element, place))
        margins = []
        for element, place in places:
            if element.getparent() is None or _is_dropped(element, copy):
                continue
            if place == "margin":
                margin = deepcopy(element)
                margin.tail = None
                for part in list(margin.iterdescendants("*")):
                    if part.getparent() is not None and _place_of(part) == "apart":
                        part.drop_tree()
                margins.append(margin)
            element.drop_tree()
        return _Searched(copy, tuple(margins), frozenset(home), title)

    def lines(self, tree: HtmlElement, reading: Reading) -> Iterator[_Line]:
        """The lines that are there for their date, and the pieces of text between elements that are."""
        changes: dict[HtmlElement, date] = {}
        elements = list(tree.iter("*"))
        for at, element in enumerate(elements):
            for line in (_text_of(element), *_between(element)):
                text = dated_part(line) if line else None
                if text is None or (written := reading.read(text)) is None:
                    continue
                told = CHANGED.search(text)
                within = (changes.get(part) for part in islice(element.iterancestors(), _CARD_STEPS))
                changed = told is not None or written.day in within or is_of_change(element)
                if told is not None and reading.read(text[: told.start()]) is None:
                    changes[element] = written.day  # the word stands before the date, and may be outside of its element
                if written.day >= OLDEST:
                    raw = line_of(written.words) or text
                    early = 2 * at <= len(elements)
                    issued = ISSUED.search(text) is not None
                    yield _Line(written.day, raw, self._is_card(element), issued, changed, early, _items_of(element))

    def _is_card(self, element: HtmlElement) -> bool:
        """Whether a date stands with a headline that leads to another story."""
        for part in (element, *islice(element.iterancestors(), _CARD_STEPS)):
            if part in self.home or _is_longer(part, LONGEST_CARD):
                return False
            if leads_away(part, self.title):
                return True
        return False


def _text_of(element: HtmlElement) -> str:
    """The text of an element with few parts, on one line."""
    if any(map(is_of_change, islice(element.iter("span", "p", "time"), MOST_PIECES))) and not is_of_change(element):
        return ""  # which is read by itself
    pieces = list(islice(element.itertext(), MOST_PIECES)) if len(element) < MOST_PIECES else []
    if not any(map(has_digit, pieces)) or _is_longer(element, LONGEST):
        return ""
    return line_of(_GLUED.sub(" ", "\0".join(pieces)).replace("\0", ""))


def _between(element: HtmlElement) -> Iterator[str]:
    """The pieces of text in an element with many parts or much text, each between two of them."""
    pieces = (element.text, *(part.tail for part in islice(element, MOST_BETWEEN)))
    dated = [piece for piece in pieces if piece and 5 < len(piece) <= LONGEST and has_digit(piece)]
    if dated and len(element) and (len(element) >= MOST_PIECES or _is_longer(element, LONGEST)):
        yield from map(line_of, dated)


def _is_dropped(element: HtmlElement, tree: HtmlElement) -> bool:
    return element is not tree and next((part for part in element.iterancestors() if part is tree), None) is None


def _sizes(tree: HtmlElement) -> dict[HtmlElement, int]:
    """How many elements each holds, itself included."""
    sizes: dict[HtmlElement, int] = {}
    for element in reversed(list(tree.iter("*"))):
        sizes[element] = 1 + sum(sizes[child] for child in element.iterchildren("*"))
    return sizes


def _place_of(element: HtmlElement) -> Place:
    """Where an element stands, by what it is called."""
    name = element.get("class") or ""
    called = element.tag not in _WHOLE
    if element.tag in _APART or (called and _OTHERS.search(name)):
        return "apart"
    if element.tag == "footer" and next(element.iterancestors("article"), None) is not None:
        return "text"
    if element.tag == "footer" or (called and "footer" in name):
        return "apart" if _is_longer(element, LONGEST_FOOTER) else "margin"
    return "margin" if element.tag == "aside" or (called and _MARGIN.search(name)) else "text"


def _is_longer(element: HtmlElement, most: int) -> bool:
    """Whether an element has more than so many characters of text, white space aside, or as many parts."""
    length = 0
    for parts, part in enumerate(element.iter("*")):
        tail = part.tail if part is not element else None
        length += len((part.text or "").strip()) + len((tail or "").strip())
        if max(length, parts) > most:
            return True
    return False


def _only(lines: Sequence[_Line]) -> _Line | None:
    """The first line of some that name one day alone."""
    return lines[0] if len({line.day for line in lines}) == 1 else None


def _first(lines: Sequence[_Line]) -> _Line | None:
    """The first line in the upper half of the page; none of a list or table with several days, or of many days."""
    days = Counter(items for items, _ in {(line.items, line.day) for line in lines if line.items is not None})
    several = {items for items, count in days.items() if count > 1}
    few = len({line.day for line in lines}) <= MOST_DAYS
    return next((line for line in lines if line.early and line.items not in several), None) if few else None


def _items_of(element: HtmlElement) -> HtmlElement | None:
    around = chain((element,), islice(element.iterancestors(), _LIST_STEPS))
    return next((part for part in around if part.tag in _LISTS), None)


def _chosen(text: HtmlElement, lines: Sequence[_Line], reading: Reading) -> _Line | None:
    """The line of the only day, or of that which htmldate chooses."""
    if not lines or (only := _only(lines)):
        return only if lines else None
    latest = (reading.fetched_at + AHEAD).date().isoformat()
    try:
        found = find_date(text, original_date=True, min_date=OLDEST.isoformat(), max_date=latest)
    except Exception:  # noqa: BLE001 - whatever it stumbles over, the lines of the page remain
        return None
    return next((line for line in lines if line.day.isoformat() == found), None)


def _changed(head: MetaTags, structured: JsonLd, near: Vicinity, reading: Reading) -> Published:
    """The last change that the page shows or tells machines: its publication cannot have come later."""
    told: Iterator[tuple[DateSource, str]] = (("modified", raw) for raw in told_changes(head, structured))
    found = published(chain(changes_shown(near), told), reading)
    return found if found.at is not None and found.at.date() >= OLDEST else Published()


def _in_scripts(tree: HtmlElement, head: MetaTags, reading: Reading) -> Published:
    """Return the day of publication that the data of a page's scripts name, where they name one alone.

    Some frameworks write what was meant for a script into a meta tag.
    """
    left = MOST_SCRIPT
    days: dict[date, str] = {}
    data = (content for contents in head.tags.values() for content in contents if content.lstrip().startswith("{"))
    for text in chain((script.text or "" for script in islice(tree.iter("script"), 200)), data):
        if len(text) <= left:
            left -= len(text)
            for raw in islice(_SCRIPTED.findall(text), MOST_CANDIDATES):
                if (written := reading.read(raw)) and written.day >= OLDEST:
                    days.setdefault(written.day, raw)
    if len(days) != 1:
        return Published()
    raw = next(iter(days.values()))
    return published([("text", raw)], reading)
