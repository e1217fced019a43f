"""What a run does on each source, counted in the transaction of the rows that it counts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, update

from newscrawl.health import Measures
from newscrawl.health.measures import LEFT
from newscrawl.items import Article, Candidate, Listing, Outcome
from newscrawl.storage.counts import Result
from newscrawl.storage.schema import run_sources


def tally(before: Mapping[str, Measures], done: Iterable[tuple[object, Result]]) -> dict[str, Measures]:
    """Return the measures of the sources that something was done on; those before stay as they are."""
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


def write_tally(connection: Connection, run_id: int, counted: Mapping[str, Measures], there: Collection[str]) -> None:
    """Store measures; `there` are the sources that have a row already."""
    for source, measures in counted.items():
        values: dict[str, Any] = {"measures": measures.as_json()}
        if source in there:
            is_own = (run_sources.c.run_id == run_id) & (run_sources.c.source == source)
            connection.execute(update(run_sources).where(is_own).values(**values))
        else:
            connection.execute(insert(run_sources).values(run_id=run_id, source=source, **values))


def lost_by(known: RowMapping, article: Article) -> tuple[str, ...]:
    """Return what a stored article had that its page does not show any more."""
    has_lost = {
        "text": article.word_count < LEFT * known["word_count"],
        "title": bool(known["title"]) and not article.title,
        "date": known["published_at"] is not None and article.published_at is None,
        "authors": bool(known["authors"]) and not article.authors,
    }
    return tuple(name for name, is_lost in has_lost.items() if is_lost)
