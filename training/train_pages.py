"""Trains the judge of web pages: ``python -m training.train_pages``.

Writes ``newscrawl/extraction/page_judge.npz`` and its card ``page_judge.json``; the same data gives the same bytes.
Pages are split by a hash of the registrable domain, never by page. Of the data sets that have a blind half only the
open one is read.

Stacking: each forest learns from opinions of forests that had not seen the line's own site. The judge of a fold has
never learned from the answers of that fold's pages.
"""

from __future__ import annotations

import argparse
import hashlib
import pickle
import random
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

import lightgbm
import numpy as np
from numpy.typing import NDArray

from newscrawl.extraction import judge as shipped
from newscrawl.extraction.class_names import Odds
from newscrawl.extraction.containers import Containers, Floats
from newscrawl.extraction.forest import TAKES_ALL, Forest
from newscrawl.extraction.judge import (
    Judgement,
    Measured,
    PageJudge,
    first_matrix,
    second_matrix,
    third_matrix,
)
from newscrawl.extraction.keep import keep_lines
from newscrawl.extraction.line_features import Matrix, facts_of
from newscrawl.extraction.second_opinion import coverage
from testing.scoring import score_text, share_found
from training import train_textdumps, verdicts
from training.bench_data import CACHE
from training.dump_labels import BODY, UNKNOWN
from training.made_pages import Box, boxes, lengthen, make_page, shorten
from training.page_data import THEMES, LabelledPage, digest_of, load_labelled, trusted
from training.side_by_side import side_by_side
from training.train_textdumps import FOLDS, flatten, fold_of, forest_arrays, made_with, save_model

SEED = 20261124
PARAMETERS = train_textdumps.PARAMETERS | {
    "learning_rate": 0.08,
    "max_bin": 127,
    "min_data_in_leaf": 40,
    "feature_fraction": 0.35,
    "seed": SEED,
}
ROUNDS = 180
WEIGHT = {"vn": 5.0, "wcxb": 1.0, "zh": 2.0, "readability": 0.7, "trafeval": 3.0, "mercury": 3.0}
WEIGHT |= {"themes": 0.45}
OTHER_WEIGHT = 2.5
"""Of the lines of a data set. News is what the judge is for; wcxb holds blog posts and some wrong gold, readability's
gold is a tool's, and of trafeval and mercury only a few lines a page are known."""
MADE = {"vn": 10, "wcxb": 0.8, "zh": 1, "readability": 0, "trafeval": 0, "mercury": 0, "themes": 0}
OTHER_MADE = 2.0
"""Pages made of each page, and their weight beside it."""
MADE_WEIGHT = 0.5
SHORTENED, LENGTHENED = 0.35, 0.06
"""Shares of pages that are also shown cut to a brief, and made long."""
SOURCES = {
    "vn": "16 saved pages of 7 Vietnamese news sites; texts belong to their publishers, none is in the model",
    "fundus": "136 pages of publishers in many countries, answers by fundus parsers (MIT)",
    "wcxb": "793 articles and blog posts, WCXB dev split (CC BY 4.0)",
    "trafeval": "trafilatura's evaluation pages, half of the sites (Apache 2.0); snippets",
    "readability": "mozilla/readability's test pages, half of the sites (Apache 2.0)",
    "mercury, goose3, newspaper4k, zh, defuddle, extras": "half of the sites of their test pages (MIT, Apache 2.0)",
    "themes": "pages that training/themes makes",
    "forms": "home pages and pages of accounts out of Formasaurus 0.10.0, half of the sites (MIT); for the verdict",
    "made": "these pages with boxes of others put in (training/made_pages.py)",
}
UNUSED = ("portal",)
"""Sets whose lines are not learned from: the answers of portal hold captions."""
BLIND = 0.4
"""Share of pages shown without the lexicon of headings."""
FAR, FAR_SHARE = 15, 0.2
"""Of the lines further than this from the article only this share is learned from, with the weight of all."""
LONG_PAGE = 200
"""Lines of a made or generated page that are learned from at most."""
BRIEF, BRIEF_WEIGHT = 120, 1.5
"""Words of a generated text that is a brief, and the weight of its lines, each of which is much of it."""
NO_FOLD = -1
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


