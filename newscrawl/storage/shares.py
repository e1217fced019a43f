"""How much there is, of what, and what the runs did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Text, cast, func, select

from newscrawl.storage.reading import read_connection
from newscrawl.storage.schema import articles, runs
from newscrawl.storage.selection import Selection, conditions

_DAY = cast(func.date(articles.c.published_at), Text)
"""In UTC, which every connection of ours has as its zone."""


@dataclass(frozen=True, slots=True)
class Share:
    """The articles of one site, day or language."""

    name: str | None
    """None for those of which it is not known."""
    articles: int
    copies: int
    gone: int
    first: str | None
    """The day of the earliest, in UTC."""
    last: str | None


@dataclass(frozen=True, slots=True)
class Statistics:
    """All articles of a selection, whole and in parts."""

    total: Share
    by_source: tuple[Share, ...]
    by_language: tuple[Share, ...]
    by_day: tuple[Share, ...]
    """The newest days, the latest first."""


def statistics(url: str, selection: Selection, days: int = 14) -> Statistics:
    """Count articles, copies and gone ones included, in the database at `url`. Raises StorageError."""
    with read_connection(url) as connection:
        return Statistics(
            _shares(connection, selection, None)[0],
            tuple(_shares(connection, selection, articles.c.source)),
            tuple(_shares(connection, selection, articles.c.language)),
            tuple(_shares(connection, selection, _DAY, days)),
        )


def _shares(
    connection: Connection, selection: Selection, by: ColumnElement[Any] | None, days: int | None = None
) -> list[Share]:
    count = func.count()
    sums = (count, func.count(articles.c.duplicate_of), func.count(articles.c.gone_at), func.min(_DAY), func.max(_DAY))
    if by is None:
        return [Share("all", *connection.execute(select(*sums).where(*conditions(selection))).one())]
    grouped = select(by.label("name"), *sums).where(*conditions(selection)).group_by(by)
    if days is None:
        return [Share(*row) for row in connection.execute(grouped.order_by(count.desc(), by.nulls_first())).all()]
    return [Share(*row) for row in connection.execute(grouped.where(by.is_not(None)).order_by(by.desc()).limit(days))]


def last_runs(url: str, limit: int = 20, spider: str | None = None) -> list[dict[str, Any]]:
    """Rows of `runs`, the latest first. Raises StorageError."""
    wanted = [] if spider is None else [runs.c.spider == spider]
    with read_connection(url) as connection:
        rows = connection.execute(select(runs).where(*wanted).order_by(runs.c.id.desc()).limit(limit)).all()
    return [dict(row._mapping) for row in rows]
