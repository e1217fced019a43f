"""The learned judge of a web page's lines: two boosted forests and the odds of class names, kept as plain arrays.

``python -m training.train_pages`` makes ``page_judge.npz`` and its card ``page_judge.json`` (data, licences, features,
scores, seed).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib import resources

import numpy as np

from newscrawl.extraction.blocks import Blocks
from newscrawl.extraction.class_names import Odds, name_features
from newscrawl.extraction.containers import Containers, Floats
from newscrawl.extraction.context_features import features, second_features
from newscrawl.extraction.forest import Forest, forest_of
from newscrawl.extraction.line_features import Matrix
from newscrawl.extraction.second_opinion import opinion_features
from newscrawl.extraction.tree_features import Opinions, group_features, tree_features, words_and_prose

HOPELESS = 0.01
"""Chance below which the first forest's word is final. That is half to four fifths of a page's lines; on out-of-fold
judgements of 350 pages the second forest never changed the outcome for them."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A page's lines as numbers: everything but what class names say, which is for the judge to know."""

    blocks: Blocks
    held: Containers
    base: Matrix
    """What a line shows as a line of text: ``context_features.features``."""
    matrix: Matrix
    """That, and what it shows by its place in the tree: ``tree_features.tree_features``."""

    @classmethod
    def of(cls, blocks: Blocks, title: str, opinions: Opinions, *, use_lexicon: bool = True) -> Measured:
        """Measure the lines of a page that has some."""
        held = Containers.of(blocks)
        base = features(title, blocks.lines, use_lexicon=use_lexicon)
        return cls(blocks, held, base, np.hstack([base, tree_features(blocks, held, base, opinions)]))


@dataclass(frozen=True, slots=True)
class PageJudge:
    """Three forests, each of which sees what the one before it said.

    The first judges each line, the second also sees the first's opinion of the line's neighbours and containers, the
    third also how much of each line stands in trafilatura's texts. The third is asked about unsure pages alone.
    """

    first: Forest
    second: Forest
    third: Forest
    verdict: Forest
    """Judges whole pages by ``verdict.EVIDENCE``."""
    odds: Odds

    def judge(self, page: Measured) -> Judgement:
        """Judge the lines by the page alone."""
        matrix = first_matrix(page, self.odds)
        chances = self.first.chances(matrix)
        second = second_matrix(page, matrix, chances)
        doubtful = chances >= HOPELESS
        chances = chances.copy()
        chances[doubtful] = self.second.chances(second[doubtful])
        return Judgement(chances, second)

    def reconsider(self, page: Measured, judgement: Judgement, covered: tuple[Floats, Floats]) -> Floats:
        """Judge the lines once more, knowing what trafilatura makes of the page."""
        chances = judgement.chances.copy()
        open_to_doubt = (chances >= HOPELESS) | (covered[0] > 0) | (covered[1] > 0)
        third = third_matrix(page, judgement, covered)[open_to_doubt]
        chances[open_to_doubt] = self.third.chances(third)
        return chances


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the first two forests say of a page's lines."""

    chances: Floats
    """Probability of each line to be the article."""
    matrix: Matrix = field(repr=False)
    """What the second forest saw."""


def first_matrix(page: Measured, odds: Odds) -> Matrix:
    """What the first forest sees."""
    return np.hstack([page.matrix, name_features(page.blocks, odds)])


def second_matrix(page: Measured, first: Matrix, chances: Floats) -> Matrix:
    """What the second forest sees: also the first one's opinion of each line, its neighbours and its containers."""
    words, _ = words_and_prose(first)
    return np.hstack([second_features(first, chances), group_features(page.held, words, chances)])


def third_matrix(page: Measured, judgement: Judgement, covered: tuple[Floats, Floats]) -> Matrix:
    """What the third forest sees: also the second one's opinion, and how far trafilatura agrees."""
    words, _ = words_and_prose(judgement.matrix)
    chances = judgement.chances
    parts = [
        judgement.matrix,
        chances[:, None].astype(np.float32),
        group_features(page.held, words, chances),
        opinion_features(page.held, page.matrix, chances, covered),
    ]
    return np.hstack(parts)


@cache
def load_page_judge() -> PageJudge:
    """The judge that ships with the package."""
    with resources.files(__package__).joinpath("page_judge.npz").open("rb") as file, np.load(file) as arrays:
        tokens = bytes(arrays["tokens"]).decode().split("\n")
        odds = {token: (float(own), float(around)) for token, (own, around) in zip(tokens, arrays["odds"], strict=True)}
        first, second, third, verdict = (forest_of(arrays, name) for name in ("first", "second", "third", "verdict"))
        return PageJudge(first, second, third, verdict, odds)
