"""Pages made of saved ones: boxes of other things put into and around an article.

They teach the judge of web pages that a box is known by what it holds: where it stands and what it is called changes
from one made page to the next.
"""

from __future__ import annotations

import random
import re
from dataclasses import replace

import numpy as np

from newscrawl.extraction.dom_blocks import Blocks, Node
from newscrawl.extraction.dom_containers import Containers
from newscrawl.extraction.dump_lines import Line
from training.dump_labels import BODY, SIDEBAR
from training.page_data import LabelledPage

LARGEST_BOX = 40
"""Lines."""
WORDLESS, NAMELESS = 0.4, 0.25
"""Shares of boxes without class names, and of pages without any."""
TOPICAL = 0.5
"""Share of boxes whose words are partly replaced by the article's, as related articles share its words."""

Box = tuple[int, int, int, bool]
"""Node, first line, line after the last, whether it holds prose."""


def boxes(page: LabelledPage) -> list[Box]:
    """The containers that hold nothing of the article, and something worth reading."""
    held = Containers.of(page.blocks)
    others = np.concatenate([[0], np.cumsum(np.array(page.labels) != SIDEBAR)])
    found: dict[tuple[int, int], Box] = {}
    for node in range(len(page.blocks.nodes)):
        first, last = int(held.first[node]), int(held.last[node])
        if not 0 < last - first <= LARGEST_BOX or others[last] - others[first]:
            continue
        sizes = [len(line.text.split()) for line in page.blocks.lines[first:last]]
        if max(sizes) >= 5 and sum(sizes) >= 8:
            found.setdefault((first, last), (node, first, last, max(sizes) >= 15))
    return list(found.values())


def make_page(
    page: LabelledPage, pool: list[tuple[LabelledPage, list[Box]]], dice: random.Random
) -> LabelledPage | None:
    """The page with one to three boxes of others; None where none could be put in."""
    made = page
    wanted = dice.choice((1, 1, 2, 3))
    put = 0
    for _ in range(3 * wanted):
        donor, choice = dice.choice(pool)
        prose = [box for box in choice if box[3]]
        box = dice.choice(prose if prose and dice.random() < 0.6 else choice)
        grown = _insert(made, donor, box, dice)
        if grown is not None:
            made, put = grown, put + 1
        if put == wanted:
            break
    if not put:
        return None
    if dice.random() < NAMELESS:
        nodes = [node._replace(tokens=()) for node in made.blocks.nodes]
        made = replace(made, blocks=replace(made.blocks, nodes=nodes, inline=[()] * len(made.blocks.lines)))
    return made


def _insert(page: LabelledPage, donor: LabelledPage, box: Box, dice: random.Random) -> LabelledPage | None:
    after = _place(page, dice)
    at = _container(page.blocks, after)
    if page.blocks.nodes[at].tag == "p":
        return None
    node, first, last, _ = box
    nodes, moved = _graft(page.blocks.nodes, donor.blocks.nodes, node, at, nameless=dice.random() < WORDLESS)
    lines = donor.blocks.lines[first:last]
    if dice.random() < TOPICAL:
        lines = [_topical(line, page, dice) for line in lines]
    here, there = page.blocks, donor.blocks
    cut = after + 1
    blocks = Blocks(
        lines=[*here.lines[:cut], *lines, *here.lines[cut:]],
        nodes=nodes,
        owners=[*here.owners[:cut], *(moved[owner] for owner in there.owners[first:last]), *here.owners[cut:]],
        bold=[*here.bold[:cut], *there.bold[first:last], *here.bold[cut:]],
        inline=[*here.inline[:cut], *there.inline[first:last], *here.inline[cut:]],
    )
    labels = [*page.labels[:cut], *[SIDEBAR] * len(lines), *page.labels[cut:]]
    return replace(page, blocks=blocks, labels=labels)


def _place(page: LabelledPage, dice: random.Random) -> int:
    """The line after which a box is put: within the article, at its end, or before it."""
    body = [index for index, label in enumerate(page.labels) if label == BODY]
    chance = dice.random()
    if chance < 0.4:
        place = dice.choice(body[:-1] or body)
    elif chance < 0.85:
        place = body[-1] + dice.choice((0, 0, 1, 2))
    else:
        place = max(body[0] - 1, 0)
    return min(place, len(page.labels) - 1)


def _container(blocks: Blocks, line: int) -> int:
    """The innermost node that holds the line and the next."""
    around = set()
    node = blocks.owners[min(line + 1, len(blocks.owners) - 1)]
    while node >= 0:
        around.add(node)
        node = blocks.nodes[node].parent
    node = blocks.owners[line]
    while node not in around:
        node = blocks.nodes[node].parent
    return node


def _graft(
    nodes: list[Node], other: list[Node], root: int, at: int, *, nameless: bool
) -> tuple[list[Node], dict[int, int]]:
    """The nodes with another page's subtree below one of them, and the new index of each of its nodes."""
    grown = list(nodes)
    deeper = nodes[at].depth + 1 - other[root].depth
    moved: dict[int, int] = {}
    for index in range(root, len(other)):
        node = other[index]
        if index != root and node.parent not in moved:
            continue
        moved[index] = len(grown)
        parent = at if index == root else moved[node.parent]
        grown.append(Node(node.tag, parent, node.depth + deeper, () if nameless else node.tokens, node.hidden))
    return grown, moved


def _topical(line: Line, page: LabelledPage, dice: random.Random) -> Line:
    words = [word for word in re.findall(r"\w{4,}", f"{page.title} {page.title} {page.gold}") if word.islower()]
    if not words:
        return line
    parts = line.text.split(" ")
    for index in range(1, len(parts)):
        if parts[index].isalpha() and dice.random() < 0.35:
            parts[index] = dice.choice(words)
    text = " ".join(parts)
    return line._replace(text=text, linked=len(text) if line.linked >= len(line.text) else min(line.linked, len(text)))
