"""The tables of a lake of files, cut into days: which days changed, and the rows of a day."""

from __future__ import annotations

import hashlib
import os
from array import array
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, FromClause, Select, func, select

from newscrawl.search.query import folded
from newscrawl.storage.backends import location, parse_url
from newscrawl.storage.engine import read_connection
from newscrawl.storage.schema import article_revisions, article_words, articles, pages
from newscrawl.storage.search import COLUMNS

FORMAT = 1
"""Raised whenever all files must be written again, because they would hold something else."""

MOST_IDS = 10_000_000
"""Rows whose ids are held in memory at a time, 8 bytes each. For more, the days to write are looked up in parts."""

Day = date | None
"""In UTC; None for rows without any date."""

_CHUNK = 500
_TEXTS = frozenset({"title", "description", "text", "authors", "section", "tags", "image_url", "images"})
"""Columns that change only together with `updated_at`, or never. Reading them would take most of a comparison."""
_OF_CRAWLS = frozenset(
    {"etag", "last_modified", "discovered_from", "next_fetch_at", "failures", "retry_at", "taken_by", "run_id"}
)
"""Columns of `pages` that only crawls need. They change with every visit."""


@dataclass(frozen=True, slots=True)
class LakeTable:
    """A table of the lake, with a file for each day."""

    name: str
    columns: tuple[str, ...]
    key: Column[int]
    moment: ColumnElement[datetime | None]
    """Decides the day of a row."""
    facts: tuple[Column[Any], ...]
    """Some of these change whenever a row does."""
    origin: FromClause
    """What `key`, `moment` and `facts` are selected from."""
    rows: Select[Any]
    """All rows, ordered by `key`."""
    values_of: Callable[[Any], tuple[Any, ...]] = tuple
    """Makes the values of `columns` from a row."""


def _article(row: Any) -> tuple[Any, ...]:
    """Add the folded words: a line each for title, lead and text, with a space before and behind every word."""
    *values, title, description, text = row
    if text is None:  # not indexed yet
        title, description, text = (folded(row._mapping[name]) for name in ("title", "description", "text"))
    lines = " \n ".join(filter(None, (title, description, text)))
    return (*values, f" {lines} ")


_OF_ARTICLE = func.coalesce(articles.c.published_at, articles.c.fetched_at)
_REVISION_COLUMNS = tuple(str(column.name) for column in article_revisions.columns)
_PAGE_COLUMNS = tuple(str(column.name) for column in pages.columns if column.name not in _OF_CRAWLS)
_WORDS = [article_words.c[name].label(f"{name}_words") for name in ("title", "description", "text")]

TABLES = (
    LakeTable(
        name="articles",
        columns=(*COLUMNS, "words"),
        key=articles.c.id,
        moment=_OF_ARTICLE,
        facts=tuple(articles.c[name] for name in COLUMNS if name not in _TEXTS),
        origin=articles,
        rows=select(*(articles.c[name] for name in COLUMNS), *_WORDS)
        .select_from(articles.outerjoin(article_words, article_words.c.article_id == articles.c.id))
        .order_by(articles.c.id),
        values_of=_article,
    ),
    LakeTable(
        name="article_revisions",
        columns=_REVISION_COLUMNS,
        key=article_revisions.c.id,
        moment=_OF_ARTICLE,
        facts=tuple(article_revisions.c[name] for name in _REVISION_COLUMNS if name not in _TEXTS),
        origin=article_revisions.join(articles, articles.c.id == article_revisions.c.article_id),
        rows=select(article_revisions).order_by(article_revisions.c.id),
    ),
    LakeTable(
        name="pages",
        columns=_PAGE_COLUMNS,
        key=pages.c.id,
        moment=func.coalesce(pages.c.queued_at, pages.c.fetched_at),
        facts=tuple(pages.c[name] for name in _PAGE_COLUMNS),
        origin=pages,
        rows=select(*(pages.c[name] for name in _PAGE_COLUMNS)).order_by(pages.c.id),
    ),
)


@dataclass(slots=True)
class DayState:
    """The rows that a table has of a day."""

    count: int = 0
    ids: array[int] | None = field(default_factory=lambda: array("q"))
    """Of all rows, ascending; None if they were too many to keep."""
    hash: Any = field(default_factory=lambda: hashlib.blake2b(str(FORMAT).encode(), digest_size=16))

    @property
    def signature(self) -> str:
        """Another one after any row of the day was added, changed or deleted."""
        return str(self.hash.hexdigest())


@dataclass(frozen=True, slots=True)
class LakeReader:
    """Reads all tables as of one moment. Methods raise StorageError."""

    connection: Connection
    most_ids: int = MOST_IDS

    def days(self, table: LakeTable) -> dict[Day, DayState]:
        """Return the state of every day of a table."""
        found: dict[Day, DayState] = {}
        facts = select(table.key, table.moment, *table.facts).select_from(table.origin).order_by(table.key)
        for number, row in enumerate(self._streamed(facts)):
            if number == self.most_ids:
                for one in found.values():
                    one.ids = None
            state = found.get(_day(row[1]))
            if state is None:
                state = found[_day(row[1])] = DayState(ids=array("q") if number < self.most_ids else None)
            state.count += 1
            state.hash.update(repr(tuple(row)).encode())
            if state.ids is not None:
                state.ids.append(row[0])
        return found

    def ids(self, table: LakeTable, days: Collection[Day]) -> dict[Day, array[int]]:
        """Return the ids of the rows of some days, ascending."""
        found: dict[Day, array[int]] = {day: array("q") for day in days}
        for row in self._streamed(select(table.key, table.moment).select_from(table.origin).order_by(table.key)):
            ids = found.get(_day(row[1]))
            if ids is not None:
                ids.append(row[0])
        return found

    def rows(self, table: LakeTable, ids: Sequence[int]) -> Iterator[tuple[Any, ...]]:
        """Yield the rows with some ids, which ascend."""
        for start in range(0, len(ids), _CHUNK):
            chunk = table.rows.where(table.key.in_(list(ids[start : start + _CHUNK])))
            yield from map(table.values_of, self.connection.execute(chunk).all())

    def _streamed(self, statement: Any) -> Iterator[Any]:
        with self.connection.execute(statement.execution_options(yield_per=_CHUNK)) as result:
            for partition in result.partitions():
                yield from partition


def _day(moment: datetime | None) -> Day:
    return None if moment is None else moment.date()


def database_name(url: str) -> str:
    """Name a database, the same for every user and driver: its file, or its server and name. Raises StorageError."""
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        return os.path.realpath(location(parsed))
    return f"{parsed.host or parsed.query.get('host') or 'localhost'}:{parsed.port or 5432}/{parsed.database}"


@contextmanager
def lake_reader(url: str) -> Iterator[LakeReader]:
    """Open the database at `url` to read whole days. Raises StorageError."""
    with read_connection(url) as connection:
        yield LakeReader(connection)
