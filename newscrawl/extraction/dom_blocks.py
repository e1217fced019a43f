"""From an lxml tree to the lines of text a reader sees, in reading order, and the containers they stand in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from lxml import etree
from lxml.html import HtmlElement

from newscrawl.extraction.dom_tags import BREAKS, DRAWING, HEADINGS, INLINE, SKIPPED
from newscrawl.extraction.dump_lines import Line
from newscrawl.items import BlockKind
from newscrawl.text import tidy

_KINDS: dict[str, BlockKind] = {"li": "list_item", "dd": "list_item", "dt": "list_item", "blockquote": "quote"}
_TRANSPARENT = frozenset(("p", "div", "section", "cite", "footer", "figcaption"))
"""Containers that leave what a line is to the elements around them."""
_NAMES = frozenset(
    "class id role itemprop data-role data-type type data-component data-testid".split(),
)
_HIDING = {
    "hidden": re.compile(""),
    "aria-hidden": re.compile("true"),
    "style": re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE),
}
"""What each attribute that hides an element must say for it."""
CONSENT = frozenset("onetrust didomi cookiebot usercentrics cookie cookies consent gdpr ccpa".split())
"""Names of what asks about cookies and privacy: the words for it, and the products that most sites use for it."""
_ARTICLES = frozenset(("article", "main"))
_TOKEN = re.compile(r"[A-Z]?[a-z]{2,}|[A-Z]{3,}")
MOST_TOKENS = 16
MOST_IN_ROW = 120
"""Elements of a table row that is still read as one line."""


class Node(NamedTuple):
    """A block-level element."""

    tag: str
    parent: int
    """Index of the container around it; -1 for the outermost."""
    depth: int
    tokens: tuple[str, ...]
    """Words of its class, id, role and itemprop."""
    hidden: bool


@dataclass(slots=True)
class Blocks:
    """The lines of a page and their containers; ``owners``, ``bold`` and ``inline`` have an entry a line."""

    lines: list[Line] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    """In document order: a container comes before what it holds."""
    owners: list[int] = field(default_factory=list)
    """Index of the node the line stands in."""
    bold: list[int] = field(default_factory=list)
    """Characters of the line that are bold."""
    inline: list[tuple[str, ...]] = field(default_factory=list)
    """Class tokens of the inline elements in the line."""


@lru_cache(maxsize=8192)
def tokens_of(names: str) -> tuple[str, ...]:
    """The words in class names and ids ("article-body__textBlock2" holds article, body, text, block)."""
    return tuple(dict.fromkeys(token.lower() for token in _TOKEN.findall(names[:300])))[:MOST_TOKENS]


def parse_blocks(tree: HtmlElement) -> Blocks:
    """The lines of a page's body. The tree is left as it is."""
    body = tree if tree.tag == "body" else tree.find(".//body")
    walker = _Walker(tree if body is None else body)
    walker.walk()
    return walker.blocks


