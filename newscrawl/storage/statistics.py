"""Counts of runs and articles. Those of a run are stored in the same transaction as the rows that they count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, RowMapping, Text, cast, func, insert, select, update

from newscrawl.health import Measures, Visited
from newscrawl.health.measures import LEFT
from newscrawl.items import Article, Candidate, DuePage, Extraction, Listing, Outcome, OutcomeName, PageKind, SiteShape
from newscrawl.storage.backends import backend_of
from newscrawl.storage.engine import read_connection
from newscrawl.storage.schema import articles, run_sources, runs
from newscrawl.storage.selection import Selection, conditions

_IN_WORDS: dict[OutcomeName, str] = {
    "stored": "stored",
    "unchanged": "unchanged",
    "no_article": "without an article",
    "failed": "failed",
    "gone": "gone",
    "listed": "listings read",
}
_DAY = cast(func.date(articles.c.published_at), Text)
"""In UTC, the time zone of all our connections."""


@dataclass(frozen=True, slots=True)
class Result:
    """What the store did with one item."""

    outcome: OutcomeName
    article_id: int | None = None
    is_elsewhere: bool = False
    """The page is an alternate URL of an article, which is fetched at its own URL."""
    revised: bool = False
    """The publisher changed the article, and its earlier text was saved."""
    news: int = 0
    """Number of articles that a listing names as new or modified."""
    forgotten: int = 0
    """Pages that are not known any more, because the site has too many."""
    bytes: int = 0
    """Bytes of texts or addresses that were written, about."""
    due: tuple[DuePage, ...] = ()
    """Pages for the run to fetch."""
    extraction: Extraction | None = None
    """The article as stored, without boilerplate."""
    shapes: tuple[SiteShape, ...] = ()
    """How the addresses of the site look, as far as is known."""
    kinds: frozenset[PageKind] = frozenset()
    """Of the listings of the site that are known."""
    covered: float = 0.0
    """The share of the site's latest articles that its sitemaps name."""
    retry_at: datetime | None = None
    """Until when the site asked not to be sent requests."""
    is_copy: bool = False
    """The new article is a duplicate."""
    lost: tuple[str, ...] = ()
    """What the page of a known article no longer has: text, title, date, authors, section, tags."""
    reason: str | None = None
    """Why an article is unchanged that may be another in its page: `not_replaced`."""
    instead: Outcome | None = None
    """What became of a page whose article was not stored, because it is worse than the one that is known."""
    visited: Visited | None = None
    """Input for the health of the site."""


