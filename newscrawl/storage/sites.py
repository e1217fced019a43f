"""What is known of a site: its listings, and how the addresses of its articles look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, case, func, select

from newscrawl.items import SiteShape
from newscrawl.storage.engine import read_connection
from newscrawl.storage.frontier import load_shapes
from newscrawl.storage.schema import pages

_MOST_LISTINGS = 200


@dataclass(frozen=True, slots=True)
class KnownSite:
    """A site as its crawls left it."""

    listings: tuple[dict[str, Any], ...]
    """Feeds, sitemaps and sections that were read, each with ``articles``, the number of those that it named first."""
    unread: int
    """Sections that wait for their first visit."""
    shapes: tuple[SiteShape, ...]


def known_site(url: str, source: str) -> KnownSite | None:
    """Return what the database at `url` knows of a site; None where it knows no page of it. Raises StorageError."""
    named = pages.alias()
    is_listing = and_(pages.c.source == source, pages.c.kind != "article")
    columns = (pages.c.kind, pages.c.outcome, pages.c.reason, pages.c.url, pages.c.fetched_at, pages.c.next_fetch_at)
    rank = case({"feed": 0, "sitemap": 1}, value=pages.c.kind, else_=2)
    listings = (
        select(*columns, func.count(named.c.id).label("articles"))
        .select_from(pages.outerjoin(named, and_(named.c.discovered_from == pages.c.id, named.c.kind == "article")))
        .where(is_listing, pages.c.fetched_at.is_not(None))
        .group_by(pages.c.id)
        .order_by(rank, func.count(named.c.id).desc(), pages.c.id)
        .limit(_MOST_LISTINGS)
    )
    with read_connection(url) as connection:
        if connection.execute(select(pages.c.id).where(pages.c.source == source).limit(1)).first() is None:
            return None
        rows = tuple(dict(row._mapping) for row in connection.execute(listings).all())
        waiting = select(func.count()).where(is_listing, pages.c.fetched_at.is_(None))
        return KnownSite(rows, connection.execute(waiting).scalar_one(), load_shapes(connection, source))
