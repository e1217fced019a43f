"""Which article leads the copies of one text."""

from __future__ import annotations

from sqlalchemy import Connection, func, or_, select, update

from newscrawl.storage.schema import articles


def relink(connection: Connection, content_hash: str) -> None:
    """Let the oldest publication of a text lead, and every other article with that text point to it."""
    same_text = articles.c.content_hash == content_hash
    oldest_first = (
        func.coalesce(articles.c.published_at, articles.c.first_seen_at),
        articles.c.first_seen_at,
        articles.c.id,
    )
    head = connection.execute(select(articles.c.id).where(same_text).order_by(*oldest_first).limit(1)).scalar()
    if head is None:
        return
    connection.execute(
        update(articles)
        .where(
            articles.c.id == head,
            or_(articles.c.duplicate_of.is_not(None), articles.c.similarity.is_not(None)),
        )
        .values(duplicate_of=None, similarity=None)
    )
    connection.execute(
        update(articles)
        .where(same_text, articles.c.id != head, articles.c.duplicate_of.is_distinct_from(head))
        .values(duplicate_of=head, similarity=1.0)
    )
