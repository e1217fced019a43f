"""The table `runs`: a record of every run, from its first second."""

from __future__ import annotations

import os
import platform
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from newscrawl._version import __version__
from newscrawl.health import Measures, notes_of
from newscrawl.items import Block
from newscrawl.storage.engine import database_clock, read_connection, write_connection
from newscrawl.storage.errors import StorageError
from newscrawl.storage.locks import Lock, host_name, is_held, lock_folder, sweep
from newscrawl.storage.schema import articles, pages, run_sources, runs, sites
from newscrawl.storage.statistics import Counts

KILLED = "killed"
_UNFINISHED = {1: "not_started", 2: "storage_failed", None: KILLED}
"""Reason of a run that did not record its own end, by the exit code of its process."""
_PAST = 20
"""Number of past runs that say how long a run takes."""
_DEAD = "its process died: it was killed, or the machine stopped"


@dataclass(frozen=True, slots=True)
class Traffic:
    """What a run sent and received over the network."""

    requests: int = 0
    bytes: int = 0
    """Response bytes on the wire."""


@dataclass(frozen=True, slots=True)
class _Running:
    """A run of this process that has not ended."""

    lock: Lock | None
    """None where the process has one lock for all its runs."""
    began: float
    """By the monotonic clock."""


_running: dict[tuple[str, int], _Running] = {}
"""By database URL and run id."""


def begin(connection: Connection, spider: str, arguments: dict[str, str], shared: Lock | None = None) -> int:
    """Record the start of a run and return its id. Also closes the records of runs whose process died.

    With a lock that the process holds for all its runs (`lock_for_runs`) no other is taken, and dead runs are left to
    whoever took it.
    """
    url = _url(connection)
    if shared is not None:
        lock, path = None, shared.path
    else:
        close_dead(connection)
        lock = lock_for_runs(url)
        path = lock.path
    # Users have lock folders of their own, but share a database server.
    name = path.name if connection.dialect.name == "sqlite" else str(path)
    run_id = _add(connection, spider, arguments, {"lock": name})
    connection.execute(update(sites).where(sites.c.name == spider).values(last_crawl_at=database_clock(connection)))
    _running[url, run_id] = _Running(lock, time.monotonic())
    return run_id


def lock_for_runs(url: str) -> Lock:
    """Take a lock by which others see that a run of this process is alive. Raises StorageError."""
    name = f"run-{secrets.token_hex(8)}.lock"
    lock = Lock.take(lock_folder(url) / name)
    if lock is None:
        raise StorageError(f"the lock file {name} of a new run is already locked; try again")
    return lock


def count(connection: Connection, run_id: int, counts: Counts, traffic: Traffic | None = None) -> None:
    """Store what the run has done so far."""
    so_far = {} if traffic is None else {"requests": traffic.requests, "bytes": traffic.bytes}
    connection.execute(update(runs).where(runs.c.id == run_id).values(counts=counts.as_json(), **so_far))


def elapsed(url: str, run_id: int) -> float | None:
    """Return for how many seconds a run of this process goes on."""
    running = _running.get((url, run_id))
    return None if running is None else round(time.monotonic() - running.began, 3)


def finish(
    connection: Connection,
    run_id: int,
    reason: str,
    traffic: Traffic | None = None,
    seconds: float | None = None,
) -> None:
    """Record the end of a run and its reason; `seconds` is what it took, by default until now."""
    values: dict[str, Any] = {"finished_at": database_clock(connection), "reason": reason}
    if traffic is not None:
        values |= {"requests": traffic.requests, "bytes": traffic.bytes}
    seconds = elapsed(_url(connection), run_id) if seconds is None else seconds
    if seconds is not None:
        values["seconds"] = seconds
    connection.execute(update(runs).where(runs.c.id == run_id).values(**values))
    spider = select(runs.c.spider).where(runs.c.id == run_id).scalar_subquery()
    following = select(func.min(pages.c.next_fetch_at)).where(pages.c.source == sites.c.source)
    planned = {"next_crawl_at": following.correlate(sites).scalar_subquery()}
    connection.execute(update(sites).where(sites.c.name == spider).values(**planned))
    release(_url(connection), run_id)


def release(url: str, run_id: int) -> None:
    """Release the lock of a run of this process. A run that is not finished by then counts as dead."""
    running = _running.pop((url, run_id), None)
    if running is not None and running.lock is not None:
        running.lock.release(remove=True)


def close_dead(connection: Connection) -> list[int]:
    """Close the records of runs whose process died, and return their ids.

    A process id proves nothing: it is reused, and every container has the same ones. The lock of a run is released
    when its process ends, and does not come along when a database is restored elsewhere. Locks of other hosts cannot
    be seen, so in a database server only runs of this host are closed.
    """
    folder = lock_folder(_url(connection))
    unfinished = select(runs.c.id, runs.c.lock).where(runs.c.finished_at.is_(None))
    if connection.dialect.name != "sqlite":
        unfinished = unfinished.where(runs.c.host == host_name())
    dead = [row for row in connection.execute(unfinished).all() if row.lock is None or not is_held(folder / row.lock)]
    for row in dead:
        finish(connection, row.id, KILLED)
        connection.execute(update(runs).where(runs.c.id == row.id).values(error=_DEAD))
    # No lock can be between its creation and its record: that happens in a write transaction such as this one.
    sweep(folder, "run-*.lock")
    return [row.id for row in dead]


