"""Duplicate articles: `duplicate_of` links, updated in the same transaction as the article that changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam, delete, func, insert, or_, select, update

from newscrawl.dedupe import Reading, compare, near_duplicate_keys
from newscrawl.dedupe.fingerprints import is_distinctive, titles_agree
from newscrawl.items import Candidate
from newscrawl.storage.schema import articles
from newscrawl.storage.schema import near_duplicate_keys as table

MOST_COMPARED = 100
"""Maximum members of a group that are compared with each other, or with a new head, when one changes."""

MOST_HELD = 64
"""Maximum articles stored per key. More would be boilerplate, or a story that these already find. Also how many titles
a text is compared with that is too short to be told by itself."""

MOST_VERIFIED = 8
"""Maximum stored texts that one text is compared with, those with the most common keys first."""

PLAUSIBLE = timedelta(hours=3)
"""How long before it was first seen an article may say it was published, to be ranked by that among those of other
sites: a crawl an hour sees most within one. Whoever claims more is ranked by when it was seen."""

_RANKED = (
    articles.c.id,
    articles.c.gone_at,
    articles.c.origin,
    articles.c.source,
    articles.c.published_at,
    articles.c.published_precision,
    articles.c.seen_at,
    articles.c.first_seen_at,
)
"""What the rank of an article in its group depends on."""

_CHUNK = 500
_NOBODY = 0
"""An id that no article has."""


@dataclass(frozen=True)
class Piece:
    """What the comparison of two articles needs."""

    reading: Reading
    content_hash: str
    title: str | None
    source: str | None

    @classmethod
    def of(cls, row: Any) -> Piece:
        """Read a row with the columns `PIECE`."""
        return cls(Reading(row.text), row.content_hash, row.title, row.source)

    def is_copy_of(self, other: Piece) -> bool:
        """Whether the two are duplicates, and their keys would find each other."""
        is_same = self.content_hash == other.content_hash or are_copies(self.reading, other.reading)
        return is_same and self.is_story_of(other)

    def is_story_of(self, other: Piece) -> bool:
        """Whether two articles with the same text are one story, rather than pages with the same standing line."""
        words = min(len(self.reading.words), len(other.reading.words))
        return self.may_be_story_of(other.title, other.source, words)

    def may_be_story_of(self, title: str | None, source: str | None, words: int | None = None) -> bool:
        """The same by what is known of the other article before its text is read."""
        is_of_one_site = self.source is not None and self.source == source
        words = len(self.reading.words) if words is None else words
        return is_distinctive(words, is_of_one_site=is_of_one_site) or titles_agree(self.title, title)


PIECE = articles.c.text, articles.c.content_hash, articles.c.title, articles.c.source

_HOLDERS = select(table.c.key, table.c.article_id).where(table.c.key.in_(bindparam("keys", expanding=True)))
_INSERT = insert(table)
_IS_OF_IDS = articles.c.id.in_(bindparam("ids", expanding=True))
_WITH_IDS = select(articles.c.id, articles.c.duplicate_of, *PIECE).where(_IS_OF_IDS)
_TITLES = select(articles.c.id, articles.c.duplicate_of, articles.c.title, articles.c.source)
_TITLES_OF_IDS = _TITLES.where(_IS_OF_IDS)
_TITLES_OF_HASH = (
    _TITLES.where(articles.c.content_hash == bindparam("hash"), articles.c.id != bindparam("but"))
    .order_by(articles.c.id)
    .limit(MOST_HELD)
)


def head_of(connection: Connection, article_id: int) -> int | None:
    """Return the head that an article points to; None if it has none, or if another program deleted it."""
    head = articles.alias()
    joined = select(head.c.id).join(articles, articles.c.duplicate_of == head.c.id)
    return connection.execute(joined.where(articles.c.id == article_id)).scalar()


def group_of(connection: Connection, article_id: int) -> set[int]:
    """Return the ids of an article, its head, and all that point to either."""
    own = select(articles.c.duplicate_of).where(articles.c.id == article_id)
    head = connection.execute(own).scalar() or article_id
    followers = select(articles.c.id).where(or_(articles.c.duplicate_of == head, articles.c.id == head))
    return {article_id, *connection.execute(followers).scalars()}


def heads_of(connection: Connection, ids: Iterable[int]) -> set[int]:
    """Return the heads of the groups of articles; one without duplicates is its own."""
    heads = select(func.coalesce(articles.c.duplicate_of, articles.c.id)).where(_IS_OF_IDS)
    return set(connection.execute(heads, {"ids": list(ids)}).scalars())


def _standing(row: Row[Any]) -> tuple[bool, bool]:
    """What comes first, whatever the dates: an article that is there, then one that was fetched."""
    return row.gone_at is not None, row.origin != "fetched"


def _by_sight(row: Row[Any]) -> tuple[tuple[bool, bool], datetime, datetime, int]:
    """Rank of an article among those of other sites, whose claims prove nothing: by when newscrawl saw it."""
    seen, claimed = row.seen_at or row.first_seen_at, row.published_at
    is_plausible = claimed is not None and row.published_precision != "day" and seen - PLAUSIBLE <= claimed <= seen
    return _standing(row), claimed if is_plausible else seen, seen, row.id


def _by_claim(row: Row[Any]) -> tuple[datetime, datetime, int]:
    """Rank of an article within its site: by its date."""
    seen = row.seen_at or row.first_seen_at
    return row.published_at or seen, seen, row.id


def in_order(connection: Connection, ids: Collection[int], *columns: ColumnElement[Any]) -> list[Row[Any]]:
    """Return rows of articles, with the one that should be the head first.

    That is the earliest, by its date, of the site that newscrawl saw the story on first.
    """
    chosen, wanted = select(*_RANKED, *columns).where(_IS_OF_IDS), list(ids)
    rows: list[Row[Any]] = []
    for start in range(0, len(wanted), _CHUNK):  # PostgreSQL takes no more than 65,535 parameters
        rows += connection.execute(chosen, {"ids": wanted[start : start + _CHUNK]}).all()
    if not rows:
        return []
    ranked = sorted(rows, key=_by_sight)
    first = ranked[0]
    own = [row for row in ranked if row.source == first.source and _standing(row) == _standing(first)]
    head = min(own, key=_by_claim) if first.source is not None else first
    return [head, *(row for row in ranked if row is not head)]


def link_group(connection: Connection, ids: Collection[int], changed: int | None = None) -> None:
    """Make the first article of a group its head, and let all others point to it; write only what changes.

    The similarity of the article `changed` to its head, or of its duplicates to it, is computed again.
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
    """Store the similarity of articles to their head: 1 for the same text, else the Jaccard index.

    In a large group only the first are computed; the others keep their similarity to the previous head.
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
    """Split a group into connected components of duplicates."""
    compared = [row.id for row in in_order(connection, ids)[:MOST_COMPARED]]
    rows = {row.id: row for row in connection.execute(_WITH_IDS, {"ids": compared})}
    found: list[tuple[set[int], list[Piece]]] = []
    for row in (rows[one] for one in compared):
        own = Piece.of(row)
        apart, joined, members = [], {int(row.id)}, [own]
        for component, pieces in found:
            if any(piece.is_copy_of(own) for piece in pieces):
                joined |= component
                members = pieces + members
            else:
                apart.append((component, pieces))
        found = [*apart, (joined, members)]
    return [component for component, _ in found]


def are_copies(one: Reading, other: Reading) -> bool:
    """Whether two texts have a key in common and are near-duplicates."""
    return not one.keys.isdisjoint(other.keys) and compare(one, other).is_copy


@dataclass(frozen=True, slots=True)
class Sharing:
    """Other articles stored under the keys of a text."""

    articles: Counter[int] = field(default_factory=Counter)
    """Number of common keys, by article id."""
    full: frozenset[int] = frozenset()
    """Keys that take no more articles."""


def sharing(connection: Connection, keys: Iterable[int], article_id: int) -> Sharing:
    """Look up keys in one statement, whose cost is bounded by their number."""
    found: Counter[int] = Counter()
    held: Counter[int] = Counter()
    for key, holder in connection.execute(_HOLDERS, {"keys": list(keys)}):
        if holder != article_id:
            found[holder] += 1
            held[key] += 1
    return Sharing(found, frozenset(key for key, count in held.items() if count >= MOST_HELD))


def store_keys(connection: Connection, article_id: int, keys: Iterable[int]) -> None:
    """Store an article under keys that it does not have yet."""
    rows = [{"key": key, "article_id": article_id} for key in keys]
    if rows:
        connection.execute(_INSERT, rows)


def drop_keys(connection: Connection, article_id: int, keys: Iterable[int]) -> None:
    """Delete an article's entries for these keys; the table has no index by article, which would double its size."""
    connection.execute(delete(table).where(table.c.key.in_(list(keys)), table.c.article_id == article_id))


