"""Search by SQLite's FTS5: everything about it that is not standard SQL."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, func, literal_column, select, text

from newscrawl.searchwords import Phrase
from newscrawl.storage.backends.ranking import FRESH_DAYS, LEAD_WEIGHT, TITLE_WEIGHT
from newscrawl.storage.schema import articles
from newscrawl.storage.selection import Selection, conditions

_TEXTS = "{title description text}"
# The index has the columns that a selection looks at; a row of `articles` has them behind its text, pages away.
_MATCHES = "article_index cross join articles indexed by ix_articles_by_id on articles.id = article_index.rowid"


def prepare(connection: Connection) -> None:
    """Nothing to do: FTS5 is asked before all else."""


def matching(selection: Selection) -> Select[Any]:
    """The ids of the articles that a selection with words names, in the order of their storing."""
    condition = _matches(selection)
    ids: ColumnElement[int] = literal_column("article_index.rowid").label("id")
    if condition is None:  # words to be without, and none to be with
        listed = select(articles.c.id).where(*conditions(selection))
        without = text("article_index match :without").bindparams(without=_any(selection.query.without))
        return listed.where(articles.c.id.not_in(select(ids).select_from(text("article_index")).where(without)))
    return select(ids).select_from(text(_MATCHES)).where(condition, *conditions(selection, _column))


def ranked(selection: Selection, now: datetime, limit: int) -> Select[Any]:
    """The ids of the best articles for a selection with words, with how many there are.

    BM25, the title counting most; a new article counts up to twice as much as an old one.
    """
    weights = f"{TITLE_WEIGHT}, {LEAD_WEIGHT}, 1.0, 0.0, 0.0"
    age = f"max(0, julianday(:now) - julianday(articles.published_at)) / {FRESH_DAYS}"
    freshness = f"coalesce(1 + 1 / (1 + {age}), 1)"
    # The function gives less for what fits better. It works beside the index alone, not beside a count.
    order = text(f"bm25(article_index, {weights}) * {freshness} as score").bindparams(now=now.isoformat())
    scored = matching(selection).add_columns(order).cte("scored").prefix_with("materialized")
    score: ColumnElement[float] = literal_column("scored.score")
    total = func.count().over().label("total")
    return select(scored.c.id, total).order_by(score, scored.c.id.desc()).limit(limit)


def _column(name: str) -> ColumnElement[Any]:
    return literal_column(f"articles.{name}", articles.c[name].type)


def _matches(selection: Selection) -> ColumnElement[bool] | None:
    query = selection.query
    parts = [f"({_TEXTS} : {_quoted(phrase)})" for phrase in query.phrases]
    parts += [f"({name} : {_quoted(phrase)})" for name, phrase in _named(selection)]
    if not parts:
        return None
    words = " AND ".join(parts)
    if query.without:
        words = f"({words}) NOT {_any(query.without)}"
    return literal_column("article_index").op("match", is_comparison=True)(bindparam("words", words))


def _named(selection: Selection) -> list[tuple[str, Phrase]]:
    wanted = (("authors", selection.author), ("section", selection.section))
    return [(name, phrase) for name, phrase in wanted if phrase]


def _any(phrases: tuple[Phrase, ...]) -> str:
    return f"({_TEXTS} : ({' OR '.join(map(_quoted, phrases))}))"


def _quoted(phrase: Phrase) -> str:
    """A phrase in FTS5's syntax. Its words are letters and digits, so nothing in them can mean anything."""
    return f'"{" ".join(phrase)}"'
