"""What the words in class names say about a line: log-odds learned from many sites, used as features."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from newscrawl.extraction.blocks import Blocks
from newscrawl.extraction.line_features import Matrix

Odds = Mapping[str, tuple[float, float]]
"""For a word the log-odds that a line is the article: where it names the line's own element, and where it names that
or a container around it. 0 says nothing."""

STEPS = 4
"""Containers around the line's own that are looked at one by one."""
NAMES = {
    "name_own": "odds of the element's own names, as those of an element",
    "name_inline": "odds of the names of inline elements that the whole line stands in",
    "name_here": "odds of the element's own names, as those of a container",
    "name_lowest": "lowest odds among the element and the containers around it",
    "name_highest": "highest odds among them",
    "name_sum": "sum of their odds",
}
"""The first columns of ``name_features``, in their order; then ``STEP`` for each of ``STEPS``."""
STEP = {
    "name": "odds of the names of the container so many steps out",
    "name_lowest": "lowest odds from there outwards",
}


def name_features(blocks: Blocks, odds: Odds) -> Matrix:
    """Odds of the line's element, of its inline elements and of the containers around it; their extremes and sum."""
    said: dict[tuple[str, ...], tuple[float, float]] = {(): (0, 0)}
    own: list[float] = []
    around: list[float] = []
    low: list[float] = []
    high: list[float] = []
    total: list[float] = []
    for _, parent, _, tokens, _ in blocks.nodes:
        if (pair := said.get(tokens)) is None:
            known = [odds[token] for token in tokens if token in odds]
            pair = said[tokens] = (sum(one for one, _ in known), sum(other for _, other in known))
        itself, here = pair
        lowest = highest = every = here
        if parent >= 0:
            lowest, highest, every = low[parent], high[parent], here + total[parent]
            if here < lowest:
                lowest = here
            elif here > highest:
                highest = here
        own.append(itself)
        around.append(here)
        low.append(lowest)
        high.append(highest)
        total.append(every)
    inline = [sum(odds[token][0] for token in tokens if token in odds) if tokens else 0 for tokens in blocks.inline]
    columns = np.array((own, around, low, high, total), np.float64)
    owners = np.array(blocks.owners)
    parents = np.maximum([node.parent for node in blocks.nodes], 0)
    at_owners = columns[:, owners]
    parts = [at_owners[0], np.array(inline), *at_owners[1:]]
    at = parents[owners]
    for _ in range(STEPS):
        parts += [columns[1, at], columns[2, at]]
        at = parents[at]
    return np.stack(parts, axis=1).astype(np.float32)
