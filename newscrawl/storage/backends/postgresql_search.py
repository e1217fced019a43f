"""Search by PostgreSQL's tsvector: everything about it that is not standard SQL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Select,
    bindparam,
    cast,
    column,
    func,
    literal_column,
    not_,
    or_,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR

from newscrawl.searchwords import Phrase
from newscrawl.storage.backends.ranking import FRESH_DAYS, LEAD_WEIGHT, TITLE_WEIGHT
from newscrawl.storage.schema import article_words, articles
from newscrawl.storage.selection import Selection, conditions
from newscrawl.storage.types import UtcDateTime

MOST_RANKED = 200
"""Articles whose whole texts are ranked: the best by title, lead and date. To read of a hundred thousand texts what
they say of a common word takes seconds."""

_INDEX = table(
    "article_index",
    column("article_id", Integer),
    column("head", TSVECTOR),  # title and lead, which the row itself holds; the words of the text lie elsewhere
    column("words", TSVECTOR),  # title, lead and text
    column("names", TSVECTOR),  # authors and section
)
_TEXTS = ("title", "description", "text")
# Of a word with the label D (the text), C (none has it), B (the lead), A (the title).
_WEIGHTS: ColumnElement[Any] = literal_column(f"'{{{1 / TITLE_WEIGHT}, 0, {LEAD_WEIGHT / TITLE_WEIGHT}, 1}}'::real[]")
_BY_LENGTH = 1
"""Divides by 1 + the logarithm of the number of words (https://www.postgresql.org/docs/15/textsearch-controls.html)."""


def matching(selection: Selection) -> Select[Any]:
    """The ids of the articles that a selection with words names."""
    without = selection.query.without
    if not selection.query.phrases and not selection.author and not selection.section:
        # Words to be without, and none to be with.
        those = select(_INDEX.c.article_id).select_from(_joined(without)).where(or_(*map(_has, without)))
        return select(articles.c.id).where(*conditions(selection), articles.c.id.not_in(those))
    indexed = articles.join(_joined(_phrases(selection)), _INDEX.c.article_id == articles.c.id)
    return select(articles.c.id).select_from(indexed).where(*_wanted(selection), *conditions(selection))


def ranked(selection: Selection, now: datetime, limit: int) -> Select[Any]:
    """The ids of the best articles for a selection with words, with how many there are.

    The title counts most; a new article counts up to twice as much as an old one.
    """
    words = sorted({word for phrase in selection.query.phrases for word in phrase})
    query = cast(bindparam("any_word", " | ".join(map(_quoted, words))), TSQUERY)
    then = cast(bindparam("now", now, UtcDateTime), UtcDateTime)
    age = func.greatest(0, func.extract("epoch", then - articles.c.published_at) / 86_400)
    freshness = func.coalesce(1 + 1 / (1 + age / FRESH_DAYS), 1)
    at_sight = (func.ts_rank(_WEIGHTS, _INDEX.c.head, query) + 0.01) * freshness
    best = (
        matching(selection)
        .add_columns(freshness.label("freshness"), func.count().over().label("total"))
        .order_by(at_sight.desc(), articles.c.id.desc())
        .limit(max(limit, MOST_RANKED))
        .cte("best")
    )
    score = func.ts_rank(_WEIGHTS, _INDEX.c.words, query, _BY_LENGTH) * best.c.freshness
    found = select(best.c.id, best.c.total).join(_INDEX, _INDEX.c.article_id == best.c.id)
    return found.order_by(score.desc(), best.c.id.desc()).limit(limit)


def _phrases(selection: Selection) -> list[Phrase]:
    """All that need a look at the words in their order."""
    names = [(*phrase, "") for phrase in (selection.author, selection.section) if phrase]
    return [*selection.query.phrases, *selection.query.without, *names]


def _joined(phrases: Iterable[Phrase]) -> FromClause:
    """The index, with the words themselves where there is a phrase: it knows no order beyond the 16,383rd word."""
    if all(len(phrase) == 1 for phrase in phrases):
        return _INDEX
    return _INDEX.join(article_words, article_words.c.article_id == _INDEX.c.article_id)


def _wanted(selection: Selection) -> list[ColumnElement[bool]]:
    wanted = [_has(phrase) for phrase in selection.query.phrases]
    for name, phrase in (("authors", selection.author), ("section", selection.section)):
        if phrase:
            wanted += [_matches("names", phrase), _holds((name,), phrase)]
    return wanted + [not_(_has(phrase)) for phrase in selection.query.without]


def _has(phrase: Phrase) -> ColumnElement[bool]:
    """Title, lead or text has a phrase. All of its words are looked up first."""
    words = _matches("words", phrase)
    return words if len(phrase) == 1 else words & _holds(_TEXTS, phrase)


def _matches(vector: str, phrase: Phrase) -> ColumnElement[bool]:
    query = cast(" & ".join(map(_quoted, phrase)), TSQUERY)
    return _INDEX.c[vector].op("@@", is_comparison=True)(query)


def _holds(names: Sequence[str], phrase: Phrase) -> ColumnElement[bool]:
    """One of some columns of words has a phrase. Its words are letters and digits, so nothing in them is a pattern."""
    pattern = f"% {' '.join(phrase)} %"
    return or_(*((" " + article_words.c[name] + " ").like(pattern) for name in names))


def _quoted(word: str) -> str:
    return f"'{word}'"
