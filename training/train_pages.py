"""Trains the judge of web pages: ``python -m training.train_pages``.

Writes ``newscrawl/extraction/dom_model.npz`` and its card ``dom_model.json``; the same data gives the same bytes. Pages
are split by registrable domain, never by page, and everything that is learned (forests, odds of class names) is learned
anew for each fold.
"""

from __future__ import annotations

import hashlib
import itertools
import pickle
import random
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from statistics import fmean

import lightgbm
import numpy as np
from numpy.typing import NDArray

from newscrawl.extraction import dom_model
from newscrawl.extraction.dom_keep import judge_lines
from newscrawl.extraction.dom_model import Measured, PageJudge, first_matrix, second_matrix
from newscrawl.extraction.dom_names import Odds
from newscrawl.extraction.dump_model import Forest, Judge, load_judge
from newscrawl.extraction.dump_shape import Matrix
from testing.scoring import score_text
from training import train_textdumps
from training.bench_data import CACHE
from training.dump_labels import BODY, UNKNOWN
from training.made_pages import boxes, make_page
from training.page_data import LabelledPage, load_labelled, trusted
from training.train_textdumps import FOLDS, flatten, folds_by_site, forest_arrays, save_model
from training.train_textdumps import cached_fold_judges as line_judges

SEED = 20261124
PARAMETERS = train_textdumps.PARAMETERS | {
    "learning_rate": 0.08,
    "min_data_in_leaf": 40,
    "feature_fraction": 0.35,
    "seed": SEED,
}
ROUNDS = 160
DATASET_WEIGHT = {"vn": 4.0, "fundus": 2.5, "wcxb": 1.0}
"""News is what the judge is for; wcxb holds blog posts and some wrong gold."""
MADE = {"vn": 12, "fundus": 2, "wcxb": 1}
"""Pages made of each page, and their weight beside it."""
MADE_WEIGHT = 0.5
BLIND = 0.4
"""Share of pages shown without the lexicon of headings."""
FAR, FAR_SHARE = 20, 0.3
"""Of the lines further than this from the article only this share is learned from, with the weight of all."""
PRIOR, FEWEST_SITES = 0.3, 4
"""Share of article lines that a class name says without evidence (as much as two sites), and sites it must be on."""


@dataclass(slots=True)
class Sample:
    """A page to learn from."""

    page: LabelledPage
    fold: int
    made: bool
    measured: Measured
    labels: NDArray[np.int8]
    weights: NDArray[np.float32]
    learned: NDArray[np.bool_]


def samples(pages: Sequence[LabelledPage], fold_of: dict[str, int]) -> list[Sample]:
    """The trusted pages, and those made of them with boxes of pages of their own fold."""
    dice = random.Random(SEED)
    known = [page for page in pages if trusted(page)]
    pools: dict[int, list[tuple[LabelledPage, list[tuple[int, int, int, bool]]]]] = defaultdict(list)
    for page in known:
        if choice := boxes(page):
            pools[fold_of[page.site]].append((page, choice))
    found = [_sample(page, fold_of[page.site], dice, made=False) for page in known]
    for page in known:
        for _ in range(MADE[page.dataset]):
            made = make_page(page, pools[fold_of[page.site]], dice)
            if made is not None:
                found.append(_sample(made, fold_of[page.site], dice, made=True))
    return found


def _sample(page: LabelledPage, fold: int, dice: random.Random, *, made: bool) -> Sample:
    use_lexicon = dice.random() > BLIND
    measured = Measured.of(page.blocks, page.title, page.opinions, use_lexicon=use_lexicon)
    labels = np.array(page.labels, dtype=np.int8)
    order = np.arange(len(labels))
    body = np.flatnonzero(labels == BODY)
    after = np.searchsorted(body, order)
    gaps = [np.abs(order - body[np.clip(after + step, 0, len(body) - 1)]) for step in (-1, 0)]
    far = np.minimum(*gaps) > FAR
    weights = (0.3 + measured.matrix[:, 0] / 3) * DATASET_WEIGHT[page.dataset] * (MADE_WEIGHT if made else 1.0)
    chosen = np.random.default_rng(SEED + len(labels)).random(len(labels)) < FAR_SHARE
    learned = (labels != UNKNOWN) & (~far | chosen)
    return Sample(
        page, fold, made, measured, labels, np.where(far, weights / FAR_SHARE, weights).astype(np.float32), learned
    )


