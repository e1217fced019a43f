"""Forget rows of `pages` that no crawl will need: pages without an article that are not visited again."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, and_, delete, or_, select

from newscrawl.storage.backends import backend_of
from newscrawl.storage.engine import write_transaction
from newscrawl.storage.schema import alarms, forgotten_pages, pages

_BATCH = 500


def forget_pages(engine: Engine, before: datetime, *, dry_run: bool = False) -> Counter[str]:
    """Delete the rows of pages that were last fetched before a moment and gave no article; return how many, by outcome.

    Guessed feeds and sitemaps that are not there are among them. A page stays if a visit is planned, if its article is
    stored or was deleted by the user, if it was skipped for its age (a run for earlier days fetches it), if a sitemap
    that is still read names it (it would be queued as new), if it is a listing that names other pages, or if an active
    alarm shows it. Works in short transactions.
    """
    counts: Counter[str] = Counter()
    after = 0
    while True:
        if dry_run:
            with engine.connect() as connection:
                found = _next(connection, before, after)
        else:
            with write_transaction(engine) as connection:
                found = _next(connection, before, after)
                connection.execute(delete(pages).where(pages.c.id.in_([page_id for page_id, _, _ in found])))
                for source, count in Counter(source for _, source, _ in found if source is not None).items():
                    count_forgotten(connection, source, count, datetime.now(UTC))
        if not found:
            return counts
        counts.update(outcome for _, _, outcome in found)
        after = found[-1][0]


def _next(connection: Connection, before: datetime, after: int) -> list[tuple[int, str | None, str]]:
    """Return id, source and outcome of the next pages to forget."""
    listing, named = pages.alias("listing"), pages.alias("named")
    shown = select(alarms.c.page_id).where(alarms.c.ended_at.is_(None), alarms.c.page_id.is_not(None))
    is_read = and_(listing.c.kind == "sitemap", listing.c.next_fetch_at.is_not(None))
    columns = pages.c.id, pages.c.source, pages.c.outcome
    found = (
        select(*columns)
        .select_from(pages.outerjoin(listing, listing.c.id == pages.c.discovered_from))
        .where(
            pages.c.id > after,
            or_(pages.c.outcome.in_(("no_article", "failed", "gone")), pages.c.reason == "not_there"),
            pages.c.article_id.is_(None),
            pages.c.next_fetch_at.is_(None),
            pages.c.url.is_not(None),
            pages.c.fetched_at < before,
            or_(pages.c.retry_at.is_(None), pages.c.retry_at < before),
            or_(listing.c.id.is_(None), ~is_read),
            pages.c.id.not_in(shown),
            ~select(named.c.id).where(named.c.discovered_from == pages.c.id).exists(),
        )
        .order_by(pages.c.id)
        .limit(_BATCH)
    )
    return [(row.id, row.source, row.outcome) for row in connection.execute(found).all()]


def count_forgotten(connection: Connection, source: str, count: int, now: datetime) -> None:
    """Add to the number of pages of a source that were forgotten."""
    values = {"source": source, "pages": count, "last_at": now}
    added = backend_of(connection.engine.url).insert(forgotten_pages).values(**values)
    more = {"pages": forgotten_pages.c.pages + count, "last_at": now}
    connection.execute(added.on_conflict_do_update(index_elements=["source"], set_=more))
