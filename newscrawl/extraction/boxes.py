"""Boxes of links to other pages of the site, by their build and place: `boilerplate` learns those that a site repeats.

Their texts change from page to page, and from day to day: related posts with excerpts, latest and most read. On one
page alone such a box looks like a list that an article may have.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from newscrawl.extraction.blocks import Blocks, Node
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
    teasers = [_is_teaser(line, lead, url) for line, lead in zip(blocks.lines, blocks.leads, strict=True)]
    if not any(teasers):
        return boxes
    parts: dict[int, dict[int, list[int]]] = {}
    for index, owner in enumerate(blocks.owners):
        part, container = -index - 1, owner  # a line directly in a container is a part of its own
        for _ in range(_HIGHEST):
            parts.setdefault(container, {}).setdefault(part, []).append(index)
            part, container = container, blocks.nodes[container].parent
            if container < 0:
                break
    for container in sorted(parts, reverse=True):  # the innermost first
        cards = parts[container]
        if not any(teasers[lines[0]] or teasers[lines[min(1, len(lines) - 1)]] for lines in cards.values()):
            continue
        if _is_box(list(cards.values()), blocks.lines, teasers, is_named=bool(blocks.nodes[container].tokens)):
            name = _name(blocks.nodes, container)
            around = parts.get(blocks.nodes[container].parent, {})
            inside = {index for lines in cards.values() for index in lines}
            headings = {index for lines in around.values() for index in lines} - inside
            if all(blocks.lines[index].level for index in headings):  # and nothing else stands around the box
                inside |= headings
            for index in inside:
                boxes[index] = boxes[index] or name
    return boxes


def _is_teaser(line: Line, lead: HtmlElement | None, url: str | None) -> bool:
    if lead is None or line.linked < _SHORTEST:
        return False
    if line.text[: line.linked].count(" ") < 2 and not _WIDE.search(line.text[: line.linked]):
        return False
    href = (lead.get("href") or "").strip()
    if not href or href.startswith("#"):
        return False
    try:
        target = urlsplit(urljoin(url or "", href.partition("#")[0]))
        own = urlsplit(url or "")
        if target.scheme not in {"", "http", "https"} or (target.path, target.query) == (own.path, own.query):
            return False
        return url is None or target.netloc == own.netloc or site_of(target.geturl()) == site_of(url)
    except ValueError:
        return False


def _is_box(cards: Sequence[Sequence[int]], lines: Sequence[Line], teasers: Sequence[bool], *, is_named: bool) -> bool:
    found = 0
    for place, card in enumerate(cards):
        head = [index for index in card[:3] if teasers[index]][:1]
        before = card[: card.index(head[0])] if head else card
        if not all(_is_label(lines[index]) for index in before) or sum(len(lines[i].text) for i in card) > _LONGEST:
            return False
        if head:
            found += 1
        elif place not in {0, len(cards) - 1}:
            return False
    return found >= _CARDS or (found == 1 and len(cards) == 1 and is_named)


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
