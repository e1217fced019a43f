"""What trafilatura makes of a page: asked where the judge is unsure, as evidence and as the floor of what is kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice

import numpy as np
from lxml.html import HtmlElement
from trafilatura import bare_extraction
from trafilatura.settings import Document

from newscrawl.extraction.blocks import Blocks
from newscrawl.extraction.containers import Containers, Floats
from newscrawl.extraction.context_features import neighbours, since
from newscrawl.extraction.line_features import SLOT, Matrix
from newscrawl.extraction.tree_features import covers, words_and_prose

MOST_LINES = 3000
"""Lines of a page about which trafilatura is asked: it needs seconds for tens of thousands of short ones."""
MOST_ELEMENTS = 30_000
"""Elements of such a page: 90,000 within few lines take it six seconds and 350 MB."""
OPINION_LEVELS = 2
"""Containers around a line whose share in trafilatura's text is measured."""


@dataclass(frozen=True, slots=True)
class SecondOpinion:
    """The page's text by trafilatura, with its defaults and in recall mode; "" where it finds none."""

    default: str = field(repr=False)
    recall: str = field(repr=False)


OPINION = {
    "in_default": "share of its runs of four words in trafilatura's text",
    "in_recall": "share of them in trafilatura's text in recall mode",
    **{
        f"container_{number}_{kind}": f"share of the words in container {number} around it that are in the {kind} text"
        for number in range(1, OPINION_LEVELS + 1)
        for kind in ("default", "recall")
    },
    "build_default": "the same over the lines built alike, default",
    "build_recall": "recall",
    "sibling_default": "the same over the lines in siblings of one build, default",
    "sibling_recall": "recall",
    "default_words": "words of the page in the default text (log)",
    "recall_words": "words of the page in the recall text (log)",
    "likely_words": "likely words of the page (log)",
    "likely_agreed": "share of the likely words that are in the default text",
    "default_agreed": "likely words in the default text beside all in it",
    "default_of_recall": "words in the default text beside those in the recall text",
    "page_words": "words of the page (log)",
    "default_share": "share of the page's words in the default text",
    "prose_share": "share of the page's words that are prose",
    "default_prose": "share of the default text that is prose",
    "prose_in_default": "share of the page's prose in the default text",
    "word_length": "mean length of the page's words, which is large where a script has no spaces",
    "since_default": "lines since one in the default text (log); -1 for none",
    "until_default": "lines until one in the default text (log); -1 for none",
}
"""What ``opinion_features`` gives, in its order; then ``AROUND`` of ``SEEN``."""
SEEN = ["in_default", "in_recall", "chance"]

NO_OPINION = SecondOpinion("", "")


def ask_trafilatura(tree: HtmlElement, url: str | None) -> SecondOpinion:
    """Ask for both texts. The tree is left as it is; whatever trafilatura raises means that it found nothing.

    Nor is anything found in a tree of more than ``MOST_ELEMENTS``.
    """
    if sum(1 for _ in islice(tree.iter(), MOST_ELEMENTS + 1)) > MOST_ELEMENTS:
        return NO_OPINION
    return SecondOpinion(_text(tree, url, recall=False), _text(tree, url, recall=True))


def _text(tree: HtmlElement, url: str | None, *, recall: bool) -> str:
    try:
        document = bare_extraction(tree, url=url, include_comments=False, with_metadata=False, favor_recall=recall)
    except Exception:  # noqa: BLE001 - it is a second opinion: what it cannot read, the judge has read
        return ""
    return (document.text or "") if isinstance(document, Document) else ""


def coverage(blocks: Blocks, opinion: SecondOpinion) -> tuple[Floats, Floats]:
    """Share of each line that stands in trafilatura's default text, and in its recall text."""
    default = covers(blocks, opinion.default or None)
    return default, default if opinion.recall == opinion.default else covers(blocks, opinion.recall or None)


def opinion_features(held: Containers, base: Matrix, chances: Floats, covered: tuple[Floats, Floats]) -> Matrix:
    """What the third forest sees beside the columns of the second: how far trafilatura agrees."""
    words, prose = words_and_prose(base)
    size = len(words)
    found = [words * np.maximum(covers, 0) for covers in covered]
    columns = np.stack([np.ones(size), words, *found], axis=1)
    everything = np.maximum(columns.sum(axis=0), 1)
    sure = chances * words
    parts: list[Floats] = [*covered]
    at = held.group[held.owners]
    for _ in range(OPINION_LEVELS):
        _, mass, default, recall = held.sums(columns, at).T
        parts += [default / np.maximum(mass, 1), recall / np.maximum(mass, 1)]
        at = held.above[at]
    for groups in (held.builds(), held.siblings()):
        mass = np.maximum(np.bincount(groups, weights=words), 1)
        parts += [(np.bincount(groups, weights=columns[:, column]) / mass)[groups] for column in (2, 3)]
    agreed = sure * np.maximum(covered[0], 0)
    told = prose * np.maximum(covered[0], 0)
    page = [
        np.log1p(everything[2]),
        np.log1p(everything[3]),
        np.log1p(sure.sum()),
        agreed.sum() / max(float(sure.sum()), 1),
        agreed.sum() / everything[2],
        everything[2] / everything[3],
        np.log1p(everything[1]),
        everything[2] / everything[1],
        prose.sum() / everything[1],
        told.sum() / everything[2],
        told.sum() / max(float(prose.sum()), 1),
        (words * base[:, SLOT["word_length"]]).sum() / everything[1],
    ]
    parts += [np.full(size, value) for value in page]
    is_found = covered[0] >= 0.5
    parts += [since(is_found), since(is_found[::-1])[::-1]]
    around = neighbours(np.stack([covered[0], covered[1], chances], axis=1).astype(np.float32))
    return np.hstack([np.stack(parts, axis=1).astype(np.float32), around])
