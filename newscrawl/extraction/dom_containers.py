"""What the containers of a page hold: sums over the lines below each node, and how often a container is repeated."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from newscrawl.extraction.dom_blocks import Blocks

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Containers:
    """The lines of each node, which stand together; every array has an entry a node."""

    first: Indices
    """The first line it holds."""
    last: Indices
    """The line after the last one it holds; not above ``first`` where it holds none."""
    group: Indices
    """The nearest node, itself or around it, that holds more than one line."""
    above: Indices
    """The nearest node around it that holds more lines."""

    @classmethod
    def of(cls, blocks: Blocks) -> Containers:
        """Measure the containers of a page."""
        size = len(blocks.nodes)
        first, last = [len(blocks.lines)] * size, [0] * size
        for line, owner in enumerate(blocks.owners):
            first[owner] = min(first[owner], line)
            last[owner] = line + 1
        for index in range(size - 1, 0, -1):
            parent = blocks.nodes[index].parent
            first[parent] = min(first[parent], first[index])
            last[parent] = max(last[parent], last[index])
        group, above = list(range(size)), list(range(size))
        for index in range(1, size):
            parent = blocks.nodes[index].parent
            held = last[index] - first[index]
            if held < 2:
                group[index] = group[parent]
            above[index] = above[parent] if last[parent] - first[parent] == held else parent
        return cls(np.array(first), np.array(last), np.array(group), np.array(above))

    def sums(self, columns: Floats, nodes: Indices) -> Floats:
        """For each of the nodes the sums of columns over the lines it holds."""
        running = np.vstack([np.zeros((1, columns.shape[1])), np.cumsum(columns, axis=0)])
        held: Floats = running[np.maximum(self.last[nodes], self.first[nodes])] - running[self.first[nodes]]
        return held


def repetitions(blocks: Blocks) -> tuple[Floats, Floats]:
    """For each node how many nodes of its parent, and of the whole page, are built like it (log of one more)."""
    beside = Counter((node.parent, node.tag, node.tokens) for node in blocks.nodes)
    anywhere = Counter((node.tag, node.tokens) for node in blocks.nodes)
    return (
        np.log1p([beside[node.parent, node.tag, node.tokens] for node in blocks.nodes]),
        np.log1p([anywhere[node.tag, node.tokens] for node in blocks.nodes]),
    )


def builds(blocks: Blocks) -> Indices:
    """A number a line, equal for lines built alike: tag and class of the element, and of the one around it."""
    seen: dict[tuple[object, ...], int] = {}
    numbers = []
    for owner in blocks.owners:
        node = blocks.nodes[owner]
        around = blocks.nodes[max(node.parent, 0)]
        numbers.append(seen.setdefault((node.tag, node.tokens, around.tag, around.tokens), len(seen)))
    return np.array(numbers)
