"""Trains the judge of text dump lines: ``python -m training.train_textdumps``.

Writes ``newscrawl/extraction/text_judge.npz`` and its card ``text_judge.json``; the same data gives the same bytes.
Pages are split by registrable domain, never by page.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import pickle
import random
import zipfile
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import lightgbm
import numpy as np
import trafilatura
from numpy.typing import NDArray

from benchmarks.textdumps import measure
from newscrawl.extraction import context_features
from newscrawl.extraction.forest import Forest, Judge
from newscrawl.extraction.line_features import BASE, Matrix
from newscrawl.extraction.text_dump import split_dump
from newscrawl.extraction.text_lines import Line
from testing.scoring import runs, words_of
from training.bench_data import CACHE, FORMATS, BenchPage, load_pages
from training.dump_labels import BODY, UNKNOWN, label_lines
from training.made_dumps import Pools, make_dump

FOLDS = 3
SEED = 20261123
PARAMETERS = {
    "objective": "binary",
    "num_leaves": 24,
    "max_depth": 7,
    "learning_rate": 0.09,
    "min_data_in_leaf": 60,
    "feature_fraction": 0.4,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "max_bin": 127,
    "seed": SEED,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbosity": -1,
}
ROUNDS = 150
DATASET_WEIGHT = {"vn": 5.0, "fundus": 3.0, "wcxb": 0.35, "zh": 2.0, "themes": 0.7}
OTHER_WEIGHT = 3.0
"""News is what the judge is for; wcxb holds blog posts and some wrong gold."""
MADE = {"vn": 12, "fundus": 3, "wcxb": 1, "zh": 3, "themes": 0}
OTHER_MADE = 3
FEWEST, FEWEST_MADE = 60, 10
"""Runs of four words of an answer that is learned from, and of a made page."""
FORMATS_OF = {"wcxb": 4, "themes": 3}
"""How many of the seven dumps of a page are learned from; of other sets all."""
"""Dumps made of each page (of four in ten in wcxb)."""
BLIND = 0.6
"""Share of dumps that are shown without the heading lexicon, so that the judge does not lean on it."""
FAR, FAR_SHARE = 25, 0.08
"""Of the lines further than this from any body line only this share is learned from, with the weight of all."""


@dataclass(slots=True)
class Rows:
    """The lines of one dump with their labels."""

    page: BenchPage
    format: str
    fold: int
    texts: list[str]
    matrix: Matrix
    labels: NDArray[np.int8]
    weights: NDArray[np.float32]
    learned: NDArray[np.bool_]


def fold_of(site: str) -> int:
    """The fold of a site: by a hash, so that it is the same in every data set and whatever pages are added."""
    return hashlib.sha256(f"fold {site}".encode()).digest()[0] % FOLDS


def trusted(page: BenchPage) -> bool:
    """Whether the gold can be learned from: long enough, and found in the whole page's text.

    That of made pages is known to the word, and may be a brief.
    """
    grams = runs(words_of(page.gold))
    fewest = FEWEST_MADE if page.dataset == "themes" else FEWEST
    seen = set(runs(words_of(page.dumps["inscriptis"]))) | set(runs(words_of(page.dumps["html2text-plain"])))
    covered = sum(1 for gram in grams if gram in seen) / max(len(grams), 1)
    recall_words = len(words_of(page.dumps["recall"]))
    return len(grams) >= fewest and covered >= 0.8 and len(grams) >= 0.3 * recall_words


def make_rows(page: BenchPage, name: str, fold: int, *, use_lexicon: bool = True) -> Rows | None:
    """Features and labels of one dump; None where it has no line below its title."""
    title, lines = split_dump(page.dumps[name])
    if not lines:
        return None
    labels, _ = label_lines(lines, page.gold, page.lead)
    matrix = context_features.features(title, lines, use_lexicon=use_lexicon)
    return _rows(page, name, fold, (lines, matrix, labels))


def _rows(page: BenchPage, name: str, fold: int, dump: tuple[list[Line], Matrix, list[int]]) -> Rows:
    lines, matrix, labels = dump
    labelled = np.array(labels, dtype=np.int8)
    weights = (0.3 + matrix[:, 0] / 3) * DATASET_WEIGHT.get(page.dataset, OTHER_WEIGHT)
    order = np.arange(len(labels))
    body = np.flatnonzero(labelled == BODY)
    far = np.ones(len(labels), dtype=bool)
    if len(body):
        nearest = np.searchsorted(body, order)
        before = np.abs(order - body[np.maximum(nearest - 1, 0)])
        far = np.minimum(before, np.abs(order - body[np.minimum(nearest, len(body) - 1)])) > FAR
    chosen = np.random.default_rng(SEED + len(labels)).random(len(labels)) < FAR_SHARE
    weights = np.where(far, weights / FAR_SHARE, weights).astype(np.float32)
    learned = (labelled != UNKNOWN) & (~far | chosen)
    return Rows(page, name, fold, [line.text for line in lines], matrix, labelled, weights, learned)


def all_rows(pages: list[BenchPage]) -> list[Rows]:
    """The rows of every dump of every page."""
    dice = random.Random(SEED)
    made = (
        make_rows(page, name, fold_of(page.domain), use_lexicon=dice.random() > BLIND)
        for page in pages
        for name in (dice.sample(FORMATS, FORMATS_OF[page.dataset]) if page.dataset in FORMATS_OF else FORMATS)
    )
    return [rows for rows in made if rows is not None] + _made_rows(pages)


def _made_rows(pages: list[BenchPage]) -> list[Rows]:
    """Dumps put together from pages of one fold, several of each news page."""
    pools = Pools(pages, {page.domain: fold_of(page.domain) for page in pages})
    found: list[Rows] = []
    for page in pages:
        dice = random.Random(f"{SEED} {page.name}")
        fold = fold_of(page.domain)
        for _ in range(MADE.get(page.dataset, OTHER_MADE) if page.dataset != "wcxb" or dice.random() < 0.4 else 0):
            dump = make_dump(page, pools, fold, dice)
            if dump is not None and dump[1]:
                matrix = context_features.features(dump[0], dump[1], use_lexicon=dice.random() > BLIND)
                found.append(_rows(page, "made", fold, (dump[1], matrix, dump[2])))
    return found


def _fit(rows: list[Rows], matrices: list[Matrix]) -> Forest:
    matrix = np.vstack([m[r.learned] for r, m in zip(rows, matrices, strict=True)])
    labels = np.concatenate([r.labels[r.learned] for r in rows])
    weights = np.concatenate([r.weights[r.learned] for r in rows])
    data = lightgbm.Dataset(matrix, label=labels, weight=weights, free_raw_data=True)
    print(f"training on {len(labels)} lines", flush=True)
    return flatten(lightgbm.train(PARAMETERS, data, num_boost_round=ROUNDS))


def fit_first(rows: list[Rows]) -> Forest:
    """The first forest."""
    return _fit(rows, [r.matrix for r in rows])


def fit_second(rows: list[Rows], chances: list[NDArray[np.float64]]) -> Forest:
    """The second forest, from opinions of first forests that had not seen the pages they speak of."""
    return _fit(rows, [context_features.second_features(r.matrix, c) for r, c in zip(rows, chances, strict=True)])


def flatten(booster: lightgbm.Booster) -> Forest:
    """LightGBM's trees as one table of nodes: all roots, then level by level."""
    nodes = [(tree["tree_structure"], 0) for tree in booster.dump_model()["tree_info"]]
    size = len(nodes)
    feature, threshold, left, value = [], [], [], []
    for place, (node, level) in enumerate(nodes):  # which grows on the way
        is_leaf = "leaf_value" in node
        feature.append(0 if is_leaf else node["split_feature"])
        threshold.append(np.inf if is_leaf else node["threshold"])
        left.append(place if is_leaf else len(nodes))
        value.append(node["leaf_value"] if is_leaf else 0.0)
        if not is_leaf:
            nodes += [(node["left_child"], level + 1), (node["right_child"], level + 1)]
    return Forest(
        roots=np.arange(size),
        feature=np.array(feature),
        threshold=np.array(threshold, dtype=np.float32),
        left=np.array(left),
        value=np.array(value, dtype=np.float32),
        depth=max(level for _, level in nodes),
    )


