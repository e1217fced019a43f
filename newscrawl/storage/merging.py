"""Two rows of one article made one: a page under two addresses that an older version stored as copies of each other."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, func, select, update

from newscrawl.revisions import is_same
from newscrawl.storage.article_urls import OtherUrl, Relation, address_of, note_url, relate
from newscrawl.storage.duplicate_groups import group_of
from newscrawl.storage.duplicates import remove_links
from newscrawl.storage.mending import blocks_of, put_aside
from newscrawl.storage.rekeying import rekey_page
from newscrawl.storage.schema import article_revisions, article_urls, articles, pages
from newscrawl.storage.site_blocks import leave
from newscrawl.urls import url_key


def join_addresses(connection: Connection, article_id: int, now: datetime) -> int:
    """Give an article today's key, and merge with it the copies that are the same page; return how many rows went.

    What a crawl demands is demanded here: the same site, addresses that belong together, and a copy of the text.
    """
    row = _article(connection, article_id)
    if row is None or row["url"] is None:
        return 0
    row = _under_todays_key(connection, row, now)
    merged = 0
    for other_id in sorted(group_of(connection, article_id) - {article_id}):
        other = _article(connection, other_id)
        # One that is gone and one that is there are no one page: something became of the address since.
        if other is None or other["source"] != row["source"] or (other["gone_at"] is None) != (row["gone_at"] is None):
            continue
        related = relate(address_of(row, _asked(connection, row)), address_of(other))
        if related is None:
            continue
        relation, leads, is_view = related
        stays, goes = (row, other) if leads else (other, row)
        _merge(connection, stays, goes, relation, now, is_view=is_view)
        merged += 1
        if not leads:
            break
    return merged


def _article(connection: Connection, article_id: int) -> RowMapping | None:
    return connection.execute(select(articles).where(articles.c.id == article_id)).mappings().first()


def _under_todays_key(connection: Connection, row: RowMapping, now: datetime) -> RowMapping:
    key, today = row["url_key"], url_key(row["url"])
    taken = select(articles.c.id).where(articles.c.url_key == today)
    if today == key or connection.execute(taken).first() is not None:
        return row
    connection.execute(delete(article_urls).where(article_urls.c.url_key == today))
    connection.execute(update(articles).where(articles.c.id == row["id"]).values(url_key=today))
    note_url(connection, row["id"], OtherUrl(key, row["url"], "form"), now)
    page = connection.execute(select(pages.c.id).where(pages.c.url_key == key)).scalar()
    if page is not None:
        rekey_page(connection, page, key, row["url"])
    return connection.execute(select(articles).where(articles.c.id == row["id"])).mappings().one()


def _asked(connection: Connection, row: RowMapping) -> frozenset[str]:
    """Keys of addresses from which a crawl was led to an article."""
    led = select(pages.c.url_key).where(pages.c.article_id == row["id"], pages.c.url_key != row["url_key"])
    return frozenset(connection.execute(led).scalars())


def _merge(
    connection: Connection, stays: RowMapping, goes: RowMapping, relation: Relation, now: datetime, *, is_view: bool
) -> None:
    """Let one row take over what hangs on the other, and delete that. No text is lost that differs."""
    _merge_revisions(connection, stays, goes, now, is_view=is_view)
    remove_links(connection, goes["id"])
    if goes["source"] is not None:
        leave(connection, goes["source"], blocks_of(goes["blocks"]))
    for table in (article_urls, pages):
        connection.execute(update(table).where(table.c.article_id == goes["id"]).values(article_id=stays["id"]))
    # Only its own address is fetched again.
    connection.execute(update(pages).where(pages.c.url_key == goes["url_key"]).values(next_fetch_at=None))
    connection.execute(delete(articles).where(articles.c.id == goes["id"]))
    note_url(connection, stays["id"], OtherUrl(goes["url_key"], goes["url"], relation), now)
    by_publisher = select(func.count()).where(
        article_revisions.c.article_id == stays["id"], article_revisions.c.cause == "publisher"
    )
    values: dict[str, Any] = {
        "first_seen_at": min(stays["first_seen_at"], goes["first_seen_at"]),
        "revision": 1 + connection.execute(by_publisher).scalar_one(),
        "updated_at": now,
    }
    connection.execute(update(articles).where(articles.c.id == stays["id"]).values(**values))


def _merge_revisions(
    connection: Connection, stays: RowMapping, goes: RowMapping, now: datetime, *, is_view: bool
) -> None:
    """Number the earlier texts of both by their time. What a page says in another form was nobody's change."""
    put_aside(connection, goes, "extractor" if is_view else "publisher", now)
    revisions = article_revisions.c
    both = select(article_revisions).where(revisions.article_id.in_([stays["id"], goes["id"]]))
    rows = connection.execute(both.order_by(revisions.replaced_at, revisions.id)).mappings().all()
    own = [stays, *(row for row in rows if row["article_id"] == stays["id"])]
    number = 0
    for row in rows:
        its = revisions.id == row["id"]
        if row["article_id"] == goes["id"] and any(_says_the_same(row, one) for one in own):
            connection.execute(delete(article_revisions).where(its))
        else:
            number += 1
            # Below zero at first, out of the way of those that have these numbers.
            connection.execute(update(article_revisions).where(its).values(article_id=stays["id"], number=-number))
    positive = {"number": -revisions.number}
    connection.execute(update(article_revisions).where(revisions.article_id == stays["id"]).values(**positive))


def _says_the_same(one: RowMapping, other: RowMapping) -> bool:
    return is_same(one["title"], other["title"]) and is_same(one["text"], other["text"])
