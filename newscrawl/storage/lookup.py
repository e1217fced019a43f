"""One article, as it is stored."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Connection, Row, RowMapping, Select, bindparam, func, or_, select

from newscrawl.items import Article, Block, Extraction, Image, NoArticle
from newscrawl.storage.engine import read_connection
from newscrawl.storage.schema import (
    article_revisions,
    article_urls,
    articles,
    pages,
    runs,
    site_block_articles,
    site_blocks,
)

MOST_NAMED = 3
"""Pages that are named for a block that its site repeats."""


@dataclass(frozen=True, slots=True)
class Shared:
    """A block that was dropped because its site repeats it."""

    articles: int
    """How many of the site's articles have been seen with it."""
    pages: tuple[str, ...]
    """Some of the others."""


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """What the database holds of an article."""

    id: int
    extraction: Extraction
    duplicate_of: int | None
    shared: dict[int, Shared] = field(default_factory=dict)
    """By the number of the block; none for what has been forgotten."""


def article_by_id(url: str, article_id: int) -> StoredArticle | None:
    """Find an article by its number in the database at `url`. Raises StorageError."""
    return _find(url, articles.c.id == article_id)


def article_by_key(url: str, key: str) -> StoredArticle | None:
    """Find the article of a page, by any of its keys or by what the article says is its own address.

    Raises NoArticle where a crawl came to the page and found none, and StorageError.
    """
    elsewhere = select(article_urls.c.article_id).where(article_urls.c.url_key == key)
    named = or_(articles.c.url_key == key, articles.c.canonical_url == key, articles.c.id.in_(elsewhere))
    found = _find(url, named, articles.c.url_key != key)
    if found is None:
        with read_connection(url) as connection:
            page = connection.execute(select(pages.c.reason, pages.c.error).where(pages.c.url_key == key)).first()
        if page is not None:
            raise NoArticle(page.reason, page.error)
    return found


def _find(url: str, condition: ColumnElement[bool], *order: ColumnElement[bool]) -> StoredArticle | None:
    found = select(articles).where(condition).order_by(*order, articles.c.id).limit(1)
    with read_connection(url) as connection:
        row = connection.execute(found).mappings().first()
        if row is None:
            return None
        blocks = tuple(Block(*block) for block in row["blocks"])
        shared = _shared(connection, row, blocks)
    return StoredArticle(row["id"], Extraction(_article(row), blocks, row["extractor"]), row["duplicate_of"], shared)


def _shared(connection: Connection, article: RowMapping, blocks: tuple[Block, ...]) -> dict[int, Shared]:
    from newscrawl.boilerplate.repeated import block_key  # noqa: PLC0415 - it loads numpy; `show` does without

    found = {}
    for index, block in enumerate(blocks):
        if block.reason != "template":
            continue
        known = site_blocks.c.source == article["source"], site_blocks.c.block_hash == block_key(block.text)
        row = connection.execute(select(site_blocks.c.id, site_blocks.c.articles).where(*known)).first()
        if row is not None:
            joined = select(articles.c.url_key).join(
                site_block_articles, site_block_articles.c.article_id == articles.c.id
            )
            others = joined.where(site_block_articles.c.block_id == row.id, articles.c.id != article["id"])
            keys = connection.execute(others.order_by(articles.c.id).limit(MOST_NAMED)).scalars().all()
            found[index] = Shared(row.articles, tuple(keys))
    return found


def _article(row: RowMapping) -> Article:
    facts = {fact.name: row[fact.name] for fact in fields(Article)}
    facts |= {name: tuple(facts[name]) for name in ("authors", "tags")}
    return Article(**facts | {"images": tuple(Image(**image) for image in facts["images"])})


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
