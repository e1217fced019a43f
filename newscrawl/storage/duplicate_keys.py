"""The keys under which the texts of articles are found again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import Connection, bindparam, delete, insert, select

from newscrawl.storage.schema import near_duplicate_keys as table

_HOLDERS = select(table.c.key, table.c.article_id).where(table.c.key.in_(bindparam("keys", expanding=True)))
_INSERT = insert(table)

MOST_HELD = 64
"""Articles stored under one key. What more share is a site's standing text, or a story found by these."""


@dataclass(frozen=True, slots=True)
class Sharing:
    """Who else is stored under the keys of a text."""

    articles: Counter[int] = field(default_factory=Counter)
    """Number of keys shared, by article id."""
    full: frozenset[int] = frozenset()
    """Keys that take no more articles."""


def sharing(connection: Connection, keys: Iterable[int], article_id: int) -> Sharing:
    """Look keys up: one statement, whose work is bounded by the number of keys."""
    found: Counter[int] = Counter()
    held: Counter[int] = Counter()
    for key, holder in connection.execute(_HOLDERS, {"keys": list(keys)}):
        if holder != article_id:
            found[holder] += 1
            held[key] += 1
    return Sharing(found, frozenset(key for key, count in held.items() if count >= MOST_HELD))


def store_keys(connection: Connection, article_id: int, keys: Iterable[int]) -> None:
    """Store an article under keys under which it is not stored yet."""
    rows = [{"key": key, "article_id": article_id} for key in keys]
    if rows:
        connection.execute(_INSERT, rows)


def drop_keys(connection: Connection, article_id: int, keys: Iterable[int]) -> None:
    """Forget an article under these keys. The table has no index by article, which would double it."""
    connection.execute(delete(table).where(table.c.key.in_(list(keys)), table.c.article_id == article_id))
