"""Search by PostgreSQL's tsvector: everything about it that is not standard SQL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import chain
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    Select,
    bindparam,
    cast,
    column,
    func,
    literal_column,
    or_,
    select,
    table,
    union,
)
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR

from newscrawl.searchwords import Phrase
from newscrawl.storage.backends.ranking import FRESH_DAYS, LEAD_WEIGHT, TITLE_WEIGHT
from newscrawl.storage.schema import article_words, articles
from newscrawl.storage.selection import Selection, conditions
from newscrawl.storage.types import UtcDateTime

MOST_HEADED, MOST_OTHERS = 200, 100
"""Articles whose texts are ranked: the newest that have all words in title or lead, and the newest of any. To read of a
hundred thousand texts what they say of a common word takes seconds."""

_INDEX = table(
    "article_index",
    column("article_id", Integer),
    *(
        column(f"article_{name}", articles.c[name].type)
        for name in ("duplicate_of", "gone_at", "source", "language", "published_at")
    ),
    column("head", TSVECTOR),  # title and lead; no vector stands in its row, which would be long then
    column("words", TSVECTOR),  # title, lead and text
    column("names", TSVECTOR),  # authors and section
)
_TEXTS = ("title", "description", "text")
# Of a word with the label D (the text), C (none has it), B (the lead), A (the title).
_WEIGHTS: ColumnElement[Any] = literal_column(f"'{{{1 / TITLE_WEIGHT}, 0, {LEAD_WEIGHT / TITLE_WEIGHT}, 1}}'::real[]")
_BY_LENGTH = 1
"""Divides by 1 + the logarithm of the number of words (https://www.postgresql.org/docs/15/textsearch-controls.html)."""


def prepare(connection: Connection) -> None:
    """Let the transaction look words up in their index, however many articles have them.

    What it costs to read vectors, which stand outside of their rows, the planner does not know.
    """
    connection.exec_driver_sql("set local enable_seqscan = off; set local work_mem = '32MB'")


def matching(selection: Selection) -> Select[Any]:
    """The ids of the articles that a selection with words names."""
    without = selection.query.without
    if not selection.query.phrases and not selection.author and not selection.section:
        # Words to be without, and none to be with.
        return select(articles.c.id).where(*conditions(selection), articles.c.id.not_in(_any_of(without)))
    return _matches_of(selection)


def ranked(selection: Selection, now: datetime, limit: int) -> Select[Any]:
    """The ids of the best articles for a selection with words, with how many there are.

    The title counts most; a new article counts up to twice as much as an old one.
    """
    words = sorted({word for phrase in selection.query.phrases for word in phrase})
    matches = (
        _matches_of(selection)
        .add_columns(_INDEX.c.article_published_at.label("published_at"))
        .cte("matches")
        .prefix_with("materialized")
    )
    headed = select(_INDEX.c.article_id).where(_matches("head", tuple(words)))
    newest = matches.c.published_at.desc().nulls_last(), matches.c.id.desc()
    listed = select(matches.c.id, matches.c.published_at).order_by(*newest)
    best = union(
        listed.where(matches.c.id.in_(headed)).limit(max(limit, MOST_HEADED)).subquery().select(),
        listed.limit(max(limit, MOST_OTHERS)).subquery().select(),
    ).cte("best")
    query = cast(bindparam("any_word", " | ".join(map(_quoted, words))), TSQUERY)
    then = cast(bindparam("now", now, UtcDateTime), UtcDateTime)
    age = func.greatest(0, func.extract("epoch", then - best.c.published_at) / 86_400)
    freshness = func.coalesce(1 + 1 / (1 + age / FRESH_DAYS), 1)
    score = func.ts_rank(_WEIGHTS, _INDEX.c.words, query, _BY_LENGTH) * freshness
    total = select(func.count()).select_from(matches).scalar_subquery().label("total")
    found = select(best.c.id, total).join(_INDEX, _INDEX.c.article_id == best.c.id)
    return found.order_by(score.desc(), best.c.id.desc()).limit(limit)


def _matches_of(selection: Selection) -> Select[Any]:
    matches = select(_INDEX.c.article_id.label("id")).select_from(_joined(_phrases(selection)))
    return matches.where(*_wanted(selection), *conditions(selection, lambda name: _INDEX.c[f"article_{name}"]))


def _phrases(selection: Selection) -> list[Phrase]:
    """All that need a look at the words in their order."""
    names = [(*phrase, "") for phrase in (selection.author, selection.section) if phrase]
    return [*selection.query.phrases, *names]


def _joined(phrases: Iterable[Phrase]) -> FromClause:
    """The index, with the words themselves where there is a phrase: it knows no order beyond the 16,383rd word."""
    if all(len(phrase) == 1 for phrase in phrases):
        return _INDEX
    return _INDEX.join(article_words, article_words.c.article_id == _INDEX.c.article_id)


def _wanted(selection: Selection) -> list[ColumnElement[bool]]:
    phrases, without = selection.query.phrases, selection.query.without
    wanted = []
    if phrases:
        # One question to the index, exclusions and all: what it cannot answer reads the vectors of all matches.
        asked = [_quoted(word) for word in dict.fromkeys(chain(*phrases))]
        asked += [f"!{_quoted(phrase[0])}" for phrase in without if len(phrase) == 1]
        without = tuple(phrase for phrase in without if len(phrase) > 1)
        wanted = [_looked_up("words", asked), *(_holds(_TEXTS, phrase) for phrase in phrases if len(phrase) > 1)]
    for name, phrase in (("authors", selection.author), ("section", selection.section)):
        if phrase:
            wanted += [_matches("names", phrase), _holds((name,), phrase)]
    if without:
        wanted.append(_INDEX.c.article_id.not_in(_any_of(without)))
    return wanted


def _any_of(phrases: Sequence[Phrase]) -> Select[Any]:
    return select(_INDEX.c.article_id).select_from(_joined(phrases)).where(or_(*map(_has, phrases)))


def _has(phrase: Phrase) -> ColumnElement[bool]:
    """Title, lead or text has a phrase. All of its words are looked up first."""
    words = _matches("words", phrase)
    return words if len(phrase) == 1 else words & _holds(_TEXTS, phrase)


def _matches(vector: str, words: Sequence[str]) -> ColumnElement[bool]:
    return _looked_up(vector, map(_quoted, words))


def _looked_up(vector: str, parts: Iterable[str]) -> ColumnElement[bool]:
    return _INDEX.c[vector].op("@@", is_comparison=True)(cast(" & ".join(parts), TSQUERY))


def _holds(names: Sequence[str], phrase: Phrase) -> ColumnElement[bool]:
    """One of some columns of words has a phrase. To seek it so takes less than half as long as a pattern does."""
    sought = f" {' '.join(phrase)} "
    return or_(*(func.strpos(" " + article_words.c[name] + " ", sought) > 0 for name in names))


def _quoted(word: str) -> str:
    return f"'{word}'"