@dataclass(slots=True)
class Counts:
    """Pages of a run by outcome, reasons why pages gave no article, and words kept and dropped."""

    outcomes: Counter[str] = field(default_factory=Counter)
    revisions: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    words_kept: int = 0
    words_dropped: Counter[str] = field(default_factory=Counter)

    def plus(self, done: Iterable[tuple[object, Result]]) -> Counts:
        """Return new counts that include the given results; the transaction may still fail, so self stays unchanged."""
        total = replace(
            self,
            outcomes=self.outcomes.copy(),
            reasons=self.reasons.copy(),
            words_dropped=self.words_dropped.copy(),
        )
        for item, result in done:
            if not isinstance(item, Candidate | Outcome | Listing):
                continue
            total.outcomes[result.outcome] += 1
            total.revisions += result.revised
            if isinstance(item, Outcome):
                total.reasons[item.reason] += 1
                continue
            reason = item.reason if isinstance(item, Listing) else result.reason
            total.reasons.update([reason] if reason else [])
            if result.forgotten:
                total.reasons["forgotten"] += result.forgotten
            if isinstance(item, Listing):
                continue
            for block in (result.extraction or item.extraction).blocks:
                if block.reason is None:
                    total.words_kept += block.words
                else:
                    total.words_dropped[block.reason] += block.words
        return total

    def as_json(self) -> dict[str, Any]:
        """Return the counts as stored in `runs.counts`."""
        return {
            "outcomes": dict(self.outcomes),
            "revisions": self.revisions,
            "reasons": dict(self.reasons),
            "words_kept": self.words_kept,
            "words_dropped": dict(self.words_dropped),
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Counts:
        """Read `runs.counts`."""
        return cls(
            Counter(stored["outcomes"]),
            stored["revisions"],
            Counter(stored["reasons"]),
            stored["words_kept"],
            Counter(stored["words_dropped"]),
        )

    def __str__(self) -> str:
        parts = [f"{self.outcomes[name]} {words}" for name, words in _IN_WORDS.items() if self.outcomes[name]]
        if self.revisions:
            parts.insert(1, f"{self.revisions} of them revised")
        reasons = ", ".join(f"{reason} {count}" for reason, count in self.reasons.most_common())
        dropped = ", ".join(f"{reason} {count}" for reason, count in self.words_dropped.most_common())
        return (
            (", ".join(parts) or "no pages")
            + (f" ({reasons})" if reasons else "")
            + f"; words kept {self.words_kept}, dropped {self.words_dropped.total()}"
            + (f" ({dropped})" if dropped else "")
        )


@dataclass(frozen=True, slots=True)
class Share:
    """Number of articles of one site, day or language."""

    name: str | None
    """None if the site, day or language is unknown."""
    articles: int
    copies: int
    gone: int
    first: str | None
    """Day of the earliest article, as YYYY-MM-DD in UTC."""
    last: str | None


@dataclass(frozen=True, slots=True)
class Statistics:
    """Numbers of articles of a selection."""

    total: Share
    by_source: tuple[Share, ...]
    by_language: tuple[Share, ...]
    by_day: tuple[Share, ...]
    """The latest day first."""


def statistics(url: str, selection: Selection, days: int = 14) -> Statistics:
    """Count articles in the database at `url`, with those that are duplicates or gone. Raises StorageError."""
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


Dimension = Literal["day", "month", "source", "language", "section"]
"""What `count_by` counts by; days and months are in UTC."""


def count_by(url: str, selection: Selection, by: Dimension, limit: int = 100) -> list[tuple[str | None, int]]:
    """Count the articles of a selection, words included, by a property; None stands for those that have none.

    Days and months come the latest first, the others the most frequent first. Raises StorageError.
    """
    column = {"day": _DAY, "month": func.substr(_DAY, 1, 7)}.get(by)
    is_date = column is not None
    column = articles.c[by] if column is None else column
    backend = backend_of(url)
    wanted = [articles.c.id.in_(backend.matching(selection))] if selection.needs_words else conditions(selection)
    counted = select(column.label("name"), func.count().label("articles")).where(*wanted).group_by(column)
    order = [column.desc()] if is_date else [func.count().desc(), column]
    if is_date:
        counted = counted.where(articles.c.published_at.is_not(None))
    with read_connection(url) as connection:
        if selection.needs_words:
            backend.prepare(connection)
        return [(row.name, row.articles) for row in connection.execute(counted.order_by(*order).limit(limit))]


def last_runs(url: str, limit: int = 20, spider: str | None = None, before: int | None = None) -> list[dict[str, Any]]:
    """Return rows of `runs`, the latest first; of those before the run `before`. Raises StorageError."""
    wanted = [] if spider is None else [runs.c.spider == spider]
    wanted += [] if before is None else [runs.c.id < before]
    with read_connection(url) as connection:
        rows = connection.execute(select(runs).where(*wanted).order_by(runs.c.id.desc()).limit(limit)).all()
    return [dict(row._mapping) for row in rows]


def count_measures(before: Mapping[str, Measures], done: Iterable[tuple[object, Result]]) -> dict[str, Measures]:
    """Return updated measures of the sources in `done`; `before` stays unchanged, as the transaction may fail."""
    counted: dict[str, Measures] = {}
    for item, result in done:
        if not isinstance(item, Candidate | Outcome | Listing) or result.visited is None:
            continue
        source = item.page.source if isinstance(item, Candidate) else item.source
        if source is None:
            continue
        if source not in counted:
            counted[source] = before[source].copy() if source in before else Measures()
        counted[source].count(item, result.visited, outcome=result.outcome, news=result.news)
    return counted


def write_measures(
    connection: Connection, run_id: int, counted: Mapping[str, Measures], existing: Collection[str]
) -> None:
    """Store measures; `existing` names the sources that already have a row."""
    for source, measures in counted.items():
        values: dict[str, Any] = {"measures": measures.as_json()}
        if source in existing:
            is_own = (run_sources.c.run_id == run_id) & (run_sources.c.source == source)
            connection.execute(update(run_sources).where(is_own).values(**values))
        else:
            connection.execute(insert(run_sources).values(run_id=run_id, source=source, **values))


def lost_facts(known: RowMapping, article: Article) -> tuple[str, ...]:
    """Return what a stored article had that its page no longer has."""
    has_lost = {
        "text": article.word_count < LEFT * known["word_count"],
        "title": bool(known["title"]) and not article.title,
        "date": known["published_at"] is not None and article.published_at is None,
        "authors": bool(known["authors"]) and not article.authors,
        "section": bool(known["section"]) and not article.section,
        "tags": bool(known["tags"]) and not article.tags,
    }
    return tuple(name for name, is_lost in has_lost.items() if is_lost)