def _add(connection: Connection, spider: str, arguments: dict[str, str], more: dict[str, Any]) -> int:
    values = {
        "spider": spider,
        "arguments": arguments,
        "version": __version__,
        "scrapy_version": version("scrapy"),
        "python_version": platform.python_version(),
        "host": host_name(),
        "pid": os.getpid(),
        "started_at": database_clock(connection),
        "counts": Counts().as_json(),
        **more,
    }
    run_id: int = connection.execute(insert(runs).values(**values).returning(runs.c.id)).scalar_one()
    return run_id


def _url(connection: Connection) -> str:
    return connection.engine.url.render_as_string(hide_password=False)


def begin_run(url: str, spider: str, arguments: dict[str, str]) -> int:
    """Record the start of a run in the database at `url`, and return its id. Raises StorageError."""
    with write_connection(url) as connection:
        return begin(connection, spider, arguments)


def conclude_run(url: str, run_id: int, exit_code: int | None, error: str | None) -> None:
    """Record the exit code of a run's process and what went wrong; end the run if it did not. Raises StorageError.

    `exit_code` is None for a process that was killed; `error` is one line.
    """
    with write_connection(url) as connection:
        conclude(connection, run_id, exit_code, error)


def conclude(connection: Connection, run_id: int, exit_code: int | None, error: str | None) -> dict[str, Any]:
    """Do as `conclude_run`, within a transaction, and return the row of `runs`."""
    own = runs.c.id == run_id
    if connection.execute(select(runs.c.finished_at).where(own)).scalar() is None:
        finish(connection, run_id, _UNFINISHED.get(exit_code, "shutdown"))
    values = {"exit_code": exit_code, "error": error}
    return dict(connection.execute(update(runs).where(own).values(**values).returning(*runs.c)).one()._mapping)


def record_not_started(url: str, spider: str, arguments: dict[str, str], exit_code: int, error: str) -> int:
    """Record a run whose process ended before the run started, and return its id. Raises StorageError."""
    now = datetime.now(UTC)
    ended = {"exit_code": exit_code, "error": error, "reason": "not_started", "finished_at": now, "seconds": 0.0}
    with write_connection(url) as connection:
        return _add(connection, spider, arguments, ended | {"started_at": now})


def close_dead_runs(url: str) -> list[int]:
    """Close the records of runs whose process died, and return their ids. Raises StorageError."""
    with write_connection(url) as connection:
        return close_dead(connection)


def longest_run(url: str, spider: str) -> timedelta | None:
    """Return how long the longest of a spider's last runs took; None if none has ended. Raises StorageError."""
    ended = select(runs.c.seconds).where(runs.c.spider == spider, runs.c.seconds > 0)
    with read_connection(url) as connection:
        seconds = connection.execute(ended.order_by(runs.c.id.desc()).limit(_PAST)).scalars().all()
    return timedelta(seconds=max(seconds)) if seconds else None


def run_record(url: str, run_id: int) -> dict[str, Any] | None:
    """Return a row of `runs` by column name; None if there is none. Raises StorageError."""
    with read_connection(url) as connection:
        row = connection.execute(select(runs).where(runs.c.id == run_id)).first()
    return None if row is None else dict(row._mapping)


def sources_of_run(url: str, run_id: int) -> list[str]:
    """Return the sources that a run measured. Raises StorageError."""
    of_run = select(run_sources.c.source).where(run_sources.c.run_id == run_id).order_by(run_sources.c.source)
    with read_connection(url) as connection:
        return list(connection.execute(of_run).scalars())


@dataclass(frozen=True, slots=True)
class ArticleReport:
    """An article in the report of a run."""

    title: str | None
    source: str | None
    url_key: str
    words_kept: int
    words_dropped: int


@dataclass(frozen=True, slots=True)
class RunReport:
    """Counts of a run, and its first articles."""

    counts: Counts
    articles: tuple[ArticleReport, ...]
    article_count: int
    total_articles: int
    """Number of articles in the database, from all runs."""
    notes: tuple[str, ...] = ()
    """What the run found on its sites, each a line."""


def report_run(url: str, run_id: int, limit: int = 10) -> RunReport:
    """Report a run, with up to `limit` of its articles ordered by `url_key`. Raises StorageError."""
    visited = select(pages.c.article_id).where(pages.c.run_id == run_id)
    of_run = select(articles).where(articles.c.id.in_(visited))  # once, even if several URLs led to it
    with read_connection(url) as connection:
        counts = Counts.from_json(connection.execute(select(runs.c.counts).where(runs.c.id == run_id)).scalar_one())
        rows = connection.execute(of_run.order_by(articles.c.url_key).limit(limit)).all()
        article_count = connection.execute(select(func.count()).select_from(of_run.subquery())).scalar_one()
        total = connection.execute(select(func.count()).select_from(articles)).scalar_one()
        of_sources = select(run_sources.c.source, run_sources.c.measures).where(run_sources.c.run_id == run_id)
        measured = [(row.source, Measures.from_json(row.measures)) for row in connection.execute(of_sources).all()]
    notes = tuple(f"{source}: {note}" for source, measures in measured for note in notes_of(measures))
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
    return RunReport(counts, reports, article_count, total, notes)