def fold_judges(rows: list[Rows]) -> tuple[list[Judge], list[NDArray[np.float64]]]:
    """A judge for each fold that has not seen it, and the opinions of first forests that had not seen the line's site.

    Stacking: the second forest of a fold learns from opinions of first forests that had not seen the line's own site.
    Those have seen the fold, but only through the pages of others; its own answers never reach its judge.
    """
    firsts = [fit_first([r for r in rows if r.fold != fold]) for fold in range(FOLDS)]
    opinions = [firsts[r.fold].chances(r.matrix) for r in rows]
    judges = []
    for fold in range(FOLDS):
        others = [(r, o) for r, o in zip(rows, opinions, strict=True) if r.fold != fold]
        judges.append(Judge(firsts[fold], fit_second([r for r, _ in others], [o for _, o in others])))
    return judges, opinions


def cached_fold_judges() -> list[Judge]:
    """The judges of the folds, from the cache in the temporary folder if nothing that made them has changed."""
    cache = _cache()
    if not cache.is_file():
        cache.write_bytes(pickle.dumps(fold_judges(_training_rows())[0]))
    judges: list[Judge] = pickle.loads(cache.read_bytes())
    return judges


def _training_rows(themes: Path | None = None) -> list[Rows]:
    return all_rows([page for page in load_pages(themes=themes) if trusted(page)])


