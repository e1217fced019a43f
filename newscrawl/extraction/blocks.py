"""From an lxml tree to the lines of text a reader sees, in reading order, and the containers they stand in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from lxml import etree
from lxml.html import HtmlElement

from newscrawl.extraction.footnotes import MARK, footnotes
from newscrawl.extraction.tags import BREAKS, DRAWING, HEADINGS, INLINE, SKIPPED
from newscrawl.extraction.text_lines import Line
from newscrawl.items import BlockKind
from newscrawl.text import tidy
from newscrawl.urls import site_of

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
_GUTTERS = frozenset("gutter line-numbers lineno linenos linenumbers rouge-gutter hljs-ln-numbers blob-num".split())
"""Classes of the numbers of lines, as highlighters of code write them."""
CONSENT = frozenset(
    "axeptio borlabs ccpa cmplz consent cookie cookiebot cookies didomi gdpr iubenda klaro onetrust osano quantcast "
    "tarteaucitron termly truste trustarc usercentrics".split()
)
"""Names of what asks about cookies and privacy: the words for it, and the products that most sites use for it."""
_ARTICLES = frozenset(("article", "main"))
_HOST = re.compile(r"\s*(?:https?:)?//(?:[^/?#@]{0,99}@)?([^/?#:\\\s]{1,255})", re.IGNORECASE)
_TOKEN = re.compile(r"[A-Z]?[a-z]{2,}|[A-Z]{3,}")
LONGEST_NAMES, MOST_TOKENS = 300, 16
"""Characters of the names of an element that are read, and words that are taken from them."""
LONGEST_LINK, LONGEST_ANCHOR = 1_000, 100
"""Characters of a link, which may hold a headline and the beginning of an article, and of one that leads nowhere."""
_NOWHERE = re.compile(r"\s*(?:$|#|javascript:)", re.IGNORECASE)
MOST_INLINE = 6
"""Words of the names of inline elements that are kept of a line."""
MOST_FIELDS = 300
_FIELDS = frozenset(("input", "select", "textarea"))
_UNASKED = frozenset("button checkbox hidden image radio reset search submit".split())
"""Types of fields that ask a reader for nothing of his own."""
_BOLD, _PICTURES = frozenset(("b", "strong")), frozenset(("img", "amp-img"))
BLOCK, INSIDE, BREAK, DRAWN, UNREAD = range(5)
"""What becomes of an element; one that is not named here is a block."""
_SPACED = (BLOCK, BREAK)
_ROLES = {
    **dict.fromkeys(BREAKS, BREAK),
    **dict.fromkeys(INLINE, INSIDE),
    **dict.fromkeys(DRAWING, DRAWN),
    **dict.fromkeys(SKIPPED, UNREAD),
}
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
    """The lines of a page and their containers; ``owners`` to ``away`` have an entry a line."""

    lines: list[Line] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    """In document order: a container comes before what it holds."""
    owners: list[int] = field(default_factory=list)
    """Index of the node the line stands in."""
    bold: list[int] = field(default_factory=list)
    """Characters of the line that are bold."""
    inline: list[tuple[str, ...]] = field(default_factory=list)
    """Class tokens of the inline elements in the line."""
    leads: list[HtmlElement | None] = field(default_factory=list)
    """The link with which the line begins."""
    away: list[int] = field(default_factory=list)
    """Characters of the line in links that lead to other sites."""
    fields: list[int] = field(default_factory=list)
    """For each field that a reader is to fill in, the index of the node it stands in."""
    passwords: int = 0
    """Fields for a password."""
    notes: dict[int, int] = field(default_factory=dict)
    """For each line of a footnote that leads back to its mark, the line with the mark."""


@lru_cache(maxsize=8192)
def tokens_of(names: str) -> tuple[str, ...]:
    """The words in class names and ids ("article-body__textBlock2" holds article, body, text, block)."""
    return tuple(dict.fromkeys(map(str.lower, _TOKEN.findall(names[:LONGEST_NAMES]))))[:MOST_TOKENS]


@lru_cache(maxsize=8192)
def _read_names(names: str) -> tuple[tuple[str, ...], bool]:
    """The words in all names of an element, and whether one of them may speak of consent."""
    tokens = tokens_of(names)
    is_cut = len(names) > LONGEST_NAMES or len(tokens) == MOST_TOKENS
    return tokens, is_cut or not CONSENT.isdisjoint(tokens)


def parse_blocks(tree: HtmlElement, url: str | None = None) -> Blocks:
    """The lines of a page's body. The tree is left as it is.

    Without the page's address, or with one that is not valid, no link is known to lead away from its site.
    """
    body = tree if tree.tag == "body" else tree.find(".//body")
    walker = _Walker(tree if body is None else body, _site(url or ""))
    walker.walk()
    return walker.blocks


class _Walker:
    """Goes through the tree once, gathering text until a block begins or ends."""

    def __init__(self, root: HtmlElement, site: str | None) -> None:
        self.root = root
        self.site = site
        self.blocks = Blocks()
        self.stack: list[int] = []
        """The nodes that are open."""
        self.row: HtmlElement | None = None
        """The table row that is being read as one line."""
        self.drawn = False
        """Whether there was a drawing."""
        self.skipped: HtmlElement | None = None
        """The container that was passed over last."""
        self.parts: list[str] = []
        self.blank = False
        """Whether there was white space where no line had begun."""
        self.inline: list[str] = []
        self.linked = self.away = self.links = self.bold = self.images = self.cells = 0
        self.in_bold = 0
        self.leads_away = False
        """Whether the link that is open leads to another site."""
        self.link: HtmlElement | None = None
        """The link that is open."""
        self.lead: HtmlElement | None = None
        """The link with which the line began."""
        self.marks = footnotes(root)
        self.notes = frozenset(self.marks.values())
        self.referring: dict[HtmlElement, int] = {}
        """For each footnote the line that refers to it."""
        self.noted: dict[int, HtmlElement] = {}
        """For each node that is a footnote its element."""

    def walk(self) -> None:
        names, hidden = _attributes(self.root)
        self._open(self.root.tag, tokens_of(names), hidden=hidden)
        self._text(self.root.text)
        steps = etree.iterwalk(self.root, events=("start", "end"))
        for event, element in steps:
            if element is self.root:
                continue
            tag = element.tag
            role = _ROLES.get(tag)
            if role is None:
                role = BLOCK if isinstance(tag, str) else UNREAD
            if event == "end":
                self._end(element, tag, role)
            elif role == UNREAD:
                if tag in _FIELDS:
                    self._field(element)
                steps.skip_subtree()
            elif not self._start(element, tag, role):
                steps.skip_subtree()
        self._flush()
        self._relate_notes()

    def _relate_notes(self) -> None:
        """Find the lines of each footnote, and the line that refers to it."""
        if not self.noted:
            return
        nodes, owners = self.blocks.nodes, self.blocks.owners
        within: dict[int, HtmlElement] = {}
        for number, node in enumerate(nodes):
            note = self.noted.get(number, within.get(node.parent))
            if note is not None:
                within[number] = note
        for line, owner in enumerate(owners):
            mark = self.referring.get(note) if (note := within.get(owner)) is not None else None
            if mark is not None and mark < len(owners):
                self.blocks.notes[line] = mark

    def _field(self, element: HtmlElement) -> None:
        kind = (element.get("type") or "text").lower()
        is_asked = kind not in _UNASKED and len(self.blocks.fields) < MOST_FIELDS
        if is_asked and not self.blocks.nodes[self.stack[-1]].hidden:
            self.blocks.fields.append(self.stack[-1])
            self.blocks.passwords += kind == "password"

    def _start(self, element: HtmlElement, tag: str, role: int) -> bool:
        """Whether what is in the element is read."""
        if role == INSIDE:
            if element in self.marks or (tag == "sup" and self._is_note_mark(element)):
                self._refer(element)
                return False
            self._open_inline(element, tag)
        else:
            names, hidden = _attributes(element)
            tokens, may_ask = _read_names(names) if names else ((), False)
            if may_ask and self._asks_consent(element):
                self.skipped = element
                return False
            if role == DRAWN:
                self.drawn = True
                return True
            if tag == "td" and _is_gutter(element):
                self.skipped = element
                return False
            if self.row is not None:
                self._start_in_row(tag)
            elif role == BREAK:
                self._flush()
            else:
                self._open(tag, tokens, hidden=hidden)
                if element in self.notes:
                    self.noted[len(self.blocks.nodes) - 1] = element
                if tag == "tr" and _is_data_row(element):
                    self.row = element
        self._text(element.text)
        return True

    def _start_in_row(self, tag: str) -> None:
        if tag not in ("td", "th"):
            self.parts.append(" ")
            return
        if self.parts and self.cells:
            self.parts.append(" | ")
        self.cells += 1

    def _end(self, element: HtmlElement, tag: str, role: int) -> None:
        if role == INSIDE:
            if tag == "a" and element is self.link:
                self.link = None
            elif tag in _BOLD:
                self.in_bold -= 1
        elif role in _SPACED and element is not self.skipped:
            if self.row is element:
                self.row = None
            if self.row is not None:
                self.parts.append(" ")
            elif role == BLOCK:
                self._flush()
                self.stack.pop()
        tail = element.tail
        if tail and not (self.drawn and element.getparent().tag in DRAWING):
            self._text(tail)

    def _refer(self, element: HtmlElement) -> None:
        """Note the line that refers to a footnote, with a link or with what holds it."""
        link = element if element.tag == "a" else self.link if not len(element) else element[0]
        if link is not None and (note := self.marks.get(link)) is not None and note not in link.iterancestors():
            self.referring.setdefault(note, len(self.blocks.lines))

    def _is_note_mark(self, element: HtmlElement) -> bool:
        """Whether an element is the number of a footnote, a link to another place of the page."""
        inner = next(iter(element), None)
        link = self.link if inner is None else inner
        if link is None or len(element) > 1 or not (link.get("href") or "").startswith("#"):
            return False
        parts = [element.text] if inner is None else [element.text, inner.text, inner.tail]
        return MARK.fullmatch("".join(part[:9] for part in parts if part)) is not None

    def _asks_consent(self, element: HtmlElement) -> bool:
        """Whether an element asks about cookies, outside of what may be the article and without a headline of it."""
        tokens = tokens_of(f"{element.get('id', '')} {element.get('class', '')}")
        if CONSENT.isdisjoint(tokens) or element.tag == "body":
            return False
        around = (self.blocks.nodes[node].tag for node in self.stack)
        return _ARTICLES.isdisjoint(around) and next(element.iter(*_ARTICLES, "h1"), None) is None

    def _open(self, tag: str, tokens: tuple[str, ...], *, hidden: bool) -> None:
        self._flush()
        nodes, stack = self.blocks.nodes, self.stack
        parent = -1
        if stack:
            parent = stack[-1]
            hidden = hidden or nodes[parent].hidden
        nodes.append(Node(tag, parent, len(stack), tokens, hidden))
        stack.append(len(nodes) - 1)

    def _open_inline(self, element: HtmlElement, tag: str) -> None:
        if tag == "a" and _is_link(element):
            self.links += 1
            self.link = element
            self.leads_away = self.site is not None and _leads_away(element.get("href"), self.site)
        elif tag in _BOLD:
            self.in_bold += 1
        elif tag in _PICTURES:
            self.images += 1
        if len(self.inline) < MOST_INLINE and (names := element.get("class")):
            self.inline += tokens_of(names)

    def _text(self, text: str | None) -> None:
        if not text:
            return
        if not self.parts:
            if self.row is None and text.isspace():
                self.blank = True
                return
            if self.lead is None:
                self.lead = self.link
        self.parts.append(text)
        if self.link is not None or self.in_bold:
            size = len(text.strip())
            if self.link is not None:
                self.linked += size
                if self.leads_away:
                    self.away += size
            if self.in_bold:
                self.bold += size

    def _flush(self) -> None:
        """End the line, if there is one."""
        if not self.parts and not self.blank:
            return
        self.blank = False
        if self.parts:
            text = " ".join("".join(self.parts).split())
            self.parts.clear()
            if not text.isprintable():
                text = tidy(text)
            if text and any(map(str.isalnum, text)) and self.blocks.nodes[self.stack[-1]].tag != "button":
                self._add(text)
                self.images = 0
        self.linked = self.away = self.links = self.bold = self.cells = 0
        self.lead = None
        self.inline.clear()

    def _add(self, text: str) -> None:
        kind, level = self._kind()
        bullet = kind == "list_item"
        linked = min(self.linked, len(text))
        self.blocks.lines.append(Line(text, kind, level, 0, bullet, self.cells, self.links, linked, self.images))
        self.blocks.owners.append(self.stack[-1])
        self.blocks.bold.append(min(self.bold, len(text)))
        self.blocks.inline.append(tuple(self.inline[:MOST_INLINE]))
        self.blocks.leads.append(self.lead)
        self.blocks.away.append(min(self.away, len(text)))

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


def _attributes(element: HtmlElement) -> tuple[str, bool]:
    """The names of an element, each behind a blank, and whether the element is hidden."""
    names, hidden = "", False
    for name, value in element.items():
        if name in _NAMES:
            names += f" {value}"
        elif name in _HIDING and not hidden:
            hidden = _HIDING[name].search(value[:300]) is not None
    return names, hidden


def _is_link(element: HtmlElement) -> bool:
    """Whether an ``a`` is a link, rather than one with a text in it that leads nowhere or was never closed."""
    if not len(element) and len(element.text or "") <= LONGEST_ANCHOR:
        return True
    most = LONGEST_ANCHOR if _NOWHERE.match(element.get("href") or "") else LONGEST_LINK
    size = 0
    for text in islice(element.itertext(), most):
        size += len(text.strip())
        if size > most:
            return False
    return True


def _leads_away(target: str | None, site: str) -> bool:
    """Whether a link names another host, of another site; one without a host stays."""
    named = _HOST.match(target) if target else None
    return named is not None and _is_other_site(named[1], site)


@lru_cache(maxsize=4096)
def _is_other_site(host: str, site: str) -> bool:
    named = _site(f"http://{host}")
    return named is not None and named != site


def _site(url: str) -> str | None:
    try:
        return site_of(url)
    except ValueError:  # whatever an address is, the page is read
        return None


def _is_gutter(cell: HtmlElement) -> bool:
    """Whether a cell holds the numbers of the lines of a program beside it."""
    names = cell.get("class")
    return bool(names) and not _GUTTERS.isdisjoint(names.split())


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
