"""What the containers of a page hold: sums over the lines below each node, and how often a container is repeated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from newscrawl.extraction.blocks import Blocks

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
    parent: Indices
    """The node around it; -1 for the outermost."""
    build: Indices
    """A number, equal for nodes of one tag and the same tokens."""
    owners: Indices
    """The node of each line."""

    @classmethod
    def of(cls, blocks: Blocks) -> Containers:
        """Measure the containers of a page."""
        size = len(blocks.nodes)
        parents = [node.parent for node in blocks.nodes]
        first, last = spans_of(blocks)
        group, above = list(range(size)), list(range(size))
        for index in range(1, size):
            parent = parents[index]
            held = last[index] - first[index]
            if held < 2:
                group[index] = group[parent]
            above[index] = above[parent] if last[parent] - first[parent] == held else parent
        seen: dict[tuple[str, tuple[str, ...]], int] = {}
        build = [seen.setdefault((node.tag, node.tokens), len(seen)) for node in blocks.nodes]
        return cls(*map(np.array, (first, last, group, above, parents, build, blocks.owners)))

    def sums(self, columns: Floats, nodes: Indices) -> Floats:
        """For each of the nodes the sums of columns over the lines it holds."""
        running = np.vstack([np.zeros((1, columns.shape[1])), np.cumsum(columns, axis=0)])
        held: Floats = running[np.maximum(self.last[nodes], self.first[nodes])] - running[self.first[nodes]]
        return held

    def repetitions(self) -> tuple[Floats, Floats]:
        """For each node how many nodes of its parent, and of the whole page, are built like it (log of one more)."""
        beside = _numbered(self.parent, self.build)
        return np.log1p(np.bincount(beside)[beside]), np.log1p(np.bincount(self.build)[self.build])

    def builds(self) -> Indices:
        """A number a line, equal for lines built alike: tag and class of the element, and of the one around it."""
        around = np.maximum(self.parent[self.owners], 0)
        return _numbered(self.build[self.owners], self.build[around])

    def siblings(self) -> Indices:
        """A number a line, equal for lines in siblings of one build: the items of a list, the entries of a live blog.

        Siblings stand in one parent and have one tag and the same tokens. Lines count by the innermost container around
        them that has two siblings and more; those without any count by their parent.
        """
        beside = _numbered(self.parent, self.build)
        many = np.bincount(beside)[beside] >= 3
        group = beside + len(beside)
        found = np.zeros(len(beside), np.int64)
        for node, parent in enumerate(self.parent.tolist()):
            found[node] = group[node] if many[node] or parent < 0 else found[parent]
        numbers: Indices = np.unique(found[self.owners], return_inverse=True)[1]
        return numbers


def spans_of(blocks: Blocks) -> tuple[list[int], list[int]]:
    """For each node the first line that it holds and the line after the last one; the latter is 0 where it has none."""
    size = len(blocks.nodes)
    first, last = [len(blocks.lines)] * size, [0] * size
    for line, owner in enumerate(blocks.owners):
        if not last[owner]:
            first[owner] = line
        last[owner] = line + 1
    for index in range(size - 1, 0, -1):
        if end := last[index]:
            parent = blocks.nodes[index].parent
            first[parent] = min(first[parent], first[index])
            last[parent] = max(last[parent], end)
    return first, last


def _numbered(one: Indices, other: Indices) -> Indices:
    """A number for each pair, equal for equal ones."""
    pairs = one * (int(other.max(initial=0)) + 1) + other
    numbers: Indices = np.unique(pairs, return_inverse=True)[1]
    return numbers
