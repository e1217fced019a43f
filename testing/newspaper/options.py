"""What a paper is: the facts of its articles, which its seed decides, and how it treats its visitors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from typing import Any, Literal, Self, get_args

from testing.newspaper.faults import Fault
from testing.newspaper.text import LANGUAGES, Language, grammar

FIRST_ID = 100_001
Unknown = Literal["404", "soft", "home"]
"""An address that there is not: an error, a page that says so with status 200, a redirect to the home page."""

SWITCHES = frozenset(
    (
        *("per_page", "amp", "mobile", "utm", "whole_feed", "session_ids", "unicode_paths", "crawl_delay", "disallow"),
        *("unknown", "sitemap_size", "sitemap_gzip", "sitemap_twice", "sitemap_self", "calendar"),
    )
)
"""Options that can change while the paper is read: none of them is a fact of an article."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """A paper as it stands on its first day. Without any it is well-behaved: every hazard is an option or a fault.

    Raises ValueError, one line, for what cannot be served.
    """

    sections: int = 8
    articles: int = 1000
    seed: int = 7
    now: datetime | None = None
    """The first instant of the site's clock; None is the hour in which it starts."""
    days: float = 60
    """Before ``now`` the oldest article appeared."""
    language: Language = "vi"
    multipage: float = 0.02
    """Share of articles in three pages."""
    copies: float = 0.02
    """Share of articles that have the text of an earlier one under an address of their own."""
    live: int = 1
    """Live blogs among the newest articles; they grow as the clock moves."""
    per_page: int = 20
    amp: bool = False
    mobile: bool = False
    utm: bool = False
    """Whether links in feeds and boxes say where they stand (``utm_source``)."""
    whole_feed: bool = False
    """Whether feeds of sections have the whole text of their articles."""
    session_ids: bool = False
    """Whether links of home and section pages have another ``?sid=`` in every response."""
    unicode_paths: bool = False
    """Whether addresses keep their letters: linked raw, and percent-encoded in either case."""
    crawl_delay: float | None = None
    disallow: tuple[str, ...] = ("/tim-kiem", "/in/")
    unknown: Unknown = "404"
    sitemap_size: int = 10_000
    """Most addresses in one sitemap of a month."""
    sitemap_gzip: bool = True
    """Whether every second month is named as ``.xml.gz``."""
    sitemap_twice: bool = False
    """Whether the index names each sitemap under two addresses."""
    sitemap_self: bool = False
    """Whether the index names itself."""
    calendar: bool = False
    """Whether the home page links a calendar without an end."""
    faults: tuple[Fault, ...] = ()

    def __post_init__(self) -> None:
        if self.language not in LANGUAGES:
            raise ValueError(f"language must be one of {', '.join(LANGUAGES)}, not {self.language!r}")
        most = len(grammar(self.language).sections)
        if not 1 <= self.sections <= most:
            raise ValueError(f"sections must be 1 to {most}, not {self.sections}")
        if self.articles < 0 or self.days <= 0 or self.per_page < 1 or self.sitemap_size < 1:
            raise ValueError("articles must not be negative; days, per_page and sitemap_size must be positive")
        if self.unknown not in get_args(Unknown):
            raise ValueError(f"unknown must be one of {', '.join(get_args(Unknown))}, not {self.unknown!r}")
        if self.now is not None and self.now.tzinfo is None:
            raise ValueError(f"now must have a time zone: {self.now.isoformat()}")

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Read what `as_json` wrote, or a person."""
        return cls(**_checked(cls, values))

    def switched(self, values: Mapping[str, Any]) -> Self:
        """Return the paper with other manners; ValueError for an option that is a fact of its articles."""
        fixed = sorted(set(values) - SWITCHES)
        if fixed:
            raise ValueError(f"{', '.join(fixed)} cannot change while the paper is read")
        return replace(self, **_checked(type(self), values))

    def as_json(self) -> dict[str, Any]:
        """All options, for a process of its own."""
        values = asdict(self)
        return values | {
            "now": self.now and self.now.isoformat(),
            "faults": [fault.as_json() for fault in self.faults],
        }


def _checked(kind: type[Options], values: Mapping[str, Any]) -> dict[str, Any]:
    known = {field.name for field in fields(kind)}
    unknown = sorted(set(values) - known)
    if unknown:
        raise ValueError(f"unknown option: {', '.join(unknown)}")
    read = dict(values)
    if isinstance(read.get("now"), str):
        read["now"] = datetime.fromisoformat(read["now"])
    if "faults" in read:
        read["faults"] = tuple(item if isinstance(item, Fault) else Fault.from_json(item) for item in read["faults"])
    if "disallow" in read:
        read["disallow"] = tuple(read["disallow"])
    return read
