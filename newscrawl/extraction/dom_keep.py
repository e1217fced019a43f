"""Which lines of a web page are its article: what the judge says, and what is certain by rule."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np

from newscrawl.extraction.dom_blocks import Blocks
from newscrawl.extraction.dom_containers import Floats
from newscrawl.extraction.dom_features import words_and_prose
from newscrawl.extraction.dom_model import Measured
from newscrawl.extraction.dom_reasons import page_reasons
from newscrawl.extraction.dom_tags import HEADINGS
from newscrawl.extraction.dump_lines import Line
from newscrawl.extraction.dump_shape import BASE, SLOT
from newscrawl.items import DropReason

LOWEST = 0.15
"""Chance below which no line is kept, however unsure the judge is of the whole page."""
MOST_WEIGHT = 150
"""Words for which a line counts at most: one of thousands must not decide about all others."""
SURE, SURE_SIBLINGS = 0.6, 2
SIBLING = 0.06
"""Chance of paragraphs that vouch for others, how many it takes, and the chance the others need.

A box that interrupts a text makes the judge unsure of the rest, and a paragraph beside sure ones, built like them, need
not be sure itself. On out-of-fold judgements news pages gained by it (F1 +.0006) and others did not change.
"""
TRUSTED_LINK = 0.8
"""Chance from which a line that is nothing but a link is kept, outside of lists. Without it and the rule for boxes of
links 3 % of the snippets that must not be in Vietnamese articles were; other pages hardly change (F1 −.0002)."""
LEADING = 3
"""Kept lines among which the lead stands."""
SHORTEST_REPEAT = 4
"""Words of a line that an article does not say twice."""

_WORD = re.compile(r"\w+")
_LEAD_NAMES = frozenset(
    "sapo lead lede summary standfirst excerpt intro dek deck chapo chapeau subtitle subhead subheading subheadline "
    "subline abstract description desc vorspann bajada entradilla sumario ingress brief".split()
)


def judge_lines(page: Measured, chances: Floats, title: str, description: str | None) -> list[DropReason | None]:
    """For each line None, where it is the article, or why it is not."""
    lines = page.blocks.lines
    words, prose = words_and_prose(page.matrix)
    enough = max(best_threshold(chances, np.minimum(words, MOST_WEIGHT)), LOWEST)
    siblings = _siblings_of_the_sure(page.blocks, chances, prose)
    kept = [bool(chance >= (SIBLING if sibling else enough)) for chance, sibling in zip(chances, siblings, strict=True)]
    certain: dict[int, DropReason] = dict.fromkeys(_boxes_of_links(page), "related")
    headline = _words(title)
    said: set[str] = set()
    for index, line in enumerate(lines):
        own = _words(line.text)
        if own == headline:
            certain[index] = "title"
        elif kept[index] and _is_other_headline(line) and line.kind != "list_item" and chances[index] < TRUSTED_LINK:
            certain[index] = "related"
        elif kept[index] and len(own) >= SHORTEST_REPEAT:
            if line.text in said:
                certain[index] = "repeated"
            said.add(line.text)
    lead = _lead(page.blocks, [i for i, keep in enumerate(kept) if keep and i not in certain], description)
    if lead is not None:
        certain[lead] = "lead"
    for index in certain:
        kept[index] = False
    reasons = page_reasons(page.blocks, page.matrix[:, : len(BASE)], kept)
    for index, reason in certain.items():
        reasons[index] = reason
    return reasons


def _boxes_of_links(page: Measured) -> set[int]:
    """The lines of containers that begin with a known heading of a list and hold headlines that are links.

    The heading alone decides nothing, nor do the links: an article may hold either.
    """
    known = page.base[:, SLOT["lex_related"]] + page.base[:, SLOT["lex_more"]] > 0
    found: set[int] = set()
    for heading in np.flatnonzero(known):
        container = page.held.group[page.blocks.owners[heading]]
        box = range(int(page.held.first[container]), int(page.held.last[container]))
        if box.start == heading and any(_is_other_headline(page.blocks.lines[line]) for line in box[1:]):
            found.update(box)
    return found


def _is_other_headline(line: Line) -> bool:
    """Whether a line is nothing but a link, and long enough to be the headline of another article."""
    return line.linked >= 0.9 * len(line.text) and line.text.count(" ") >= SHORTEST_REPEAT - 1


def _siblings_of_the_sure(blocks: Blocks, chances: Floats, prose: Floats) -> list[bool]:
    """Whether each line is prose in an element built like those of enough sure lines, in the same container."""
    nodes = [blocks.nodes[owner] for owner in blocks.owners]
    builds = [(node.parent, node.tag, node.tokens) for node in nodes]
    sure = Counter(build for build, chance, free in zip(builds, chances, prose, strict=True) if chance >= SURE and free)
    return [bool(free) and sure[build] >= SURE_SIBLINGS for build, free in zip(builds, prose, strict=True)]


def best_threshold(chances: Floats, words: Floats) -> float:
    """The chance from which lines are kept so that the expected F1 of the page's words is best; at most 0.5.

    Lipton, Elkan and Naryanaswamy, Optimal Thresholding of Classifiers to Maximize F1 Measure, 2014.
    """
    order = np.argsort(-chances, kind="stable")
    found = np.cumsum((chances * words)[order])
    f1 = 2 * found / (np.cumsum(words[order]) + found[-1] + 1e-9)
    return min(float(chances[order[int(np.argmax(f1))]]), 0.5)


def _lead(blocks: Blocks, kept: list[int], description: str | None) -> int | None:
    """The line that is the description, where its element also says so: a heading, or called a lead."""
    told = _runs(_words(description or ""))
    if not told:
        return None
    for index in kept[:LEADING]:
        node = blocks.nodes[blocks.owners[index]]
        own = _runs(_words(blocks.lines[index].text))
        marked = node.tag in HEADINGS or not _LEAD_NAMES.isdisjoint((*node.tokens, *blocks.inline[index]))
        if marked and own and len(own & told) >= 0.8 * len(own) and len(own & told) >= 0.6 * len(told):
            return index if len(kept) > 1 else None
    return None


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _runs(words: list[str]) -> set[tuple[str, ...]]:
    return set(zip(words, words[1:], words[2:], strict=False))