@dataclass(frozen=True, slots=True)
class Copies:
    """Stored duplicates of an article that is not stored yet."""

    ids: set[int]
    """One article of each group of duplicates."""
    keys: frozenset[int]
    """Keys to store the article under."""


def find_copies(connection: Connection, item: Candidate) -> Copies:
    """Find the duplicates of an article that is not stored."""
    article = item.extraction.article
    piece = Piece(Reading(article.text), item.content_hash, article.title, article.source)
    keys = piece.reading.keys if item.near_duplicate_keys is None else frozenset(item.near_duplicate_keys)
    found = sharing(connection, keys, _NOBODY)
    return Copies(_verified(connection, _NOBODY, piece, found.articles), keys - found.full)


def has_twin_text(connection: Connection, article_id: int, source: str | None, content_hash: str) -> bool:
    """Whether another article of a source has exactly this text."""
    is_it = articles.c.content_hash == content_hash, articles.c.source == source, articles.c.id != article_id
    return connection.execute(select(articles.c.id).where(*is_it).limit(1)).first() is not None


def add_links(connection: Connection, article_id: int, copies: Copies) -> None:
    """Link a new article with its duplicates."""
    store_keys(connection, article_id, copies.keys)
    heads = heads_of(connection, copies.ids) if copies.ids else set()
    if len(heads) == 1 and _is_led_by(connection, article_id, *heads):
        link_group(connection, {article_id, *heads})
    elif heads:
        link_group(connection, {article_id}.union(*(group_of(connection, head) for head in heads)))


