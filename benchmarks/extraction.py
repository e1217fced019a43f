"""How well articles are extracted from web pages: ``python -m benchmarks.extraction``.

Scores any of the extractors on any of the data sets. For each: precision, recall and F1 of 4-grams (F1 is the mean
over the pages; ``F1 PR`` is that of mean precision and mean recall, which the public article-extraction-benchmark
reports), the share of ``must`` snippets in the text and of ``must_not`` snippets that leaked into it, title, author
set and day where the gold has them, pages that failed or gave no text, milliseconds of CPU time a page with
metadata, and the paired 95 % interval of the F1 difference to trafilatura's defaults.

``--worst 20`` shows the worst pages line by line, ``--html FILE`` the same as a page, ``--json FILE`` writes all
figures of every page.

Of the sets in ``datasets.HALVED`` one half of the sites is blind: nobody looks at its pages or learns from them. A
plain run leaves it out. ``--blind`` measures it alone, prints totals only, and appends them to ``blind.jsonl`` with
the date and the commit.
"""

from __future__ import annotations

import argparse
import json
import logging
import multiprocessing
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from benchmarks import extraction_report as report
from benchmarks.extractors import BASELINE, EXTRACTORS, Found, Run
from testing import scoring
from testing.datasets import AEB, DATASETS, HALVED, NoPages, Page, bench_folder, load_aeb, load_dataset

BLIND_LOG = Path(__file__).with_name("blind.jsonl")
"""One run of the blind halves a line: date, commit, and totals by data set and extractor."""
LONG_WORDS = 3000
"""Words of a known answer from which a page counts as a long read, which are reported apart as well."""


@dataclass(frozen=True, slots=True)
class Result:
    """One extractor on one page."""

    dataset: str
    page: str
    extractor: str
    score: scoring.TextScore | None
    """None where the gold has no text."""
    with_: float | None
    leak: float | None
    title: bool | None
    authors: bool | None
    day: bool | None
    failure: str | None
    """The exception or ``no text``."""
    cpu_ms: float
    is_long: bool
    text: str = field(repr=False)

    def record(self) -> dict[str, object]:
        """The figures, for a file; without the page's text."""
        figures = asdict(self)
        score = figures.pop("score") or {"precision": None, "recall": None, "f1": None}
        del figures["text"], figures["is_long"]
        return {key.rstrip("_"): value for key, value in (figures | score).items()}


def measure(page: Page, extractor: str, run: Run) -> Result:
    """Extract one page and compare what comes out with what is known."""
    body, gold, gives = page.body(), page.gold, EXTRACTORS[extractor].gives
    found, failure = Found(), None
    start = time.process_time()
    try:
        found = run(body, page.url)
    except Exception as error:  # noqa: BLE001 - whatever an extractor raises is a result
        failure = f"{type(error).__name__}: {error}"
    cpu_ms = 1000 * (time.process_time() - start)
    if failure is None and not found.text.strip():
        failure = "no text"
    moment = scoring.gold_moment(gold.published) if gold.published else None
    return Result(
        dataset=page.dataset,
        page=page.name,
        extractor=extractor,
        score=scoring.score_text(found.text, gold.text, gold.lead) if gold.text else None,
        with_=scoring.share_found(gold.must, found.text),
        leak=scoring.share_found(gold.must_not, found.text),
        title=scoring.same_title(found.title, gold.title) if gold.title and "title" in gives else None,
        authors=scoring.same_authors(found.authors, gold.authors) if gold.authors and "authors" in gives else None,
        day=scoring.same_day(found.published, moment) if moment and "day" in gives else None,
        failure=failure,
        cpu_ms=cpu_ms,
        is_long=len(scoring.words_of(gold.text or "")) >= LONG_WORDS,
        text=found.text,
    )


def measure_all(pages: Sequence[Page], names: Sequence[str], jobs: int = 1) -> list[Result]:
    """All extractors on all pages, in so many processes."""
    tasks = [(page, name) for page in pages for name in names]
    if jobs == 1:
        return [_measure(task) for task in tasks]
    with multiprocessing.get_context("spawn").Pool(jobs, initializer=_silence) as pool:
        return list(pool.imap(_measure, tasks, chunksize=4 * len(names)))


def _measure(task: tuple[Page, str]) -> Result:
    page, name = task
    return measure(page, name, _loaded(name))


_WARM_UP = b"""<!doctype html>
<html lang="en"><head><title>A page</title></head><body><h1>A page</h1><p>Published on Friday, 17 May 2024, 09:30</p>
<p>The first page that an extractor reads costs it its models, word lists and patterns, which are not the page's.</p>
<p>It is read before anything is measured, by every extractor alike, and what comes out of it is forgotten.</p></body>
</html>"""
_WARM_UP_URL = "https://www.example.com/news/2024/05/17/a-page.html"
"""An address, for which an extractor may load a list of suffixes, or the rules of its sites."""


