"""Alarms: raised and ended in the database by what runs show, and told to the user once each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, insert, select, update

from newscrawl.health import Changes, Run, Verdict, catch_up, in_words
from newscrawl.storage.engine import explained, open_engine, write_transaction
from newscrawl.storage.past_runs import Past, past_of
from newscrawl.storage.reading import read_connection
from newscrawl.storage.schema import alarms, pages, run_sources


@dataclass(frozen=True, slots=True)
class Alarm:
    """What is wrong with a source, or was."""

    source: str
    symptom: str
    message: str
    """A line for a person."""
    now: float
    before: float
    sample: int
    run_id: int | None
    """The first run that showed it."""
    since: datetime
    shown_at: datetime
    """When the last run that showed it began."""
    example: str | None
    """The address of a page that shows it."""
    ended_at: datetime | None = None
    id: int | None = None


def judge_run(url: str, run_id: int) -> list[str]:
    """Judge the sources that a run came to, runs before it that nobody judged included; return their names.

    Raises StorageError.
    """
    engine = open_engine(url)
    try:
        with explained(engine), write_transaction(engine) as connection:
            of_run = select(run_sources.c.source).where(run_sources.c.run_id == run_id)
            sources = list(connection.execute(of_run).scalars())
            for source in sources:
                past = past_of(connection, source)
                for run, changes in caught_up(past):
                    _record(connection, source, run, changes, past)
        return sources
    finally:
        engine.dispose()


def caught_up(past: Past) -> list[tuple[Run, Changes]]:
    """Judge the runs of a source that nobody judged."""
    standing = {symptom: row.run_id or 0 for symptom, row in past.standing.items()}
    return catch_up(past.judged, past.unjudged, standing, past.listings)


def _record(connection: Connection, source: str, run: Run, changes: Changes, past: Past) -> None:
    is_own = (run_sources.c.run_id == run.id) & (run_sources.c.source == source)
    connection.execute(update(run_sources).where(is_own).values(symptoms=sorted(changes.shown)))
    standing = (alarms.c.source == source) & alarms.c.ended_at.is_(None)
    for verdict in changes.begun:
        first = next((earlier for earlier in (*past.judged, *past.unjudged) if earlier.id == verdict.since), run)
        begun = {"source": source, "symptom": verdict.symptom, "run_id": first.id, "since": first.started_at}
        connection.execute(insert(alarms).values(**begun, **_values(verdict, run)))
    for verdict in changes.lasting:
        is_it = standing & (alarms.c.symptom == verdict.symptom)
        connection.execute(update(alarms).where(is_it).values(**_values(verdict, run)))
    for verdict in changes.over:
        is_it = standing & (alarms.c.symptom == verdict.symptom)
        connection.execute(update(alarms).where(is_it).values(ended_at=run.started_at, ended_by="recovered"))


def _values(verdict: Verdict, run: Run) -> dict[str, Any]:
    return {
        "message": in_words(verdict),
        "now": verdict.now,
        "before": verdict.before,
        "sample": verdict.sample,
        "detail": verdict.detail or None,
        "page_id": select(pages.c.id).where(pages.c.id == verdict.example).scalar_subquery(),  # it may be gone
        "shown_at": run.started_at,
    }


def alarms_of(connection: Connection, source: str, *wanted: ColumnElement[bool]) -> list[Alarm]:
    """Read alarms of a source."""
    columns = select(alarms, pages.c.url).outerjoin(pages, pages.c.id == alarms.c.page_id)
    return [
        _alarm(row)
        for row in connection.execute(columns.where(alarms.c.source == source, *wanted).order_by(alarms.c.id))
    ]


def _alarm(row: Row[Any]) -> Alarm:
    numbers = (row.now, row.before, row.sample)
    moments = (row.run_id, row.since, row.shown_at)
    return Alarm(row.source, row.symptom, row.message, *numbers, *moments, row.url, row.ended_at, row.id)


def untold(url: str, source: str) -> tuple[list[Alarm], list[Alarm]]:
    """Return the alarms of a source that the user was not told of, and those of whose end. Raises StorageError."""
    is_over = alarms.c.ended_at.is_not(None)
    with read_connection(url) as connection:
        return (
            alarms_of(connection, source, ~is_over, alarms.c.told.is_(None)),
            alarms_of(connection, source, is_over, alarms.c.told == "begun"),
        )


def note_told(url: str, begun: list[Alarm], over: list[Alarm]) -> None:
    """Remember that the user was told. Raises StorageError."""
    engine = open_engine(url)
    try:
        with explained(engine), write_transaction(engine) as connection:
            for told, some in (("begun", begun), ("over", over)):
                ids = [alarm.id for alarm in some]
                connection.execute(update(alarms).where(alarms.c.id.in_(ids)).values(told=told))
    finally:
        engine.dispose()


def accept(url: str, source: str) -> int:
    """Take a source as it is now for healthy; return how many alarms that ends. Raises StorageError."""
    engine = open_engine(url)
    try:
        with explained(engine), write_transaction(engine) as connection:
            standing = (alarms.c.source == source) & alarms.c.ended_at.is_(None)
            ended = {"ended_at": datetime.now(UTC), "ended_by": "accepted"}
            count: int = connection.execute(update(alarms).where(standing).values(**ended)).rowcount
            return count
    finally:
        engine.dispose()
