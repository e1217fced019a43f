"""Lines that sure ones vouch for: siblings, cousins in the other parts of a body, and lines of one build.

A text does not end in the middle of its paragraphs because a box parts them or one of them is odd.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from newscrawl.extraction.blocks import Blocks
from newscrawl.extraction.containers import Containers, Floats, Indices
from newscrawl.extraction.line_features import SLOT, Matrix, facts_of
from newscrawl.extraction.rules import SURE
from newscrawl.extraction.text_lines import Line

VOUCHES, VOUCHERS = 0.6, 2
SIBLING = 0.06
"""Chance of paragraphs that vouch for others, how many it takes, and the chance the others need.

A box that interrupts a text makes the judge unsure of the rest, and a paragraph beside sure ones, built like them, need
not be sure itself.
"""
NAMESAKE = 0.02
"""The chance that prose needs where nearly all other prose in elements of its build and class is sure."""
NEAR, AMID = 3, 0.35
"""Lines within which likely lines stand before and behind one, and the chance that it needs then."""
BETWEEN, SHORTEST_BETWEEN = 0.05, 4
"""The chance that lines need between two lines of the text in one element, as a short question of an interview has, and
their words: a single one may be "Advertisement"."""
ENCLOSED = 0.1
"""Mean chance of lines that make a list, a table or code between two lines of the text."""
_ENCLOSED = frozenset(("dl", "ol", "pre", "table", "ul"))
SHORTEST_ABOVE = 6
"""Words of a line between headline and text, with the same chance: what is shorter may be a byline."""
MOSTLY_SURE, MOST_STEPS = 0.6, 3
"""Share of the words of a container or of a build that are sure, from which they vouch, and containers around a line
that are looked at."""
FEWEST_SIBLINGS, SIBLINGS_SURE = 4, 0.65
"""Lines of siblings, and their mean chance, from which prose among them is raised to it."""
SHORTEST_CAPTION = 4
"""Words of what a photo story says under a picture."""


def vouched(blocks: Blocks, held: Containers, chances: Floats, words: Floats, prose: Floats) -> NDArray[np.bool_]:
    """Whether sure lines vouch for each line that is possible: siblings, cousins, or lines of one build with a name."""
    sure = (chances >= SURE) & (prose > 0)
    kin = np.array(_siblings_of_the_sure(blocks, held, chances, prose)) | _cousins_of_the_sure(
        blocks, held, sure, words, (prose > 0) & (chances >= SIBLING)
    )
    kin |= _amid_the_sure(chances, prose)
    return (kin & (chances >= SIBLING)) | (_built_as_the_sure(blocks, held, sure, prose) & (chances >= NAMESAKE))


def between(
    blocks: Blocks, held: Containers, chances: Floats, words: Floats, kept: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Whether each line stands between two that are kept, all of them in one element, alone or with lines like it.

    Like it are those that are likely enough, are no more than half a link, and have a few words.
    """
    found = np.zeros(len(kept), bool)
    parents = held.parent[held.owners]
    for before, after in pairwise(np.flatnonzero(kept).tolist()):
        inside = slice(before + 1, after)
        beside = after - before > 1 and (parents[before : after + 1] == parents[before]).all()
        if beside and (chances[inside] >= BETWEEN).all() and (words[inside] > SHORTEST_BETWEEN - 0.5).all():
            found[inside] = all(map(_is_free, blocks.lines[inside]))
    return found