@cache
def _loaded(name: str) -> Run:
    run = EXTRACTORS[name].load()
    with suppress(Exception):
        run(_WARM_UP, _WARM_UP_URL)
    return run


def _silence() -> None:
    logging.disable(logging.CRITICAL)  # extractors log what they think of the pages
    warnings.simplefilter("ignore")


def installed(names: Sequence[str]) -> list[str]:
    """Those of the extractors that are installed; a line for each of the others."""
    found: list[str] = []
    for name in names:
        try:
            _loaded(name)
        except ImportError as error:
            print(f"{name}: not installed ({error})")
        else:
            found.append(name)
    return found


def _names(known: Sequence[str]) -> Callable[[str], list[str]]:
    def names(text: str) -> list[str]:
        found = [name.strip() for name in text.split(",") if name.strip()]
        unknown = [name for name in found if name not in known]
        if unknown or not found:
            raise argparse.ArgumentTypeError(f"unknown: {', '.join(unknown) or 'nothing'}; known: {', '.join(known)}")
        return list(dict.fromkeys(found))

    return names


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.extraction", description="How well articles are extracted from web pages."
    )
    parser.add_argument(
        "--datasets", type=_names(DATASETS), help=f"of {','.join(DATASETS)}; all, unless --aeb is given"
    )
    parser.add_argument("--aeb", type=Path, metavar="PATH", help="a clone of the article-extraction-benchmark")
    parser.add_argument("--extractors", type=_names(tuple(EXTRACTORS)), default=list(EXTRACTORS), help="all by default")
    parser.add_argument("--blind", action="store_true", help="the blind halves: totals only, which are logged")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="processes; times are only sound with one")
    parser.add_argument("--limit", type=int, metavar="N", help="only the first pages of each data set")
    parser.add_argument("--worst", type=int, default=0, metavar="N", help="show the worst pages (of ours, if it runs)")
    parser.add_argument("--html", type=Path, metavar="FILE", help="write the worst pages (20, or --worst) as HTML")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures of every page")
    options = parser.parse_args(arguments)
    if options.worst < 0 or (options.limit is not None and options.limit < 1):
        parser.error("--limit and --worst take positive numbers")
    if options.blind and (options.worst or options.html or options.json or options.aeb):
        parser.error("--blind shows no pages: leave out --worst, --html, --json and --aeb")
    return options


def _load(options: argparse.Namespace) -> dict[str, list[Page]]:
    names = options.datasets or (() if options.aeb else HALVED if options.blind else DATASETS)
    half = "blind" if options.blind else "open"
    pages = {
        name: [page for page in load_dataset(bench_folder(), name) if page.half == half][: options.limit]
        for name in names
    }
    pages = {name: found for name, found in pages.items() if found}
    return pages | ({AEB: load_aeb(options.aeb, options.limit)} if options.aeb else {})


def _groups(results: Iterable[Result], dataset: str) -> dict[str, list[Result]]:
    """The results of a data set, and those of its long reads once more."""
    found = list(results)
    long = [result for result in found if result.is_long]
    return {dataset: found} | ({f"{dataset}, long": long} if long and len(long) < len(found) else {})


def log_blind_run(groups: dict[str, list[Result]], log: Path = BLIND_LOG) -> None:
    """Append the totals of a blind run to its log."""
    git = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty"]
    commit = subprocess.run(git, capture_output=True, text=True, check=False).stdout.strip()
    record = {
        "date": datetime.now(UTC).isoformat(timespec="minutes"),
        "commit": commit or None,
        "totals": {name: report.totals(results, BASELINE) for name, results in groups.items()},
    }
    with log.open("a", encoding="utf-8") as file:
        file.write(json.dumps(record) + "\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line."""
    options = _arguments(arguments)
    _silence()
    try:
        datasets = _load(options)
    except NoPages as error:
        print(error, file=sys.stderr)
        return 1
    names = installed(options.extractors)
    if not names:
        return 1
    results: list[Result] = []
    tables: list[str] = []
    groups: dict[str, list[Result]] = {}
    for dataset, pages in datasets.items():
        measured = measure_all(pages, names, options.jobs)
        results += measured
        for name, group in _groups(measured, dataset).items():
            groups[name] = group
            tables.append(report.table(name, group, BASELINE, of_means=dataset == AEB))
            print(f"\n{tables[-1]}", flush=True)
    if options.blind:
        log_blind_run(groups)
    if options.worst or options.html:
        subject = "ours" if "ours" in names else names[0]
        everything = [page for pages in datasets.values() for page in pages]
        worst = report.worst_pages(everything, results, subject, BASELINE, options.worst or 20)
        if options.worst:
            print("\n" + "\n\n".join(map(report.as_text, worst)))
        if options.html:
            options.html.write_text(report.as_html(tables, worst), encoding="utf-8")
    if options.json:
        records = [result.record() for result in results]
        options.json.write_text(json.dumps(records, ensure_ascii=False, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
