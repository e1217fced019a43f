"""The health of every source, as it is in the database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, insert, select, update

from newscrawl.health import Changes, ListingPage, Measures, Run, Verdict, catch_up, in_words
from newscrawl.health.limits import LONGEST_WINDOW, TRAIL
from newscrawl.storage.engine import explained, open_engine, read_connection, write_transaction
from newscrawl.storage.frontier import CHUNK
from newscrawl.storage.schema import alarms, pages, run_sources, runs

_PLAIN = frozenset({"url", "max_articles"})
"""Arguments of a run that is like any other; with others, such as `since`, it is about something else."""
_MOST_RUNS = 4_000


@dataclass(frozen=True, slots=True)
class Past:
    """What is known of a source."""

    judged: list[Run]
    unjudged: list[Run]
    """Runs that have ended since."""
    standing: dict[str, Row[Any]]
    """Its alarms, by symptom."""
    listings: dict[int, ListingPage]


def past_of(connection: Connection, source: str) -> Past:
    """Read the trailing weeks of a source, and those before its oldest alarm."""
    own = alarms.c.source == source
    standing = {row.symptom: row for row in connection.execute(select(alarms).where(own, alarms.c.ended_at.is_(None)))}
    rows = _rows(connection, source, None)
    oldest = min((row.run_id for row in standing.values() if row.run_id is not None), default=None)
    if oldest is not None and rows and oldest <= rows[0].run_id:
        rows = _rows(connection, source, oldest) + rows
    accepted = connection.execute(select(alarms).where(own, alarms.c.ended_by == "accepted")).all()
    runs_of = [(_run(row, accepted), row) for row in rows if _PLAIN.issuperset(row.arguments)]
    judged = [run for run, row in runs_of if row.symptoms is not None]
    unjudged = [run for run, row in runs_of if row.symptoms is None and row.finished_at is not None]
    ids = {page for run, _ in runs_of for page in run.measures.listings}
    return Past(judged, unjudged, standing, _listings(connection, ids))


def _rows(connection: Connection, source: str, before: int | None) -> list[Row[Any]]:
    """Return the runs of the weeks up to the last one, or up to one, in their order."""
    of_source = _runs(source) if before is None else _runs(source).where(run_sources.c.run_id < before)
    latest = connection.execute(of_source.order_by(run_sources.c.run_id.desc()).limit(1)).first()
    if latest is None:
        return []
    weeks = runs.c.started_at >= latest.started_at - TRAIL - LONGEST_WINDOW - timedelta(days=1)
    return list(connection.execute(of_source.where(weeks).order_by(run_sources.c.run_id.desc()).limit(_MOST_RUNS)))[
        ::-1
    ]


def _runs(source: str) -> Select[Any]:
    columns = (run_sources.c.run_id, run_sources.c.measures, run_sources.c.symptoms)
    joined = select(*columns, runs.c.started_at, runs.c.finished_at, runs.c.arguments)
    return joined.join_from(run_sources, runs, runs.c.id == run_sources.c.run_id).where(run_sources.c.source == source)


def _run(row: Row[Any], accepted: Iterable[Row[Any]]) -> Run:
    symptoms = set(row.symptoms or ())
    for alarm in accepted:
        if alarm.run_id is None:
            continue
        # What a person takes for normal is the measure from then on, and what was before is none any more.
        if row.run_id < alarm.run_id:
            symptoms.add(alarm.symptom)
        elif row.started_at <= alarm.ended_at:
            symptoms.discard(alarm.symptom)
    return Run(row.run_id, row.started_at, Measures.from_json(row.measures), frozenset(symptoms))


def _listings(connection: Connection, ids: set[int]) -> dict[int, ListingPage]:
    ordered, found = sorted(ids), {}
    columns = select(pages.c.id, pages.c.kind, pages.c.url)
    for start in range(0, len(ordered), CHUNK):
        for row in connection.execute(columns.where(pages.c.id.in_(ordered[start : start + CHUNK]))):
            found[row.id] = ListingPage(row.kind, row.url or "")
    return found


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


@dataclass(frozen=True, slots=True)
class SiteHealth:
    """A source and its alarms."""

    source: str
    runs: int
    """Of the trailing weeks."""
    last_run: datetime
    alarms: tuple[Alarm, ...]


def site_health(url: str) -> list[SiteHealth]:
    """Return the health of every source. Raises StorageError.

    Runs that ended without being judged, as those that were killed do, are judged here as well; nothing is written.
    """
    with read_connection(url) as connection:
        sources = connection.execute(select(run_sources.c.source).distinct().order_by(run_sources.c.source))
        found = [_health(connection, source) for source in sources.scalars()]
    return [site for site in found if site is not None]


def _health(connection: Connection, source: str) -> SiteHealth | None:
    past = past_of(connection, source)
    every = [*past.judged, *past.unjudged]
    if not every:
        return None
    known = {alarm.symptom: alarm for alarm in alarms_of(connection, source, alarms.c.ended_at.is_(None))}
    for run, changes in caught_up(past):
        for verdict in changes.begun:
            first = next((earlier for earlier in every if earlier.id == verdict.since), run)
            known[verdict.symptom] = _made(connection, source, verdict, first, run)
        for verdict in changes.lasting:
            first_known = known[verdict.symptom]
            made = _made(connection, source, verdict, run, run)
            known[verdict.symptom] = replace(made, run_id=first_known.run_id, since=first_known.since)
        for verdict in changes.over:
            del known[verdict.symptom]
    return SiteHealth(source, len(every), every[-1].started_at, tuple(known.values()))


def _made(connection: Connection, source: str, verdict: Verdict, first: Run, run: Run) -> Alarm:
    page = connection.execute(select(pages.c.url).where(pages.c.id == verdict.example)).scalar()
    numbers = (verdict.now, verdict.before, verdict.sample)
    moments = (first.id, first.started_at, run.started_at)
    return Alarm(source, verdict.symptom, in_words(verdict), *numbers, *moments, page)
