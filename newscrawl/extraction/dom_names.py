"""What the words in class names say about a line: log-odds learned from many sites, used as features."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from newscrawl.extraction.dom_blocks import Blocks
from newscrawl.extraction.dump_shape import Matrix

Odds = Mapping[str, tuple[float, float]]
"""For a word the log-odds that a line is the article: where it names the line's own element, and where it names that
or a container around it. 0 says nothing."""

STEPS = 4
"""Containers around the line's own that are looked at one by one."""


def name_features(blocks: Blocks, odds: Odds) -> Matrix:
    """Odds of the line's element, of its inline elements and of the containers around it; their extremes and sum."""
    size = len(blocks.nodes)
    own, around, low, high, total = (np.zeros(size) for _ in range(5))
    for index, node in enumerate(blocks.nodes):
        known = [odds[token] for token in node.tokens if token in odds]
        own[index] = sum(pair[0] for pair in known)
        around[index] = here = sum(pair[1] for pair in known)
        parent = node.parent
        low[index] = min(here, low[parent]) if parent >= 0 else here
        high[index] = max(here, high[parent]) if parent >= 0 else here
        total[index] = here + total[parent] if parent >= 0 else here
    inline = [sum(odds[token][0] for token in tokens if token in odds) for tokens in blocks.inline]
    owners = np.array(blocks.owners)
    parents = np.maximum([node.parent for node in blocks.nodes], 0)
    parts = [own[owners], np.array(inline), around[owners], low[owners], high[owners], total[owners]]
    at = parents[owners]
    for _ in range(STEPS):
        parts += [around[at], low[at]]
        at = parents[at]
    return np.stack(parts, axis=1).astype(np.float32)
