"""Boxes of links to other pages of the site, by their build and place: `boilerplate` learns those that a site repeats.

Their texts change from page to page, and from day to day: related posts with excerpts, latest and most read. On one
page alone such a box looks like a list that an article may have.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import urljoin, urlsplit

from newscrawl.extraction.blocks import Blocks, Node
from newscrawl.extraction.containers import spans_of
from newscrawl.extraction.text_lines import Line
from newscrawl.urls import site_of

_HIGHEST = 6
"""Containers above a line that are looked at."""
_SHORTEST = 12
"""Letters of a link that is a headline."""
_LABEL = 60
"""Letters of a line that may stand before a headline in a card, or alone in a box: a section, a date, "More"."""
_LONGEST = 700
"""Letters of a card: what says more of a page is a text about it, as the entries of a live blog are."""
_CARDS = 2
"""Cards that make a box; one alone is a box where its container has a name of its own."""
_WIDE = re.compile("[\u2e80-\uffef]")


def boxes_of(blocks: Blocks, url: str | None) -> list[str | None]:
    """Return for each line the box that it stands in; None for lines in none.

    A box is a container whose parts each begin with a link, as long as a headline, to a page of the site. Its name is
    made of its element and those around it, with their classes: pages of one template have the same.
    """
    boxes: list[str | None] = [None] * len(blocks.lines)
    teasers = _teasers(blocks, url)
    if True not in teasers:
        return boxes
    parts = _Parts(blocks)
    around_teasers = {node for line, found in enumerate(teasers) if found for node in parts.around(line)}
    for container in sorted(around_teasers, reverse=True):  # the innermost first
        is_named = bool(blocks.nodes[container].tokens)
        if not _is_box(parts.cards(container), blocks.lines, teasers, is_named=is_named):
            continue
        inside = {index for lines in parts.cards(container) for index in lines}
        beside = [index for index in parts.lines(blocks.nodes[container].parent) if index not in inside]
        if all(blocks.lines[index].level for index in beside):  # headings, and nothing else stands around the box
            inside.update(beside)
        name = _name(blocks.nodes, container)
        for index in inside:
            boxes[index] = boxes[index] or name
    return boxes


class _Parts:
    """The containers of a page, of each of which no line is looked at that stands ``_HIGHEST`` steps below and more."""

    def __init__(self, blocks: Blocks) -> None:
        self.owners, self.nodes = blocks.owners, blocks.nodes
        self.first, self.last = spans_of(blocks)

    def around(self, line: int) -> Iterator[int]:
        """The containers around a line, the innermost first."""
        node = self.owners[line]
        for _ in range(_HIGHEST):
            yield node
            node = self.nodes[node].parent
            if node < 0:
                break

    def lines(self, container: int) -> list[int]:
        """The lines of a container; none of no container."""
        return self._near(container, self.first[container], self.last[container]) if container >= 0 else []

    def cards(self, container: int) -> Iterator[list[int]]:
        """The lines of each part of a container; a line directly in it is a part of its own."""
        at, end = self.first[container], self.last[container]
        while at < end:
            part = self.owners[at]
            while part != container and self.nodes[part].parent != container:
                part = self.nodes[part].parent
            after = at + 1 if part == container else self.last[part]
            if card := self._near(container, at, after):
                yield card
            at = after

    def _near(self, container: int, first: int, last: int) -> list[int]:
        lowest = self.nodes[container].depth + _HIGHEST
        return [line for line in range(first, last) if self.nodes[self.owners[line]].depth < lowest]


def _teasers(blocks: Blocks, url: str | None) -> list[bool]:
    """Whether each line begins with a link that is as long as a headline, to another page of the site."""
    try:
        own = urlsplit(url or "")
    except ValueError:
        return [False] * len(blocks.lines)
    same_site = {own.netloc: True}

    def is_teaser(line: Line, href: str) -> bool:
        begin = line.text[: line.linked]
        if (begin.count(" ") < 2 and not _WIDE.search(begin)) or not href or href.startswith("#"):
            return False
        try:
            target = urlsplit(href := href.partition("#")[0])
            if not target.scheme or not target.netloc:
                target = urlsplit(urljoin(url or "", href))
            if target.scheme not in {"", "http", "https"} or (target.path, target.query) == (own.path, own.query):
                return False
            if url is not None and target.netloc not in same_site:
                same_site[target.netloc] = site_of(target.geturl()) == site_of(url)
        except ValueError:
            return False
        return url is None or same_site[target.netloc]

    return [
        lead is not None and line.linked >= _SHORTEST and is_teaser(line, (lead.get("href") or "").strip())
        for line, lead in zip(blocks.lines, blocks.leads, strict=True)
    ]


def _is_box(cards: Iterable[Sequence[int]], lines: Sequence[Line], teasers: Sequence[bool], *, is_named: bool) -> bool:
    found = number = 0
    begins = is_over = False
    for number, card in enumerate(cards, 1):
        head = next((place for place, index in enumerate(card[:3]) if teasers[index]), None)
        if is_over or not all(_is_label(lines[index]) for index in card[:head]):
            return False
        if sum(len(lines[index].text) for index in card) > _LONGEST:
            return False
        if head is None:
            is_over = number > 1  # the first part and the last one need no headline
        else:
            found += 1
            begins |= head < 2
    return begins and (found >= _CARDS or (found == number == 1 and is_named))


def _is_label(line: Line) -> bool:
    return line.level > 0 or len(line.text) <= _LABEL


def _name(nodes: Sequence[Node], container: int) -> str:
    """A digest of the element and of those around it, up to the second one that has a name."""
    steps: list[str] = []
    named = 0
    while container >= 0 and named < 2 and len(steps) < _HIGHEST:
        node = nodes[container]
        steps.append(f"{node.tag}.{'.'.join(sorted(node.tokens))}")
        named += bool(node.tokens)
        container = node.parent
    return hashlib.blake2b(">".join(steps).encode(), digest_size=6).hexdigest()
