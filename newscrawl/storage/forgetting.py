"""What is known of the blocks of a site does not grow for ever."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, select

from newscrawl.storage.schema import site_blocks

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
