"""The learned judge of dump lines: two boosted forests kept as plain arrays, evaluated with numpy.

Training (``python -m benchmarks.train_textdumps``) needs LightGBM, running does not. ``dump_model.json`` beside the
arrays is the model's card: data, licences, features, seed, out-of-fold scores.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from newscrawl.extraction.dump_features import second_features
from newscrawl.extraction.dump_shape import Matrix

CHUNK = 4096
"""Lines evaluated at once; bounds the memory of a dump of hundreds of thousands of lines."""


class Judges(Protocol):
    """Whatever gives each row of ``dump_features.features`` its chance to be the article."""

    def chances(self, matrix: Matrix) -> NDArray[np.float64]:
        """One probability a row."""


@dataclass(frozen=True, slots=True)
class Forest:
    """Decision trees flattened into one table of nodes; a leaf is its own child."""

    roots: NDArray[np.int32]
    feature: NDArray[np.int32]
    threshold: NDArray[np.float32]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
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
            goes_left = flat[offsets + self.feature[nodes]] <= self.threshold[nodes]
            nodes = np.where(goes_left, self.left[nodes], self.right[nodes])
        margins: NDArray[np.float64] = self.value[nodes].sum(axis=1, dtype=np.float64)
        return margins


@dataclass(frozen=True, slots=True)
class Judge:
    """The first forest judges each line; the second also sees what the first said of the lines around it."""

    first: Forest
    second: Forest

    def chances(self, matrix: Matrix) -> NDArray[np.float64]:
        """Probability of each line to be the article, from ``dump_features.features``."""
        return self.second.chances(second_features(matrix, self.first.chances(matrix)))


@cache
def load_judge() -> Judge:
    """The judge that ships with the package."""
    with resources.files(__package__).joinpath("dump_model.npz").open("rb") as file, np.load(file) as arrays:
        return Judge(
            *(
                _forest({k.split("_", 1)[1]: arrays[k] for k in arrays if k.startswith(n)})
                for n in ("first_", "second_")
            )
        )


def _forest(arrays: dict[str, NDArray[np.generic]]) -> Forest:
    return Forest(
        roots=arrays["roots"].astype(np.int32),
        feature=arrays["feature"].astype(np.int32),
        threshold=arrays["threshold"].astype(np.float32),
        left=arrays["left"].astype(np.int32),
        right=arrays["right"].astype(np.int32),
        value=arrays["value"].astype(np.float32),
        depth=int(arrays["depth"]),
    )