def samples(pages: Sequence[LabelledPage], jobs: int = 2) -> list[Sample]:
    """The trusted pages, and those made of them with boxes of pages of their own fold."""
    dice = random.Random(SEED)
    known = [page for page in pages if page.dataset not in UNUSED and page.is_article and trusted(page)]
    pools: dict[int, list[tuple[LabelledPage, list[Box]]]] = defaultdict(list)
    for page in known:
        if page.gold and (choice := boxes(page)):
            pools[fold_of(page.site)].append((page, choice))
    donors: dict[int, list[LabelledPage]] = defaultdict(list)
    for page in known:
        if page.gold and page.dataset != "zh":
            donors[fold_of(page.site)].append(page)
    chosen = [Shown(page, made=False, use_lexicon=dice.random() > BLIND) for page in known]
    for page in known:
        fold = fold_of(page.site)
        found = _made(page, pools[fold], donors[fold], dice)
        chosen += [Shown(made, made=True, use_lexicon=dice.random() > BLIND) for made in found]
    numbers = side_by_side(_numbers, chosen, jobs)
    return [
        Sample(shown.page, fold_of(shown.page.site), shown.made, Measured(shown.page.blocks, *measured), *learned)
        for shown, (measured, learned) in zip(chosen, numbers, strict=True)
    ]


def _made(
    page: LabelledPage, pool: list[tuple[LabelledPage, list[Box]]], donors: list[LabelledPage], dice: random.Random
) -> list[LabelledPage]:
    """The page with boxes of others, cut to a brief, and made long."""
    if not page.gold:
        return []
    wanted = int(MADE.get(page.dataset, OTHER_MADE) + dice.random())
    made = [make_page(page, pool, dice) for _ in range(wanted)]
    if page.gold and dice.random() < SHORTENED:
        made.append(shorten(page, dice))
    if page.gold and dice.random() < LENGTHENED:
        made.append(lengthen(page, donors, dice))
    return [one for one in made if one is not None]


class Shown(NamedTuple):
    """A page as it is shown to the judge."""

    page: LabelledPage
    made: bool
    use_lexicon: bool


_Measures = tuple[Containers, Matrix, Matrix]
_Learned = tuple[NDArray[np.int8], NDArray[np.float32], NDArray[np.bool_]]


def _numbers(shown: Shown) -> tuple[_Measures, _Learned]:
    """Of a sample what is measured beside its blocks, labels, weights, and which lines are learned from."""
    page, made, use_lexicon = shown
    measured = Measured.of(page.blocks, page.title, page.opinions, use_lexicon=use_lexicon)
    labels = np.array(page.labels, dtype=np.int8)
    weights = (0.3 + measured.matrix[:, 0] / 3) * WEIGHT.get(page.dataset, OTHER_WEIGHT) * (MADE_WEIGHT if made else 1)
    learned = labels != UNKNOWN
    if page.gold:
        order = np.arange(len(labels))
        body = np.flatnonzero(labels == BODY)
        after = np.searchsorted(body, order)
        gaps = [np.abs(order - body[np.clip(after + step, 0, len(body) - 1)]) for step in (-1, 0)]
        far = np.minimum(*gaps) > FAR
        chosen = np.random.default_rng(SEED + len(labels)).random(len(labels)) < FAR_SHARE
        weights = np.where(far, weights / FAR_SHARE, weights)
        learned &= ~far | chosen
    if page.dataset == THEMES and sum(facts_of(line).amount for line in page.gold.split("\n")) < BRIEF:
        weights = weights * BRIEF_WEIGHT
    if (made or page.dataset == THEMES) and len(labels) > LONG_PAGE:
        weights = weights * np.sqrt(LONG_PAGE / len(labels))
        learned &= np.random.default_rng(SEED).random(len(labels)) < LONG_PAGE / len(labels)
    return (measured.held, measured.base, measured.matrix), (labels, weights.astype(np.float32), learned)


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


@dataclass(frozen=True, slots=True)
class Stage:
    """Forests of one kind, and what each says of the pages it has not seen."""

    folds: tuple[Forest, ...]
    """By fold, forests that have not seen it."""
    all: Forest
    """The forest that ships, which has seen all."""


