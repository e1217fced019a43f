"""Folded words of articles in a table of their own; triggers of the database carry them into its full-text index."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BindParameter, Connection, Row, bindparam, delete, func, insert, select

from newscrawl.search.query import folded
from newscrawl.storage.schema import article_words, articles, search_queue

MOST_INDEXED = 500
"""Maximum articles indexed per transaction, newest first: all that it stored, and part of any backlog."""

_INDEXED = tuple(str(column.name) for column in article_words.columns if column.name != "article_id")
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_NEWEST = select(search_queue.c.article_id).order_by(search_queue.c.article_id.desc()).limit(bindparam("limit"))
_TEXTS = select(articles.c.id, *(articles.c[name] for name in _INDEXED)).where(articles.c.id.in_(_IDS))
_FORGET = delete(article_words).where(article_words.c.article_id.in_(_IDS))
_DONE = delete(search_queue).where(search_queue.c.article_id.in_(_IDS))


def index_queued(connection: Connection, limit: int = MOST_INDEXED) -> int:
    """Index queued articles, and return how many.

    A trigger queues every article that any program adds or changes, and deletes its old words.
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
    """Return how many articles are not searchable yet."""
    return connection.execute(select(func.count()).select_from(search_queue)).scalar_one()


def _words(row: Row[tuple[object, ...]]) -> dict[str, object]:
    values = {name: row._mapping[name] for name in _INDEXED}
    lines = {name: "\n".join(value) if isinstance(value, list) else value for name, value in values.items()}
    return {"article_id": row.id} | {name: folded(value) for name, value in lines.items()}
