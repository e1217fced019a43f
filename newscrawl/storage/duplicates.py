"""Which articles are copies of one another, kept true in the transaction that changes an article."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from newscrawl.dedupe import Reading, compare, near_duplicate_keys
from newscrawl.items import Candidate
from newscrawl.storage.duplicate_groups import (
    MOST_COMPARED,
    PIECE,
    Piece,
    components,
    group_of,
    head_of,
    lead,
    measure,
)
from newscrawl.storage.duplicate_keys import drop_keys, sharing, store_keys
from newscrawl.storage.schema import articles

_NOBODY = 0
"""The id of no article."""

MOST_VERIFIED = 8
"""Stored texts that one text is compared with, those first with which it shares the most keys."""

_PIECES = select(articles.c.id, articles.c.duplicate_of, *PIECE)
_WITH_HASH = _PIECES.where(articles.c.content_hash == bindparam("hash"), articles.c.id != bindparam("but")).limit(
    MOST_VERIFIED
)
_WITH_IDS = _PIECES.where(articles.c.id.in_(bindparam("ids", expanding=True)))


@dataclass(frozen=True, slots=True)
class Copies:
    """What a text that is not stored yet has in common with those that are."""

    ids: set[int]
    """Of each group of copies the first article that is found."""
    keys: frozenset[int]
    """Under which the text is to be stored."""


def find_copies(connection: Connection, item: Candidate) -> Copies:
    """Find the copies of an article that is not stored."""
    article = item.extraction.article
    piece = Piece(Reading(article.text), item.content_hash, article.title, article.source)
    keys = piece.reading.keys if item.near_duplicate_keys is None else frozenset(item.near_duplicate_keys)
    found = sharing(connection, keys, _NOBODY)
    return Copies(_verified(connection, _NOBODY, piece, found.articles), keys - found.full)


def add_links(connection: Connection, article_id: int, copies: Copies) -> None:
    """Link a new article with its copies."""
    store_keys(connection, article_id, copies.keys)
    if copies.ids:
        lead(connection, {article_id}.union(*(group_of(connection, copy) for copy in copies.ids)))


def change_links(connection: Connection, article_id: int, earlier: str) -> None:
    """Follow an article whose text was another one: it may leave its copies, join others, or part them."""
    piece = _stored(connection, article_id)
    drop_keys(connection, article_id, piece.reading.keys.union(near_duplicate_keys(earlier)))
    regroup(connection, article_id, _enter(connection, article_id, piece))


def change_lead(connection: Connection, article_id: int) -> None:
    """Choose the head of an article's group again, after its date changed, or it went or came back."""
    lead(connection, group_of(connection, article_id))


def remove_links(connection: Connection, article_id: int) -> None:
    """Take an article out, which is going to be deleted: the next oldest leads its copies."""
    drop_keys(connection, article_id, _stored(connection, article_id).reading.keys)
    rest = group_of(connection, article_id) - {article_id}
    lead(connection, {article_id})
    for part in components(connection, rest):
        lead(connection, part)


def check_links(connection: Connection, article_id: int) -> None:
    """Decide again about an article whose keys are stored; a copy that still is one of its head costs little."""
    piece = _stored(connection, article_id)
    held = sharing(connection, piece.reading.keys, article_id).articles
    copies = _verified(connection, article_id, piece, held)
    own = group_of(connection, article_id)
    head = head_of(connection, article_id)
    if head is not None and own.issuperset(copies) and piece.is_copy_of(_stored(connection, head)):
        measure(connection, head, [article_id])
        return
    if copies or len(own) > 1:
        regroup(connection, article_id, copies)


def regroup(connection: Connection, article_id: int, copies: Collection[int]) -> None:
    """Decide anew who belongs together of an article's group and the groups of its copies."""
    own = group_of(connection, article_id)
    joined = {article_id}.union(*(group_of(connection, copy) for copy in copies if copy not in own))
    if len(own | joined) > MOST_COMPARED:
        # Bounded work: only the article itself moves.
        joined |= own if not own.isdisjoint(copies) else set()
        parts = [part for part in (joined, own - joined) if part]
    else:
        parts = components(connection, own | joined)
    for part in parts:
        lead(connection, part, changed=article_id)


def _stored(connection: Connection, article_id: int) -> Piece:
    return Piece.of(connection.execute(select(*PIECE).where(articles.c.id == article_id)).one())


def _enter(connection: Connection, article_id: int, piece: Piece) -> set[int]:
    """Store an article under its keys, and return its copies."""
    keys = piece.reading.keys
    found = sharing(connection, keys, article_id)
    store_keys(connection, article_id, keys - found.full)
    return _verified(connection, article_id, piece, found.articles)


def _verified(connection: Connection, article_id: int, piece: Piece, shared: Counter[int]) -> set[int]:
    """Articles whose stored texts are copies of an article's; of each group the first that is found."""
    same = connection.execute(_WITH_HASH, {"hash": piece.content_hash, "but": article_id}).all()
    equal = next((row for row in same if piece.is_story_of(Piece.of(row))), None)
    copies = {equal.id} if equal else set()
    groups = {equal.duplicate_of or equal.id} if equal else set()
    candidates = sorted(shared, key=lambda candidate: (-shared[candidate], candidate))[:MOST_VERIFIED]
    if not candidates:
        return copies
    rows = {row.id: row for row in connection.execute(_WITH_IDS, {"ids": candidates})}
    for row in (rows[candidate] for candidate in candidates if candidate in rows):
        group, other = row.duplicate_of or row.id, Piece.of(row)
        if group not in groups and compare(piece.reading, other.reading).is_copy and piece.is_story_of(other):
            copies.add(row.id)
            groups.add(group)
    return copies
