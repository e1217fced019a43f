"""Captions that only their place tells: below a picture in its table, or in an element that no paragraph has."""

from __future__ import annotations

from collections.abc import Sequence

from newscrawl.extraction.dom_blocks import Blocks
from newscrawl.extraction.dom_certain import containers, containers_of_one, words_of

SHORTEST, LONGEST = 4, 40
"""Words of a caption; what is shorter may be the name of the thing shown, in a list of things."""
_STOPS = (".", "!", "?", "…", "。", ")", "”", '"')


def captions(blocks: Blocks, kept: Sequence[int]) -> set[int]:
    """The kept lines that are captions by their place, unless they are half of the text, as in a photo story."""
    size = {index: len(words_of(blocks.lines[index].text)) for index in kept}
    likely = [
        index
        for index in kept
        if blocks.lines[index].images and blocks.lines[index].kind == "paragraph" and SHORTEST <= size[index] <= LONGEST
    ]
    unlike = _classes_below_pictures(blocks, kept)
    found = {index for index in likely if _is_below_in_table(blocks, index) or blocks.owners[index] in unlike}
    return found if 2 * sum(size[index] for index in found) < sum(size.values()) else set()


def _is_below_in_table(blocks: Blocks, index: int) -> bool:
    """Whether a line is all that its table row holds, and the rows above it hold pictures alone."""
    alone = containers_of_one(blocks, index)
    row = next((node for node in alone if blocks.nodes[node].tag == "tr"), None)
    table = next((node for node in containers(blocks, row or -1) if blocks.nodes[node].tag == "table"), None)
    before = blocks.owners[index - 1] if index else -1
    if row is None or table is None or table in containers(blocks, before):
        return False
    return any(node.tag == "tr" for node in blocks.nodes[table + 1 : row])


def _classes_below_pictures(blocks: Blocks, kept: Sequence[int]) -> set[int]:
    """The elements of lines that have a class no kept line has but below an element like it with a picture alone."""
    below: dict[tuple[object, ...], set[int]] = {}
    elsewhere = set()
    for index in kept:
        owner = blocks.owners[index]
        node = blocks.nodes[owner]
        build = (node.parent, node.tag, node.tokens)
        before = next((one for one in range(owner - 1, node.parent, -1) if blocks.nodes[one].parent == node.parent), -1)
        empty = before >= 0 and not (index and before in containers(blocks, blocks.owners[index - 1]))
        under = blocks.lines[index].images and empty and blocks.nodes[before].tag == node.tag == "p"
        if node.tokens and under and blocks.lines[index].text.endswith(_STOPS):
            below.setdefault(build, set()).add(owner)
        else:
            elsewhere.add(build)
    return {owner for build, owners in below.items() if build not in elsewhere for owner in owners}
