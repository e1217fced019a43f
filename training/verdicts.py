"""Trains the verdict: whether a page is an article, by what is kept of it and what it says of itself.

Positives are saved articles, the same with less said about them, and the same cut to their first lines. Negatives are
saved home and section pages, pages of accounts, generated listings, and pages without their article: as they are, with
cards or with a notice in its place.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import lightgbm
import numpy as np
from numpy.typing import NDArray

from newscrawl.extraction.containers import Floats
from newscrawl.extraction.forest import Forest
from newscrawl.extraction.judge import Measured, PageJudge
from newscrawl.extraction.keep import keep_lines
from newscrawl.extraction.line_features import facts_of
from newscrawl.extraction.verdict import EVIDENCE, LIKELY, evidence
from newscrawl.extraction.walls import wall_phrases
from training.dump_labels import SIDEBAR
from training.made_pages import boxes, empty, make_listing, make_wall, shorten, silence
from training.page_data import LISTINGS, LabelledPage, trusted
from training.side_by_side import side_by_side
from training.train_textdumps import FOLDS, flatten, fold_of

SEED = 20261128
FOR, AGAINST = (
    frozenset(
        "words share sure prose together headline_in_text claims_article dated author described below_headline".split()
    ),
    frozenset(
        "wall_words passwords other_headlines headlines_within list_address beside_links linked repeated".split()
    ),
)
"""Evidence of which more never makes a page less of an article, and evidence of which more never makes it more of one.

