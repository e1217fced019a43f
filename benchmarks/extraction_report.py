"""What the extraction benchmark shows: its tables, and the worst pages line by line."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from statistics import fmean, quantiles
from typing import TYPE_CHECKING

from newscrawl.cli.explanation import escape, html_page
from testing import scoring

if TYPE_CHECKING:
    from benchmarks.extraction import Result
    from testing.datasets import Page

_COLUMNS = (
    *("pages", "P", "R", "F1", "F1 PR", "with", "leak", "title", "authors", "day"),
    *("failed", "worse", "ms", "p95"),
)
MUCH_WORSE = 0.1
"""F1 that a page may lose against the baseline before it is counted as worse."""
_SIDE = 59
_STYLE = """
body { font: 15px/1.5 sans-serif; margin: 2em auto; max-width: 75em; padding: 0 1em; color: #222; background: #fff }
table { width: 100%; border-collapse: collapse; table-layout: fixed }
td, th { vertical-align: top; text-align: left; padding: .3em .5em; border: 1px solid #ccc; overflow-wrap: anywhere }
pre { overflow-x: auto } .kept { background: #fdecea } .lost { background: #eaf2fd }
"""


@dataclass(frozen=True, slots=True)
class WorstPage:
    """Where a page's text differs from its gold."""

    heading: str
    url: str
    kept: list[str]
    """Lines of the text that the gold does not have."""
    lost: list[str]
    """Lines of the gold that the text does not have."""


def table(dataset: str, results: Sequence[Result], baseline: str, *, of_means: bool = False) -> str:
    """A line for each extractor. ``of_means`` compares by the F1 of mean precision and mean recall."""
    by_extractor: dict[str, list[Result]] = {}
    for result in results:
        by_extractor.setdefault(result.extractor, []).append(result)
    against = by_extractor.get(baseline)
    heading = f"{dataset:<21}" + "".join(f"{name:>8}" for name in _COLUMNS) + f"   F1 - {baseline} (95 %)"
    rows = [
        f"{name:<21}"
        + "".join(f"{cell:>8}" for cell in _cells(own, against))
        + _difference(own, against, of_means=of_means)
        for name, own in by_extractor.items()
    ]
    return "\n".join([heading, *rows])


def totals(results: Sequence[Result], baseline: str) -> dict[str, dict[str, str]]:
    """The cells of the table by extractor and column, for a log."""
    by_extractor: dict[str, list[Result]] = {}
    for result in results:
        by_extractor.setdefault(result.extractor, []).append(result)
    against = by_extractor.get(baseline)
    return {
        name: {column: cell for column, cell in zip(_COLUMNS, _cells(own, against), strict=True) if cell != "-"}
        for name, own in by_extractor.items()
    }


def _cells(results: Sequence[Result], against: Sequence[Result] | None) -> list[str]:
    scores = [result.score for result in results if result.score]
    times = [result.cpu_ms for result in results]
    failed = sum(1 for result in results if result.failure)
    return [
        str(len(scores) or len(results)),
        _mean(score.precision for score in scores),
        _mean(score.recall for score in scores),
        _mean(score.f1 for score in scores),
        _mean([scoring.f1_of_means(scores)] if scores else []),
        _mean(result.with_ for result in results),
        _mean(result.leak for result in results),
        _mean(result.title for result in results),
        _mean(result.authors for result in results),
        _mean(result.day for result in results),
        str(failed),
        str(len(worse_pages(results, against))) if against and scores else "-",
        f"{fmean(times):.1f}" if times else "-",
        f"{quantiles(times, n=20, method='inclusive')[-1]:.1f}" if len(times) > 1 else "-",
    ]


def worse_pages(ours: Sequence[Result], theirs: Sequence[Result]) -> list[str]:
    """The pages whose F1 is below the baseline's by more than ``MUCH_WORSE``."""
    known = {(result.dataset, result.page): result.score.f1 for result in theirs if result.score}
    return [
        result.page
        for result in ours
        if result.score and result.score.f1 < known.get((result.dataset, result.page), 0.0) - MUCH_WORSE
    ]


def _mean(values: Iterable[float | None]) -> str:
    """The mean of what is known."""
    known = [float(value) for value in values if value is not None]
    return f"{fmean(known):.4f}" if known else "-"


def _difference(ours: Sequence[Result], theirs: Sequence[Result] | None, *, of_means: bool) -> str:
    own = [result.score for result in ours if result.score]
    other = [result.score for result in theirs or () if result.score]
    if not own or not other or ours is theirs:
        return ""
    if of_means:
        difference = scoring.f1_of_means(own) - scoring.f1_of_means(other)
    else:
        difference = fmean(score.f1 for score in own) - fmean(score.f1 for score in other)
    low, high = scoring.difference_interval(own, other, of_means=of_means)
    return f"   {difference:+.4f} [{low:+.4f}, {high:+.4f}]"


def unmatched_lines(text: str, other: str) -> list[str]:
    """Lines of which the other text has less than half; what it says once matches once."""
    words = scoring.words_of(other)
    rest, running = scoring.shingles(words), f" {' '.join(words)} "
    unmatched = []
    for line in text.split("\n"):
        own_words = scoring.words_of(line)
        own = scoring.shingles(own_words)
        matched = own & rest
        rest.subtract(matched)
        is_short = 0 < len(own_words) < 4
        known = f" {' '.join(own_words)} " in running if is_short else matched.total() * 2 >= own.total()
        if own and not known:
            unmatched.append(line.strip())
    return unmatched


def worst_pages(
    pages: Iterable[Page], results: Iterable[Result], subject: str, baseline: str, number: int
) -> list[WorstPage]:
    """The pages on which one extractor has the lowest F1."""
    by_page = {(result.dataset, result.page, result.extractor): result for result in results}
    ranked: list[tuple[float, WorstPage]] = []
    for page in pages:
        result = by_page[page.dataset, page.name, subject]
        if result.score is None or page.gold.text is None:
            continue
        other = by_page.get((page.dataset, page.name, baseline))
        heading = f"{page.dataset}/{page.name}   {subject} F1 {result.score.f1:.3f}"
        if other is not None and other.score is not None and subject != baseline:
            heading += f" ({baseline} {other.score.f1:.3f})"
        if result.failure:
            heading += f"   {result.failure}"
        kept = unmatched_lines(result.text, f"{page.gold.lead or ''}\n{page.gold.text}")
        lost = unmatched_lines(page.gold.text, result.text)
        ranked.append((result.score.f1, WorstPage(heading, page.url or "", kept, lost)))
    ranked.sort(key=lambda item: item[0])
    return [page for _, page in ranked[:number]]


def printable(text: str) -> str:
    """Without control, format and surrogate characters: a page must not steer a terminal."""
    return "".join(char for char in text.replace("\t", " ") if not unicodedata.category(char).startswith("C"))


def as_text(page: WorstPage) -> str:
    """A page's differences in two columns."""
    kept, lost = (
        [part for line in lines for part in textwrap.wrap(printable(line), _SIDE, subsequent_indent="  ")]
        for lines in (["KEPT WRONGLY", *page.kept], ["LOST", *page.lost])
    )
    rows = [f"{left:<{_SIDE}} | {right}".rstrip() for left, right in zip_longest(kept, lost, fillvalue="")]
    return "\n".join([printable(page.heading), printable(page.url), *rows])


def as_html(tables: Sequence[str], pages: Iterable[WorstPage]) -> str:
    """Tables and worst pages as one page that loads nothing and runs nothing."""
    body = [*(f"<pre>{escape(table)}</pre>" for table in tables), *map(_section, pages)]
    return html_page("Extraction benchmark", _STYLE, "\n".join(body), "en")


def _section(page: WorstPage) -> str:
    rows = "\n".join(
        f'<tr><td class="kept">{escape(left)}</td><td class="lost">{escape(right)}</td></tr>'
        for left, right in zip_longest(page.kept, page.lost, fillvalue="")
    )
    return (
        f"<h2>{escape(page.heading)}</h2><p>{escape(page.url)}</p>\n"
        f"<table><tr><th>Kept wrongly</th><th>Lost</th></tr>\n{rows}\n</table>"
    )
