"""What a run did."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from newscrawl.items import Block
from newscrawl.storage.counts import Counts
from newscrawl.storage.engine import explained, open_engine
from newscrawl.storage.schema import articles, pages, runs


@dataclass(frozen=True, slots=True)
class ArticleReport:
    """An article as a run left it, for a person to look over."""

    title: str | None
    source: str | None
    url_key: str
    words_kept: int
    words_dropped: int


@dataclass(frozen=True, slots=True)
class RunReport:
    """What a run did, with its first articles."""

    counts: Counts
    articles: tuple[ArticleReport, ...]
    article_count: int
    total_articles: int
    """All articles in the database, of this and every earlier run."""


def report_run(url: str, run_id: int, limit: int = 10) -> RunReport:
    """Report a run, with up to `limit` of its articles in the order of their addresses. Raises StorageError."""
    engine = open_engine(url)
    visited = select(pages.c.article_id).where(pages.c.run_id == run_id)
    of_run = select(articles).where(articles.c.id.in_(visited))  # each once, whatever addresses led to it
    with explained(engine), engine.connect() as connection:
        counts = Counts.from_json(connection.execute(select(runs.c.counts).where(runs.c.id == run_id)).scalar_one())
        rows = connection.execute(of_run.order_by(articles.c.url_key).limit(limit)).all()
        article_count = connection.execute(select(func.count()).select_from(of_run.subquery())).scalar_one()
        total = connection.execute(select(func.count()).select_from(articles)).scalar_one()
    engine.dispose()
    reports = tuple(
        ArticleReport(
            title=row.title,
            source=row.source,
            url_key=row.url_key,
            words_kept=row.word_count,
            words_dropped=sum(Block(*block).words for block in row.blocks if block[2] is not None),
        )
        for row in rows
    )
    return RunReport(counts, reports, article_count, total)