class Trainer:
    """Forests and class names by the folds they have not seen."""

    def __init__(self, found: list[Sample], jobs: int = 2) -> None:
        self.samples = found
        self.jobs = jobs
        self.counts = NameCounts(sample for sample in found if not sample.made and sample.page.gold)
        # Of saved pages alone: a made page's boxes stand in places they were not made for.
        self.odds = [self.counts.odds((fold,)) for fold in range(FOLDS)]

    def judges(self) -> tuple[list[PageJudge], PageJudge]:
        """A judge for each fold that has not seen it, and the one that ships, which has seen all."""
        matrices = [first_matrix(sample.measured, self.odds[sample.fold]) for sample in self.samples]
        first = self.stage(self.samples, matrices)

        def after_first(both: tuple[Sample, Matrix]) -> tuple[Matrix, Floats]:
            sample, matrix = both
            opinion = first.folds[sample.fold].chances(matrix)
            return second_matrix(sample.measured, matrix, opinion), opinion

        pairs = side_by_side(after_first, list(zip(self.samples, matrices, strict=True)), self.jobs)
        second = self.stage(self.samples, [matrix for matrix, _ in pairs])

        def after_second(three: tuple[Sample, Matrix, Floats]) -> Matrix:
            sample, matrix, opinion = three
            doubtful = opinion >= shipped.HOPELESS
            chances = np.where(doubtful, second.folds[sample.fold].chances(matrix), opinion)
            covered = coverage(sample.page.blocks, sample.page.second)
            return third_matrix(sample.measured, Judgement(chances, matrix), covered)

        real = [(sample, *pair) for sample, pair in zip(self.samples, pairs, strict=True) if not sample.made]
        third = self.stage([sample for sample, _, _ in real], side_by_side(after_second, real, self.jobs))
        judges = [
            PageJudge(first.folds[fold], second.folds[fold], third.folds[fold], TAKES_ALL, self.odds[fold])
            for fold in range(FOLDS)
        ]
        return judges, PageJudge(first.all, second.all, third.all, TAKES_ALL, self.counts.odds(()))

    def stage(self, chosen: Sequence[Sample], matrices: Sequence[Matrix]) -> Stage:
        """Forests without each fold and the one of all, trained side by side."""
        rows = np.vstack([matrix[s.learned] for s, matrix in zip(chosen, matrices, strict=True)])
        labels = np.concatenate([s.labels[s.learned] for s in chosen])
        weights = np.concatenate([s.weights[s.learned] for s in chosen])
        folds = np.concatenate([np.full(int(s.learned.sum()), s.fold) for s in chosen])
        print(f"training on {len(labels)} lines, {rows.shape[1]} features", flush=True)

        def fit(without: int) -> Forest:
            seen = folds != without
            data = lightgbm.Dataset(rows[seen], label=labels[seen], weight=weights[seen], free_raw_data=True)
            return flatten(lightgbm.train(PARAMETERS, data, num_boost_round=ROUNDS))

        forests = side_by_side(fit, [*range(FOLDS), NO_FOLD], self.jobs)
        return Stage(tuple(forests[:-1]), forests[-1])


@dataclass(frozen=True, slots=True)
class Outcome:
    """A page judged by a judge that has not seen its site."""

    dataset: str
    f1: float | None
    precision: float | None
    recall: float | None
    found: float | None
    leaked: float | None
    asked: bool


def outcomes(pages: Iterable[LabelledPage], judges: Sequence[PageJudge], jobs: int = 2) -> list[Outcome]:
    """Every page with a gold text or snippets; whether it is an article is not asked."""

    def outcome(page: LabelledPage) -> Outcome:
        measured = Measured.of(page.blocks, page.title, page.opinions)
        judge = judges[fold_of(page.site)]
        facts = page.facts
        kept = keep_lines(
            measured,
            judge,
            page.title,
            facts.description,
            lambda: page.second,
            authors=facts.authors,
            paywalled=bool(facts.paywalled),
        )
        text = "\n".join(line.text for line, why in zip(page.blocks.lines, kept.reasons, strict=True) if why is None)
        score = score_text(text, page.gold, page.lead) if page.gold else None
        return Outcome(
            page.dataset,
            score.f1 if score else None,
            score.precision if score else None,
            score.recall if score else None,
            share_found(page.must, text),
            share_found(page.must_not, text),
            kept.asked,
        )

    known = [page for page in pages if page.gold or page.must or page.must_not]
    return side_by_side(outcome, known, jobs)


