"""Articles of a selection one after the other, from one snapshot and in constant memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from newscrawl.storage.backends import backend_of
from newscrawl.storage.reading import read_connection
from newscrawl.storage.schema import articles
from newscrawl.storage.selection import Selection, conditions

COLUMNS = tuple(str(column.name) for column in articles.columns if column.name != "blocks")
"""What of an article is exported, in the order of the table."""
BATCH = 500


@dataclass(frozen=True, slots=True)
class Export:
    """Articles to come, and how many."""

    total: int
    rows: Iterator[tuple[Any, ...]]
    """Values of COLUMNS, by id; times in UTC, lists as lists."""


def export(url: str, selection: Selection) -> Export:
    """Read the articles of a selection from the database at `url`. Raises StorageError, also while reading."""
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
