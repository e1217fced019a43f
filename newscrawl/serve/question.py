"""What a request asks for, read from its query string: the selection of a search, and its place in the results."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Self
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from newscrawl.search.query import QueryError
from newscrawl.storage.selection import Selection
from newscrawl.text import tidy

PAGE = 20
"""Results on a page."""
MOST_PAGES = 50
"""Pages of results. Who needs more narrows the search, or exports."""
LARGEST_ID = 2**31 - 1
"""PostgreSQL's integer ends here."""
_LONGEST = 1_000
"""Characters of a value that are read."""


class BadQuestion(ValueError):  # noqa: N818 - the fault is the question's
    """A request that cannot be understood. The message is one line for the user."""


@dataclass(frozen=True, slots=True)
class Question:
    """A search as a person fills in its form; what is empty matches everything."""

    q: str = ""
    source: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    section: str = ""
    author: str = ""
    since: date | None = None
    until: date | None = None
    all_copies: bool = False
    page: int = 1

    @classmethod
    def of(cls, given: QueryParams) -> Self:
        """Read a query string; parameters that mean nothing here are passed over. Raises BadQuestion."""
        return cls(
            q=text_of(given, "q"),
            source=texts_of(given, "source"),
            language=texts_of(given, "language"),
            section=text_of(given, "section"),
            author=text_of(given, "author"),
            since=day_of(given, "since"),
            until=day_of(given, "until"),
            all_copies=flag_of(given, "all_copies"),
            page=number_of(given, "page", 1, MOST_PAGES),
        )

    @property
    def selection(self) -> Selection:
        """The articles that are asked for. Raises BadQuestion."""
        try:
            return Selection.of(
                self.q,
                since=self.since,
                until=self.until,
                sources=self.source,
                languages=self.language,
                section=self.section,
                author=self.author,
                all_copies=self.all_copies,
            )
        except QueryError as error:
            raise BadQuestion(str(error)) from None

    @property
    def has_filters(self) -> bool:
        """Whether more is asked for than words."""
        return replace(self, q="", page=1) != Question()

    def href(self, path: str = "/", **changes: Any) -> str:
        """Return the address of a page that asks this with some changes: of page 1, unless that is one of them."""
        changed = replace(self, **({"page": 1} | changes))
        values: list[tuple[str, str]] = [("q", changed.q)] if changed.q else []
        values += [("source", name) for name in changed.source]
        values += [("language", code) for code in changed.language]
        named = ("section", "author", "since", "until")
        values += [(name, str(getattr(changed, name))) for name in named if getattr(changed, name)]
        values += [("all_copies", "1")] if changed.all_copies else []
        values += [("page", str(changed.page))] if changed.page > 1 else []
        return f"{path}?{urlencode(values)}" if values else path


def text_of(given: QueryParams, name: str) -> str:
    """Return a value as one line without control characters; empty if there is none."""
    return " ".join(tidy(given.get(name, "")[:_LONGEST]).split())


def texts_of(given: QueryParams, name: str) -> tuple[str, ...]:
    """Return all values that are not empty, each once."""
    values = (" ".join(tidy(value[:_LONGEST]).split()) for value in given.getlist(name)[:100])
    return tuple(dict.fromkeys(value for value in values if value))


def day_of(given: QueryParams, name: str) -> date | None:
    """Return a day, as in 2020-09-01. Raises BadQuestion."""
    value = text_of(given, name)
    if not value:
        return None
    try:
        if len(value) != len("2020-09-01"):
            raise ValueError(value)
        return date.fromisoformat(value)
    except ValueError:
        raise BadQuestion(f"{name} must be a day, as in 2020-09-01") from None


def number_of(given: QueryParams, name: str, default: int, most: int) -> int:
    """Return a number from 1 to `most`. Raises BadQuestion."""
    value = given.get(name, "")
    if not value:
        return default
    if not (value.isascii() and value.isdecimal()) or len(value) > 10 or not 1 <= int(value) <= most:
        raise BadQuestion(f"{name} must be a number from 1 to {most:,}")
    return int(value)


def flag_of(given: QueryParams, name: str) -> bool:
    """Return whether something is switched on. Raises BadQuestion."""
    value = given.get(name, "").lower()
    if value in {"", "0", "false"}:
        return False
    if value in {"1", "true", "on"}:
        return True
    raise BadQuestion(f"{name} must be true or false")
