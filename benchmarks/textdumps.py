"""How well text dumps are cleaned: ``python -m benchmarks.textdumps``.

Every page with a known answer becomes seven dumps: trafilatura's recall mode in three forms, the whole page by
html2text in three, and by inscriptis. For each language and format: 4-gram F1 before and after, precision, recall,
and the share of body lines that were lost: lines of four words and more of whose shingles the gold holds 80 %, and
that the kept text does not hold.

``--out-of-fold`` judges each page with a model that has not seen its site; that is what may be quoted. Without it the
model is the one that ships, which has learned from these pages. ``--rules`` judges by rules alone.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import fmean

from newscrawl.extraction import context_features
from newscrawl.extraction.forest import Judges, load_judge
from newscrawl.extraction.sentences import space_sentences
from newscrawl.extraction.text_dump import keep_lines, split_dump
from testing.scoring import runs, score_text, words_of
from training.bench_data import FORMATS, LANGUAGES, BenchPage, load_pages
from training.dump_rules import RuleJudge

JudgeOf = Callable[[BenchPage], Judges]


@dataclass(frozen=True, slots=True)
class Result:
    """One dump, cleaned and scored."""

    page: BenchPage
    format: str
    raw: float
    """F1 of the dump below its title line, as it is."""
    f1: float
    precision: float
    recall: float
    body: int
    """Body lines of four words and more."""
    lost: tuple[str, ...]
    """Those that are not in the kept text."""
    foreign: tuple[str, ...]
    """Kept lines of which the gold knows little."""


def measure(page: BenchPage, name: str, judge: Judges, *, use_lexicon: bool = True) -> Result:
    """Clean one dump and score it."""
    dump = page.dumps[name]
    title, lines = split_dump(dump)
    kept: list[str] = []
    if lines:
        flags = keep_lines(title, lines, context_features.features(title, lines, use_lexicon=use_lexicon), judge)
        kept = [space_sentences(line.text) for line, flag in zip(lines, flags, strict=True) if flag]
    raw = score_text(dump.partition("\n")[2], page.gold, page.lead).f1
    score = score_text("\n".join(kept), page.gold, page.lead)
    answer = set(runs(words_of(page.gold)))
    body = [line.text for line in lines if _covered(line.text, answer)]
    repeated = set(runs(words_of("\n".join(kept))))
    lost = tuple(text for text in body if not _covered(text, repeated))
    known = answer | set(runs(words_of(page.lead)))
    foreign = tuple(text for text in kept if not _covered(text, known, 0.2, 1))
    return Result(page, name, raw, score.f1, score.precision or 0.0, score.recall, len(body), lost, foreign)


def _covered(text: str, grams: set[tuple[str, ...]], share: float = 0.8, fewest: int = 4) -> bool:
    words = words_of(text)
    own = runs(words)
    return len(words) >= fewest and sum(1 for gram in own if gram in grams) >= share * len(own)


def out_of_fold_judges() -> JudgeOf:
    """The judge of the page's fold, trained on the others; training takes ten minutes and is cached."""
    from training import train_textdumps as training  # needs lightgbm, the rest does not  # noqa: PLC0415

    judges = training.cached_fold_judges()
    return lambda page: judges[training.fold_of(page.domain)]


def table(results: Iterable[Result]) -> str:
    """A line for each format and language."""
    groups: dict[tuple[int, int], list[Result]] = defaultdict(list)
    for result in results:
        place = FORMATS.index(result.format)
        groups[place, LANGUAGES.index(result.page.language)].append(result)
        groups[place, len(LANGUAGES)].append(result)
    lines = [f"{'format':16} {'language':9} {'pages':>5} {'raw F1':>7} {'F1':>6} {'P':>6} {'R':>6} {'lost lines':>11}"]
    for (place, language), group in sorted(groups.items()):
        name = (*LANGUAGES, "all")[language]
        lost = sum(len(r.lost) for r in group) / max(sum(r.body for r in group), 1)
        means = " ".join(
            f"{fmean(getattr(r, key) for r in group):6.3f}" for key in ("raw", "f1", "precision", "recall")
        )
        lines.append(f"{FORMATS[place]:16} {name:9} {len(group):5} {means[:6]:>7}{means[6:]} {lost:10.2%}")
    return "\n".join(lines)


def worst(results: list[Result], number: int) -> str:
    """The pages with the lowest F1, what was kept wrongly and what was lost."""
    out: list[str] = []
    for r in sorted(results, key=lambda r: r.f1)[:number]:
        out.append(f"\n{r.page.name} {r.format}: F1 {r.f1:.3f} P {r.precision:.3f} R {r.recall:.3f}")
        out += [f"    kept  {text[:110]}" for text in r.foreign[:8]]
        out += [f"    lost  {text[:110]}" for text in r.lost[:8]]
    return "\n".join(out)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.textdumps", description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--out-of-fold", action="store_true", help="judge each page by a model that has not seen its site"
    )
    parser.add_argument("--rules", action="store_true", help="judge by rules alone, without the learned model")
    parser.add_argument(
        "--no-lexicon", action="store_true", help="also without the heading lexicon, and what that loses"
    )
    parser.add_argument("--datasets", default="vn,fundus,wcxb", help="comma-separated; default %(default)s")
    parser.add_argument("--worst", type=int, default=0, metavar="N", help="show the N worst dumps")
    options = parser.parse_args()
    pages = load_pages(tuple(options.datasets.split(",")))
    if options.rules:
        mode, judge_of = "rules alone", lambda _: RuleJudge()
    elif options.out_of_fold:
        mode, judge_of = "out of fold: no page is judged by a model that saw its site", out_of_fold_judges()
    else:
        mode, judge_of = (
            "in sample: the shipped model has learned from these pages; not to be quoted",
            lambda _: load_judge(),
        )
    print(f"{len(pages)} pages; {mode}\n")
    results = [measure(page, name, judge_of(page)) for page in pages for name in FORMATS]
    print(table(results))
    if options.no_lexicon:
        without = [measure(page, name, judge_of(page), use_lexicon=False) for page in pages for name in FORMATS]
        print(f"\nwithout the heading lexicon:\n\n{table(without)}")
        loss = fmean(r.f1 for r in results) - fmean(r.f1 for r in without)
        print(f"\nF1 lost without the lexicon, mean of all dumps: {loss:.4f}")
    if options.worst:
        print(worst(results, options.worst))


if __name__ == "__main__":
    main()