def enclosed(blocks: Blocks, held: Containers, chances: Floats, kept: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether each line is of a list, a table or code without links between two kept lines of one element.

    An article does not go on below a menu; a few short lines alone look like one.
    """
    found = np.zeros(len(kept), bool)
    parents = held.parent[held.owners]
    for node, (tag, *_) in enumerate(blocks.nodes):
        if tag not in _ENCLOSED:
            continue
        first, last = int(held.first[node]), int(held.last[node])
        if not 0 < first < last < len(kept):
            continue
        is_within = parents[first - 1] == parents[last] == held.above[node] and kept[first - 1] and kept[last]
        inside = slice(first, last)
        if is_within and chances[inside].mean() >= ENCLOSED and not any(line.linked for line in blocks.lines[inside]):
            found[inside] = True
    return found


def below_headline(
    blocks: Blocks, base: Matrix, chances: Floats, words: Floats, kept: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Whether each line stands directly above the text and below a first-level heading, and is possible.

    So do points that sum up an article, and leads. A line that holds a date or is below a picture is none of them.
    """
    found = np.zeros(len(kept), bool)
    if not kept.any():
        return found
    first = int(np.argmax(kept))
    headline = next((at for at in range(first - 1, -1, -1) if blocks.lines[at].level == 1), first)
    dated = base[:, SLOT["date"]] + base[:, SLOT["time"]] > 0
    for at in range(first - 1, headline, -1):
        line = blocks.lines[at]
        is_possible = chances[at] >= BETWEEN and words[at] > SHORTEST_ABOVE - 0.5 and not dated[at]
        if not is_possible or line.images or not _is_free(line):
            break
        found[at] = True
    return found


def _is_free(line: Line) -> bool:
    return 2 * line.linked <= len(line.text)


def _cousins_of_the_sure(
    blocks: Blocks, held: Containers, sure: NDArray[np.bool_], words: Floats, possible: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Whether each possible line follows one and is in an element built like those of sure lines, beside theirs.

    Editors' systems cut the body into first part, picture and last part, so that a paragraph may be alone in its own.
    """
    found = np.zeros(len(sure), bool)
    builds = held.build[held.owners]
    mass, all_mass = (np.concatenate([[0.0], np.cumsum(column)]) for column in (words * sure, words))
    sure_of: dict[int, list[int]] = {}
    for place in np.flatnonzero(sure).tolist():
        sure_of.setdefault(int(builds[place]), []).append(place)
    for index in np.flatnonzero(possible & ~sure):
        line = blocks.lines[index]
        if line.images or line.links or not index or not (sure[index - 1] or found[index - 1]):
            continue
        owner = blocks.owners[index]
        alike = sure_of.get(int(builds[index]), [])
        part, around = owner, int(held.parent[owner])
        for _ in range(MOST_STEPS):
            begins = held.first[part]
            if around < 0 or blocks.nodes[around].tag != "div" or not (possible[begins] or sure[begins]):
                break
            first, last = held.first[around], held.last[around]
            if bisect_left(alike, last) - bisect_left(alike, first) >= VOUCHERS:
                found[index] = mass[last] - mass[first] >= MOSTLY_SURE * (all_mass[last] - all_mass[first])
                break
            part, around = around, int(held.parent[around])
    return found


def _amid_the_sure(chances: Floats, prose: Floats) -> NDArray[np.bool_]:
    """Whether each line of prose that is likely enough stands between likelier ones, which are near."""
    order = np.arange(len(chances))
    likely = np.flatnonzero((chances >= VOUCHES) & (prose > 0))
    if not len(likely):
        return np.zeros(len(chances), bool)
    after = np.searchsorted(likely, order)
    before = order - likely[np.maximum(after - 1, 0)]
    behind = likely[np.minimum(after, len(likely) - 1)] - order
    near = (before > 0) & (before <= NEAR) & (behind > 0) & (behind <= NEAR)
    amid: NDArray[np.bool_] = near & (chances >= AMID) & (prose > 0)
    return amid


def _built_as_the_sure(blocks: Blocks, held: Containers, sure: NDArray[np.bool_], prose: Floats) -> NDArray[np.bool_]:
    """Whether each line of prose is in an element with a class that is nearly all sure prose, wherever it stands.

    The element and the two around it are to be built alike. Pages put boxes between the parts of a text until a
    paragraph is alone among them.
    """
    owners = held.owners
    around = held.parent[owners]
    outer = np.where(around >= 0, held.parent[around], -1)
    builds = [np.where(nodes >= 0, held.build[nodes], -1).tolist() for nodes in (owners, around, outer)]
    keys = list(zip(*builds, strict=True))
    named = np.array([bool(blocks.nodes[owner].tokens) for owner in blocks.owners]) & (prose > 0)
    every, found, many = Counter[tuple[int, ...]](), Counter[tuple[int, ...]](), Counter[tuple[int, ...]]()
    for index in np.flatnonzero(named):
        key = keys[index]
        every[key] += prose[index]
        if sure[index]:
            found[key] += prose[index]
            many[key] += 1
    mostly = {key for key in many if many[key] > VOUCHERS and found[key] >= MOSTLY_SURE * every[key]}
    built: NDArray[np.bool_] = named & np.array([key in mostly for key in keys], bool)
    return built


def _siblings_of_the_sure(blocks: Blocks, held: Containers, chances: Floats, prose: Floats) -> list[bool]:
    """Whether each line is in an element built like those of sure lines, in the same container.

    Prose needs some of them. Captions need one, if they are more than all that is sure: what they say is the text of a
    photo story.
    """
    builds = list(zip(held.parent[held.owners].tolist(), held.build[held.owners].tolist(), strict=True))
    is_sure = (chances >= VOUCHES) & (prose > 0)
    sure = Counter(build for build, counts in zip(builds, is_sure.tolist(), strict=True) if counts)
    captions = [
        bool(line.images and not line.linked and not free and facts_of(line.text).amount >= SHORTEST_CAPTION)
        for line, free in zip(blocks.lines, prose.tolist(), strict=True)
    ]
    pictured = Counter(build for build, caption in zip(builds, captions, strict=True) if caption)
    return [
        bool(free and sure[build] >= VOUCHERS) or (caption and sure[build] > 0 and pictured[build] > sure.total())
        for build, free, caption in zip(builds, prose.tolist(), captions, strict=True)
    ]


def with_siblings(held: Containers, chances: Floats, words: Floats, prose: Floats) -> Floats:
    """The chances, raised to the mean of all siblings where these are many and mostly the article.

    A text does not end in the middle of its paragraphs because one of them is odd.
    """
    groups: Indices = held.siblings()
    mass = words + 1
    mean = np.bincount(groups, weights=chances * mass) / np.bincount(groups, weights=mass)
    many = np.bincount(groups) >= FEWEST_SIBLINGS
    raised = many & (mean >= SIBLINGS_SURE)
    raises = raised[groups] & (prose > 0) & (chances >= NAMESAKE)
    result: Floats = np.where(raises, np.maximum(chances, mean[groups]), chances)
    return result
