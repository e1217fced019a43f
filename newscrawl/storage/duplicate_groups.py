"""Groups of copies: an article leads, and the others point to it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, or_, select, update

from newscrawl.dedupe import Reading, compare
from newscrawl.dedupe.titles import agree, is_telling
from newscrawl.storage.schema import articles

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
