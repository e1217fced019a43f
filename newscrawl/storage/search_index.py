"""The words of articles in their own table, folded by us; the database carries them into its index by triggers."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BindParameter, Connection, Row, bindparam, delete, func, insert, select

from newscrawl.search.query import folded
from newscrawl.storage.schema import article_words, articles, search_queue

MOST_INDEXED = 500
"""Articles that a transaction indexes, the newest first: all that it stored, and a part of what waited before."""

_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_NEWEST = select(search_queue.c.article_id).order_by(search_queue.c.article_id.desc()).limit(bindparam("limit"))
_TEXTS = select(
    articles.c.id, *(articles.c[name] for name in ("title", "description", "text", "authors", "section"))
).where(articles.c.id.in_(_IDS))
_FORGET = delete(article_words).where(article_words.c.article_id.in_(_IDS))
_DONE = delete(search_queue).where(search_queue.c.article_id.in_(_IDS))


def index_queued(connection: Connection, limit: int = MOST_INDEXED) -> int:
    """Index articles that wait for it, and return how many.

    A trigger queues every article that is added or changed, by whatever program, and takes its earlier words out.
    """
    ids = connection.execute(_NEWEST, {"limit": limit}).scalars().all()
    if not ids:
        return 0
    rows = connection.execute(_TEXTS, {"ids": ids}).all()
    connection.execute(_FORGET, {"ids": ids})
    if rows:
        connection.execute(insert(article_words), [_words(row) for row in rows])
    connection.execute(_DONE, {"ids": ids})
    return len(ids)


def count_queued(connection: Connection) -> int:
    """Return how many articles cannot be found yet."""
    return connection.execute(select(func.count()).select_from(search_queue)).scalar_one()


def _words(row: Row[tuple[object, ...]]) -> dict[str, object]:
    return {
        "article_id": row.id,
        "title": folded(row.title),
        "description": folded(row.description),
        "text": folded(row.text),
        "authors": folded("\n".join(row.authors or ())),
        "section": folded(row.section),
    }
