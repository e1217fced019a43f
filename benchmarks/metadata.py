"""How well newscrawl reads what a page says of its article, beside trafilatura and htmldate.

``python -m benchmarks.metadata`` judges title, authors, day, section, language and tags on every data set whose answers
name them, and on the recorded sites of content management systems beside the data sets (``../cms``). No text is
extracted. Prints a line a set: the share of right answers of newscrawl, of trafilatura's ``extract_metadata`` and of
htmldate's ``find_date``, over the same pages in the same run, then the mean CPU time of each.

The blind halves (``datasets.HALVED``) are left out by default; with ``--blind`` they alone are judged, and only totals
are printed, so that nothing is fitted to them.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import htmldate
from trafilatura import load_html
from trafilatura.metadata import extract_metadata

from benchmarks.extractors import written_day
from newscrawl.extraction.decode import decode
from newscrawl.extraction.metadata import read_metadata
from newscrawl.extraction.parse import parse_page
from newscrawl.items import Article, NoArticle
from testing.datasets import HALVED, KNOWN, Half, NoPages, bench_folder, load_dataset
from testing.scoring import fold, gold_moment, same_authors, same_day, same_title

FIELDS = ("title", "authors", "day", "section", "language", "tags")
CMS_BASE = "https://news.example"


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known of a page, or found in it; None where nothing is known."""

    title: str | None = None
    authors: tuple[str, ...] | None = None
    day: datetime | date | None = None
    section: tuple[str, ...] | None = None
    """Any of them is right."""
    language: str | None = None
    tags: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A saved page and the answer to it."""

    name: str
    url: str | None
    load: Callable[[], bytes] = field(repr=False)
    gold: Answer
    half: Half = "open"


def load_cases(dataset: str, folder: Path) -> Iterator[Case]:
    """The pages of a data set, or of a recorded site (``cms/NAME``). Raises NoPages where the set is not there."""
    if dataset.startswith("cms/"):
        yield from _recorded(folder.parent / dataset)
        return
    for page in load_dataset(folder, dataset):
        answer = Answer(
            title=page.gold.title,
            authors=page.gold.authors or None,
            day=gold_moment(page.gold.published or ""),
            language=page.gold.language,
            tags=page.gold.tags or None,
        )
        yield Case(page.name, page.url, page.body, answer, page.half)


def _recorded(folder: Path) -> Iterator[Case]:
    """The articles of a recorded site, with what their own pages show."""
    parts: dict[str, str] = {}
    bodies: dict[str, str] = {}
    with gzip.open(folder / "responses.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            if "part" in record:
                parts[record["part"]] = record["text"]
            else:
                bodies[record["url"]] = record["body"]

    def load(url: str) -> bytes:
        text = re.sub(r"\{\{PART:(\w+)\}\}", lambda match: parts.get(match[1], match[0]), bodies[url])
        text = text.replace("{{BASE_JSON}}", CMS_BASE.replace("/", "\\/")).replace("{{BASE}}", CMS_BASE)
        return text.replace("{{HOST}}", CMS_BASE.partition("//")[2]).encode()

    with (folder / "truth.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            truth = json.loads(line)
            if truth["kind"] != "article" or truth["url"] not in bodies:
                continue
            shown = truth["shown"]
            gold = Answer(
                title=truth["title"],
                authors=tuple(truth["authors"]) if truth["authors"] and shown["authors"] else None,
                day=datetime.fromisoformat(truth["published_at"]) if shown["time"] != "none" else None,
                section=tuple(truth["sections"]) or None,
                language=truth["language"],
                tags=tuple(truth["tags"]) if truth["tags"] and shown["tags"] else None,
            )
            url = truth["url"]
            yield Case(url, CMS_BASE + url, lambda url=url: load(url), gold)


def read_ours(body: bytes, url: str | None) -> tuple[Article, float]:
    """newscrawl's metadata of a page, and the CPU seconds of reading them from the tree."""
    tree = parse_page(decode(body))
    start = time.process_time()
    found = Article(text="") if tree is None else read_metadata(tree, url, datetime.now(UTC))
    return found, time.process_time() - start


def answer_of(article: Article) -> Answer:
    """What newscrawl found."""
    return Answer(
        title=article.title,
        authors=article.authors,
        day=written_day(article),
        section=(article.section,) if article.section else (),
        language=article.language,
        tags=article.tags,
    )


def ours(body: bytes, url: str | None) -> tuple[Answer, float]:
    """newscrawl's answer."""
    article, seconds = read_ours(body, url)
    return answer_of(article), seconds