class NameCounts:
    """How often lines below a class name are the article: for each name the mean share over sites, kept by fold."""

    def __init__(self, found: Iterable[Sample]) -> None:
        by_site: dict[tuple[int, str], dict[tuple[str, int], list[int]]] = {}
        for sample in found:
            tally = by_site.setdefault((sample.fold, sample.page.site), defaultdict(lambda: [0, 0]))
            for key, label in _named(sample.page):
                tally[key][0] += label
                tally[key][1] += 1
        self.folds: dict[int, dict[tuple[str, int], list[float]]] = {}
        for (fold, _), tally in by_site.items():
            shares = self.folds.setdefault(fold, defaultdict(lambda: [0.0, 0]))
            for key, (body, lines) in tally.items():
                shares[key][0] += body / lines
                shares[key][1] += 1

    def odds(self, without: Collection[int]) -> Odds:
        """The log-odds of every name that is on enough sites of the other folds."""
        total: dict[tuple[str, int], list[float]] = defaultdict(lambda: [0.0, 0])
        for fold, shares in self.folds.items():
            if fold not in without:
                for key, (share, sites) in shares.items():
                    total[key][0] += share
                    total[key][1] += sites
        odds: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
        for (token, role), (share, sites) in total.items():
            if sites >= FEWEST_SITES:
                chance = (share + 2 * PRIOR) / (sites + 2)
                odds[token][role] = round(float(np.log(chance / (1 - chance)) - np.log(PRIOR / (1 - PRIOR))), 3)
        return {token: (own, around) for token, (own, around) in sorted(odds.items()) if own or around}


def _named(page: LabelledPage) -> Iterable[tuple[tuple[str, int], int]]:
    """Every class name of each line's own element (role 0) and of it and the containers around it (role 1)."""
    nodes = page.blocks.nodes
    around: list[frozenset[str]] = []
    for node in nodes:
        above = around[node.parent] if node.parent >= 0 else frozenset[str]()
        around.append(above.union(node.tokens) if node.tokens else above)
    for owner, inline, label in zip(page.blocks.owners, page.blocks.inline, page.labels, strict=True):
        if label != UNKNOWN:
            yield from (((token, 0), label) for token in {*nodes[owner].tokens, *inline})
            yield from (((token, 1), label) for token in around[owner])


@dataclass
class Trainer:
    """Forests and class names by the folds they have not seen."""

    samples: list[Sample]
    lines: list[Judge]
    """By fold, judges of text dumps that have not seen it."""

    @cached_property
    def counts(self) -> NameCounts:
        """From saved pages alone: a made page's boxes stand in places they were not made for."""
        return NameCounts(sample for sample in self.samples if not sample.made)

    def first(self, without: tuple[int, ...]) -> Forest:
        """A first forest; each line's class names are judged without the line's own fold."""
        chosen = [sample for sample in self.samples if sample.fold not in without]
        return _fit(chosen, [self.matrix(sample, (*without, sample.fold)) for sample in chosen])

    def matrix(self, sample: Sample, without: tuple[int, ...]) -> Matrix:
        """What a first forest sees of a page."""
        return first_matrix(sample.measured, self.lines[sample.fold], self._odds(tuple(sorted(set(without)))))

    def second(self, without: tuple[int, ...], opinions: dict[tuple[int, ...], Forest]) -> Forest:
        """A second forest, from opinions of first forests that had not seen the page's fold either."""
        chosen = [sample for sample in self.samples if sample.fold not in without]
        matrices = []
        for sample in chosen:
            unseen = tuple(sorted({*without, sample.fold}))
            matrix = self.matrix(sample, unseen)
            matrices.append(second_matrix(sample.measured, matrix, opinions[unseen].chances(matrix)))
        return _fit(chosen, matrices)

    def _odds(self, without: tuple[int, ...]) -> Odds:
        if without not in self._known:
            self._known[without] = self.counts.odds(without)
        return self._known[without]

    @cached_property
    def _known(self) -> dict[tuple[int, ...], Odds]:
        return {}

    def judges(self) -> tuple[list[PageJudge], PageJudge]:
        """A judge for each fold that has not seen it, and the one that ships, which has seen all."""
        singles = [(fold,) for fold in range(FOLDS)]
        firsts = {split: self.first(split) for split in (*singles, *itertools.combinations(range(FOLDS), 2))}
        judges = [
            PageJudge(self.lines[split[0]], firsts[split], self.second(split, firsts), self._odds(split))
            for split in singles
        ]
        return judges, PageJudge(load_judge(), self.first(()), self.second((), firsts), self._odds(()))


