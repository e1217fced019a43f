"""Which articles a search, an export or a count is about, and how a search ranks them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement

from newscrawl.search.query import Phrase, Query
from newscrawl.storage.schema import articles

TITLE_WEIGHT, LEAD_WEIGHT = 8.0, 3.0
"""How much a word in the title and in the lead counts, beside one in the text."""
FRESH_DAYS = 30.0
"""Age at which an article has lost half of what being new gives it."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What articles are to be like; what is not set makes no difference."""

    query: Query = field(default_factory=Query)
    since: datetime | None = None
    until: datetime | None = None
    """The first moment that is too late. An article without a date is in no range of dates."""
    sources: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    section: Phrase = ()
    author: Phrase = ()
    all_copies: bool = False
    """Also copies of other articles, and what is gone from its site."""

    @property
    def needs_words(self) -> bool:
        """Whether it takes the index of words to answer."""
        return bool(self.query.phrases or self.query.without or self.section or self.author)


def conditions(
    selection: Selection, column: Callable[[str], ColumnElement[Any]] = articles.c.__getitem__
) -> list[ColumnElement[bool]]:
    """What of a selection the columns of an article decide, all but the words."""
    found: list[ColumnElement[bool]] = []
    if not selection.all_copies:
        found += [column("duplicate_of").is_(None), column("gone_at").is_(None)]
    if selection.since is not None:
        found.append(column("published_at") >= selection.since)
    if selection.until is not None:
        found.append(column("published_at") < selection.until)
    for name, values in (("source", selection.sources), ("language", selection.languages)):
        if len(values) == 1:
            found.append(column(name) == values[0])  # an index can give these in the order of their dates
        elif values:
            found.append(column(name).in_(values))
    return found