def _cache() -> Path:
    here = Path(__file__).parent
    sources = [here / f"{name}.py" for name in ("train_textdumps", "made_dumps", "dump_labels", "bench_data")]
    package = here.parent / "newscrawl" / "extraction"
    names = ("context_features", "headings", "line_features", "sentences", "text_lines")
    sources += [package / f"{name}.py" for name in names]
    key = hashlib.sha256(b"".join(path.read_bytes() for path in (*sources, package / "headings.json")))
    return CACHE / f"judges-{key.hexdigest()[:16]}.pickle"


def fit_judge(rows: list[Rows], firsts: list[NDArray[np.float64]]) -> Judge:
    """The judge that ships: both forests learned from all rows, the second on out-of-fold opinions."""
    return Judge(fit_first(rows), fit_second(rows, firsts))


def forest_arrays(forest: Forest, name: str) -> dict[str, NDArray[np.generic]]:
    """The forest as small arrays, as ``forest.forest_of`` reads them."""
    return {
        f"{name}_roots": forest.roots.astype(np.uint16),
        f"{name}_feature": forest.feature.astype(np.uint16 if forest.feature.max() > 255 else np.uint8),
        f"{name}_threshold": forest.threshold,
        f"{name}_left": forest.left.astype(np.uint16),
        f"{name}_value": forest.value.astype(np.float32),
        f"{name}_depth": np.array(forest.depth, dtype=np.uint8),
    }


def save_model(arrays: dict[str, NDArray[np.generic]], card: dict[str, object], path: Path) -> None:
    """The arrays as an npz without time stamps, so that equal trees are equal bytes, and the card as JSON beside it."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w") as file:
                np.lib.format.write_array(file, array, allow_pickle=False)
    text = json.dumps(card, indent=1, ensure_ascii=False, sort_keys=True)
    path.with_suffix(".json").write_text(text + "\n", encoding="utf-8")


def card(rows: list[Rows], judges: list[Judge]) -> dict[str, object]:
    """What the model is made of and what it is worth on sites it has not seen."""
    pages = load_pages()
    scored: dict[str, list[float]] = {}
    for page in pages:
        for name in FORMATS:
            result = measure(page, name, judges[fold_of(page.domain)])
            scored.setdefault(f"{page.dataset} {name}", []).append(result.f1)
    return {
        "what": "Two boosted forests that judge the lines of a text dump: article or not.",
        "data": {
            "vn": "16 saved pages of 7 Vietnamese news sites; texts belong to their publishers, none is in the model",
            "fundus": "136 pages of publishers in many countries, answers by fundus parsers (MIT)",
            "wcxb": "793 articles and blog posts, WCXB dev split (CC BY 4.0); four dumps in seven of each",
            "goose3, newspaper4k, zh, defuddle, extras": "half of the sites of their test pages (MIT, Apache 2.0)",
            "themes": "a fifth of the pages that training/themes makes, three dumps in seven",
            "made": "dumps put together from these pages' bodies and headlines (training/made_dumps.py)",
        },
        "pages": len({r.page.name for r in rows}),
        "lines": int(sum(r.learned.sum() for r in rows)),
        "features": {"first": context_features.features("a", [Line("b", "paragraph")]).shape[1], "base": list(BASE)},
        "parameters": PARAMETERS,
        "rounds": ROUNDS,
        "made_with": made_with(),
        "seed": SEED,
        "folds": f"{FOLDS}, by registrable domain",
        "out_of_fold_f1": {name: round(fmean(values), 4) for name, values in sorted(scored.items())},
    }


def made_with() -> dict[str, str]:
    """Versions of the libraries on which the bytes of a model depend."""
    return {"lightgbm": lightgbm.__version__, "numpy": np.__version__, "trafilatura": trafilatura.__version__}


def train(themes: Path | None, folder: Path) -> None:
    """Train, judge out of fold, and write the model and its card into a folder."""
    rows = _training_rows(themes)
    judges, firsts = fold_judges(rows)
    _cache().write_bytes(pickle.dumps(judges))
    judge = fit_judge(rows, firsts)
    arrays = forest_arrays(judge.first, "first") | forest_arrays(judge.second, "second")
    save_model(arrays, card(rows, judges), folder / "text_judge.npz")
    print((folder / "text_judge.json").read_text(encoding="utf-8"))


def main() -> None:
    """Train what ships."""
    parser = argparse.ArgumentParser(prog="python -m training.train_textdumps", description=__doc__.partition("\n")[0])
    parser.add_argument("--themes", type=Path, metavar="FOLDER", help="a data set of generated pages to learn from")
    train(parser.parse_args().themes, Path(context_features.__file__).parent)


if __name__ == "__main__":
    main()
