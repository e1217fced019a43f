"""What trafilatura makes of a page: asked where the judge is unsure, as evidence and as the floor of what is kept."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from lxml.html import HtmlElement
from trafilatura import bare_extraction
from trafilatura.settings import Document

from newscrawl.extraction.blocks import Blocks
from newscrawl.extraction.containers import Containers, Floats
from newscrawl.extraction.context_features import neighbours
from newscrawl.extraction.line_features import Matrix
from newscrawl.extraction.tree_features import covers

MOST_LINES = 3000
"""Lines of a page about which trafilatura is asked: it needs seconds for tens of thousands of short ones."""
OPINION_LEVELS = 2
"""Containers around a line whose share in trafilatura's text is measured."""


@dataclass(frozen=True, slots=True)
class SecondOpinion:
    """The page's text by trafilatura, with its defaults and in recall mode; "" where it finds none."""

    default: str = field(repr=False)
    recall: str = field(repr=False)


NO_OPINION = SecondOpinion("", "")


def ask_trafilatura(tree: HtmlElement, url: str | None) -> SecondOpinion:
    """Ask for both texts. The tree is left as it is; whatever trafilatura raises means that it found nothing."""
    return SecondOpinion(_text(tree, url, recall=False), _text(tree, url, recall=True))


def _text(tree: HtmlElement, url: str | None, *, recall: bool) -> str:
    try:
        document = bare_extraction(tree, url=url, include_comments=False, with_metadata=False, favor_recall=recall)
    except Exception:  # noqa: BLE001 - it is a second opinion: what it cannot read, the judge has read
        return ""
    return (document.text or "") if isinstance(document, Document) else ""


def coverage(blocks: Blocks, opinion: SecondOpinion) -> tuple[Floats, Floats]:
    """Share of each line that stands in trafilatura's default text, and in its recall text."""
    return covers(blocks, opinion.default or None), covers(blocks, opinion.recall or None)


def opinion_features(held: Containers, words: Floats, chances: Floats, covered: tuple[Floats, Floats]) -> Matrix:
    """What the third forest sees beside the columns of the second: how far trafilatura agrees."""
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
    page = [
        np.log1p(everything[2]),
        np.log1p(everything[3]),
        np.log1p(sure.sum()),
        agreed.sum() / max(float(sure.sum()), 1),
        agreed.sum() / everything[2],
        everything[2] / everything[3],
    ]
    parts += [np.full(size, value) for value in page]
    around = neighbours(np.stack([covered[0], covered[1], chances], axis=1).astype(np.float32))
    return np.hstack([np.stack(parts, axis=1).astype(np.float32), around])
