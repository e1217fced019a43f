"""Texts without the blocks that their site repeats: of a page that is stored, and of those stored before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from newscrawl.dedupe import content_hash
from newscrawl.items import Block, Candidate, kept_text
from newscrawl.revisions import is_same
from newscrawl.storage.duplicates import change_links
from newscrawl.storage.schema import article_revisions, articles
from newscrawl.storage.site_blocks import Sighting, known_templates, look, note
from newscrawl.templates import drop_templates, is_candidate, keys_of

Cause = Literal["publisher", "template", "extractor"]
_CHUNK = 200


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
    for start in range(0, len(ids), _CHUNK):
        found = select(articles).where(articles.c.id.in_(ids[start : start + _CHUNK]))
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