def totals(found: Sequence[Outcome]) -> dict[str, dict[str, float]]:
    """Means by data set."""
    by_dataset: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in found:
        by_dataset[outcome.dataset].append(outcome)
    figures: dict[str, dict[str, float]] = {}
    for name, group in sorted(by_dataset.items()):
        figures[name] = {"pages": len(group)}
        for figure in ("f1", "precision", "recall", "found", "leaked", "asked"):
            values = [value for outcome in group if (value := getattr(outcome, figure)) is not None]
            if values:
                figures[name][figure] = round(fmean(values), 4)
    return figures


def save(judge: PageJudge, described: dict[str, object], folder: Path) -> None:
    """The arrays as an npz without time stamps, so that equal trees are equal bytes, and the card as JSON."""
    arrays = {
        **forest_arrays(judge.first, "first"),
        **forest_arrays(judge.second, "second"),
        **forest_arrays(judge.third, "third"),
        **forest_arrays(judge.verdict, "verdict"),
        "tokens": np.frombuffer("\n".join(judge.odds).encode(), dtype=np.uint8),
        "odds": np.array(list(judge.odds.values()), dtype=np.float32),
    }
    save_model(arrays, described, folder / "page_judge.npz")


def card(
    pages: Sequence[LabelledPage], found: Sequence[Sample], judges: Sequence[PageJudge], judge: PageJudge, jobs: int
) -> dict[str, object]:
    """What the model is made of, and what it is worth on sites that it has not seen."""
    forests = {"first": judge.first, "second": judge.second, "third": judge.third}
    return {
        "what": "Three boosted forests and the odds of class names, which judge the lines of a web page.",
        "data": SOURCES,
        "pages": len({sample.page.name for sample in found}),
        "samples": len(found),
        "lines": int(sum(sample.learned.sum() for sample in found)),
        "features": {name: int(forest.feature.max()) + 1 for name, forest in forests.items()},
        "names": len(judge.odds),
        "parameters": PARAMETERS,
        "rounds": ROUNDS,
        "made_with": made_with(),
        "seed": SEED,
        "folds": f"{FOLDS}, by a hash of the registrable domain",
        "out_of_fold": totals(outcomes(pages, judges, jobs)),
    }


def cached_fold_judges() -> list[PageJudge]:
    """The judges of the folds, as the last training left them. Exits where there are none."""
    cache = _cache()
    if not cache.is_file():
        raise SystemExit("no judges of the folds: run `python -m training.train_pages` first")
    judges: list[PageJudge] = pickle.loads(cache.read_bytes())[0]
    return judges


def _cache() -> Path:
    here = Path(__file__).parent
    package = here.parent / "newscrawl" / "extraction"
    sources = [here / f"{name}.py" for name in ("train_pages", "made_pages", "page_data", "dump_labels")]
    sources += [package / f"{name}.py" for name in ("blocks", "class_names", "containers", "judge", "tags")]
    sources += [package / f"{name}_features.py" for name in ("context", "line", "tree")]
    key = hashlib.sha256(b"".join(path.read_bytes() for path in (*sources, package / "headings.json")))
    return CACHE / f"page-judges-{key.hexdigest()[:16]}.pickle"


def train(themes: Path | None, folder: Path, jobs: int) -> None:
    """Train, judge out of fold, and write the model and its card into a folder."""
    pages = load_labelled(themes)
    judges, judge = Trainer(found := samples(pages, jobs), jobs).judges()
    print("training the verdict", flush=True)
    rows = verdicts.rows(pages, judges, judge, jobs)
    forests, chances = verdicts.fold_verdicts(rows)
    judges = [replace(fold, verdict=forest) for fold, forest in zip(judges, forests, strict=True)]
    judge = replace(judge, verdict=verdicts.fit(rows))
    _cache().write_bytes(pickle.dumps((judges, judge, rows, len(found))))
    told = card(pages, found, judges, judge, jobs) | {"accepted": verdicts.accepted(rows, chances)}
    save(judge, told | ({"generated": digest_of(themes)} if themes else {}), folder)
    print((folder / "page_judge.json").read_text(encoding="utf-8"))


def main() -> None:
    """Train what ships."""
    parser = argparse.ArgumentParser(prog="python -m training.train_pages", description=__doc__.partition("\n")[0])
    parser.add_argument("--themes", type=Path, metavar="FOLDER", help="a data set of generated pages to learn from")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="processes; any number gives the same model")
    options = parser.parse_args()
    train(options.themes, Path(shipped.__file__).parent, options.jobs)


if __name__ == "__main__":
    main()
