"""What the judge of a web page knows about each line beyond its words: where it stands in the document's tree.

Containers are measured by what they hold (words, links, ends of sentences), so that a box of related articles shows
itself whatever it is called; the words of class names are one more hint.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice

import numpy as np

from newscrawl.extraction.blocks import Blocks
from newscrawl.extraction.containers import Containers, Floats, Indices
from newscrawl.extraction.line_features import LONG_WORDS, SLOT, Matrix, facts_of, terms_of

LEVELS = 4
"""Containers around a line that are measured, each holding more than the one before."""
_TAG_GROUPS = (
    "p,div,h1,h2,h3,h4 h5 h6,li,ul ol,td th,tr,table tbody,section,article,main,aside,nav,header,footer,figure,"
    "figcaption,blockquote,form,dl dd dt,body,span a,pre"
)
_TAGS = {tag: number for number, tags in enumerate(_TAG_GROUPS.split(","), start=1) for tag in tags.split()}
_AROUND = "article main aside nav footer header figure figcaption form blockquote table li section".split()
_BIT = {tag: 1 << number for number, tag in enumerate(_AROUND)}
TREE = {
    "in_description": "share of its runs of four words in the page's description; -1 without one",
    "in_body": "share of its runs of four words in the articleBody of structured data; -1 without one",
    "bold": "share of its characters that are bold",
    "away": "share of its characters in links to other sites",
    "alike": "lines built alike: tag and names of the element and of the one around it (log)",
    "alike_prose": "share of the page's prose in them",
    "alike_prose_share": "share of prose in their words",
    "alike_linked": "mean of ``linked`` over them",
    "alike_away": "mean of ``away`` over them",
    "tag": "number of the element's tag",
    "tag_around": "number of the tag around it",
    "depth": "elements around it",
    "hidden": "the page hides it",
    "of_element": "lines of its element",
    **{f"in_{tag}": f"stands in <{tag}>" for tag in _AROUND},
    "to_main": "steps up from the container with the most prose until the line is below it",
    "under_main": "steps down from that container to the line; -1 outside",
    "beside_main": "1 behind it, -1 before it",
    "to_strict_main": "the same for a container in which lines that are no prose cost three times as much",
    "under_strict_main": "",
    "beside_strict_main": "",
}
"""The first columns of ``tree_features``, in their order; then ``LEVEL`` for each of ``LEVELS`` containers."""
LEVEL = {
    "lines": "lines that it holds (log)",
    "words": "words that it holds (log)",
    "linked": "share of them that are links",
    "stops": "share of its lines that end a sentence",
    "page_prose": "share of the page's prose",
    "prose": "share of its words that are prose",
    "short": "share of its lines with fewer than six words",
    "place": "share of its lines that stand before this one",
    "tag": "number of its tag",
    "beside": "siblings that are built like it (log)",
    "anywhere": "elements of the page that are built like it (log)",
    "away": "share of its linked words in links to other sites",
}
"""What is measured of a container around a line, each holding more lines than the one before."""
GROUP = {
    "likely": "mean chance of its lines",
    "likely_words": "mean chance of its words",
    "likely_share": "share of the page's likely words",
}
"""The first columns of ``group_features``, for each of ``LEVELS`` containers; then ``ALIKE``."""
ALIKE = {
    "build_likely": "mean chance of the lines built alike",
    "build_likely_words": "mean chance of their words",
    "sibling_likely": "mean chance of the lines in siblings of one build",
    "sibling_likely_words": "mean chance of their words",
    "siblings_likely": "those of them with a chance above one half (log)",
}
"""The last columns of ``group_features``."""


@dataclass(frozen=True, slots=True)
class Opinions:
    """What the page's own mark-up says of its article; None where it does not."""

    description: str | None = field(default=None, repr=False)
    body: str | None = field(default=None, repr=False)
    """The articleBody of the page's structured data."""


def words_and_prose(base: Matrix) -> tuple[Floats, Floats]:
    """Words of each line, and those of them that are unlinked prose."""
    words = np.expm1(base[:, 0].astype(np.float64))
    linked = np.minimum(base[:, SLOT["linked"]].astype(np.float64), 1)
    prose = ((base[:, SLOT["stop"]] > 0) & (words >= LONG_WORDS)) | (words >= 30)
    return words, np.where(prose & (linked < 0.5), words * (1 - linked), 0.0)


def tree_features(blocks: Blocks, held: Containers, base: Matrix, opinions: Opinions) -> Matrix:
    """Columns beside those of ``context_features``, whose first ones are ``base``; linear in the page's size."""
    size = len(blocks.lines)
    words, prose = words_and_prose(base)
    linked = np.minimum(base[:, SLOT["linked"]].astype(np.float64), 1)
    stop = (base[:, SLOT["stop"]] > 0).astype(np.float64)
    lengths = np.maximum([len(line.text) for line in blocks.lines], 1)
    away = np.array(blocks.away or [0] * size) / lengths
    columns = np.stack([np.ones(size), words, words * linked, stop, prose, words < 6, words * away], axis=1)
    tags = np.array([_TAGS.get(node.tag, 0) for node in blocks.nodes], np.float64)
    parts = [
        covers(blocks, opinions.description),
        covers(blocks, opinions.body),
        np.array(blocks.bold) / lengths,
        away,
        *_alike(held, prose, words, linked, away),
        *_tree(blocks, held, tags),
        *_main(blocks, held, columns),
        *_levels(held, columns, tags),
    ]
    return np.stack(parts, axis=1).astype(np.float32)


