"""The record of every run, from its first second."""

from __future__ import annotations

import os
import platform
import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from newscrawl._version import __version__
from newscrawl.items import Block
from newscrawl.storage.engine import explained, open_engine, read_connection, write_transaction
from newscrawl.storage.errors import StorageError
from newscrawl.storage.locks import Lock, is_held, lock_folder, sweep
from newscrawl.storage.schema import articles, pages, runs
from newscrawl.storage.schema import runs as runs_table
from newscrawl.storage.statistics import Counts

KILLED = "killed"
_UNFINISHED = {1: "not_started", 2: "storage_failed", None: KILLED}
"""Why a run was not finished, by the exit code of its process."""
_GONE = "its process is gone: it was killed, or the machine stopped"


@dataclass(frozen=True, slots=True)
class _Mine:
    """A run of this process, for as long as it goes on."""

    lock: Lock
    began: float
    """By a clock that never jumps."""


_mine: dict[tuple[str, int], _Mine] = {}


@dataclass(frozen=True, slots=True)
class Traffic:
    """What a run asked of the network, and what came."""

    requests: int = 0
    bytes: int = 0
    """Of the answers, as they came over the wire."""


def begin(connection: Connection, spider: str, arguments: dict[str, str], counts: dict[str, Any]) -> int:
    """Record that a run begins, close the records of runs that died, and return the new run's id."""
    close_dead(connection)
    name = f"run-{secrets.token_hex(8)}.lock"
    lock = Lock.take(lock_folder(_url(connection)) / name)
    if lock is None:
        raise StorageError(f"the lock {name} of a new run is taken already; try again")
    if connection.dialect.name != "sqlite":  # each user has a folder of locks, but one database
        name = str(lock.path)
    run_id = _add(connection, spider, arguments, {"lock": name, "counts": counts})
    _mine[_url(connection), run_id] = _Mine(lock, time.monotonic())
    return run_id


def count(connection: Connection, run_id: int, counts: dict[str, Any], traffic: Traffic | None = None) -> None:
    """Store what the run has done so far."""
    so_far = {} if traffic is None else {"requests": traffic.requests, "bytes": traffic.bytes}
    connection.execute(update(runs).where(runs.c.id == run_id).values(counts=counts, **so_far))


def finish(connection: Connection, run_id: int, reason: str, traffic: Traffic | None = None) -> None:
    """Record that a run ended, and how."""
    values: dict[str, Any] = {"finished_at": datetime.now(UTC), "reason": reason}
    if traffic is not None:
        values |= {"requests": traffic.requests, "bytes": traffic.bytes}
    mine = _mine.get((_url(connection), run_id))
    if mine is not None:
        values["seconds"] = round(time.monotonic() - mine.began, 3)
    connection.execute(update(runs).where(runs.c.id == run_id).values(**values))
    let_go(_url(connection), run_id)


def conclude(connection: Connection, run_id: int, exit_code: int | None, error: str | None) -> None:
    """Record with which exit code a run's process ended, and what went wrong; end the run where it did not."""
    finished_at = select(runs.c.finished_at).where(runs.c.id == run_id)
    if connection.execute(finished_at).scalar() is None:
        finish(connection, run_id, _UNFINISHED.get(exit_code, "shutdown"))
    connection.execute(update(runs).where(runs.c.id == run_id).values(exit_code=exit_code, error=error))


def insert_not_started(
    connection: Connection, spider: str, arguments: dict[str, str], counts: dict[str, Any], ended: tuple[int, str]
) -> int:
    """Record a run whose process ended before there was one: its exit code, and why."""
    moment = datetime.now(UTC)
    how = {"exit_code": ended[0], "error": ended[1], "reason": "not_started", "finished_at": moment, "seconds": 0.0}
    return _add(connection, spider, arguments, how | {"counts": counts, "started_at": moment})


def let_go(url: str, run_id: int) -> None:
    """Give the lock of a run of this process back. A run that is not finished then is taken for dead."""
    mine = _mine.pop((url, run_id), None)
    if mine is not None:
        mine.lock.release(remove=True)