def _is_led_by(connection: Connection, article_id: int, head: int) -> bool:
    """Whether the head of a group leads a new article too, by the two alone: a group may be very large.

    Who was seen after the head was seen after the first of the group, and so changes nothing but within its own site.
    """
    one, other = sorted(in_order(connection, {article_id, head}), key=_by_sight)
    is_of_one_site = one.source == other.source and _standing(one) == _standing(other)
    return one.id == head and not (is_of_one_site and one.source is not None and _by_claim(other) < _by_claim(one))


def change_links(connection: Connection, article_id: int, earlier: str) -> None:
    """Update the links of an article whose text was `earlier` before: it may leave, join, merge or split groups."""
    piece = _stored(connection, article_id)
    drop_keys(connection, article_id, piece.reading.keys.union(near_duplicate_keys(earlier)))
    keys = piece.reading.keys
    found = sharing(connection, keys, article_id)
    store_keys(connection, article_id, keys - found.full)
    regroup(connection, article_id, _verified(connection, article_id, piece, found.articles))


def reelect_head(connection: Connection, article_id: int) -> None:
    """Choose the head of an article's group again, after its date or origin changed, or it went or came back."""
    link_group(connection, group_of(connection, article_id))


def remove_links(connection: Connection, article_id: int) -> None:
    """Remove an article that is about to be deleted from its group; the next becomes the head."""
    drop_keys(connection, article_id, _stored(connection, article_id).reading.keys)
    rest = group_of(connection, article_id) - {article_id}
    link_group(connection, {article_id})
    for part in components(connection, rest):
        link_group(connection, part)


def check_links(connection: Connection, article_id: int) -> None:
    """Recompute the links of an article whose keys are stored; fast if it still is a duplicate of its head."""
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
    """Recompute which articles belong together, of an article's group and the groups of its duplicates."""
    own = group_of(connection, article_id)
    joined = {article_id}.union(*(group_of(connection, copy) for copy in copies if copy not in own))
    if len(own | joined) > MOST_COMPARED:
        # Bounded work: only the article itself moves.
        joined |= own if not own.isdisjoint(copies) else set()
        parts = [part for part in (joined, own - joined) if part]
    else:
        parts = components(connection, own | joined)
    for part in parts:
        link_group(connection, part, changed=article_id)


def _stored(connection: Connection, article_id: int) -> Piece:
    return Piece.of(connection.execute(select(*PIECE).where(articles.c.id == article_id)).one())


def _verified(connection: Connection, article_id: int, piece: Piece, shared: Counter[int]) -> set[int]:
    """Return the candidates whose texts are duplicates of an article's, one of each group."""
    same = connection.execute(_TITLES_OF_HASH, {"hash": piece.content_hash, "but": article_id}).all()
    equal = next((row for row in same if piece.may_be_story_of(row.title, row.source)), None)
    copies = {equal.id} if equal else set()
    groups = {equal.duplicate_of or equal.id} if equal else set()
    candidates = sorted(shared, key=lambda candidate: (-shared[candidate], candidate))
    if not is_distinctive(len(piece.reading.words), is_of_one_site=True):
        titles = {row.id: row for row in connection.execute(_TITLES_OF_IDS, {"ids": candidates[:MOST_HELD]})}
        found = (titles[candidate] for candidate in candidates if candidate in titles)
        candidates = [row.id for row in found if piece.may_be_story_of(row.title, row.source)]
    candidates = candidates[:MOST_VERIFIED]
    if not candidates:
        return copies
    rows = {row.id: row for row in connection.execute(_WITH_IDS, {"ids": candidates})}
    for row in (rows[candidate] for candidate in candidates if candidate in rows):
        group, other = row.duplicate_of or row.id, Piece.of(row)
        if group not in groups and compare(piece.reading, other.reading).is_copy and piece.is_story_of(other):
            copies.add(row.id)
            groups.add(group)
    return copies
