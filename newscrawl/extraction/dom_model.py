"""The learned judge of a web page's lines: two boosted forests and the odds of class names, kept as plain arrays.

``python -m training.train_pages`` makes ``dom_model.npz`` and its card ``dom_model.json`` (data, licences, features,
scores, seed).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np

from newscrawl.extraction.dom_blocks import Blocks
from newscrawl.extraction.dom_containers import Containers, Floats
from newscrawl.extraction.dom_features import Opinions, dom_features, group_features, words_and_prose
from newscrawl.extraction.dom_names import Odds, name_features
from newscrawl.extraction.dump_features import features, second_features
from newscrawl.extraction.dump_model import Forest, Judge, forest_of, load_judge
from newscrawl.extraction.dump_shape import Matrix

HOPELESS = 0.01
"""Chance below which the first forest's word is final. That is half to four fifths of a page's lines; on out-of-fold
judgements of 350 pages the second forest never changed the outcome for them."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A page's lines as numbers: everything but what class names say, which is for the judge to know."""

    blocks: Blocks
    held: Containers
    base: Matrix
    """What a line shows as a line of text: ``dump_features.features``."""
    matrix: Matrix
    """That, and what it shows by its place in the tree: ``dom_features.dom_features``."""

    @classmethod
    def of(cls, blocks: Blocks, title: str, opinions: Opinions, *, use_lexicon: bool = True) -> Measured:
        """Measure the lines of a page that has some."""
        held = Containers.of(blocks)
        base = features(title, blocks.lines, use_lexicon=use_lexicon)
        return cls(blocks, held, base, np.hstack([base, dom_features(blocks, held, base, opinions)]))


@dataclass(frozen=True, slots=True)
class PageJudge:
    """The first forest judges each line; the second also sees what the first said of the lines around it."""

    lines: Judge
    """The judge of text dumps, which knows lines in many more forms: its opinion is one of the features."""
    first: Forest
    second: Forest
    odds: Odds

    def chances(self, page: Measured) -> Floats:
        """Probability of each line to be the article."""
        matrix = first_matrix(page, self.lines, self.odds)
        chances = self.first.chances(matrix)
        open_to_doubt = chances >= HOPELESS
        second = second_matrix(page, matrix, chances)[open_to_doubt]
        chances[open_to_doubt] = self.second.chances(second)
        return chances


def first_matrix(page: Measured, lines: Judge, odds: Odds) -> Matrix:
    """What the first forest sees."""
    opinion = lines.chances(page.base)[:, None].astype(np.float32)
    return np.hstack([page.matrix, opinion, name_features(page.blocks, odds)])


def second_matrix(page: Measured, first: Matrix, chances: Floats) -> Matrix:
    """What the second forest sees: also the first one's opinion of each line, its neighbours and its containers."""
    words, _ = words_and_prose(first)
    return np.hstack([second_features(first, chances), group_features(page.held, words, chances)])


@cache
def load_page_judge() -> PageJudge:
    """The judge that ships with the package."""
    with resources.files(__package__).joinpath("dom_model.npz").open("rb") as file, np.load(file) as arrays:
        tokens = bytes(arrays["tokens"]).decode().split("\n")
        odds = {token: (float(own), float(around)) for token, (own, around) in zip(tokens, arrays["odds"], strict=True)}
        return PageJudge(load_judge(), forest_of(arrays, "first"), forest_of(arrays, "second"), odds)
