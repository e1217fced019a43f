"""What the database knows of the blocks of a site: counted with every article, in the transaction that stores it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Integer, Row, RowMapping, bindparam, delete, func, insert, select, update

from newscrawl.boilerplate.repeated import REMEMBERED, Holder, Judge, drop_templates, is_candidate, keys_of
from newscrawl.dedupe import content_hash
from newscrawl.items import Block, Candidate, kept_text
from newscrawl.storage.duplicates import change_links
from newscrawl.storage.revisions import is_same
from newscrawl.storage.schema import article_revisions, articles, site_block_articles, site_blocks

SIGHTING_KEPT = timedelta(days=30)
"""How long a block is remembered that no page has had since, before it is known to be a template."""
TEMPLATE_KEPT = timedelta(days=400)
MOST_BLOCKS = 200_000
"""Blocks of one source; beyond that those go first which were seen longest ago."""
_EVERY = 1_000
"""Articles after which the table is looked over, in a run that goes on for long."""


def forget(connection: Connection, now: datetime) -> int:
    """Forget blocks that no page has had for long, and what is too much of a source; return how many."""
    seen = site_blocks.c.last_seen_at
    is_old = (seen < now - SIGHTING_KEPT) & site_blocks.c.template_at.is_(None) | (seen < now - TEMPLATE_KEPT)
    forgotten = connection.execute(delete(site_blocks).where(is_old)).rowcount
    sources = select(site_blocks.c.source).group_by(site_blocks.c.source).having(func.count() > MOST_BLOCKS)
    return forgotten + sum(_thin(connection, source) for source in connection.execute(sources).scalars().all())


def forget_in_passing(connection: Connection, article_id: int, now: datetime) -> None:
    """Forget now and then, by the number of an article."""
    if article_id % _EVERY == 0:
        forget(connection, now)


def _thin(connection: Connection, source: str) -> int:
    """Leave nine tenths of what a source may have: templates first, then what was seen last."""
    of_source = site_blocks.c.source == source
    order = (site_blocks.c.template_at.is_not(None).desc(), site_blocks.c.last_seen_at.desc(), site_blocks.c.id.desc())
    kept = select(site_blocks.c.id).where(of_source).order_by(*order).limit(MOST_BLOCKS * 9 // 10)
    return connection.execute(delete(site_blocks).where(of_source, site_blocks.c.id.not_in(kept))).rowcount


_KNOWN = site_blocks.c.source == bindparam("source"), site_blocks.c.block_hash.in_(bindparam("keys", expanding=True))
_ROWS = select(site_blocks).where(*_KNOWN)
_INSERT = insert(site_blocks)
_HELD = insert(site_block_articles).from_select(
    ["block_id", "article_id"], select(site_blocks.c.id, bindparam("holder", type_=Integer)).where(*_KNOWN)
)

_CHUNK = 500
_NEW = -1
"""The number of an article that has none yet."""


@dataclass(slots=True)
class Sighting:
    """One reading of a page, before anything of it is written."""

    source: str
    article_id: int | None
    rows: dict[int, Row[Any]]
    """What is known of the blocks that the page has or had, by key."""
    holders: dict[int, set[int]]
    """The articles that have them, by the row's number."""
    added: set[int]
    gone: set[int]
    lost: set[int]
    """Blocks that were dropped from this page and have been forgotten since: they stay dropped."""
    verdicts: dict[int, bool] = field(default_factory=dict)
    """The blocks about which this page decided."""

    @property
    def templates(self) -> set[int]:
        """The blocks that are the site's now."""
        known = {key for key, row in self.rows.items() if row.template_at is not None}
        return {key for key in known | self.verdicts.keys() if self.verdicts.get(key, key in known)} | self.lost

    @property
    def turned(self) -> set[int]:
        """The blocks that became templates by this page, or are none any more."""
        return {key for key, verdict in self.verdicts.items() if verdict != (self.rows[key].template_at is not None)}


def look(
    connection: Connection, source: str, article_id: int | None, page: Candidate, before: Sequence[Block]
) -> Sighting:
    """Look up the blocks of a page, and decide about those that it has and had not, or had and has not."""
    blocks = page.extraction.blocks
    holder = Holder(article_id or _NEW, blocks, page.block_keys)
    keys, earlier = {key for key in holder.keys if key is not None}, _counted(before)
    rows = _rows(connection, source, keys | earlier)
    holders = _holders(connection, [row.id for row in rows.values()])
    # Beyond those that are remembered, an article had the block if its stored text has it.
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
            pages[row.id] = Holder(row.id, tuple(Block(*block) for block in row.blocks))


def note(connection: Connection, sighting: Sighting, article_id: int, now: datetime) -> set[int]:
    """Write down a sighting once its article is stored; return the other articles for which something turned."""
    turned = sighting.turned
    touched: set[int] = set()
    for key, row in sighting.rows.items():
        held = sighting.holders[row.id]
        change = (key in sighting.added) - (key in sighting.gone)
        values: dict[str, Any] = {"articles": row.articles + change}
        if key not in sighting.gone:
            values["last_seen_at"] = now
        if key in turned:
            values["template_at"] = now if sighting.verdicts[key] else None
            touched |= held
        connection.execute(update(site_blocks).where(site_blocks.c.id == row.id).values(**values))
    _hold(connection, sighting, article_id)
    _add(connection, sighting, article_id, now)
    forget_in_passing(connection, article_id, now)
    return touched - {article_id}


