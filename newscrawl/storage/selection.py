"""Which articles a search, export or count covers, and how a search ranks them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Self

from sqlalchemy import ColumnElement

from newscrawl.search.query import Phrase, Query, parse, phrase_of
from newscrawl.storage.schema import articles

TITLE_WEIGHT, LEAD_WEIGHT = 8.0, 3.0
"""Weight of a word in the title and in the lead, relative to one in the text."""
FRESH_DAYS = 30.0
"""Age in days at which an article has lost half of its freshness bonus."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Conditions that articles must meet; those not set match everything."""

    query: Query = field(default_factory=Query)
    since: datetime | None = None
    until: datetime | None = None
    """Exclusive. Articles without a date match no date range."""
    sources: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    section: Phrase = ()
    author: Phrase = ()
    all_copies: bool = False
    """Include duplicates, and articles that are gone from their site."""

    @classmethod
    def of(
        cls,
        typed: str = "",
        *,
        since: date | None = None,
        until: date | None = None,
        sources: Sequence[str] = (),
        languages: Sequence[str] = (),
        section: str = "",
        author: str = "",
        all_copies: bool = False,
    ) -> Self:
        """Return the selection that a person describes; days are in UTC, and `until` is the last. Raises QueryError."""
        return cls(
            query=parse(typed),
            since=_midnight(since),
            until=_midnight(until, timedelta(days=1)),
            sources=tuple(sources),
            languages=tuple(languages),
            section=phrase_of(section),
            author=phrase_of(author),
            all_copies=all_copies,
        )

    @property
    def needs_words(self) -> bool:
        """Whether the full-text index is needed."""
        return bool(self.query.phrases or self.query.without or self.section or self.author)


def _midnight(day: date | None, later: timedelta = timedelta()) -> datetime | None:
    if day is None:
        return None
    try:
        return datetime.combine(day, time(), UTC) + later
    except OverflowError:
        return None  # datetime has no later day, so there is no limit


def conditions(
    selection: Selection, column: Callable[[str], ColumnElement[Any]] = articles.c.__getitem__
) -> list[ColumnElement[bool]]:
    """Return the conditions on FILTER_COLUMNS: all of the selection but its words."""
    found: list[ColumnElement[bool]] = []
    if not selection.all_copies:
        found += [column("duplicate_of").is_(None), column("gone_at").is_(None)]
    if selection.since is not None:
        found.append(column("published_at") >= selection.since)
    if selection.until is not None:
        found.append(column("published_at") < selection.until)
    for name, values in (("source", selection.sources), ("language", selection.languages)):
        if len(values) == 1:
            found.append(column(name) == values[0])  # an index can return these sorted by date
        elif values:
            found.append(column(name).in_(values))
    return found