def trafilaturas(body: bytes, url: str | None) -> tuple[Answer, float]:
    """trafilatura's answer, with the options of its own extraction."""
    tree = load_html(body)
    start = time.process_time()
    found: Any = None if tree is None else extract_metadata(tree, url, extensive=True)
    seconds = time.process_time() - start
    if found is None:
        return Answer(), seconds
    authors = tuple(name.strip() for name in (found.author or "").split(";") if name.strip())
    day = date.fromisoformat(found.date) if found.date else None
    section = tuple((found.categories or [])[:1])
    return Answer(found.title, authors, day, section, found.language, tuple(found.tags or ())), seconds


def htmldates(body: bytes, url: str | None) -> tuple[Answer, float]:
    """htmldate's answer: the original date, by its extensive search."""
    tree = load_html(body)
    start = time.process_time()
    found = None if tree is None else htmldate.find_date(tree, url=url, original_date=True, extensive_search=True)
    return Answer(day=date.fromisoformat(found) if found else None), time.process_time() - start


READERS = {"newscrawl": ours, "trafilatura": trafilaturas, "htmldate": htmldates}


def right(name: str, found: Answer, gold: Answer) -> bool | None:
    """Whether one field is right; None where it is not known."""
    wanted: Any = getattr(gold, name)
    got: Any = getattr(found, name)
    if wanted is None:
        return None
    filed = {fold(one) for one in gold.section or ()}  # a section among the tags is one thing told twice
    judged: dict[str, Callable[[], bool]] = {
        "title": lambda: same_title(got, wanted),
        "authors": lambda: same_authors(got or (), wanted),
        "day": lambda: same_day(got, wanted),
        "section": lambda: bool(got) and fold(got[0]) in filed,
        "language": lambda: bool(got) and got[:2].lower() == wanted[:2].lower(),
        "tags": lambda: {fold(one) for one in got or ()} - filed == {fold(one) for one in wanted} - filed,
    }
    return judged[name]()


def judge(dataset: str, cases: list[Case], readers: list[str], show: str | None) -> dict[str, float]:
    """Print the line of a set; return the CPU seconds of each reader."""
    seconds: dict[str, float] = defaultdict(float)
    hits: Counter[tuple[str, str]] = Counter()
    known: Counter[str] = Counter()
    for case in cases:
        body = case.load()
        for name in FIELDS:
            known[name] += getattr(case.gold, name) is not None
        for reader in readers:
            try:
                found, took = READERS[reader](body, case.url)
            except NoArticle:
                found, took = Answer(), 0.0
            except Exception as error:  # noqa: BLE001 - a peer may fail on a page; that is an answer too
                print(f"{dataset}/{case.name}: {reader} failed: {type(error).__name__}: {error}", file=sys.stderr)
                found, took = Answer(), 0.0
            seconds[reader] += took
            for name in FIELDS:
                is_right = right(name, found, case.gold)
                hits[reader, name] += bool(is_right)
                if reader == "newscrawl" and name == show and is_right is False:
                    print(f"  {dataset}/{case.name}", f"found {getattr(found, name)!r}", sep="\n    ")
                    print(f"    right {getattr(case.gold, name)!r}")
    cells = []
    for name in FIELDS:
        if known[name]:
            shares = " / ".join(
                f"{hits[reader, name] / known[name]:.3f}" if reader != "htmldate" or name == "day" else "-"
                for reader in readers
            )
            cells.append(f"{name} {shares} ({known[name]})")
    print(f"{dataset:<18} {len(cases):>4} pages | {' | '.join(cells)}", flush=True)
    return seconds


def main() -> None:
    """Judge the sets that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", help="data sets, or cms/NAME; all by default")
    parser.add_argument("--blind", action="store_true", help="judge the blind half of the newer sets, totals only")
    parser.add_argument("--alone", action="store_true", help="without trafilatura and htmldate")
    parser.add_argument("--show", choices=FIELDS, help="print the wrong answers of newscrawl to one field")
    options = parser.parse_args()
    folder = bench_folder()
    cms = [f"cms/{one.name}" for one in sorted((folder.parent / "cms").glob("*/")) if (one / "truth.jsonl").is_file()]
    sets = options.sets or (HALVED if options.blind else (*KNOWN, *HALVED, *cms))
    half = "blind" if options.blind else "open"
    readers = ["newscrawl"] if options.alone else list(READERS)
    total: dict[str, float] = defaultdict(float)
    pages = 0
    for dataset in sets:
        try:
            cases = [case for case in load_cases(dataset, folder) if case.half == half]
        except NoPages as error:
            sys.exit(str(error))
        if not cases:
            continue
        pages += len(cases)
        for reader, seconds in judge(dataset, cases, readers, None if options.blind else options.show).items():
            total[reader] += seconds
    if pages:
        print(", ".join(f"{name} {1000 * seconds / pages:.1f} ms" for name, seconds in total.items()), "CPU a page")


if __name__ == "__main__":
    main()