def leave(connection: Connection, source: str, blocks: Sequence[Block]) -> None:
    """Count an article out that is going to be deleted; the database itself forgets that it held the blocks."""
    keys = sorted(_counted(blocks))
    for start in range(0, len(keys), _CHUNK):
        its = (site_blocks.c.source == source) & site_blocks.c.block_hash.in_(keys[start : start + _CHUNK])
        connection.execute(delete(site_blocks).where(its, site_blocks.c.articles <= 1))
        connection.execute(update(site_blocks).where(its).values(articles=site_blocks.c.articles - 1))


def _hold(connection: Connection, sighting: Sighting, article_id: int) -> None:
    gone = [sighting.rows[key].id for key in sighting.gone]
    if gone:
        held = site_block_articles.c
        is_gone = held.block_id.in_(gone) & (held.article_id == article_id)
        connection.execute(delete(site_block_articles).where(is_gone))
        connection.execute(delete(site_blocks).where(site_blocks.c.id.in_(gone), site_blocks.c.articles < 1))
    known = [sighting.rows[key].id for key in sighting.added & sighting.rows.keys()]
    new = [block_id for block_id in known if len(sighting.holders[block_id]) < REMEMBERED]
    if new:
        rows = [{"block_id": block_id, "article_id": article_id} for block_id in new]
        connection.execute(insert(site_block_articles), rows)


def _add(connection: Connection, sighting: Sighting, article_id: int, now: datetime) -> None:
    new = sorted(sighting.added - sighting.rows.keys())
    if not new:
        return
    facts = {"source": sighting.source, "articles": 1, "first_seen_at": now, "last_seen_at": now}
    blocks = [{"block_hash": key, **facts, "template_at": now if key in sighting.lost else None} for key in new]
    connection.execute(_INSERT, blocks)
    for start in range(0, len(new), _CHUNK):
        its = {"source": sighting.source, "keys": new[start : start + _CHUNK]}
        connection.execute(_HELD, {"holder": article_id, **its})


def known_templates(connection: Connection, source: str, blocks: Sequence[Block]) -> set[int]:
    """The blocks of a stored page that are templates: those known as such, and dropped ones that were forgotten."""
    keys = [key for key in keys_of(blocks) if key is not None]
    rows = _rows(connection, source, keys)
    dropped = {key for key, block in zip(keys_of(blocks), blocks, strict=True) if block.reason == "template"}
    return {key for key in keys if (rows[key].template_at is not None if key in rows else key in dropped)}


Cause = Literal["publisher", "template", "extractor"]
_ARTICLES_AT_ONCE = 200


def blocks_of(stored: Sequence[Sequence[Any]]) -> tuple[Block, ...]:
    """Read `articles.blocks`."""
    return tuple(Block(*block) for block in stored)


def without_templates(
    connection: Connection, item: Candidate, known: RowMapping | None
) -> tuple[Candidate, Sighting | None]:
    """Take out of a page what is known, with this page, to be its site's; nothing is written yet.

    A text that the site's `adjust` made is left as it is.
    """
    article, blocks = item.extraction.article, item.extraction.blocks
    if article.source is None:
        return item, None
    before = blocks_of(known["blocks"]) if known is not None and known["source"] == article.source else ()
    sighting = look(connection, article.source, known["id"] if known is not None else None, item, before)
    kept = drop_templates(blocks, sighting.templates, article.description)
    if kept == blocks or article.text != kept_text(blocks):
        return item, sighting
    article = replace(article, text=kept_text(kept))
    extraction = replace(item.extraction, article=article, blocks=kept)
    item = replace(item, content_hash=content_hash(article.text), near_duplicate_keys=None)
    return replace(item, extraction=extraction), sighting


def settle(connection: Connection, sighting: Sighting | None, article_id: int, now: datetime) -> None:
    """Count the blocks of a page that is stored, and mend the pages for which that changes something."""
    if sighting is not None:
        mend(connection, note(connection, sighting, article_id, now), now)


def mend(connection: Connection, article_ids: Iterable[int], now: datetime) -> int:
    """Drop and restore the blocks of stored articles by what is known now; return how many texts changed."""
    ids = sorted(article_ids)
    changed = 0
    for start in range(0, len(ids), _ARTICLES_AT_ONCE):
        found = select(articles).where(articles.c.id.in_(ids[start : start + _ARTICLES_AT_ONCE]))
        for row in connection.execute(found).mappings().all():
            changed += _mend(connection, row, now)
    return changed


def _mend(connection: Connection, row: RowMapping, now: datetime) -> bool:
    blocks = blocks_of(row["blocks"])
    if row["source"] is None or row["text"] != kept_text(blocks):
        return False
    templates = known_templates(connection, row["source"], blocks)
    kept = drop_templates(blocks, templates, row["description"])
    if kept == blocks:
        return False
    text = kept_text(kept)
    put_aside(connection, row, "template", now)
    values = {
        "text": text,
        "blocks": [[block.kind, block.text, block.reason] for block in kept],
        "word_count": len(text.split()),
        "content_hash": content_hash(text),
        "updated_at": now,
    }
    connection.execute(update(articles).where(articles.c.id == row["id"]).values(**values))
    change_links(connection, row["id"], row["text"])
    return True


def put_aside(connection: Connection, known: RowMapping, cause: Cause, now: datetime) -> None:
    """Keep the stored title and text of an article, which are about to change."""
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


def cause_of(known: RowMapping, item: Candidate, body_digest: str) -> Cause:
    """Who changed a text: not the publisher, where only blocks that were dropped from one of the two differ."""
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
