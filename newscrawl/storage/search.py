"""Search and export articles: the best matches for a query, or the newest of a selection."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, func, or_, select

from newscrawl.search.query import Phrase
from newscrawl.search.snippets import Marked, mark, snippet
from newscrawl.storage.backends import backend_of
from newscrawl.storage.engine import read_connection
from newscrawl.storage.schema import articles, search_queue
from newscrawl.storage.search_index import count_queued
from newscrawl.storage.selection import Selection, conditions

COLUMNS = tuple(str(column.name) for column in articles.columns if column.name != "blocks")
"""Exported columns, in the order of the table."""
BATCH = 500

_SHOWN = (
    "id",
    "url_key",
    "url",
    "source",
    "section",
    "authors",
    "language",
    "published_at",
    "published_precision",
    "duplicate_of",
    "word_count",
)
_ROWS: Select[Any] = select(
    *(articles.c[name] for name in (*_SHOWN, "title", "description", "text")),
    select(func.count()).select_from(search_queue).scalar_subquery().label("waiting"),
).where(articles.c.id.in_(bindparam("ids", expanding=True)))


@dataclass(frozen=True, slots=True)
class Found:
    """A search result."""

    title: Marked
    snippet: Marked
    facts: dict[str, Any]
    """Values by column name."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The first results of a search."""

    found: tuple[Found, ...]
    total: int
    """Number of all matching articles."""
    not_indexed: int
    """Articles that are not indexed yet; the next crawl or `newscrawl db upgrade` indexes them."""


def search(
    url: str, selection: Selection, limit: int = 10, offset: int = 0, after: tuple[datetime | None, int] | None = None
) -> Answer:
    """Search the database at `url`; a query with words gives the best first, else the newest. Raises StorageError.

    The first `offset` results are passed over; or, without words, those up to the date and id of `after`.
    """
    with read_connection(url) as connection:
        best = _find(connection, selection, offset + limit, after)
        total = best[0].total if best else 0
        best = best[offset:]
        ids = [row.id for row in best]
        rows = connection.execute(_ROWS, {"ids": ids}).all() if ids else []
        waiting = rows[0].waiting if rows else count_queued(connection)
    by_id = {row.id: row for row in rows}
    found = tuple(_found(by_id[article_id], selection) for article_id in ids)
    return Answer(found, total, waiting)


def _find(
    connection: Connection, selection: Selection, limit: int, after: tuple[datetime | None, int] | None = None
) -> Sequence[Row[Any]]:
    """Return rows of `id` and `total`, the number of all matches."""
    backend = backend_of(connection.engine.url)
    if selection.needs_words:
        backend.prepare(connection)
    if selection.query.phrases:
        return connection.execute(backend.ranked(selection, datetime.now(UTC), limit)).all()
    wanted = [articles.c.id.in_(backend.matching(selection))] if selection.needs_words else conditions(selection)
    total = select(func.count()).select_from(articles).where(*wanted).correlate(None).scalar_subquery().label("total")
    found: Select[Any] = select(articles.c.id, total).where(*wanted)
    # Undated articles come last, from a second query: databases sort NULL differently.
    date, newest = articles.c.published_at, articles.c.id.desc()
    last_date, last_id = after or (None, None)
    rows: Sequence[Row[Any]] = []
    if after is None or last_date is not None:
        dated = found.where(date.is_not(None)).order_by(date.desc(), newest).limit(limit)
        if last_date is not None:
            dated = dated.where(date <= last_date, or_(date < last_date, articles.c.id < last_id))
        rows = connection.execute(dated).all()
    if len(rows) < limit and selection.since is None and selection.until is None:
        undated = found.where(date.is_(None)).order_by(newest).limit(limit - len(rows))
        if after is not None and last_date is None:
            undated = undated.where(articles.c.id < last_id)
        rows = [*rows, *connection.execute(undated)]
    return rows


def _found(row: Row[Any], selection: Selection) -> Found:
    phrases = selection.query.phrases
    return Found(mark(row.title, phrases), _passage(row, phrases), dict(zip(_SHOWN, row, strict=False)))


def _passage(row: Row[Any], phrases: Sequence[Phrase]) -> Marked:
    """Take the snippet from the lead if there is no query or only the lead matches, else from the text."""
    if row.description and not phrases:
        return snippet(row.description, phrases)
    of_text = snippet(row.text, phrases)
    if not row.description or of_text.marks:
        return of_text
    of_lead = snippet(row.description, phrases)
    return of_lead if of_lead.marks else of_text


@dataclass(frozen=True, slots=True)
class Export:
    """The articles of an export, read lazily."""

    total: int
    rows: Iterator[tuple[Any, ...]]
    """Values of COLUMNS, ordered by id; times are aware, in UTC; JSON columns are lists."""


def export(url: str, selection: Selection) -> Export:
    """Read the articles of a selection from the database at `url`. Raises StorageError, also during iteration."""
    wanted: list[ColumnElement[bool]] = conditions(selection)
    if selection.needs_words:
        wanted = [articles.c.id.in_(backend_of(url).matching(selection))]
    with _reading(url, selection) as connection:
        total = connection.execute(select(func.count()).select_from(articles).where(*wanted)).scalar_one()
    return Export(total, _rows(url, selection, wanted))


@contextmanager
def _reading(url: str, selection: Selection) -> Iterator[Connection]:
    with read_connection(url) as connection:
        if selection.needs_words:
            backend_of(url).prepare(connection)
        yield connection


def _rows(url: str, selection: Selection, wanted: list[ColumnElement[bool]]) -> Iterator[tuple[Any, ...]]:
    columns = [articles.c[name] for name in COLUMNS]
    with _reading(url, selection) as connection:
        found = connection.execution_options(yield_per=BATCH).execute(
            select(*columns).where(*wanted).order_by(articles.c.id)
        )
        for partition in found.partitions():
            yield from map(tuple, partition)
