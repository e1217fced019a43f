"""A judge of dump lines by rules alone: what the learned one is compared with."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from newscrawl.extraction.context_features import best_run
from newscrawl.extraction.line_features import SLOT, Matrix


class RuleJudge:
    """Prose in the densest run of the dump, and the short lines that stand between it."""

    def chances(self, matrix: Matrix) -> NDArray[np.float64]:
        """0.99 for prose in the core, 0.9 for what it holds together, 0 for the rest."""
        words = np.expm1(matrix[:, 0].astype(np.float64))
        linked = matrix[:, SLOT["linked"]]
        stop = matrix[:, SLOT["stop"]] > 0
        lexicon = matrix[:, [i for name, i in SLOT.items() if name.startswith("lex_")]].sum(axis=1) > 0
        prose = ((stop & (words >= 8)) | (words >= 30)) & (linked < 0.4) & (matrix[:, SLOT["cut"]] == 0)
        gains = np.where(prose, np.minimum(words, 60), -8.0 - 12.0 * (linked > 0.5) - 20.0 * lexicon)
        first, last = best_run(gains)
        order = np.arange(len(matrix))
        core = (order >= first) & (order <= last)
        titled = (matrix[:, SLOT["of_title"]] > 0.9) & (matrix[:, SLOT["in_title"]] > 0.8)
        other = (
            (linked > 0.5) | lexicon | titled | (matrix[:, SLOT["credit"]] > 0) | (matrix[:, SLOT["label_list"]] > 0)
        )
        return np.where(core & prose, 0.99, np.where(core & ~other, 0.9, 0.0))