def _fit(chosen: Sequence[Sample], matrices: Iterable[Matrix]) -> Forest:
    rows = np.vstack([matrix[sample.learned] for sample, matrix in zip(chosen, matrices, strict=True)])
    labels = np.concatenate([sample.labels[sample.learned] for sample in chosen])
    weights = np.concatenate([sample.weights[sample.learned] for sample in chosen])
    data = lightgbm.Dataset(rows, label=labels, weight=weights, free_raw_data=True)
    print(f"training on {len(labels)} lines", flush=True)
    return flatten(lightgbm.train(PARAMETERS, data, num_boost_round=ROUNDS))


def extracted(page: LabelledPage, judge: PageJudge) -> str:
    """The text that a judge leaves of a page."""
    measured = Measured.of(page.blocks, page.title, page.opinions)
    reasons = judge_lines(measured, judge.chances(measured), page.title, page.description)
    return "\n".join(line.text for line, reason in zip(page.blocks.lines, reasons, strict=True) if reason is None)


def scores(
    pages: Iterable[LabelledPage], judges: Sequence[PageJudge], fold_of: dict[str, int]
) -> dict[str, list[float]]:
    """F1 of every page by a judge that has not seen its site; by data set, and by data set and fold."""
    found: dict[str, list[float]] = defaultdict(list)
    for page in pages:
        fold = fold_of[page.site]
        f1 = score_text(extracted(page, judges[fold]), page.gold, page.lead).f1
        found[page.dataset].append(f1)
        found[f"{page.dataset}, fold {fold}"].append(f1)
    return found


def save(judge: PageJudge, card: dict[str, object], folder: Path) -> None:
    """The arrays as an npz without time stamps, so that equal trees are equal bytes, and the card as JSON."""
    arrays = {
        **forest_arrays(judge.first, "first"),
        **forest_arrays(judge.second, "second"),
        "tokens": np.frombuffer("\n".join(judge.odds).encode(), dtype=np.uint8),
        "odds": np.array(list(judge.odds.values()), dtype=np.float32),
    }
    save_model(arrays, card, folder / "dom_model.npz")


def main() -> None:
    """Train, judge out of fold, write the model and its card."""
    pages = load_labelled()
    fold_of = folds_by_site((page.dataset, page.site) for page in pages)
    judges, judge = Trainer(found := samples(pages, fold_of), line_judges()).judges()
    _cache().write_bytes(pickle.dumps(judges))
    card = {
        "what": "Two boosted forests and the odds of class names, which judge the lines of a web page: article or not.",
        "data": {
            "vn": "16 saved pages of 7 Vietnamese news sites; texts belong to their publishers, none is in the model",
            "fundus": "136 pages of publishers in many countries, answers by fundus parsers (MIT)",
            "wcxb": "793 articles and blog posts, WCXB dev split (CC BY 4.0)",
            "made": "these pages with boxes of others put in (training/made_pages.py)",
        },
        "pages": len({sample.page.name for sample in found}),
        "samples": len(found),
        "lines": int(sum(sample.learned.sum() for sample in found)),
        "features": {"first": int(judge.first.feature.max()) + 1, "second": int(judge.second.feature.max()) + 1},
        "names": len(judge.odds),
        "parameters": PARAMETERS,
        "rounds": ROUNDS,
        "seed": SEED,
        "folds": f"{FOLDS}, by registrable domain",
        "out_of_fold_f1": {
            name: round(fmean(values), 4) for name, values in sorted(scores(pages, judges, fold_of).items())
        },
    }
    folder = Path(dom_model.__file__).parent
    save(judge, card, folder)
    print((folder / "dom_model.json").read_text(encoding="utf-8"))


def cached_fold_judges() -> tuple[list[PageJudge], dict[str, int]]:
    """The judges of the folds, from the cache if nothing that made them has changed, and the fold of each site."""
    pages = load_labelled()
    fold_of = folds_by_site((page.dataset, page.site) for page in pages)
    cache = _cache()
    if not cache.is_file():
        cache.write_bytes(pickle.dumps(Trainer(samples(pages, fold_of), line_judges()).judges()[0]))
    judges: list[PageJudge] = pickle.loads(cache.read_bytes())
    return judges, fold_of


def _cache() -> Path:
    here = Path(__file__).parent
    package = here.parent / "newscrawl" / "extraction"
    sources = [here / f"{name}.py" for name in ("train_pages", "made_pages", "page_data", "dump_labels")]
    sources += [package / f"dom_{name}.py" for name in ("blocks", "containers", "features", "names", "tags", "model")]
    sources += [package / f"dump_{name}.py" for name in ("features", "headings", "shape")]
    key = hashlib.sha256(b"".join(path.read_bytes() for path in (*sources, package / "headings.json")))
    return CACHE / f"page-judges-{key.hexdigest()[:16]}.pickle"


if __name__ == "__main__":
    main()
