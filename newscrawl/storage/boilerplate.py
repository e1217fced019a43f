"""Boilerplate of a site, learned in the database: blocks are counted in the transaction that stores an article."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Integer, Row, RowMapping, bindparam, delete, func, insert, select, update

from newscrawl.boilerplate.repeated import REMEMBERED, Holder, Judge, drop_templates, is_candidate, keys_of
from newscrawl.dedupe import content_hash
from newscrawl.items import Block, Candidate, kept_text
from newscrawl.storage.duplicates import change_links
from newscrawl.storage.engine import write_connection
from newscrawl.storage.revisions import is_same
from newscrawl.storage.rows import blocks_of, room_of, rooms_of, stored_blocks
from newscrawl.storage.schema import article_revisions, articles, site_block_articles, site_blocks

Cause = Literal["publisher", "template", "extractor"]
"""Why a stored text was replaced."""

SIGHTING_KEPT = timedelta(days=30)
"""How long after it was last seen a block is deleted that is not known to be boilerplate."""
TEMPLATE_KEPT = timedelta(days=400)
"""How long after it was last seen a block is deleted that is known to be boilerplate."""
MOST_BLOCKS = 200_000
"""Maximum blocks per source; beyond that the least recently seen are deleted."""

_PRUNE_INTERVAL = 1_000
"""Number of stored articles after which a long run prunes blocks again."""
_ARTICLES_AT_ONCE = 200
_CHUNK = 500
_NEW = -1
"""Id of an article that is not stored yet."""

_KNOWN = site_blocks.c.source == bindparam("source"), site_blocks.c.block_hash.in_(bindparam("keys", expanding=True))
_ROWS = select(site_blocks).where(*_KNOWN)
_NOT_KEPT = site_blocks.c.kept_at.is_(None)
_INSERT = insert(site_blocks)
_COUNTED = (
    update(site_blocks)
    .where(site_blocks.c.id == bindparam("row_id"))
    .values({name: bindparam(name) for name in ("articles", "last_seen_at", "template_at")})
)
_HELD = insert(site_block_articles).from_select(
    ["block_id", "article_id"], select(site_blocks.c.id, bindparam("holder", type_=Integer)).where(*_KNOWN)
)


@dataclass(slots=True)
class Sighting:
    """The blocks of a page compared with what is known of them. Nothing is written yet."""

    source: str
    article_id: int | None
    rows: dict[int, Row[Any]]
    """Rows of `site_blocks` for the blocks that the page has or had, by block key."""
    holders: dict[int, set[int]]
    """Ids of the articles that have a block, by the id of its row."""
    added: set[int]
    gone: set[int]
    lost: set[int]
    """Blocks that were dropped from this page as boilerplate and pruned since: they stay dropped."""
    verdicts: dict[int, bool] = field(default_factory=dict)
    """Whether a block is boilerplate, for blocks judged again because of this page."""

    @property
    def templates(self) -> set[int]:
        """The blocks that are boilerplate, given this page."""
        known = {key for key, row in self.rows.items() if row.template_at is not None}
        return {key for key in known | self.verdicts.keys() if self.verdicts.get(key, key in known)} | self.lost

    @property
    def changed(self) -> set[int]:
        """The blocks that this page made boilerplate, or article text again."""
        return {key for key, verdict in self.verdicts.items() if verdict != (self.rows[key].template_at is not None)}


def prune_blocks(connection: Connection, now: datetime) -> int:
    """Delete blocks that were not seen for long, and the excess of a source; return how many."""
    seen = site_blocks.c.last_seen_at
    is_old = (seen < now - SIGHTING_KEPT) & site_blocks.c.template_at.is_(None) | (seen < now - TEMPLATE_KEPT)
    pruned = connection.execute(delete(site_blocks).where(is_old, _NOT_KEPT)).rowcount
    sources = select(site_blocks.c.source).group_by(site_blocks.c.source).having(func.count() > MOST_BLOCKS)
    return pruned + sum(_prune_source(connection, source) for source in connection.execute(sources).scalars().all())


def _prune_source(connection: Connection, source: str) -> int:
    """Keep nine tenths of MOST_BLOCKS: what a person said and boilerplate first, then the most recently seen."""
    of_source = site_blocks.c.source == source
    order = (
        _NOT_KEPT,
        site_blocks.c.template_at.is_not(None).desc(),
        site_blocks.c.last_seen_at.desc(),
        site_blocks.c.id.desc(),
    )
    kept = select(site_blocks.c.id).where(of_source).order_by(*order).limit(MOST_BLOCKS * 9 // 10)
    return connection.execute(delete(site_blocks).where(of_source, site_blocks.c.id.not_in(kept))).rowcount


def _look(
    connection: Connection, source: str, article_id: int | None, page: Candidate, before: Sequence[Block]
) -> Sighting:
    """Look up the blocks of a page, and judge those that it gained or lost since `before`."""
    blocks = page.extraction.blocks
    holder = Holder(article_id or _NEW, blocks, page.block_keys)
    keys, earlier = {key for key in holder.keys if key is not None}, _counted(before)
    rows = _rows(connection, source, keys | earlier)
    holders = _holders(connection, [row.id for row in rows.values()])
    # Only the first REMEMBERED articles of a block are stored; for others, their stored blocks tell.
    had = {
        key
        for key, row in rows.items()
        if article_id in holders[row.id] or (key in earlier and row.articles > REMEMBERED)
    }
    dropped = {key for key, block in zip(keys_of(before), before, strict=True) if block.reason == "template"}
    lost = {key for key in dropped & keys - rows.keys() if key is not None}
    sighting = Sighting(source, article_id, rows, holders, added=keys - had, gone=(earlier - keys) & had, lost=lost)
    is_unchanged = [block.text for block in blocks if is_candidate(block)] == [
        block.text for block in before if is_candidate(block)
    ]
    _decide(connection, sighting, holder, is_unchanged=is_unchanged)
    return sighting


def _counted(blocks: Sequence[Block]) -> set[int]:
    return {key for key in keys_of(blocks) if key is not None}


def _rows(connection: Connection, source: str, keys: Iterable[int]) -> dict[int, Row[Any]]:
    found: dict[int, Row[Any]] = {}
    wanted = sorted(keys)
    for start in range(0, len(wanted), _CHUNK):
        for row in connection.execute(_ROWS, {"source": source, "keys": wanted[start : start + _CHUNK]}):
            found[row.block_hash] = row
    return found


def _holders(connection: Connection, block_ids: Sequence[int]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {block_id: set() for block_id in block_ids}
    for start in range(0, len(block_ids), _CHUNK):
        chosen = site_block_articles.c.block_id.in_(block_ids[start : start + _CHUNK])
        for block_id, article_id in connection.execute(select(site_block_articles).where(chosen)):
            found[block_id].add(article_id)
    return found


def _decide(connection: Connection, sighting: Sighting, page: Holder, *, is_unchanged: bool) -> None:
    judge, pages = Judge(), {page.article_id: page}
    asked = sighting.added | sighting.gone if is_unchanged else sighting.rows.keys() | sighting.added
    for key in sorted(asked & sighting.rows.keys()):
        row = sighting.rows[key]
        if row.kept_at is not None:
            continue
        ids, is_template = set(sighting.holders[row.id]), row.template_at is not None
        if key in sighting.gone:
            ids.discard(page.article_id)
        elif len(ids) < REMEMBERED:
            ids.add(page.article_id)
        if (is_template and row.articles > REMEMBERED) or (page.article_id not in ids and key not in sighting.gone):
            continue
        if len(ids) >= judge.threshold:
            _load(connection, ids - pages.keys(), pages)
            sighting.verdicts[key] = judge.is_template(key, [pages[one] for one in sorted(ids)])
        elif is_template and key in sighting.gone:
            sighting.verdicts[key] = False


def _load(connection: Connection, ids: Collection[int], pages: dict[int, Holder]) -> None:
    if ids:
        for row in connection.execute(select(articles.c.id, articles.c.blocks).where(articles.c.id.in_(ids))):
            pages[row.id] = Holder(row.id, blocks_of(row.blocks))


def _store_sighting(connection: Connection, sighting: Sighting, article_id: int, now: datetime) -> set[int]:
    """Store a sighting once its article is stored; return the ids of other articles whose blocks changed status."""
    changed = sighting.changed
    touched: set[int] = set()
    counted = []
    for key, row in sighting.rows.items():
        is_gone, template_at = key in sighting.gone, row.template_at
        if key in changed:
            template_at = now if sighting.verdicts[key] else None
            touched |= sighting.holders[row.id]
        articles_now = row.articles + (key in sighting.added) - is_gone
        seen_at = row.last_seen_at if is_gone else now
        counted.append(
            {"row_id": row.id, "articles": articles_now, "last_seen_at": seen_at, "template_at": template_at}
        )
    if counted:
        connection.execute(_COUNTED, counted)
    _update_holders(connection, sighting, article_id)
    _add_blocks(connection, sighting, article_id, now)
    if article_id % _PRUNE_INTERVAL == 0:
        prune_blocks(connection, now)
    return touched - {article_id}


def uncount_blocks(connection: Connection, source: str, blocks: Sequence[Block]) -> None:
    """Subtract an article that is about to be deleted; a foreign key removes it from `site_block_articles`."""
    keys = sorted(_counted(blocks))
    for start in range(0, len(keys), _CHUNK):
        its = (site_blocks.c.source == source) & site_blocks.c.block_hash.in_(keys[start : start + _CHUNK])
        connection.execute(delete(site_blocks).where(its, site_blocks.c.articles <= 1, _NOT_KEPT))
        connection.execute(update(site_blocks).where(its).values(articles=site_blocks.c.articles - 1))


def leave_room(connection: Connection, known: RowMapping) -> None:
    """Take a stored article out of the blocks of local pages, because it was fetched now."""
    if known["source"] is None:
        return
    room = room_of(known["source"], known["origin"])
    of_room = select(site_blocks.c.id).where(site_blocks.c.source == room)
    held = site_block_articles.c
    connection.execute(delete(site_block_articles).where(held.article_id == known["id"], held.block_id.in_(of_room)))
    uncount_blocks(connection, room, blocks_of(known["blocks"]))


def _update_holders(connection: Connection, sighting: Sighting, article_id: int) -> None:
    gone = [sighting.rows[key].id for key in sighting.gone]
    if gone:
        held = site_block_articles.c
        is_gone = held.block_id.in_(gone) & (held.article_id == article_id)
        connection.execute(delete(site_block_articles).where(is_gone))
        connection.execute(delete(site_blocks).where(site_blocks.c.id.in_(gone), site_blocks.c.articles < 1, _NOT_KEPT))
    known = [sighting.rows[key].id for key in sighting.added & sighting.rows.keys()]
    new = [block_id for block_id in known if len(sighting.holders[block_id]) < REMEMBERED]
    if new:
        rows = [{"block_id": block_id, "article_id": article_id} for block_id in new]
        connection.execute(insert(site_block_articles), rows)


def _add_blocks(connection: Connection, sighting: Sighting, article_id: int, now: datetime) -> None:
    new = sorted(sighting.added - sighting.rows.keys())
    if not new:
        return
    facts = {"source": sighting.source, "articles": 1, "first_seen_at": now, "last_seen_at": now}
    blocks = [{"block_hash": key, **facts, "template_at": now if key in sighting.lost else None} for key in new]
    connection.execute(_INSERT, blocks)
    for start in range(0, len(new), _CHUNK):
        its = {"source": sighting.source, "keys": new[start : start + _CHUNK]}
        connection.execute(_HELD, {"holder": article_id, **its})


def _known_templates(connection: Connection, source: str, blocks: Sequence[Block]) -> set[int]:
    """Return the boilerplate of a stored page: blocks known as such, and dropped ones that were pruned since."""
    keys = [key for key in keys_of(blocks) if key is not None]
    rows = _rows(connection, source, keys)
    dropped = {key for key, block in zip(keys_of(blocks), blocks, strict=True) if block.reason == "template"}
    return {key for key in keys if (rows[key].template_at is not None if key in rows else key in dropped)}


def without_templates(
    connection: Connection, item: Candidate, known: RowMapping | None
) -> tuple[Candidate, Sighting | None]:
    """Drop the boilerplate of a page, as known including this page; nothing is written yet.

    `known` is the stored article, if any. A text that the site's `adjust` hook changed is left as it is.
    """
    article, blocks = item.extraction.article, item.extraction.blocks
    if article.source is None:
        return item, None
    room = room_of(article.source, item.page.origin)
    is_counted = known is not None and room == room_of(known["source"] or "", known["origin"])
    before = blocks_of(known["blocks"]) if known is not None and is_counted else ()
    sighting = _look(connection, room, known["id"] if known is not None else None, item, before)
    kept = drop_templates(blocks, sighting.templates, article.description)
    if kept == blocks or article.text != kept_text(blocks):
        return item, sighting
    article = replace(article, text=kept_text(kept))
    extraction = replace(item.extraction, article=article, blocks=kept)
    item = replace(item, content_hash=content_hash(article.text), near_duplicate_keys=None)
    return replace(item, extraction=extraction), sighting


def apply_sighting(connection: Connection, sighting: Sighting | None, article_id: int, now: datetime) -> None:
    """Count the blocks of a stored page, and update other articles if a block became boilerplate or text again."""
    if sighting is not None:
        apply_templates(connection, _store_sighting(connection, sighting, article_id, now), now)


def apply_templates(connection: Connection, article_ids: Iterable[int], now: datetime) -> int:
    """Drop and restore blocks of stored articles by what is boilerplate now; return how many texts changed."""
    ids = sorted(article_ids)
    changed = 0
    for start in range(0, len(ids), _ARTICLES_AT_ONCE):
        found = select(articles).where(articles.c.id.in_(ids[start : start + _ARTICLES_AT_ONCE]))
        for row in connection.execute(found).mappings().all():
            changed += _apply_templates(connection, row, now)
    return changed


def _apply_templates(connection: Connection, row: RowMapping, now: datetime) -> bool:
    blocks = blocks_of(row["blocks"])
    if row["source"] is None or row["text"] != kept_text(blocks):
        return False
    templates = _known_templates(connection, room_of(row["source"], row["origin"]), blocks)
    kept = drop_templates(blocks, templates, row["description"])
    if kept == blocks:
        return False
    text = kept_text(kept)
    save_revision(connection, row, "template", now)
    values = {
        "text": text,
        "blocks": stored_blocks(kept),
        "word_count": len(text.split()),
        "content_hash": content_hash(text),
        "updated_at": now,
    }
    connection.execute(update(articles).where(articles.c.id == row["id"]).values(**values))
    change_links(connection, row["id"], row["text"])
    return True


def save_revision(connection: Connection, known: RowMapping, cause: Cause, now: datetime) -> None:
    """Save the stored title and text of an article before they change."""
    earlier = select(func.count()).where(article_revisions.c.article_id == known["id"])
    connection.execute(
        insert(article_revisions).values(
            article_id=known["id"],
            number=connection.execute(earlier).scalar_one() + 1,
            cause=cause,
            replaced_at=now,
            **{name: known[name] for name in ("title", "text", "extractor", "fetched_at")},
        )
    )


@dataclass(frozen=True, slots=True)
class Judged:
    """A block about which a person has decided."""

    articles: int
    """Number of articles of the source that have it."""
    changed: int
    """Articles whose text changed: of those that are remembered, which are at most REMEMBERED."""


def keep_block(url: str, source: str, block_id: int, *, is_kept: bool) -> Judged | None:
    """Say that a block of a site is article text, whatever is learned, or take that back; None if there is none.

    The articles by which it was judged are corrected at once; if there are more, `reextractions.relearn` corrects
    them. What is taken back is judged again by the next page that has it, or by `relearn`. Raises StorageError.
    """
    now = datetime.now(UTC)
    its = (site_blocks.c.id == block_id) & site_blocks.c.source.in_(rooms_of(source))
    values = {"kept_at": now, "template_at": None} if is_kept else {"kept_at": None}
    with write_connection(url) as connection:
        row = connection.execute(
            update(site_blocks).where(its).values(**values).returning(site_blocks.c.articles)
        ).first()
        if row is None:
            return None
        held = select(site_block_articles.c.article_id).where(site_block_articles.c.block_id == block_id)
        changed = apply_templates(connection, connection.execute(held).scalars().all(), now)
    return Judged(row.articles, changed)


def cause_of(known: RowMapping, item: Candidate, body_digest: str) -> Cause:
    """Return who changed a text: not the publisher, if the texts differ only in boilerplate dropped from either."""
    old, new = blocks_of(known["blocks"]), item.extraction.blocks
    learned = _dropped(old) | _dropped(new)
    is_title_same = is_same(known["title"], item.extraction.article.title)
    if learned and is_title_same and is_same(_without(old, learned), _without(new, learned)):
        return "template"
    return "extractor" if body_digest == known["body_digest"] else "publisher"


def _dropped(blocks: Sequence[Block]) -> set[int | None]:
    return {key for key, block in zip(keys_of(blocks), blocks, strict=True) if block.reason == "template"} - {None}


def _without(blocks: Sequence[Block], learned: set[int | None]) -> str:
    lines = zip(keys_of(blocks), blocks, strict=True)
    return "\n".join(block.text for key, block in lines if is_candidate(block) and key not in learned)
