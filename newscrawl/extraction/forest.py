"""The learned judge of dump lines: two boosted forests kept as plain arrays, evaluated with numpy.

Training (``python -m training.train_textdumps``) needs LightGBM, running does not. ``text_judge.json`` beside the
arrays is the model's card: data, licences, features, seed, out-of-fold scores.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from newscrawl.extraction.context_features import second_features
from newscrawl.extraction.line_features import Matrix

CHUNK = 128
"""Lines evaluated at once, so that what they take fits into the processor's cache: 4,096 take half as long again."""


class Judges(Protocol):
    """Whatever gives each row of ``context_features.features`` its chance to be the article."""

    def chances(self, matrix: Matrix) -> NDArray[np.float64]:
        """One probability a row."""


@dataclass(frozen=True, slots=True)
class Forest:
    """Decision trees flattened into one table of nodes.

    The right child of a node stands behind its left one; a leaf is its own left child, and nothing exceeds its
    threshold.
    """

    roots: NDArray[np.intp]
    feature: NDArray[np.intp]
    threshold: NDArray[np.float32]
    left: NDArray[np.intp]
    value: NDArray[np.float32]
    depth: int

    def chances(self, matrix: Matrix) -> NDArray[np.float64]:
        """Probability of each row to be the article."""
        parts = [self._margins(matrix[begin : begin + CHUNK]) for begin in range(0, len(matrix), CHUNK)]
        margins = np.concatenate(parts) if parts else np.zeros(0)
        return 1 / (1 + np.exp(-margins))

    def _margins(self, matrix: Matrix) -> NDArray[np.float64]:
        nodes = np.repeat(self.roots[None, :], len(matrix), axis=0)
        offsets = (np.arange(len(matrix)) * matrix.shape[1])[:, None]
        flat = np.ascontiguousarray(matrix).ravel()
        for _ in range(self.depth):
            goes_right = flat.take(self.feature.take(nodes) + offsets) > self.threshold.take(nodes)
            nodes = self.left.take(nodes) + goes_right
        margins: NDArray[np.float64] = self.value.take(nodes).sum(axis=1, dtype=np.float64)
        return margins


TAKES_ALL = Forest(
    roots=np.zeros(1, np.intp),
    feature=np.zeros(1, np.intp),
    threshold=np.full(1, np.inf, np.float32),
    left=np.zeros(1, np.intp),
    value=np.full(1, 9.0, np.float32),
    depth=0,
)
"""A leaf that gives every row nearly the chance 1: in the place of a forest that is still to be trained."""


@dataclass(frozen=True, slots=True)
class Judge:
    """The first forest judges each line; the second also sees what the first said of the lines around it."""

    first: Forest
    second: Forest

    def chances(self, matrix: Matrix) -> NDArray[np.float64]:
        """Probability of each line to be the article, from ``context_features.features``."""
        return self.second.chances(second_features(matrix, self.first.chances(matrix)))


@cache
def load_judge() -> Judge:
    """The judge that ships with the package."""
    with resources.files(__package__).joinpath("text_judge.npz").open("rb") as file, np.load(file) as arrays:
        return Judge(forest_of(arrays, "first"), forest_of(arrays, "second"))


def forest_of(arrays: Mapping[str, NDArray[np.generic]], name: str) -> Forest:
    """The forest of a name, from arrays called ``name_roots``, ``name_feature`` and so on."""
    return Forest(
        roots=arrays[f"{name}_roots"].astype(np.intp),
        feature=arrays[f"{name}_feature"].astype(np.intp),
        threshold=arrays[f"{name}_threshold"].astype(np.float32),
        left=arrays[f"{name}_left"].astype(np.intp),
        value=arrays[f"{name}_value"].astype(np.float32),
        depth=int(arrays[f"{name}_depth"]),
    )