def group_features(held: Containers, words: Floats, chances: Floats) -> Matrix:
    """What a first opinion says of the containers around each line, and of the lines built like it."""
    columns = np.stack([np.ones(len(words)), words, chances, chances * words], axis=1)
    total = max(float(columns[:, 3].sum()), 1)
    at = held.group[held.owners]
    parts: list[Floats] = []
    for _ in range(LEVELS):
        many, mass, likely, likely_mass = held.sums(columns, at).T
        parts += [likely / np.maximum(many, 1), likely_mass / np.maximum(mass, 1), likely_mass / total]
        at = held.above[at]
    for alike in (held.builds(), held.siblings()):
        mass = np.maximum(np.bincount(alike, weights=words), 1)
        parts += [
            (np.bincount(alike, weights=chances) / np.bincount(alike))[alike],
            (np.bincount(alike, weights=chances * words) / mass)[alike],
        ]
    parts.append(np.log1p(np.bincount(alike, weights=chances > 0.5))[alike])
    return np.stack(parts, axis=1).astype(np.float32)


LONGEST_LINE = 200_000
"""Characters of a line of trafilatura's text that are compared; more would take too much memory."""


def covers(blocks: Blocks, text: str | None) -> Floats:
    """Share of each line's runs of four words that stand in a text; -1 where there is no text."""
    if text is None:
        return np.full(len(blocks.lines), -1.0)
    lines = {" ".join(line.split()) for line in text.split("\n")}
    known = {run for line in lines for run in _runs(terms_of(line[:LONGEST_LINE]))}
    shares = []
    for line in blocks.lines:
        if line.text in lines:
            shares.append(1.0)
        else:
            words = facts_of(line.text).words
            shares.append(sum(map(known.__contains__, _runs(words))) / max(len(words) - 3, 1))
    return np.array(shares)


def _runs(words: list[str]) -> Iterable[tuple[str, ...]]:
    """Runs of four words, without a copy of them, for they may be millions; of all of them, where they are fewer."""
    if len(words) < 4:
        return (tuple(words),)
    return zip(words, *(islice(words, start, None) for start in (1, 2, 3)), strict=False)


def _alike(held: Containers, prose: Floats, words: Floats, linked: Floats, away: Floats) -> list[Floats]:
    """How many lines are built like this one, how much prose they are, how linked they are, and whereto."""
    build = held.builds()
    count = np.bincount(build)
    gain = np.bincount(build, weights=prose)
    return [
        np.log1p(count[build]),
        (gain / max(float(prose.sum()), 1))[build],
        (gain / np.maximum(np.bincount(build, weights=words), 1))[build],
        (np.bincount(build, weights=linked) / count)[build],
        (np.bincount(build, weights=away) / count)[build],
    ]


def _tree(blocks: Blocks, held: Containers, tags: Floats) -> list[Floats]:
    """Tag, depth, what kinds of container are around, whether it is hidden, and how many lines share the element."""
    masks: list[int] = []
    for node in blocks.nodes:
        masks.append((masks[node.parent] if node.parent >= 0 else 0) | _BIT.get(node.tag, 0))
    owners = held.owners
    parents = held.parent[owners]
    mask = np.array(masks)[owners]
    return [
        tags[owners],
        np.where(parents >= 0, tags[parents], 0),
        np.array([node.depth for node in blocks.nodes])[owners],
        np.array([node.hidden for node in blocks.nodes])[owners],
        np.bincount(owners)[owners],
        *(((mask & bit) > 0).astype(np.float64) for bit in _BIT.values()),
    ]


def _main(blocks: Blocks, held: Containers, columns: Floats) -> list[Floats]:
    """Steps in the tree from each line to the container that holds the most prose for what else it holds.

    Two such containers are sought, one that minds other lines little and one that minds them more.
    """
    size = len(blocks.nodes)
    many, _, _, stops, prose, _, _ = held.sums(columns, np.arange(size)).T
    depths = np.array([node.depth for node in blocks.nodes])
    owners = held.owners
    order = np.arange(len(owners))
    parts: list[Floats] = []
    for cost in (5.0, 15.0):
        worth = np.where(many > 0, prose - cost * (many - stops), -np.inf)
        best = size - 1 - int(np.argmax(worth[::-1]))  # of equals the innermost
        common = _common_depths(blocks, best)[owners]
        parts += [
            (depths[best] - common).astype(np.float64),
            np.where(common == depths[best], depths[owners] - depths[best], -1.0),
            (order >= held.last[best]).astype(np.float64) - (order < held.first[best]),
        ]
    return parts


def _common_depths(blocks: Blocks, node: int) -> Indices:
    """For each node the depth of the nearest container around both it and the given one."""
    around = set()
    while node >= 0:
        around.add(node)
        node = blocks.nodes[node].parent
    common: list[int] = []
    for index, (_, parent, depth, _, _) in enumerate(blocks.nodes):
        common.append(depth if index in around else common[parent])
    return np.array(common)


def _levels(held: Containers, columns: Floats, tags: Floats) -> list[Floats]:
    """What the containers around each line hold, and how often they are repeated, as cards are and a body is not."""
    everything = max(float(columns[:, 4].sum()), 1)
    beside, anywhere = held.repetitions()
    order = np.arange(len(held.owners))
    at = held.group[held.owners]
    parts: list[Floats] = []
    for _ in range(LEVELS):
        many, words, linked, stops, prose, short, away = held.sums(columns, at).T
        lines, mass = np.maximum(many, 1), np.maximum(words, 1)
        parts += [
            np.log1p(many),
            np.log1p(mass),
            linked / mass,
            stops / lines,
            prose / everything,
            prose / mass,
            short / lines,
            (order - held.first[at]) / lines,
            tags[at],
            beside[at],
            anywhere[at],
            away / np.maximum(linked, 1),
        ]
        at = held.above[at]
    return parts
