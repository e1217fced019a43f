"""The past of a source, as its health is judged by it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from newscrawl.health import ListingPage, Measures, Run
from newscrawl.health.limits import LONGEST_WINDOW, TRAIL
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
