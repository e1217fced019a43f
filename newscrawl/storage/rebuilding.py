"""Keys and links of a whole database anew, in short transactions that a crawl slips between."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal, get_args

from sqlalchemy import Connection, Engine, delete, func, insert, select, tuple_, update

from newscrawl.dedupe import content_hash, near_duplicate_keys
from newscrawl.storage.duplicate_keys import drop_keys, sharing, store_keys
from newscrawl.storage.duplicates import check_links
from newscrawl.storage.engine import explained, open_engine, write_transaction
from newscrawl.storage.merging import join_addresses
from newscrawl.storage.reading import require
from newscrawl.storage.schema import articles, dedupe_rebuilds
from newscrawl.storage.schema import near_duplicate_keys as keys_table

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
