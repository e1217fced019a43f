"""Which articles are copies of one another, kept true in the transaction that changes an article."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam, delete, func, insert, or_, select, update

from newscrawl.dedupe import Reading, compare, near_duplicate_keys
from newscrawl.dedupe.fingerprints import agree, is_telling
from newscrawl.items import Candidate
from newscrawl.storage.schema import articles
from newscrawl.storage.schema import near_duplicate_keys as table

MOST_COMPARED = 100
"""Members of a group that are compared with each other, or measured against a new head, at a change."""

_LEADING = (
    articles.c.gone_at.is_not(None),
    func.coalesce(articles.c.published_at, articles.c.first_seen_at),
    articles.c.first_seen_at,
    articles.c.id,
)
"""The oldest publication that is still there comes first."""

_CHUNK = 500


@dataclass(frozen=True)
class Piece:
    """An article, as far as the verdict about copies asks for it."""

    reading: Reading
    content_hash: str
    title: str | None
    source: str | None

    @classmethod
    def of(cls, row: Any) -> Piece:
        """Read it from a row with the columns `PIECE`."""
        return cls(Reading(row.text), row.content_hash, row.title, row.source)

    def is_copy_of(self, other: Piece) -> bool:
        """Whether one would be found for the other, and holds."""
        is_same = self.content_hash == other.content_hash or are_copies(self.reading, other.reading)
        return is_same and self.is_story_of(other)

    def is_story_of(self, other: Piece) -> bool:
        """Whether two whose texts are copies are one story: not where these are a line that many pages have."""
        is_of_one_site = self.source is not None and self.source == other.source
        words = min(len(self.reading.words), len(other.reading.words))
        return is_telling(words, is_of_one_site=is_of_one_site) or agree(self.title, other.title)


PIECE = articles.c.text, articles.c.content_hash, articles.c.title, articles.c.source


def head_of(connection: Connection, article_id: int) -> int | None:
    """The article that another one points to, if it is still there: not every program keeps foreign keys."""
    head = articles.alias()
    joined = select(head.c.id).join(articles, articles.c.duplicate_of == head.c.id)
    return connection.execute(joined.where(articles.c.id == article_id)).scalar()


def group_of(connection: Connection, article_id: int) -> set[int]:
    """An article, its head, and all that point to either."""
    own = select(articles.c.duplicate_of).where(articles.c.id == article_id)
    head = connection.execute(own).scalar() or article_id
    followers = select(articles.c.id).where(or_(articles.c.duplicate_of == head, articles.c.id == head))
    return {article_id, *connection.execute(followers).scalars()}


def in_order(
    connection: Connection, ids: Collection[int], *columns: ColumnElement[Any], limit: int | None = None
) -> list[Row[Any]]:
    """Rows of articles, the one that is to lead first."""
    found = select(articles.c.id, *columns).where(articles.c.id.in_(ids)).order_by(*_LEADING).limit(limit)
    return list(connection.execute(found))


def lead(connection: Connection, ids: Collection[int], changed: int | None = None) -> None:
    """Let the oldest of a group lead, and all others point to it; what is right already is not written.

    What the article `changed` has in common with its head, or its copies with it, is measured again.
    """
    head, *others = in_order(connection, ids, articles.c.duplicate_of, articles.c.similarity)
    if head.duplicate_of is not None or head.similarity is not None:
        own = articles.c.id == head.id
        connection.execute(update(articles).where(own).values(duplicate_of=None, similarity=None))
    moved = [
        row.id
        for row in others
        if row.duplicate_of != head.id or row.similarity is None or changed in {row.id, head.id}
    ]
    for start in range(0, len(moved), _CHUNK):
        chunk = articles.c.id.in_(moved[start : start + _CHUNK])
        connection.execute(update(articles).where(chunk).values(duplicate_of=head.id))
    if moved:
        measure(connection, head.id, moved)


def measure(connection: Connection, head: int, ids: Sequence[int]) -> None:
    """Store how much articles have in common with their head: 1 for the same text, for others the Jaccard index.

    Of a big group the first are measured anew; the others keep what they had in common with the head before.
    """
    columns = articles.c.id, articles.c.content_hash, articles.c.similarity
    own_hash = articles.c.content_hash
    leader = connection.execute(select(own_hash, articles.c.text).where(articles.c.id == head)).one()
    reading = Reading(leader.text)
    measured: dict[int, float] = {}
    for start in range(0, len(ids), _CHUNK):
        chunk = articles.c.id.in_(ids[start : start + _CHUNK])
        same = chunk & (own_hash == leader.content_hash) & articles.c.similarity.is_distinct_from(1.0)
        connection.execute(update(articles).where(same).values(similarity=1.0))
        if start == 0:
            other = select(*columns, articles.c.text).where(chunk, own_hash != leader.content_hash)
            for row in connection.execute(other.limit(MOST_COMPARED)).all():
                similarity = compare(reading, Reading(row.text)).jaccard
                if similarity != row.similarity:
                    measured[row.id] = similarity
        unknown = chunk & articles.c.similarity.is_(None)
        connection.execute(update(articles).where(unknown).values(similarity=0.0))
    for article_id, similarity in measured.items():
        connection.execute(update(articles).where(articles.c.id == article_id).values(similarity=similarity))


def components(connection: Connection, ids: Collection[int]) -> list[set[int]]:
    """Cut a group into those whose texts are copies of each other, directly or by way of others."""
    rows = in_order(connection, ids, *PIECE, limit=MOST_COMPARED)
    found: list[tuple[set[int], list[Piece]]] = []
    for row in rows:
        own = Piece.of(row)
        apart, joined, members = [], {row.id}, [own]
        for component, pieces in found:
            if any(piece.is_copy_of(own) for piece in pieces):
                joined |= component
                members = pieces + members
            else:
                apart.append((component, pieces))
        found = [*apart, (joined, members)]
    return [component for component, _ in found]


def are_copies(one: Reading, other: Reading) -> bool:
    """Whether one text would be found for the other, and holds."""
    return not one.keys.isdisjoint(other.keys) and compare(one, other).is_copy


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
