"""One article with all that the database knows of it: copies, earlier texts, where it came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Connection, Row, Select, bindparam, func, or_, select

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
        article_id = page if isinstance(page, int) else connection.execute(_BY_KEY, {"page": page}).scalar()
        article = connection.execute(_ARTICLE, {"id": article_id}).first()
        return None if article is None else _history(connection, _facts(article))


def _history(connection: Connection, article: Facts) -> History:
    this = {"id": article["id"], "key": article["url_key"], "run": article["run_id"]}
    this["head"] = article["duplicate_of"] or article["id"]
    original = connection.execute(_ORIGINAL, this).first() if article["duplicate_of"] else None
    copies = [_facts(row) for row in connection.execute(_COPIES, this)]
    counts = [facts.pop("count") for facts in copies]
    revisions = connection.execute(_REVISIONS, this).all()
    run = connection.execute(_RUN, this).first() if article["run_id"] else None
    return History(
        article=article,
        original=None if original is None else _facts(original),
        copies=tuple(copies),
        copy_count=counts[0] if counts else 0,
        revisions=tuple(map(_facts, reversed(revisions))),
        pages=tuple(map(_facts, connection.execute(_PAGES, this))),
        run=None if run is None else _facts(run),
    )


def _facts(row: Row[Any]) -> Facts:
    return dict(row._mapping)


def _brief(*more: ColumnElement[Any]) -> Select[Any]:
    short = ("id", "url_key", "url", "source", "title", "published_at", "similarity", "gone_at")
    return select(*(articles.c[name] for name in short), *more)


def _pages() -> Select[Any]:
    listing = pages.alias()
    names = ("url_key", "url", "outcome", "status", "fetched_at", "next_fetch_at", "listed_at")
    columns = select(*(pages.c[name] for name in names), listing.c.url.label("listing"), listing.c.kind.label("kind"))
    joined = columns.add_columns(article_urls.c.relation).select_from(
        pages.outerjoin(listing, listing.c.id == pages.c.discovered_from).outerjoin(
            article_urls, article_urls.c.url_key == pages.c.url_key
        )
    )
    led_here = or_(pages.c.article_id == bindparam("id"), pages.c.url_key == bindparam("key"))
    return joined.where(led_here).order_by(pages.c.id).limit(50)


# Made once: to put them together takes longer than to run them.
_PAGE: BindParameter[str] = bindparam("page")
_BY_KEY = select(
    func.coalesce(  # its own key, a page that led to it, another address, what it says is its own
        select(articles.c.id).where(articles.c.url_key == _PAGE).scalar_subquery(),
        select(pages.c.article_id).where(pages.c.url_key == _PAGE).scalar_subquery(),
        select(article_urls.c.article_id).where(article_urls.c.url_key == _PAGE).scalar_subquery(),
        select(func.min(articles.c.id)).where(articles.c.canonical_url == _PAGE).scalar_subquery(),
    )
)
_ARTICLE = select(*(column for column in articles.c if column.name != "blocks")).where(articles.c.id == bindparam("id"))
_ORIGINAL = _brief().where(articles.c.id == bindparam("head"))
_COPIES = (
    _brief(func.count().over().label("count"))
    .where(articles.c.id != bindparam("id"), articles.c.duplicate_of == bindparam("head"))
    .order_by(func.coalesce(articles.c.published_at, articles.c.first_seen_at), articles.c.id)
    .limit(MOST_COPIES)
)
_REVISIONS = (
    select(article_revisions)
    .where(article_revisions.c.article_id == bindparam("id"))
    .order_by(article_revisions.c.number.desc())
    .limit(MOST_REVISIONS)
)
_RUN = select(runs).where(runs.c.id == bindparam("run"))
_PAGES = _pages()
