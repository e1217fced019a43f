"""What sites repeat, decided anew over all that is stored: for another threshold, or another extraction.

In short transactions that a crawl slips between. It reads `articles.blocks` alone, and needs no raw page.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Connection, Engine, func, select, update

from newscrawl.storage.engine import explained, open_engine, write_transaction
from newscrawl.storage.mending import blocks_of, mend
from newscrawl.storage.reading import require
from newscrawl.storage.schema import articles, site_block_articles, site_blocks
from newscrawl.templates import Holder, Judge

_BLOCKS = 20
_ARTICLES = 50
_PAUSE = 0.005
"""Seconds between two transactions, for a crawl that waits to write."""


@dataclass(frozen=True, slots=True)
class Relearned:
    """How far it is."""

    done: int
    """Articles that were held against what is known by now."""
    total: int
    changed: int
    """Articles whose text is another one for it."""


def relearn(url: str, source: str | None = None, judge: Judge | None = None) -> Iterator[Relearned]:
    """Decide about every block that is remembered of a site, or of all sites; then drop and restore it everywhere.

    Stopped at any moment, another one does the rest. Raises StorageError.
    """
    require(url)
    engine = open_engine(url)
    try:
        with explained(engine):
            yield from relearn_all(engine, source, judge)
    finally:
        engine.dispose()


def relearn_all(engine: Engine, source: str | None = None, judge: Judge | None = None) -> Iterator[Relearned]:
    """As `relearn`, over an open database."""
    is_asked_for = articles.c.source == source if source is not None else articles.c.source.is_not(None)
    with engine.connect() as connection:
        total = connection.execute(select(func.count()).where(is_asked_for)).scalar_one()
    last = 0
    while (decided := _decide(engine, source, last, judge or Judge())) is not None:
        last = decided
    progress, last = Relearned(0, total, 0), 0
    yield progress
    while (mended := _mend_next(engine, is_asked_for, last)) is not None:
        last, done, changed = mended
        progress = Relearned(min(progress.done + done, total), total, progress.changed + changed)
        yield progress
        time.sleep(_PAUSE)


def _decide(engine: Engine, source: str | None, after: int, judge: Judge) -> int | None:
    """Decide about the next blocks; return the number of the last, None where there are no more."""
    held = select(site_block_articles.c.block_id).group_by(site_block_articles.c.block_id)
    many = held.having(func.count() >= judge.threshold)
    asked = select(site_blocks).where(site_blocks.c.id.in_(many) | site_blocks.c.template_at.is_not(None))
    if source is not None:
        asked = asked.where(site_blocks.c.source == source)
    with write_transaction(engine) as connection:
        later = asked.where(site_blocks.c.id > after).order_by(site_blocks.c.id).limit(_BLOCKS)
        rows = connection.execute(later).all()
        now = datetime.now(UTC)
        for block in rows:
            is_template = judge.is_template(block.block_hash, _holders(connection, block.id))
            if is_template != (block.template_at is not None):
                values = {"template_at": now if is_template else None}
                connection.execute(update(site_blocks).where(site_blocks.c.id == block.id).values(**values))
    return rows[-1].id if rows else None


def _holders(connection: Connection, block_id: int) -> list[Holder]:
    ids = select(site_block_articles.c.article_id).where(site_block_articles.c.block_id == block_id)
    rows = connection.execute(select(articles.c.id, articles.c.blocks).where(articles.c.id.in_(ids)))
    return [Holder(row.id, blocks_of(row.blocks)) for row in rows.all()]


def _mend_next(engine: Engine, is_asked_for: ColumnElement[bool], after: int) -> tuple[int, int, int] | None:
    """Mend the next articles; return the number of the last, how many these were, and how many changed."""
    later = select(articles.c.id).where(is_asked_for, articles.c.id > after).order_by(articles.c.id)
    with write_transaction(engine) as connection:
        ids = connection.execute(later.limit(_ARTICLES)).scalars().all()
        changed = mend(connection, ids, datetime.now(UTC))
    return (ids[-1], len(ids), changed) if ids else None
