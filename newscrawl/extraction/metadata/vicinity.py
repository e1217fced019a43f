"""The lines of text around a page's headline, where bylines stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice

from lxml.etree import iterwalk
from lxml.html import HtmlElement

from newscrawl.extraction.metadata.meta_tags import text_of

MOST_STEPS = 600
MOST_LINES = 60
LONGEST = 1000
MOST_ANCESTORS = 8
HEADLINE = 25
"""Characters of a link that is another story's headline rather than a section; one of Chinese counts as two."""

WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
"""Characters of Chinese and Japanese."""

APART = frozenset(("aside", "blockquote", "footer", "nav", "figure", "figcaption", "form", "li"))
SECTIONING = frozenset(("article", "aside", "blockquote", "body", "main", "nav", "section"))
"""What a footer is the footer of, as HTML has it: the nearest of these around it."""

LONG = 160
"""Characters of a line that is a paragraph; behind the third of them the article is under way."""

_INLINE = frozenset(
    (
        "a",
        "abbr",
        "address",
        "b",
        "cite",
        "em",
        "font",
        "i",
        "label",
        "rel",
        "small",
        "span",
        "strong",
        "time",
        "u",
        "bdi",
    )
)
_SKIPPED = frozenset(
    (
        *("script", "style", "noscript", "template", "svg", "button", "form", "select", "nav", "aside", "footer"),
        *("figure", "figcaption", "video", "audio", "iframe", "picture", "textarea"),
    )
)
_LEAD = re.compile(
    r"sapo|(?<![a-z])lead(?!er|ing|s\b|-?gen)|standfirst|chapo|chapeau|summary|intro(?!duc)|teaser|sub-?(?:title|head|line)|dek(?![a-z])"
    r"|article-?desc|detail-?desc|excerpt|vorspann|anreißer|sottotitolo|occhiello|entradilla|bajada|ingress|lid(?![a-z])|lede|abstract"
    r"|(?<![a-z])description",
    re.IGNORECASE,
)
_RELATED = re.compile(r"related|recommend|sidebar|most-?read|lien-?quan|lienquan|read-?more|see-?also", re.IGNORECASE)
_PICTURE = re.compile("image|media|photo|picture|caption|video|gallery", re.IGNORECASE)
_NAMING = ("class", "itemprop", "data-role", "data-testid", "id")
PROFILE = re.compile(
    r"/(?:authors?|autor(?:en|es|i|ka)?|auteurs?|by|profiles?|people|person|staff|journalist\w*|editors?|tac-gia|writers?|contributors?|redaktion)/",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text near the headline."""

    text: str
    """White space is folded, no more."""
    profiles: tuple[str, ...] = ()
    """The texts of its links to authors' pages."""
    moment: str | None = None
    """The ``datetime`` of its first time element."""
    lead: bool = False
    """Whether its element is marked as the lead."""
    listed: bool = False
    """Whether it is an item of a list, or before the headline one of other stories."""
    linked: bool = False
    """Whether there is a link in it."""
    away: bool = False
    """Whether there is a link as long as a headline in it, and not much beside."""
    before: bool = False
    """Whether it stands before the headline."""


@dataclass(frozen=True, slots=True)
class Vicinity:
    """What stands around the headline; empty where the page has none."""

    heading: HtmlElement | None
    lines: tuple[Line, ...] = ()
    """The lines after the headline, then those before it, the nearest first."""
    home: frozenset[HtmlElement] = frozenset()
    """The elements that hold the headline."""

    def elsewhere(self, element: HtmlElement, marks: re.Pattern[str]) -> bool:
        """Whether an element belongs to a margin, a list or something that `marks` knows by its class."""
        for part in chain((element,), islice(element.iterancestors(), MOST_ANCESTORS)):
            if part in self.home:
                return False
            if part.tag == "footer" and self._is_own(part):
                continue
            if part.tag in APART or marks.search(part.get("class") or ""):
                return True
        return False

    def distance(self, element: HtmlElement) -> int:
        """How many steps lead from the headline up to what holds the element as well."""
        around = [] if self.heading is None else [self.heading, *self.heading.iterancestors()]
        steps = {part: step for step, part in enumerate(around)}
        return next((steps[part] for part in chain((element,), element.iterancestors()) if part in steps), len(steps))

    def _is_own(self, footer: HtmlElement) -> bool:
        """Whether a footer is that of the article: many themes print date, author and tags there."""
        of = next((part for part in footer.iterancestors() if part.tag in SECTIONING), None)
        return of in self.home and of is not None and of.tag not in ("body", "main")


def vicinity_of(heading: HtmlElement | None) -> Vicinity:
    """Read what stands around a headline."""
    if heading is None:
        return Vicinity(None)
    return Vicinity(heading, (*lines_after(heading), *_lines_before(heading)), frozenset(heading.iterancestors()))


def lines_after(heading: HtmlElement) -> list[Line]:
    """Return the lines after a heading up to where the article is under way."""
    lines: list[Line] = []
    pieces: list[str] = []
    profiles: list[str] = []
    moment: str | None = None
    linked = away = False
    long = 0
    block: HtmlElement | None = None
    for event, node in islice(_walk(heading), MOST_STEPS):
        if event == "break" and pieces:
            text = " ".join("".join(pieces)[:LONGEST].split())
            if text:
                lines.append(
                    Line(
                        text,
                        tuple(profiles),
                        moment,
                        _is_lead(block),
                        _is_listed(block),
                        linked,
                        away and len(text) <= LONG,
                    )
                )
                long += len(text) > LONG
            pieces, profiles, moment, linked, away = [], [], None, False, False
            if long >= 3 or len(lines) >= MOST_LINES:
                break
        if event == "break":
            block = node if isinstance(node, HtmlElement) else block
        elif isinstance(node, str):
            pieces.append(node)
        elif node is not None:
            linked |= node.tag == "a"
            away |= node.tag == "a" and is_headline(text_of(node, LONG))
            if node.tag == "a" and (node.get("rel") == "author" or PROFILE.search(node.get("href") or "")):
                profiles.append(text_of(node, LONG))
            elif node.tag == "time" and moment is None:
                moment = node.get("datetime")
    return lines


def _is_lead(block: HtmlElement | None) -> bool:
    around = () if block is None else (block, block.getparent())
    names = (element.get(name) for element in around if element is not None for name in _NAMING)
    text = " ".join(filter(None, names))
    return _LEAD.search(text) is not None and _PICTURE.search(text) is None


def _is_listed(block: HtmlElement | None) -> bool:
    return block is not None and (block.tag == "li" or next(block.iterancestors("li"), None) is not None)


def _walk(heading: HtmlElement) -> Iterator[tuple[str, HtmlElement | str | None]]:
    """Texts, elements and line breaks in reading order, from behind the heading on."""
    node: HtmlElement | None = heading
    while node is not None:
        if node.tail:
            yield "text", node.tail
        following = node.getnext()
        if following is None:
            node = node.getparent()
            yield "break", None
            continue
        yield from _inside(following, heading)
        node = following


def _is_skipped(node: HtmlElement, heading: HtmlElement) -> bool:
    if node.tag == "footer":
        of = next((part for part in node.iterancestors() if part.tag in SECTIONING), None)
        return of is None or of.tag in ("body", "main") or of not in heading.iterancestors()
    if node.tag == "blockquote":  # a post of somebody else's, with its own author and day
        return next(node.iter("a", "time"), None) is not None
    return node.tag in _SKIPPED or _RELATED.search(node.get("class") or "") is not None


def _inside(element: HtmlElement, heading: HtmlElement) -> Iterator[tuple[str, HtmlElement | str | None]]:
    if not isinstance(element.tag, str):
        return
    walker = iterwalk(element, events=("start", "end", "comment"))
    for event, node in walker:
        inline = node.tag in _INLINE
        if event == "start":
            if _is_skipped(node, heading):
                walker.skip_subtree()
            else:
                yield ("element", node) if inline else ("break", node)
                yield "text", f" {node.text or ''}"
        elif event == "end" and not inline:
            yield "break", None
        if event != "start" and node is not element and node.tail:
            yield "text", f" {node.tail}"


def leads_away(element: HtmlElement, title: str | None = None) -> bool:
    """Whether an element has a link as long as a headline, other than the page's own: it speaks of another story."""
    texts = (text_of(link, LONG) for link in islice(element.iter("a"), 10))
    return any(text != title and is_headline(text) for text in texts)


def is_headline(text: str) -> bool:
    """Whether a text is long enough for a headline, and has words: an address has none."""
    wide = len(WIDE.findall(text))
    return len(text) + wide >= HEADLINE and (wide > 0 or " " in text)


def _lines_before(heading: HtmlElement) -> list[Line]:
    lines = []
    for element in (heading, *islice(heading.iterancestors(), 4)):
        for before in islice(element.itersiblings(preceding=True), 4):
            if before.tag in _SKIPPED or not isinstance(before.tag, str) or before.tag == "head":
                continue
            text = text_of(before, LONG)
            if text and len(text) <= LONG:
                times = list(islice(before.iter("time"), 2))
                moment = times[0].get("datetime") if len(times) == 1 else None
                is_linked = next(before.iter("a"), None) is not None
                is_listed = len(times) > 1 or leads_away(before)
                lines.append(Line(text, moment=moment, before=True, listed=is_listed, linked=is_linked))
    return lines
