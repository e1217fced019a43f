"""Sites below a private public suffix (`*.github.io`) were one site: each gets what is its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from alembic import op
from tldextract import TLDExtract

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

AT_ONCE = 1_000
ROOMS = ("", " (file)", " (archive)")
"""What stands behind the source of local pages in `site_blocks`."""

_WITHOUT = TLDExtract(suffix_list_urls=(), cache_dir=None)
_WITH = TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


def _table(name: str, *columns: str) -> Any:
    return sa.table(name, *(sa.column(column) for column in columns))


ARTICLES = _table("articles", "id", "source", "url")
PAGES = _table("pages", "id", "source", "url")
SHAPES = _table("site_shapes", "source", "kind", "shape", "example")
BLOCKS = _table("site_blocks", "id", "source", "block_hash", "articles", "first_seen_at", "last_seen_at", "template_at")
HOLDERS = _table("site_block_articles", "block_id", "article_id")
RUNS = sa.table("runs", sa.column("id"), sa.column("arguments", sa.JSON))
RUN_SOURCES = _table("run_sources", "run_id", "source")
ALARMS = _table("alarms", "id", "source", "run_id")
FORGOTTEN = _table("forgotten_pages", "source")


@cache
def _own_site(host: str) -> tuple[str, str]:
    return _WITHOUT(host).top_domain_under_public_suffix or host, _WITH(host).top_domain_under_public_suffix or host


def site_of(source: str, url: str | None) -> str:
    """Return the site of a URL where `source` is what it was merged into, else `source`."""
    try:
        host = urlsplit(url or "").hostname
    except ValueError:
        return source
    merged, own = _own_site(host) if host else (None, source)
    return own if merged == source else source


def upgrade() -> None:
    connection = op.get_bind()
    merged = {
        source
        for table in (ARTICLES, PAGES)
        for source, url in _rows(connection, table)
        if site_of(source, url) != source
    }
    if not merged:
        return
    _split_blocks(connection, merged)
    for table in (ARTICLES, PAGES):
        _move(connection, table, merged)
    _split_runs(connection, merged)
    for shape in connection.execute(sa.select(SHAPES).where(SHAPES.c.source.in_(merged))).all():
        own = site_of(shape.source, shape.example)
        its = sa.and_(SHAPES.c.source == shape.source, SHAPES.c.kind == shape.kind, SHAPES.c.shape == shape.shape)
        connection.execute(sa.update(SHAPES).where(its).values(source=own))


def downgrade() -> None:
    """Leave the sites apart: what was one by mistake need not be one again."""


def _rows(connection: sa.Connection, table: Any) -> Iterator[tuple[str, str]]:
    """Yield source and URL of the rows that may have been merged: the source is a domain, not a spider's name."""
    last = 0
    of_domains = sa.select(table.c.id, table.c.source, table.c.url).where(
        table.c.source.like("%.%"), table.c.url.is_not(None)
    )
    while rows := connection.execute(of_domains.where(table.c.id > last).order_by(table.c.id).limit(AT_ONCE)).all():
        yield from ((row.source, row.url) for row in rows)
        last = rows[-1].id


def _move(connection: sa.Connection, table: Any, merged: set[str]) -> None:
    last = 0
    of_merged = sa.select(table.c.id, table.c.source, table.c.url).where(table.c.source.in_(merged))
    while rows := connection.execute(of_merged.where(table.c.id > last).order_by(table.c.id).limit(AT_ONCE)).all():
        moved: dict[str, list[int]] = defaultdict(list)
        for row in rows:
            if (own := site_of(row.source, row.url)) != row.source:
                moved[own].append(row.id)
        for own, ids in moved.items():
            connection.execute(sa.update(table).where(table.c.id.in_(ids)).values(source=own))
        last = rows[-1].id


def _split_runs(connection: sa.Connection, merged: Iterable[str]) -> None:
    """Measures and alarms follow the address that their run was given."""
    for table, run in ((RUN_SOURCES, RUN_SOURCES.c.run_id), (ALARMS, ALARMS.c.run_id)):
        joined = sa.select(table.c.source, RUNS.c.id, RUNS.c.arguments).join_from(table, RUNS, RUNS.c.id == run)
        for source, run_id, arguments in connection.execute(joined.where(table.c.source.in_(merged))).all():
            own = site_of(source, str(arguments.get("url") or ""))
            its = sa.and_(run == run_id, table.c.source == source)
            connection.execute(sa.update(table).where(its).values(source=own))


def _split_blocks(connection: sa.Connection, merged: Iterable[str]) -> None:
    """Count each block for the sites of the articles that are known to have it."""
    for source in merged:
        for room in ROOMS:
            for block in connection.execute(sa.select(BLOCKS).where(BLOCKS.c.source == source + room)).all():
                _split_block(connection, block, source, room)


def _split_block(connection: sa.Connection, block: Any, source: str, room: str) -> None:
    held = sa.select(ARTICLES.c.id, ARTICLES.c.url).join_from(ARTICLES, HOLDERS, HOLDERS.c.article_id == ARTICLES.c.id)
    holders: dict[str, list[int]] = defaultdict(list)
    for article_id, url in connection.execute(held.where(HOLDERS.c.block_id == block.id)).all():
        holders[site_of(source, url)].append(article_id)
    if len(holders) == 1:
        (own,) = holders
        connection.execute(sa.update(BLOCKS).where(BLOCKS.c.id == block.id).values(source=own + room))
        return
    facts = {name: getattr(block, name) for name in ("block_hash", "first_seen_at", "last_seen_at", "template_at")}
    for number, (own, ids) in enumerate(holders.items()):
        values = {"source": own + room, "articles": len(ids)}
        if not number:
            connection.execute(sa.update(BLOCKS).where(BLOCKS.c.id == block.id).values(**values))
            continue
        connection.execute(sa.insert(BLOCKS).values(**facts, **values))
        added = sa.select(BLOCKS.c.id).where(BLOCKS.c.source == own + room, BLOCKS.c.block_hash == block.block_hash)
        its = sa.and_(HOLDERS.c.block_id == block.id, HOLDERS.c.article_id.in_(ids))
        connection.execute(sa.update(HOLDERS).where(its).values(block_id=added.scalar_subquery()))
