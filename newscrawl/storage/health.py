"""The health of every source, as it is in the database."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, select

from newscrawl.health import Run, Verdict, in_words
from newscrawl.storage.alarms import Alarm, alarms_of, caught_up
from newscrawl.storage.past_runs import past_of
from newscrawl.storage.reading import read_connection
from newscrawl.storage.schema import alarms, pages, run_sources


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
