"""One article with all that the database knows of it: copies, earlier texts, where it came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, func, or_, select

from newscrawl.storage.reading import read_connection
from newscrawl.storage.schema import article_revisions, article_urls, articles, pages, runs

Facts = dict[str, Any]
MOST_COPIES = 100
MOST_REVISIONS = 100


@dataclass(frozen=True, slots=True)
class History:
    """Rows as dictionaries by column, moments in UTC."""

    article: Facts
    """All columns but the blocks."""
    original: Facts | None
    """The article that this one is a copy of."""
    copies: tuple[Facts, ...]
    """The first that point to this one or to its original, the oldest first, without itself."""
    copy_count: int
    revisions: tuple[Facts, ...]
    """Earlier titles and texts, the latest hundred of them, the earliest first."""
    pages: tuple[Facts, ...]
    """The addresses that led to it, with the listing that named them (`listing`) and, where they are not its own, how
    they are known to be its (`relation`)."""
    run: Facts | None
    """The run that stored this text."""


def history(url: str, page: int | str) -> History | None:
    """Look an article up by its number or by the key of a page, in the database at `url`. Raises StorageError."""
    with read_connection(url) as connection:
        article_id = find_id(connection, page)
        return None if article_id is None else _history(connection, article_id)


def find_id(connection: Connection, page: int | str) -> int | None:
    """Return the id of an article by its number, its key, a page that led to it, or its own canonical address."""
    if isinstance(page, int):
        return connection.execute(select(articles.c.id).where(articles.c.id == page)).scalar()
    of_page = select(pages.c.article_id).where(pages.c.url_key == page, pages.c.article_id.is_not(None))
    ways: tuple[Select[Any], ...] = (
        select(articles.c.id).where(articles.c.url_key == page),
        of_page,
        select(article_urls.c.article_id).where(article_urls.c.url_key == page),
        select(articles.c.id).where(articles.c.canonical_url == page).order_by(articles.c.id).limit(1),
    )
    return next((found for way in ways if (found := connection.execute(way).scalar()) is not None), None)


def _history(connection: Connection, article_id: int) -> History:
    columns = [column for column in articles.c if column.name != "blocks"]
    article = _facts(connection.execute(select(*columns).where(articles.c.id == article_id)).one())
    short = ("id", "url_key", "url", "source", "title", "published_at", "similarity", "gone_at")
    brief = select(*(articles.c[name] for name in short))
    head = article["duplicate_of"]
    original = connection.execute(brief.where(articles.c.id == head)).first() if head else None
    others = articles.c.id != article_id, articles.c.duplicate_of == (head or article_id)
    oldest = func.coalesce(articles.c.published_at, articles.c.first_seen_at), articles.c.id
    copies = connection.execute(brief.where(*others).order_by(*oldest).limit(MOST_COPIES)).all()
    count = select(func.count()).select_from(articles).where(*others)
    earlier = select(article_revisions).where(article_revisions.c.article_id == article_id)
    revisions = connection.execute(earlier.order_by(article_revisions.c.number.desc()).limit(MOST_REVISIONS)).all()
    run = connection.execute(select(runs).where(runs.c.id == article["run_id"])).first()
    return History(
        article=article,
        original=None if original is None else _facts(original),
        copies=tuple(map(_facts, copies)),
        copy_count=connection.execute(count).scalar_one(),
        revisions=tuple(map(_facts, reversed(revisions))),
        pages=tuple(map(_facts, connection.execute(_pages(article_id, article["url_key"])).all())),
        run=None if run is None else _facts(run),
    )


def _pages(article_id: int, key: str) -> Select[Any]:
    listing = pages.alias()
    names = ("url_key", "url", "outcome", "status", "fetched_at", "next_fetch_at", "listed_at")
    columns = select(*(pages.c[name] for name in names), listing.c.url.label("listing"), listing.c.kind.label("kind"))
    joined = columns.add_columns(article_urls.c.relation).select_from(
        pages.outerjoin(listing, listing.c.id == pages.c.discovered_from).outerjoin(
            article_urls, article_urls.c.url_key == pages.c.url_key
        )
    )
    return joined.where(or_(pages.c.article_id == article_id, pages.c.url_key == key)).order_by(pages.c.id).limit(50)


def _facts(row: Row[Any]) -> Facts:
    return dict(row._mapping)
