"""Which lines of a web page are its article: what the judge says, and what is certain by rule."""

from __future__ import annotations

from collections import Counter

import numpy as np

from newscrawl.extraction.dom_blocks import Blocks
from newscrawl.extraction.dom_captions import captions
from newscrawl.extraction.dom_certain import boxes_of_links, comments, copies, is_other_headline, lead_of, words_of
from newscrawl.extraction.dom_containers import Containers, Floats
from newscrawl.extraction.dom_features import words_and_prose
from newscrawl.extraction.dom_model import Measured
from newscrawl.extraction.dom_reasons import page_reasons
from newscrawl.extraction.dump_shape import BASE
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
SHORTEST_CAPTION = 4
"""Words of what a photo story says under a picture."""
TRUSTED_LINK = 0.8
"""Chance from which a line that is nothing but a link is kept, outside of lists. Without it and the rule for boxes of
links 3 % of the snippets that must not be in Vietnamese articles were; other pages hardly change (F1 −.0002)."""


def judge_lines(page: Measured, chances: Floats, title: str, description: str | None) -> list[DropReason | None]:
    """For each line None, where it is the article, or why it is not."""
    lines = page.blocks.lines
    words, prose = words_and_prose(page.matrix)
    talk = comments(page, chances, words)
    chances = np.where(np.isin(np.arange(len(lines)), list(talk)), 0.0, chances)
    enough = max(best_threshold(chances, np.minimum(words, MOST_WEIGHT)), LOWEST)
    siblings = _siblings_of_the_sure(page.blocks, page.held, chances, prose)
    kept = [
        chance >= (SIBLING if sibling else enough) for chance, sibling in zip(chances.tolist(), siblings, strict=True)
    ]
    certain: dict[int, DropReason] = dict.fromkeys(boxes_of_links(page), "related")
    headline = words_of(title)
    for index, line in enumerate(lines):
        if headline and headline[0] in line.text.casefold() and words_of(line.text) == headline:
            certain[index] = "title"
        elif kept[index] and is_other_headline(line) and line.kind != "list_item" and chances[index] < TRUSTED_LINK:
            certain[index] = "related"
    lead = lead_of(page.blocks, [i for i, keep in enumerate(kept) if keep and i not in certain], description)
    if lead is not None:
        certain[lead] = "lead"
    text = [index for index, keep in enumerate(kept) if keep and index not in certain]
    certain.update(dict.fromkeys(copies(lines, text), "repeated"))
    certain.update(dict.fromkeys(captions(page.blocks, text), "caption"))
    certain.update(dict.fromkeys(talk, "comments"))
    for index in certain:
        kept[index] = False
    reasons = page_reasons(page.blocks, page.matrix[:, : len(BASE)], kept)
    for index, reason in certain.items():
        reasons[index] = reason
    return reasons


def _siblings_of_the_sure(blocks: Blocks, held: Containers, chances: Floats, prose: Floats) -> list[bool]:
    """Whether each line is in an element built like those of sure lines, in the same container.

    Prose needs some of them. Captions need one, if they are more than all that is sure: what they say is the text of a
    photo story.
    """
    builds = list(zip(held.parent[held.owners].tolist(), held.build[held.owners].tolist(), strict=True))
    is_sure = (chances >= SURE) & (prose > 0)
    sure = Counter(build for build, counts in zip(builds, is_sure.tolist(), strict=True) if counts)
    captions = [
        bool(line.images and not line.linked and not free and line.text.count(" ") >= SHORTEST_CAPTION - 1)
        for line, free in zip(blocks.lines, prose.tolist(), strict=True)
    ]
    pictured = Counter(build for build, caption in zip(builds, captions, strict=True) if caption)
    return [
        bool(free and sure[build] >= SURE_SIBLINGS) or (caption and sure[build] > 0 and pictured[build] > sure.total())
        for build, free, caption in zip(builds, prose.tolist(), captions, strict=True)
    ]


def best_threshold(chances: Floats, words: Floats) -> float:
    """The chance from which lines are kept so that the expected F1 of the page's words is best; at most 0.5.

    Lipton, Elkan and Naryanaswamy, Optimal Thresholding of Classifiers to Maximize F1 Measure, 2014.
    """
    order = np.argsort(-chances, kind="stable")
    found = np.cumsum((chances * words)[order])
    f1 = 2 * found / (np.cumsum(words[order]) + found[-1] + 1e-9)
    return min(float(chances[order[int(np.argmax(f1))]]), 0.5)
