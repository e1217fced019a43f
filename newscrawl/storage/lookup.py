"""One article, as it is stored."""

from __future__ import annotations

from dataclasses import dataclass, fields

from sqlalchemy import ColumnElement, RowMapping, or_, select

from newscrawl.items import Article, Block, Extraction, Image, NoArticle
from newscrawl.storage.reading import read_connection
from newscrawl.storage.schema import articles, pages


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """What the database holds of an article."""

    id: int
    extraction: Extraction
    duplicate_of: int | None


def article_by_id(url: str, article_id: int) -> StoredArticle | None:
    """Find an article by its number in the database at `url`. Raises StorageError."""
    return _find(url, articles.c.id == article_id)


def article_by_key(url: str, key: str) -> StoredArticle | None:
    """Find the article of a page, by the key of the page or by what the article says is its own address.

    Raises NoArticle where a crawl came to the page and found none, and StorageError.
    """
    found = _find(url, or_(articles.c.url_key == key, articles.c.canonical_url == key), articles.c.url_key != key)
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
    return StoredArticle(row["id"], Extraction(_article(row), blocks, row["extractor"]), row["duplicate_of"])


def _article(row: RowMapping) -> Article:
    facts = {field.name: row[field.name] for field in fields(Article)}
    facts |= {name: tuple(facts[name]) for name in ("authors", "tags")}
    return Article(**facts | {"images": tuple(Image(**image) for image in facts["images"])})