Made pages without their article still say when and by whom it was written: without this the forest learns from them
that a page which says all that is none where its headline is not repeated in its text.
"""
PARAMETERS = {
    "objective": "binary",
    "num_leaves": 31,
    "learning_rate": 0.06,
    "min_data_in_leaf": 40,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "seed": SEED,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbosity": -1,
    "monotone_constraints": [(name in FOR) - (name in AGAINST) for name in EVIDENCE],
}
ROUNDS = 300
SHARE = 0.35
"""Of the pages of wcxb, which are many and alike, only this share is used."""
WEIGHT = {"listing": 10.0, "form": 2.0}
"""Of real pages beside a made one."""
SHIPPED = -1
"""The judge that has seen all folds."""
WORDLESS = 0.35
"""Share of walls that are shown without phrases of walls: a wall is to be known by what it lacks."""
MOST_PHRASES = 8
_AS_SAVED = frozenset(("article", "silent", "snippets", "listing", "theme", "form"))
"""Kinds of pages whose lines are those that trafilatura was asked about."""


@dataclass(frozen=True, slots=True)
class Task:
    """A page to be judged."""

    page: LabelledPage
    kind: str
    weight: float = 1.0
    phrases: int | None = None
    """Phrases of walls that it is shown with; None for those that it has."""
    judge: int | None = None
    """The fold of the judge of its lines, or ``SHIPPED``; None for its own."""


@dataclass(frozen=True, slots=True)
class Row:
    """A page to learn from."""

    kind: str
    fold: int
    values: Floats
    is_article: bool
    weight: float


def rows(pages: Sequence[LabelledPage], judges: Sequence[PageJudge], judge: PageJudge, jobs: int = 2) -> list[Row]:
    """Evidence of real and made pages, by judges that have not seen their sites.

    Listings, whose lines no judge has learned from, are judged by each of them.
    """
    dice = random.Random(SEED)
    known = [page for page in pages if page.gold and page.dataset != "portal" and trusted(page)]
    names = {page.name for page in known}
    pools: dict[int, list[tuple[LabelledPage, list[tuple[int, int, int, bool]]]]] = defaultdict(list)
    notices: dict[int, list[str]] = defaultdict(list)
    for page in known:
        fold = fold_of(page.site)
        if choice := boxes(page):
            pools[fold].append((page, choice))
        notices[fold] += _notices(page)
    tasks: list[Task] = []
    for page in pages:
        fold = fold_of(page.site)
        if not page.is_article:
            if page.dataset == LISTINGS:
                tasks += [Task(page, "listing", WEIGHT["listing"], judge=by) for by in (*range(FOLDS), SHIPPED)]
                continue
            kind = "theme" if page.site.endswith(".example") else "form"
            tasks.append(Task(page, kind, WEIGHT.get(kind, 1.0)))
        elif not page.gold and page.must:
            tasks.append(Task(page, "snippets"))
        if page.name not in names or (page.dataset == "wcxb" and dice.random() > SHARE):
            continue
        tasks.append(Task(page, "article"))
        tasks.append(Task(silence(page, dice), "silent"))
        tasks.append(Task(silence(shorten(page, dice), dice), "short"))
        tasks.append(Task(empty(page), "empty"))
        for kind, made in (
            ("cards", make_listing(page, pools[fold], dice)),
            ("wall", make_wall(page, notices[fold], dice)),
        ):
            if made is not None:
                phrases = 0 if dice.random() < WORDLESS else dice.randint(1, MOST_PHRASES)
                tasks.append(Task(made, kind, phrases=phrases if kind == "wall" else None))
    found = side_by_side(partial(_row, [*judges, judge]), tasks, jobs)
    return [row for row in found if row is not None]


def _notices(page: LabelledPage) -> list[str]:
    """Prose of a page that is not its article: what it says to its readers."""
    return [
        line.text
        for line, label in zip(page.blocks.lines, page.labels, strict=True)
        if label == SIDEBAR and 12 <= facts_of(line.text).amount <= 80 and 4 * line.linked < len(line.text)
    ]


def _row(judges: Sequence[PageJudge], task: Task) -> Row | None:
    page, kind = task.page, task.kind
    if not page.blocks.lines:
        return None
    fold = fold_of(page.site)
    measured = Measured.of(page.blocks, page.title, page.opinions)
    decided = keep_lines(
        measured,
        judges[fold if task.judge is None else task.judge],
        page.title,
        page.facts.description,
        (lambda: page.second) if kind in _AS_SAVED else None,
        authors=page.facts.authors,
        paywalled=bool(page.facts.paywalled),
    )
    kept = [reason is None for reason in decided.reasons]
    if not any(kept):
        return None
    text = [line.text for line, keep in zip(page.blocks.lines, kept, strict=True) if keep]
    phrases = wall_phrases(page.title, text).total() if task.phrases is None else task.phrases
    values = evidence(measured, decided.chances, kept, page.facts, claims_article=page.claims_article, phrases=phrases)
    return Row(kind, fold, values, kind in ("article", "snippets", "silent", "short"), task.weight)


def fit(found: Sequence[Row]) -> Forest:
    """A forest that tells articles from other pages."""
    matrix = np.array([row.values for row in found], np.float32)
    labels = np.array([row.is_article for row in found])
    weights = np.array([row.weight for row in found])
    data = lightgbm.Dataset(matrix, label=labels, weight=weights, feature_name=list(EVIDENCE))
    return flatten(lightgbm.train(PARAMETERS, data, num_boost_round=ROUNDS))


def fold_verdicts(found: Sequence[Row]) -> tuple[list[Forest], NDArray[np.float64]]:
    """A forest for each fold that has not seen it, and the chance of each row by the forest of its fold."""
    forests = [fit([row for row in found if row.fold != fold]) for fold in range(FOLDS)]
    chances = np.array([forests[row.fold].chances(row.values[None, :].astype(np.float32))[0] for row in found])
    return forests, chances


def accepted(found: Sequence[Row], chances: NDArray[np.float64]) -> dict[str, float]:
    """Share of the pages of each kind that a verdict takes for articles which has not seen their sites."""
    kinds = sorted({row.kind for row in found})
    return {
        kind: round(float(np.mean([c >= LIKELY for row, c in zip(found, chances, strict=True) if row.kind == kind])), 4)
        for kind in kinds
    }
