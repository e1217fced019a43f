"""Look up one stored article: its extraction, its history, and what led to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Row,
    RowMapping,
    Select,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
)

from newscrawl.items import Block, Extraction, NoArticle
from newscrawl.storage.engine import read_connection
from newscrawl.storage.rows import article_of, blocks_of, room_of
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
"""Number of other pages named for a boilerplate block."""
MOST_COPIES = 100
BRIEF_COLUMNS = ("id", "url_key", "url", "source", "title", "published_at", "similarity", "gone_at")
"""Columns of a story's publications."""
MOST_REVISIONS = 100

Facts = dict[str, Any]
"""A row by column name, with times in UTC."""


@dataclass(frozen=True, slots=True)
class Shared:
    """A block that was dropped as boilerplate."""

    articles: int
    """Number of the site's articles that have it."""
    pages: tuple[str, ...]
    """Keys of some other articles that have it."""


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """A stored article with its blocks."""

    id: int
    extraction: Extraction
    duplicate_of: int | None
    shared: dict[int, Shared] = field(default_factory=dict)
    """Boilerplate blocks by their index; blocks that were pruned since are missing."""


def article_by_id(url: str, article_id: int) -> StoredArticle | None:
    """Find an article by its id in the database at `url`. Raises StorageError."""
    return _find(url, articles.c.id == article_id)


def article_by_key(url: str, key: str) -> StoredArticle | None:
    """Find the article of a page, by its key, the key of an alternate URL, or its canonical URL.

    Raises NoArticle if a crawl visited the page and found no article, and StorageError.
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
        blocks = blocks_of(row["blocks"])
        shared = _shared(connection, row, blocks)
    return StoredArticle(row["id"], Extraction(article_of(row), blocks, row["extractor"]), row["duplicate_of"], shared)


def _shared(connection: Connection, article: RowMapping, blocks: tuple[Block, ...]) -> dict[int, Shared]:
    from newscrawl.boilerplate.repeated import block_key  # noqa: PLC0415 - loads numpy, which `show` does not need

    found = {}
    for index, block in enumerate(blocks):
        if block.reason != "template":
            continue
        room = room_of(article["source"], article["origin"])
        known = site_blocks.c.source == room, site_blocks.c.block_hash == block_key(block.text)
        row = connection.execute(select(site_blocks.c.id, site_blocks.c.articles).where(*known)).first()
        if row is not None:
            joined = select(articles.c.url_key).join(
                site_block_articles, site_block_articles.c.article_id == articles.c.id
            )
            others = joined.where(site_block_articles.c.block_id == row.id, articles.c.id != article["id"])
            keys = connection.execute(others.order_by(articles.c.id).limit(MOST_NAMED)).scalars().all()
            found[index] = Shared(row.articles, tuple(keys))
    return found


@dataclass(frozen=True, slots=True)
class History:
    """An article with everything that is known of it."""

    article: Facts
    """All columns but `blocks`."""
    original: Facts | None
    """The article that this one is a duplicate of."""
    copies: tuple[Facts, ...]
    """Other duplicates of the same story, the oldest first, at most MOST_COPIES."""
    copy_count: int
    revisions: tuple[Facts, ...]
    """The latest MOST_REVISIONS earlier titles and texts, the earliest first."""
    pages: tuple[Facts, ...]
    """The URLs that led to it, with the listing that named them (`listing`, `kind`) and, for alternate URLs, how they
    are related (`relation`)."""
    run: Facts | None
    """The run that stored this text."""


def history(url: str, page: int | str) -> History | None:
    """Look up an article by its id or by the key of a page, in the database at `url`. Raises StorageError."""
    with read_connection(url) as connection:
        article_id = page if isinstance(page, int) else connection.execute(_BY_KEY, {"page": page}).scalar()
        article = connection.execute(_ARTICLE, {"id": article_id}).first()
        return None if article is None else _history(connection, _facts(article))


def copies_of(url: str, heads: Sequence[int]) -> dict[int, list[Facts]]:
    """Return the duplicates of some articles by the id of the oldest, the oldest first. Raises StorageError.

    At most MOST_COPIES of all together; each has the `count` of those of its story.
    """
    with read_connection(url) as connection:
        rows = connection.execute(_FOLDED, {"heads": list(heads)}).all() if heads else []
    found: dict[int, list[Facts]] = {}
    for row in rows:
        found.setdefault(row.duplicate_of, []).append(_facts(row))
    return found


def articles_by_ids(url: str, ids: Sequence[int], columns: Sequence[str]) -> dict[int, Facts]:
    """Return some columns of some articles by their ids. Raises StorageError."""
    wanted = select(*(articles.c[name] for name in dict.fromkeys(("id", *columns)))).where(articles.c.id.in_(ids))
    with read_connection(url) as connection:
        return {row.id: _facts(row) for row in connection.execute(wanted)} if ids else {}


def latest_changes(url: str, source: str | None = None, limit: int = 50) -> list[Facts]:
    """Return what publishers changed last in titles and texts, the latest first. Raises StorageError.

    Each is a row of `article_revisions` with `new_title` and `new_text`, and the article's `url`, `url_key`, `source`,
    `language` and `current_title`.
    """
    earlier, later = article_revisions, article_revisions.alias("later")
    is_next = and_(later.c.article_id == earlier.c.article_id, later.c.number == earlier.c.number + 1)
    has_next = later.c.id.is_not(None)
    names = ("url", "url_key", "source", "language")
    found = (
        select(
            earlier,
            case((has_next, later.c.title), else_=articles.c.title).label("new_title"),
            case((has_next, later.c.text), else_=articles.c.text).label("new_text"),
            articles.c.title.label("current_title"),
            *(articles.c[name] for name in names),
        )
        .select_from(earlier.join(articles, articles.c.id == earlier.c.article_id).outerjoin(later, is_next))
        .where(earlier.c.cause == "publisher", *([] if source is None else [articles.c.source == source]))
        .order_by(earlier.c.id.desc())
        .limit(limit)
    )
    with read_connection(url) as connection:
        return [_facts(row) for row in connection.execute(found)]


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
    return select(*(articles.c[name] for name in BRIEF_COLUMNS), *more)


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


# Built once, because building a statement takes longer than running it.
_PAGE: BindParameter[str] = bindparam("page")
_BY_KEY = select(
    func.coalesce(  # its own key, a page that led to it, an alternate URL, its canonical URL
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
_FOLDED = (
    _brief(
        articles.c.duplicate_of,
        func.count().over(partition_by=articles.c.duplicate_of).label("count"),
    )
    .where(articles.c.duplicate_of.in_(bindparam("heads", expanding=True)))
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
