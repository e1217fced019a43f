"""The record of a run as the process sees it that begins and ends it. All raise StorageError."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, select

from newscrawl.storage import runs
from newscrawl.storage.counts import Counts
from newscrawl.storage.engine import explained, open_engine, write_transaction
from newscrawl.storage.reading import read_connection
from newscrawl.storage.schema import runs as runs_table


def begin_run(url: str, spider: str, arguments: dict[str, str]) -> int:
    """Record that a run begins in the database at `url`, and return its id."""
    with _writing(url) as connection:
        return runs.begin(connection, spider, arguments, Counts().as_json())


def conclude_run(url: str, run_id: int, exit_code: int | None, error: str | None) -> None:
    """Record with which exit code a run's process ended, and in a line what went wrong."""
    with _writing(url) as connection:
        runs.conclude(connection, run_id, exit_code, error)


def record_not_started(url: str, spider: str, arguments: dict[str, str], exit_code: int, error: str) -> int:
    """Record that the process of a run ended before its run began, and return the id of the record."""
    with _writing(url) as connection:
        return runs.record_not_started(connection, spider, arguments, Counts().as_json(), (exit_code, error))


def close_dead_runs(url: str) -> list[int]:
    """Close the records of runs whose process is gone, and return their ids."""
    with _writing(url) as connection:
        return runs.close_dead(connection)


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
