"""Rebuild the duplicate links of a whole database, in short transactions between which a crawl can write."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal, get_args

from sqlalchemy import Connection, Engine, RowMapping, delete, func, insert, select, tuple_, update

from newscrawl.dedupe import content_hash, near_duplicate_keys
from newscrawl.storage.article_urls import OtherUrl, Relation, address_of, record_url, relate
from newscrawl.storage.boilerplate import save_revision, uncount_blocks
from newscrawl.storage.duplicates import (
    check_links,
    drop_keys,
    group_of,
    reelect_head,
    remove_links,
    sharing,
    store_keys,
)
from newscrawl.storage.engine import explained, open_engine, read_connection, require, write_transaction
from newscrawl.storage.frontier import rekey_page
from newscrawl.storage.revisions import is_same
from newscrawl.storage.rows import blocks_of, room_of
from newscrawl.storage.schema import article_revisions, article_urls, articles, dedupe_rebuilds, pages
from newscrawl.storage.schema import near_duplicate_keys as keys_table
from newscrawl.urls import url_key

Stage = Literal["clear", "keys", "links", "addresses"]
STAGES: tuple[Stage, ...] = get_args(Stage)
"""Delete all keys; compute the keys and hash of every text; link duplicates; merge alternate URLs of one page."""

_BATCH = {"clear": 5000, "keys": 50, "links": 20, "addresses": 20}
_SHORTEST_PAUSE = 0.01
"""Seconds between two transactions, in which a waiting crawl can write."""


def _merge_alternates(connection: Connection, article_id: int, now: datetime) -> int:
    """Update an article's key, and merge its duplicates that are the same page; return how many rows were merged.

    As in a crawl, they must be on the same site, have related URLs and nearly the same text.
    """
    row = _article(connection, article_id)
    if row is None or row["url"] is None:
        return 0
    row = _with_current_key(connection, row, now)
    merged = 0
    for other_id in sorted(group_of(connection, article_id) - {article_id}):
        other = _article(connection, other_id)
        # If one is gone and the other is not, the URL has a different page now.
        if other is None or other["source"] != row["source"] or (other["gone_at"] is None) != (row["gone_at"] is None):
            continue
        if other["origin"] != row["origin"]:
            continue
        # URLs that led a crawl to this article
        led = select(pages.c.url_key).where(pages.c.article_id == row["id"], pages.c.url_key != row["url_key"])
        related = relate(address_of(row, frozenset(connection.execute(led).scalars())), address_of(other))
        if related is None:
            continue
        relation, leads, is_view = related
        kept, merged_row = (row, other) if leads else (other, row)
        _merge(connection, kept, merged_row, relation, now, is_view=is_view)
        merged += 1
        if not leads:
            break
        row = connection.execute(select(articles).where(articles.c.id == article_id)).mappings().one()  # as merged
    return merged


def _article(connection: Connection, article_id: int) -> RowMapping | None:
    return connection.execute(select(articles).where(articles.c.id == article_id)).mappings().first()


def _with_current_key(connection: Connection, row: RowMapping, now: datetime) -> RowMapping:
    key, current = row["url_key"], url_key(row["url"])
    taken = select(articles.c.id).where(articles.c.url_key == current)
    if current == key or connection.execute(taken).first() is not None:
        return row
    connection.execute(delete(article_urls).where(article_urls.c.url_key == current))
    connection.execute(update(articles).where(articles.c.id == row["id"]).values(url_key=current))
    record_url(connection, row["id"], OtherUrl(key, row["url"], "form"), now)
    rekey_page(connection, key, current)
    return connection.execute(select(articles).where(articles.c.id == row["id"])).mappings().one()


def _merge(
    connection: Connection, kept: RowMapping, merged: RowMapping, relation: Relation, now: datetime, *, is_view: bool
) -> None:
    """Move everything that references one row to another, and delete it; a differing text becomes a revision."""
    _merge_revisions(connection, kept, merged, now, is_view=is_view)
    remove_links(connection, merged["id"])
    if merged["source"] is not None:
        uncount_blocks(connection, room_of(merged["source"], merged["origin"]), blocks_of(merged["blocks"]))
    for table in (article_urls, pages):
        connection.execute(update(table).where(table.c.article_id == merged["id"]).values(article_id=kept["id"]))
    # Only the main URL is fetched again.
    connection.execute(update(pages).where(pages.c.url_key == merged["url_key"]).values(next_fetch_at=None))
    connection.execute(delete(articles).where(articles.c.id == merged["id"]))
    record_url(connection, kept["id"], OtherUrl(merged["url_key"], merged["url"], relation), now)
    by_publisher = select(func.count()).where(
        article_revisions.c.article_id == kept["id"], article_revisions.c.cause == "publisher"
    )
    values: dict[str, Any] = {
        "first_seen_at": min(kept["first_seen_at"], merged["first_seen_at"]),
        "seen_at": min((one["seen_at"] for one in (kept, merged) if one["seen_at"] is not None), default=None),
        "revision": 1 + connection.execute(by_publisher).scalar_one(),
        "updated_at": now,
    }
    connection.execute(update(articles).where(articles.c.id == kept["id"]).values(**values))


def _merge_revisions(
    connection: Connection, kept: RowMapping, merged: RowMapping, now: datetime, *, is_view: bool
) -> None:
    """Number the revisions of both articles by date. The text of another form of the page is no publisher's change."""
    save_revision(connection, merged, "extractor" if is_view else "publisher", now)
    revisions = article_revisions.c
    both = select(article_revisions).where(revisions.article_id.in_([kept["id"], merged["id"]]))
    rows = connection.execute(both.order_by(revisions.replaced_at, revisions.id)).mappings().all()
    own = [kept, *(row for row in rows if row["article_id"] == kept["id"])]
    number = 0
    for row in rows:
        its = revisions.id == row["id"]
        if row["article_id"] == merged["id"] and any(_has_same_text(row, one) for one in own):
            connection.execute(delete(article_revisions).where(its))
        else:
            number += 1
            # Negative at first, because the numbers must stay unique.
            connection.execute(update(article_revisions).where(its).values(article_id=kept["id"], number=-number))
    positive = {"number": -revisions.number}
    connection.execute(update(article_revisions).where(revisions.article_id == kept["id"]).values(**positive))


