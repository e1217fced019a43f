"""How an extracted article is judged against its known answer.

The text metric is that of the public article-extraction-benchmark of Zyte (scrapinghub): words are ``\\w+``, as
they are written, every run of four of them counts as often as it occurs, and precision and recall compare those
multisets. A text of one to three words is one run. As there, an extractor that returns no text has a recall of 0
and no precision: its page is left out of the mean precision.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from statistics import fmean

import numpy as np

RESAMPLES = 2000
_SEED = 20260901
_WORD = re.compile(r"\w+")

Shingles = Counter[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class TextScore:
    """One text against its gold."""

    precision: float | None
    """None for an empty text."""
    recall: float
    f1: float


def words_of(text: str) -> list[str]:
    """The words that are scored."""
    return _WORD.findall(text)


def runs(words: Sequence[str], size: int = 4) -> list[tuple[str, ...]]:
    """Every run of four words in order; a shorter text is one run."""
    if not words:
        return []
    return list(zip(*(words[i:] for i in range(size)), strict=False)) or [tuple(words)]


def shingles(words: Sequence[str]) -> Shingles:
    """Every run of four words with its number of occurrences."""
    return Counter(runs(words))


def score_text(text: str, gold: str, lead: str | None = None) -> TextScore:
    """Score a text; the lead may stand above the gold text or not, the better counts."""
    found = shingles(words_of(text))
    answers = [gold, f"{lead}\n{gold}"] if lead else [gold]
    return max((_score(found, shingles(words_of(answer))) for answer in answers), key=lambda score: score.f1)


def _score(found: Shingles, wanted: Shingles) -> TextScore:
    hits = (found & wanted).total()
    precision = hits / found.total() if found else None
    recall = hits / wanted.total() if wanted else 0.0
    return TextScore(precision, recall, f1_of(precision or 0.0, recall))


def f1_of(precision: float, recall: float) -> float:
    """The harmonic mean; 0 where both are 0."""
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def f1_of_means(scores: Sequence[TextScore]) -> float:
    """The figure that the article-extraction-benchmark reports: F1 of mean precision and mean recall."""
    precisions = [score.precision for score in scores if score.precision is not None]
    return f1_of(fmean(precisions), fmean(score.recall for score in scores)) if precisions else 0.0


def share_found(snippets: Collection[str] | None, text: str) -> float | None:
    """Share of the snippets that stand in the text, white space folded; None where there are none."""
    if not snippets:
        return None
    folded = fold_space(text)
    return sum(fold_space(snippet) in folded for snippet in snippets) / len(snippets)


def fold_space(text: str) -> str:
    """One blank for every run of white space."""
    return " ".join(text.split())


def fold(text: str) -> str:
    """NFC, case and white space folded: what makes two titles or two names the same."""
    return fold_space(unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold()))


def same_title(found: str | None, gold: str) -> bool:
    """Whether the titles are equal after folding."""
    return fold(found or "") == fold(gold)


def same_authors(found: Iterable[str], gold: Iterable[str]) -> bool:
    """Whether the sets of names are equal after folding."""
    return {fold(name) for name in found} == {fold(name) for name in gold}


def gold_moment(text: str) -> datetime | None:
    """The gold date or time; None where it names no day (``2015-11``)."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def same_day(found: date | None, gold: datetime) -> bool:
    """Whether the page was dated to the day written in the gold.

    A time with zone is read in the zone of the gold, if that has one; everything else counts as the day it says.
    """
    if isinstance(found, datetime):
        if found.tzinfo is not None and gold.tzinfo is not None:
            found = found.astimezone(gold.tzinfo)
        found = found.date()
    return found == gold.date()


def difference_interval(
    ours: Sequence[TextScore], theirs: Sequence[TextScore], *, of_means: bool = False
) -> tuple[float, float]:
    """The 95 % interval of the F1 difference, by a paired bootstrap over the pages, with a fixed seed.

    F1 is the mean over pages, or with ``of_means`` that of the article-extraction-benchmark.
    """
    index = np.random.default_rng(_SEED).integers(len(ours), size=(RESAMPLES, len(ours)))
    differences = _resampled(ours, index, of_means=of_means) - _resampled(theirs, index, of_means=of_means)
    low, high = np.percentile(differences, (2.5, 97.5))
    return float(low), float(high)


def _resampled(scores: Sequence[TextScore], index: np.ndarray, *, of_means: bool) -> np.ndarray:
    f1: np.ndarray
    if not of_means:
        f1 = np.array([score.f1 for score in scores])[index].mean(axis=1)
        return f1
    has_text = np.array([score.precision is not None for score in scores])[index]
    precision = np.array([score.precision or 0.0 for score in scores])[index].sum(axis=1)
    precision = precision / np.maximum(has_text.sum(axis=1), 1)
    recall = np.array([score.recall for score in scores])[index].mean(axis=1)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    return f1