def close_dead(connection: Connection) -> list[int]:
    """Close the records of runs whose process is gone, and return their ids.

    A process id says little: it is used again, and every container has the same ones. A run's lock is gone with its
    process, and does not come along when the database is restored elsewhere. A database without a file is shared with
    machines whose locks cannot be seen from here: their runs are left to them.
    """
    folder = lock_folder(_url(connection))
    unfinished = select(runs.c.id, runs.c.lock).where(runs.c.finished_at.is_(None))
    if connection.dialect.name != "sqlite":
        unfinished = unfinished.where(runs.c.host == socket.gethostname())
    dead = [row for row in connection.execute(unfinished).all() if row.lock is None or not is_held(folder / row.lock)]
    for row in dead:
        finish(connection, row.id, KILLED)
        connection.execute(update(runs).where(runs.c.id == row.id).values(error=_GONE))
    # New ones are made in a transaction such as this one, of which there is one at a time.
    sweep(folder, "run-*.lock")
    return [row.id for row in dead]


def _add(connection: Connection, spider: str, arguments: dict[str, str], more: dict[str, Any]) -> int:
    values = {
        "spider": spider,
        "arguments": arguments,
        "version": __version__,
        "scrapy_version": version("scrapy"),
        "python_version": platform.python_version(),
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "started_at": datetime.now(UTC),
        **more,
    }
    run_id: int = connection.execute(insert(runs).values(**values).returning(runs.c.id)).scalar_one()
    return run_id


def _url(connection: Connection) -> str:
    return connection.engine.url.render_as_string(hide_password=False)


@dataclass(frozen=True, slots=True)
class ArticleReport:
    """An article as a run left it, for a person to look over."""

    title: str | None
    source: str | None
    url_key: str
    words_kept: int
    words_dropped: int


@dataclass(frozen=True, slots=True)
class RunReport:
    """What a run did, with its first articles."""

    counts: Counts
    articles: tuple[ArticleReport, ...]
    article_count: int
    total_articles: int
    """All articles in the database, of this and every earlier run."""


def report_run(url: str, run_id: int, limit: int = 10) -> RunReport:
    """Report a run, with up to `limit` of its articles in the order of their addresses. Raises StorageError."""
    engine = open_engine(url)
    visited = select(pages.c.article_id).where(pages.c.run_id == run_id)
    of_run = select(articles).where(articles.c.id.in_(visited))  # each once, whatever addresses led to it
    with explained(engine), engine.connect() as connection:
        counts = Counts.from_json(connection.execute(select(runs.c.counts).where(runs.c.id == run_id)).scalar_one())
        rows = connection.execute(of_run.order_by(articles.c.url_key).limit(limit)).all()
        article_count = connection.execute(select(func.count()).select_from(of_run.subquery())).scalar_one()
        total = connection.execute(select(func.count()).select_from(articles)).scalar_one()
    engine.dispose()
    reports = tuple(
        ArticleReport(
            title=row.title,
            source=row.source,
            url_key=row.url_key,
            words_kept=row.word_count,
            words_dropped=sum(Block(*block).words for block in row.blocks if block[2] is not None),
        )
        for row in rows
    )
    return RunReport(counts, reports, article_count, total)


def begin_run(url: str, spider: str, arguments: dict[str, str]) -> int:
    """Record that a run begins in the database at `url`, and return its id."""
    with _writing(url) as connection:
        return begin(connection, spider, arguments, Counts().as_json())


def conclude_run(url: str, run_id: int, exit_code: int | None, error: str | None) -> None:
    """Record with which exit code a run's process ended, and in a line what went wrong."""
    with _writing(url) as connection:
        conclude(connection, run_id, exit_code, error)


def record_not_started(url: str, spider: str, arguments: dict[str, str], exit_code: int, error: str) -> int:
    """Record that the process of a run ended before its run began, and return the id of the record."""
    with _writing(url) as connection:
        return insert_not_started(connection, spider, arguments, Counts().as_json(), (exit_code, error))


def close_dead_runs(url: str) -> list[int]:
    """Close the records of runs whose process is gone, and return their ids."""
    with _writing(url) as connection:
        return close_dead(connection)


def run_record(url: str, run_id: int) -> dict[str, Any] | None:
    """Return a row of `runs`."""
    with read_connection(url) as connection:
        row = connection.execute(select(runs_table).where(runs_table.c.id == run_id)).first()
    return None if row is None else dict(row._mapping)


@contextmanager
def _writing(url: str) -> Iterator[Connection]:
    engine = open_engine(url)
    try:
        with explained(engine), write_transaction(engine) as connection:
            yield connection
    finally:
        engine.dispose()