class _Walker:
    """Goes through the tree once, gathering text until a block begins or ends."""

    def __init__(self, root: HtmlElement) -> None:
        self.root = root
        self.blocks = Blocks()
        self.stack: list[int] = []
        """The nodes that are open."""
        self.row: HtmlElement | None = None
        """The table row that is being read as one line."""
        self.skipped: HtmlElement | None = None
        """The container that was passed over last."""
        self.parts: list[str] = []
        self.inline: list[str] = []
        self.linked = self.links = self.bold = self.images = self.cells = 0
        self.in_link = self.in_bold = 0

    def walk(self) -> None:
        self._open(self.root)
        self._text(self.root.text)
        steps = etree.iterwalk(self.root, events=("start", "end"))
        drawn = False
        for event, element in steps:
            tag = element.tag
            if element is self.root:
                continue
            known = isinstance(tag, str) and tag not in SKIPPED
            drawing = known and tag in DRAWING
            if event == "start":
                drawn |= drawing
                if not known:
                    steps.skip_subtree()
                elif tag not in INLINE and self._asks_consent(element):
                    steps.skip_subtree()
                    self.skipped = element
                elif not drawing:
                    self._start(element, tag)
            else:
                if known and not drawing and element is not self.skipped:
                    self._end(element, tag)
                if element.tail and not (drawn and element.getparent().tag in DRAWING):
                    self._text(element.tail)
        self._flush()

    def _asks_consent(self, element: HtmlElement) -> bool:
        """Whether an element asks about cookies, outside of what may be the article and without a headline of it."""
        names = f"{element.get('id', '')} {element.get('class', '')}"
        if len(names) < 4 or CONSENT.isdisjoint(tokens_of(names)) or element.tag == "body":
            return False
        around = (self.blocks.nodes[node].tag for node in self.stack)
        return _ARTICLES.isdisjoint(around) and next(element.iter(*_ARTICLES, "h1"), None) is None

    def _start(self, element: HtmlElement, tag: str) -> None:
        if self.row is not None:
            self._start_in_row(tag)
        elif tag in BREAKS:
            self._flush()
        elif tag not in INLINE:
            self._open(element)
            if tag == "tr" and _is_data_row(element):
                self.row = element
        if tag in INLINE:
            self._open_inline(element, tag)
        self._text(element.text)

    def _start_in_row(self, tag: str) -> None:
        if tag in ("td", "th"):
            if self.parts and self.cells:
                self.parts.append(" | ")
            self.cells += 1
        elif tag not in INLINE:
            self.parts.append(" ")

    def _end(self, element: HtmlElement, tag: str) -> None:
        if self.row is element:
            self.row = None
        if self.row is not None:
            if tag not in INLINE:
                self.parts.append(" ")
        elif tag not in INLINE and tag not in BREAKS:
            self._flush()
            self.stack.pop()
        if tag == "a":
            self.in_link -= 1
        elif tag in ("b", "strong"):
            self.in_bold -= 1

    def _open(self, element: HtmlElement) -> None:
        self._flush()
        nodes, stack = self.blocks.nodes, self.stack
        names = ""
        hidden = nodes[stack[-1]].hidden if stack else False
        for name, value in element.items():
            if name in _NAMES:
                names += f" {value}"
            elif name in _HIDING and not hidden:
                hidden = _HIDING[name].search(value[:300]) is not None
        tokens = tokens_of(names) if names else ()
        nodes.append(Node(element.tag, stack[-1] if stack else -1, len(stack), tokens, hidden))
        stack.append(len(nodes) - 1)

    def _open_inline(self, element: HtmlElement, tag: str) -> None:
        if tag == "a":
            self.in_link += 1
            self.links += 1
        elif tag in ("b", "strong"):
            self.in_bold += 1
        elif tag in ("img", "amp-img"):
            self.images += 1
        names = element.get("class")
        if names:
            self.inline += tokens_of(names)

    def _text(self, text: str | None) -> None:
        if not text:
            return
        self.parts.append(text)
        if self.in_link or self.in_bold:
            size = len(text.strip())
            self.linked += size if self.in_link else 0
            self.bold += size if self.in_bold else 0

    def _flush(self) -> None:
        """End the line, if there is one."""
        if not self.parts:
            return
        text = " ".join("".join(self.parts).split())
        self.parts.clear()
        if not text.isprintable():
            text = tidy(text)
        if text and any(map(str.isalnum, text)) and self.blocks.nodes[self.stack[-1]].tag != "button":
            self._add(text)
            self.images = 0
        self.linked = self.links = self.bold = self.cells = 0
        self.inline.clear()

    def _add(self, text: str) -> None:
        kind, level = self._kind()
        self.blocks.lines.append(
            Line(
                text,
                kind,
                level=level,
                bullet=kind == "list_item",
                cells=self.cells,
                links=self.links,
                linked=min(self.linked, len(text)),
                images=self.images,
            )
        )
        self.blocks.owners.append(self.stack[-1])
        self.blocks.bold.append(min(self.bold, len(text)))
        self.blocks.inline.append(tuple(self.inline[:6]))

    def _kind(self) -> tuple[BlockKind, int]:
        """What the line is, and its level as a heading: told by the nearest element that says it."""
        if self.cells:
            return "table_row", 0
        for node in self.stack[:-5:-1]:
            tag = self.blocks.nodes[node].tag
            if tag in HEADINGS:
                return "heading", HEADINGS[tag]
            if tag in _KINDS:
                return _KINDS[tag], 0
            if tag not in _TRANSPARENT:
                break
        return "paragraph", 0


def _is_data_row(row: HtmlElement) -> bool:
    """Whether a table row is read as one line: two cells or more, and no paragraphs of text in them."""
    cells = paragraphs = 0
    for number, element in enumerate(row.iter()):
        tag = element.tag
        if number > MOST_IN_ROW or tag in ("table", "ul", "ol", "h1", "h2", "h3", "blockquote", "figure", "article"):
            return False
        if tag in ("td", "th"):
            cells += 1
            paragraphs = 0
        elif tag in ("p", "div"):
            paragraphs += 1
            if paragraphs > 2:
                return False
    return cells > 1