def _has_same_text(one: RowMapping, other: RowMapping) -> bool:
    return is_same(one["title"], other["title"]) and is_same(one["text"], other["text"])


@dataclass(frozen=True, slots=True)
class Progress:
    """Progress of a rebuild."""

    stage: Stage
    done: int
    """Articles done in this stage, also before the rebuild was interrupted."""
    total: int
    resumed: bool = False
    """Whether it continues an interrupted rebuild."""
    merged: int = 0
    """Articles merged by this process as alternate URLs."""


@dataclass(frozen=True, slots=True)
class Stories:
    """Number of articles after a rebuild."""

    articles: int
    copies: int


def rebuild(url: str) -> Iterator[Progress]:
    """Rebuild the duplicate links of an existing database, or continue an interrupted rebuild. Raises StorageError.

    Until its turn comes, an article stays in `unique_articles` as before; a crawl may run meanwhile.
    """
    require(url)
    engine = open_engine(url)
    try:
        with explained(engine):
            yield from _steps(engine)
    finally:
        engine.dispose()


def count_stories(url: str) -> Stories:
    """Count the articles of a database, and how many of them are duplicates. Raises StorageError."""
    with read_connection(url) as connection:
        of_all = connection.execute(select(func.count()).select_from(articles)).scalar_one()
        linked = select(func.count()).where(articles.c.duplicate_of.is_not(None))
        copies = connection.execute(linked).scalar_one()
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
            values, newly_merged = _step(connection, state.stage, state.position)
            connection.execute(update(dedupe_rebuilds).where(dedupe_rebuilds.c.id == number).values(**values))
            merged += newly_merged
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
    """Process one batch of a stage; return new values for the row of the rebuild, and how many articles were merged."""
    limit = _BATCH[stage]
    if stage == "clear":
        return {"stage": stage if _clear(connection, limit) else "keys", "position": 0}, 0
    columns = articles.c.id, articles.c.text, articles.c.content_hash
    later = select(*columns).where(articles.c.id > position).order_by(articles.c.id).limit(limit)
    rows = connection.execute(later).all()
    merged, now = 0, datetime.now(UTC)
    for row in rows:
        if stage == "keys":
            _recompute_keys(connection, row.id, row.text, row.content_hash)
        elif stage == "links":
            check_links(connection, row.id)
            reelect_head(connection, row.id)
        else:
            merged += _merge_alternates(connection, row.id, now)
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


def _recompute_keys(connection: Connection, article_id: int, text: str, stored_hash: str) -> None:
    keys = near_duplicate_keys(text)
    drop_keys(connection, article_id, keys)  # a crawl may have stored some after the table was cleared
    store_keys(connection, article_id, set(keys) - sharing(connection, keys, article_id).full)
    current_hash = content_hash(text)
    if current_hash != stored_hash:
        connection.execute(update(articles).where(articles.c.id == article_id).values(content_hash=current_hash))
