"""One article, as it is stored."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from sqlalchemy import ColumnElement, Connection, RowMapping, or_, select

from newscrawl.items import Article, Block, Extraction, Image, NoArticle
from newscrawl.storage.reading import read_connection
from newscrawl.storage.schema import article_urls, articles, pages, site_block_articles, site_blocks
from newscrawl.templates import block_key

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
