"""Keys and links of a whole database anew, in short transactions that a crawl slips between."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal, get_args

from sqlalchemy import Connection, Engine, RowMapping, delete, func, insert, select, tuple_, update

from newscrawl.dedupe import content_hash, near_duplicate_keys
from newscrawl.storage.article_urls import OtherUrl, Relation, address_of, note_url, relate
from newscrawl.storage.boilerplate import blocks_of, leave, put_aside
from newscrawl.storage.duplicates import check_links, drop_keys, group_of, remove_links, sharing, store_keys
from newscrawl.storage.engine import explained, open_engine, require, write_transaction
from newscrawl.storage.frontier import rekey_page
from newscrawl.storage.revisions import is_same
from newscrawl.storage.schema import article_revisions, article_urls, articles, dedupe_rebuilds, pages
from newscrawl.storage.schema import near_duplicate_keys as keys_table
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


Stage = Literal["clear", "keys", "links", "addresses"]
STAGES: tuple[Stage, ...] = get_args(Stage)
"""Forget all keys; store the keys of every text, and its hash; decide about every article; merge those that are one."""

_BATCH = {"clear": 5000, "keys": 50, "links": 20, "addresses": 20}
_SHORTEST_PAUSE = 0.01
"""Seconds between two transactions, for a crawl that waits to write."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a rebuild is."""

    stage: Stage
    done: int
    """Articles in this stage, also those done before the rebuild was stopped and went on."""
    total: int
    resumed: bool = False
    """Whether it goes on with one that was stopped."""
    merged: int = 0
    """Rows that went since this process began, for each was another address of an article."""


@dataclass(frozen=True, slots=True)
class Stories:
    """What a rebuild left."""

    articles: int
    copies: int


def rebuild(url: str) -> Iterator[Progress]:
    """Rebuild a database that is there, going on where the last rebuild was stopped. Raises StorageError.

    An article is in `unique_articles` as before until its turn comes; a crawl may run all the while.
    """
    require(url)
    engine = open_engine(url)
    try:
        with explained(engine):
            yield from _steps(engine)
    finally:
        engine.dispose()


def count_stories(url: str) -> Stories:
    """Count the articles of a database, and how many of them are copies. Raises StorageError."""
    engine = open_engine(url)
    with explained(engine), engine.connect() as connection:
        of_all = connection.execute(select(func.count()).select_from(articles)).scalar_one()
        linked = select(func.count()).where(articles.c.duplicate_of.is_not(None))
        copies = connection.execute(linked).scalar_one()
    engine.dispose()
    return Stories(of_all, copies)


def _steps(engine: Engine) -> Iterator[Progress]:
    with write_transaction(engine) as connection:
        number, resumed = _begin(connection)
    merged = 0
    while True:
        began = time.monotonic()
        with write_transaction(engine) as connection:
            state = connection.execute(select(dedupe_rebuilds).where(dedupe_rebuilds.c.id == number)).one()
            if state.finished_at is not None:
                return
            values, less = _step(connection, state.stage, state.position)
            connection.execute(update(dedupe_rebuilds).where(dedupe_rebuilds.c.id == number).values(**values))
            merged += less
            progress = replace(_progress(connection, number, resumed=resumed), merged=merged)
        yield progress
        time.sleep(max(_SHORTEST_PAUSE, (time.monotonic() - began) / 4))


def _begin(connection: Connection) -> tuple[int, bool]:
    unfinished = select(dedupe_rebuilds.c.id).where(dedupe_rebuilds.c.finished_at.is_(None))
    number = connection.execute(unfinished.limit(1)).scalar()
    if number is not None:
        return number, True
    values = {"stage": STAGES[0], "position": 0, "started_at": datetime.now(UTC)}
    added = insert(dedupe_rebuilds).values(**values).returning(dedupe_rebuilds.c.id)
    return connection.execute(added).scalar_one(), False


def _progress(connection: Connection, number: int, *, resumed: bool) -> Progress:
    state = connection.execute(select(dedupe_rebuilds).where(dedupe_rebuilds.c.id == number)).one()
    newest = connection.execute(select(func.max(articles.c.id))).scalar() or 0
    return Progress(state.stage, min(state.position, newest), newest, resumed)


def _step(connection: Connection, stage: Stage, position: int) -> tuple[dict[str, object], int]:
    """Do a little of a stage; return what the row of the rebuild is to say, and how many articles were merged."""
    limit = _BATCH[stage]
    if stage == "clear":
        return {"stage": stage if _clear(connection, limit) else "keys", "position": 0}, 0
    columns = articles.c.id, articles.c.text, articles.c.content_hash
    later = select(*columns).where(articles.c.id > position).order_by(articles.c.id).limit(limit)
    rows = connection.execute(later).all()
    merged, now = 0, datetime.now(UTC)
    for row in rows:
        if stage == "keys":
            _store_anew(connection, row.id, row.text, row.content_hash)
        elif stage == "links":
            check_links(connection, row.id)
        else:
            merged += join_addresses(connection, row.id, now)
    if rows:
        return {"stage": stage, "position": rows[-1].id}, merged
    following = STAGES[STAGES.index(stage) + 1 :]
    if following:
        return {"stage": following[0], "position": 0}, 0
    return {"stage": stage, "position": position, "finished_at": now}, 0


def _clear(connection: Connection, limit: int) -> int:
    columns = keys_table.c.key, keys_table.c.article_id
    some = select(*columns).order_by(*columns).limit(limit)
    return connection.execute(delete(keys_table).where(tuple_(*columns).in_(some))).rowcount


def _store_anew(connection: Connection, article_id: int, text: str, stored_hash: str) -> None:
    keys = near_duplicate_keys(text)
    drop_keys(connection, article_id, keys)  # a crawl may have stored some since the table was cleared
    store_keys(connection, article_id, set(keys) - sharing(connection, keys, article_id).full)
    now = content_hash(text)
    if now != stored_hash:
        connection.execute(update(articles).where(articles.c.id == article_id).values(content_hash=now))
