"""Health of sources in the database: evaluate runs, and store their alarms."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Row, Select, func, insert, select, update

from newscrawl.health import Changes, ListingPage, Measures, Run, Verdict, catch_up, in_words, notes_of
from newscrawl.health.limits import LONGEST_WINDOW, TRAIL
from newscrawl.storage.engine import read_connection, write_connection
from newscrawl.storage.leases import lease_of
from newscrawl.storage.outages import in_words as in_words_of_outage
from newscrawl.storage.rows import CHUNK
from newscrawl.storage.schema import alarms, articles, pages, run_sources, runs, sites

_ORDINARY_ARGUMENTS = frozenset({"url", "max_articles"})
"""Arguments of an ordinary run. A run with others, such as `since`, is not comparable."""
_MOST_RUNS = 4_000


@dataclass(frozen=True, slots=True)
class History:
    """Runs and active alarms of a source."""

    judged: list[Run]
    unjudged: list[Run]
    """Runs that ended but were not evaluated."""
    active: dict[str, Row[Any]]
    """Active alarms, by symptom."""
    listings: dict[int, ListingPage]


def _history(connection: Connection, source: str) -> History:
    """Read the trailing weeks of a source, and the weeks before its oldest active alarm."""
    own = alarms.c.source == source
    active = {row.symptom: row for row in connection.execute(select(alarms).where(own, alarms.c.ended_at.is_(None)))}
    rows = _rows(connection, source, None)
    oldest = min((row.run_id for row in active.values() if row.run_id is not None), default=None)
    if oldest is not None and rows and oldest <= rows[0].run_id:
        rows = _rows(connection, source, oldest) + rows
    accepted = connection.execute(select(alarms).where(own, alarms.c.ended_by == "accepted")).all()
    runs_of = [(_run(row, accepted), row) for row in rows if _ORDINARY_ARGUMENTS.issuperset(row.arguments)]
    judged = [run for run, row in runs_of if row.symptoms is not None]
    unjudged = [run for run, row in runs_of if row.symptoms is None and row.finished_at is not None]
    ids = {page for run, _ in runs_of for page in run.measures.listings}
    return History(judged, unjudged, active, _listings(connection, ids))


def _rows(connection: Connection, source: str, before: int | None) -> list[Row[Any]]:
    """Return the runs of the weeks up to the last run, or the last before run `before`, the earliest first."""
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
        # An accepted symptom is the new normal: runs since then are the baseline, and those before are not.
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
    """An active or ended alarm of a source."""

    source: str
    symptom: str
    message: str
    """One line for the user."""
    now: float
    before: float
    sample: int
    run_id: int | None
    """The first run that showed the symptom."""
    since: datetime
    shown_at: datetime
    """When the last run that showed the symptom started."""
    example: str | None
    """URL of an example page."""
    ended_at: datetime | None = None
    id: int | None = None


def judge_run(url: str, run_id: int) -> list[str]:
    """Evaluate the sources that a run visited, and store their alarms; return the names of the sources.

    Earlier runs that were not evaluated, such as killed ones, are evaluated too. Raises StorageError.
    """
    with write_connection(url) as connection:
        return judge_within(connection, run_id)


def judge_within(connection: Connection, run_id: int, patience: timedelta = timedelta()) -> list[str]:
    """Evaluate a run as `judge_run` does, within a transaction. Raises LeaseLost if another process has its site.

    Evaluating reads the weeks before, which takes longer than a run that found nothing new. Such a run is left to the
    next one while the last that was evaluated began less than `patience` before it.
    """
    lease = lease_of(connection.engine.url.render_as_string(hide_password=False), run_id)
    if lease is not None:
        lease.fence(connection)
    of_run = select(run_sources.c.source, run_sources.c.measures).where(run_sources.c.run_id == run_id)
    measured = {row.source: Measures.from_json(row.measures) for row in connection.execute(of_run)}
    sources = [source for source, run in measured.items() if not (patience and run.is_idle)]
    sources += [source for source in measured.keys() - set(sources) if _is_due(connection, source, run_id, patience)]
    for source in sources:
        history = _history(connection, source)
        for run, changes in _evaluate(history):
            _record(connection, source, run, changes, history)
        _note(connection, source, history)
    return sources


def _is_due(connection: Connection, source: str, run_id: int, patience: timedelta) -> bool:
    """Whether the last run of a source that was evaluated began long enough before this one."""
    judged = _runs(source).where(run_sources.c.symptoms.is_not(None)).order_by(run_sources.c.run_id.desc()).limit(1)
    last = connection.execute(judged).first()
    began: datetime = connection.execute(select(runs.c.started_at).where(runs.c.id == run_id)).scalar_one()
    return last is None or not timedelta() <= began - last.started_at < patience


def _evaluate(history: History) -> list[tuple[Run, Changes]]:
    active = {symptom: row.run_id or 0 for symptom, row in history.active.items()}
    return catch_up(history.judged, history.unjudged, active, history.listings)


def _record(connection: Connection, source: str, run: Run, changes: Changes, history: History) -> None:
    is_own = (run_sources.c.run_id == run.id) & (run_sources.c.source == source)
    connection.execute(update(run_sources).where(is_own).values(symptoms=sorted(changes.shown)))
    active = (alarms.c.source == source) & alarms.c.ended_at.is_(None)
    for verdict in changes.begun:
        first = next((earlier for earlier in (*history.judged, *history.unjudged) if earlier.id == verdict.since), run)
        begun = {"source": source, "symptom": verdict.symptom, "run_id": first.id, "since": first.started_at}
        connection.execute(insert(alarms).values(**begun, **_values(verdict, run)))
    for verdict in changes.lasting:
        is_it = active & (alarms.c.symptom == verdict.symptom)
        connection.execute(update(alarms).where(is_it).values(**_values(verdict, run)))
    for verdict in changes.over:
        is_it = active & (alarms.c.symptom == verdict.symptom)
        connection.execute(update(alarms).where(is_it).values(ended_at=run.started_at, ended_by="recovered"))


def _note(connection: Connection, source: str, history: History | None = None) -> None:
    """Say in the rows of a source's sites whether it is healthy, if that is new."""
    active = select(alarms.c.id).where(alarms.c.source == source, alarms.c.ended_at.is_(None)).limit(1)
    health = "healthy" if connection.execute(active).first() is None else "broken"
    if health == "healthy" and _failing(connection, source, history) is not None:
        health = "failing"
    is_new = sites.c.health.is_distinct_from(health)
    connection.execute(update(sites).where(sites.c.source == source, is_new).values(health=health))


def _values(verdict: Verdict, run: Run) -> dict[str, Any]:
    return {
        "message": in_words(verdict),
        "now": verdict.now,
        "before": verdict.before,
        "sample": verdict.sample,
        "detail": verdict.detail or None,
        "page_id": select(pages.c.id).where(pages.c.id == verdict.example).scalar_subquery(),  # NULL if it was deleted
        "shown_at": run.started_at,
    }


def _alarms_of(connection: Connection, source: str, *wanted: ColumnElement[bool]) -> list[Alarm]:
    columns = select(alarms, pages.c.url).outerjoin(pages, pages.c.id == alarms.c.page_id)
    return [
        _alarm(row)
        for row in connection.execute(columns.where(alarms.c.source == source, *wanted).order_by(alarms.c.id))
    ]


def _alarm(row: Row[Any]) -> Alarm:
    numbers = (row.now, row.before, row.sample)
    moments = (row.run_id, row.since, row.shown_at)
    return Alarm(row.source, row.symptom, row.message, *numbers, *moments, row.url, row.ended_at, row.id)


def unreported_alarms(url: str, source: str) -> tuple[list[Alarm], list[Alarm]]:
    """Return the alarms of a source whose start, and those whose end, was not reported yet. Raises StorageError."""
    is_over = alarms.c.ended_at.is_not(None)
    with read_connection(url) as connection:
        return (
            _alarms_of(connection, source, ~is_over, alarms.c.told.is_(None)),
            _alarms_of(connection, source, is_over, alarms.c.told == "begun"),
        )


def mark_reported(url: str, begun: list[Alarm], over: list[Alarm]) -> None:
    """Record that the start and end of these alarms was reported to the user. Raises StorageError."""
    with write_connection(url) as connection:
        for told, some in (("begun", begun), ("over", over)):
            ids = [alarm.id for alarm in some]
            connection.execute(update(alarms).where(alarms.c.id.in_(ids)).values(told=told))


def accept(url: str, source: str) -> int:
    """Accept the present state of a source as healthy; return how many alarms that ends. Raises StorageError."""
    with write_connection(url) as connection:
        active = (alarms.c.source == source) & alarms.c.ended_at.is_(None)
        ended = {"ended_at": datetime.now(UTC), "ended_by": "accepted"}
        count: int = connection.execute(update(alarms).where(active).values(**ended)).rowcount
        _note(connection, source)
        return count


def active_alarms(url: str, source: str | None = None) -> list[Alarm]:
    """Return the alarms that crawls have found and that are not over, of all sources or one. Raises StorageError."""
    columns = select(alarms, pages.c.url).outerjoin(pages, pages.c.id == alarms.c.page_id)
    wanted = [alarms.c.ended_at.is_(None), *([] if source is None else [alarms.c.source == source])]
    with read_connection(url) as connection:
        return [
            _alarm(row) for row in connection.execute(columns.where(*wanted).order_by(alarms.c.source, alarms.c.id))
        ]


@dataclass(frozen=True, slots=True)
class MeasuredRun:
    """What a run measured on a source."""

    id: int
    started_at: datetime
    measures: Measures


def measured_runs(url: str, source: str, limit: int = 60) -> list[MeasuredRun]:
    """Return the last runs of a source that crawled it over the network, the earliest first. Raises StorageError."""
    with read_connection(url) as connection:
        rows = connection.execute(_runs(source).order_by(run_sources.c.run_id.desc()).limit(limit)).all()
    return [MeasuredRun(row.run_id, row.started_at, Measures.from_json(row.measures)) for row in reversed(rows)]


@dataclass(frozen=True, slots=True)
class Failing:
    """A source that has never given an article, although it was asked."""

    reasons: dict[str, int]
    """Why pages gave none in its last run that asked for something, the most frequent first."""
    run_id: int
    """The first of the runs in a row that failed."""
    since: datetime


def _failing(connection: Connection, source: str, history: History | None = None) -> Failing | None:
    """Return why a source without an article cannot be read; None of any other: its alarms say what is wrong."""
    if connection.execute(select(articles.c.id).where(articles.c.source == source).limit(1)).first() is not None:
        return None
    history = history or _history(connection, source)
    asked = [run for run in (*history.judged, *history.unjudged) if not run.measures.is_idle]
    failed = list(takewhile(lambda run: run.measures.failures, sorted(asked, key=lambda run: run.id, reverse=True)))
    if not failed:
        return None
    return Failing(dict(failed[0].measures.failures.most_common()), failed[-1].id, failed[-1].started_at)


def failing_sources(connection: Connection, sources: Iterable[str]) -> set[str]:
    """Return those of the sources that have never given an article, although they were asked."""
    return {source for source in sources if _failing(connection, source) is not None}


@dataclass(frozen=True, slots=True)
class SiteHealth:
    """A source and its active alarms."""

    source: str
    runs: int
    """Number of runs in the trailing weeks."""
    last_run: datetime
    alarms: tuple[Alarm, ...]
    notes: tuple[str, ...] = ()
    """What the last run found that is no alarm, in sentences; which sites of the source count as dead."""
    is_dead: bool = False
    """Whether all sites of the source count as dead by themselves: their alarms say nothing new."""
    failing: Failing | None = None
    """Why it has never given an article."""
    is_paused: bool = False
    """Whether somebody has paused all its sites, or called them dead."""
    unlisted_spider: str | None = None
    """Which spider crawled it last, if it is failing and no site of the table `sites`."""
    is_removed: bool = False
    """Whether there is no such spider any more: somebody has removed the site."""

    @property
    def state(self) -> Literal["dead", "broken", "failing", "healthy"]:
        """How it is, in a word."""
        if self.is_dead:
            return "dead"
        return "broken" if self.alarms else "healthy" if self.failing is None else "failing"

    @property
    def needs_attention(self) -> bool:
        """Whether a person should look at it: it is broken, or failing and neither paused nor removed."""
        is_left = self.is_paused or self.is_removed
        return self.state == "broken" or (self.state == "failing" and not is_left)


def site_health(url: str) -> list[SiteHealth]:
    """Return the health of every source. Raises StorageError.

    Runs that were not evaluated, such as killed ones, are evaluated here too; nothing is written.
    """
    with read_connection(url) as connection:
        sources = connection.execute(select(run_sources.c.source).distinct().order_by(run_sources.c.source))
        found = [_health(connection, source) for source in sources.scalars()]
        dead = _dead_sites(connection)
        active = func.count().filter(sites.c.state == "active")
        spiders = _unlisted(connection, [site.source for site in found if site is not None and site.failing])
        paused = set(connection.execute(select(sites.c.source).group_by(sites.c.source).having(active == 0)).scalars())
    return [
        replace(
            _with_dead(site, dead.get(site.source, {})),
            is_paused=site.source in paused,
            unlisted_spider=spiders.get(site.source),
        )
        for site in found
        if site is not None
    ]


def _unlisted(connection: Connection, sources: Iterable[str]) -> dict[str, str]:
    """Return by which spider those of the sources were crawled last that are no site of the table `sites`."""
    found: dict[str, str] = {}
    for source in sources:
        if connection.execute(select(sites.c.id).where(sites.c.source == source).limit(1)).first() is None:
            last = select(runs.c.spider).join(run_sources, run_sources.c.run_id == runs.c.id)
            own = last.where(run_sources.c.source == source).order_by(runs.c.id.desc()).limit(1)
            found[source] = connection.execute(own).scalar_one()
    return found


def _dead_sites(connection: Connection) -> dict[str, dict[str, str | None]]:
    """Return the sites of the sources that have a dead one, by their names: what is wrong, or None."""
    chosen = select(sites.c.source).where(sites.c.dead_at.is_not(None))
    found: dict[str, dict[str, str | None]] = {}
    for row in connection.execute(select(sites).where(sites.c.source.in_(chosen)).order_by(sites.c.name)):
        said = None
        if row.dead_at is not None:
            why = in_words_of_outage(row.failing_reason, row.failing_rounds, row.failing_since)
            again = "" if row.next_crawl_at is None else f"; it is asked again on {row.next_crawl_at:%Y-%m-%d}"
            said = f"{row.name} counts as dead since {row.dead_at:%Y-%m-%d}: {why}{again}"
        found.setdefault(row.source, {})[row.name] = said
    return found


def _with_dead(health: SiteHealth, own: dict[str, str | None]) -> SiteHealth:
    said = tuple(sentence for sentence in own.values() if sentence is not None)
    return replace(health, notes=(*health.notes, *said), is_dead=bool(said) and len(said) == len(own))


def _health(connection: Connection, source: str) -> SiteHealth | None:
    history = _history(connection, source)
    every = [*history.judged, *history.unjudged]
    if not every:
        return None
    known = {alarm.symptom: alarm for alarm in _alarms_of(connection, source, alarms.c.ended_at.is_(None))}
    for run, changes in _evaluate(history):
        for verdict in changes.begun:
            first = next((earlier for earlier in every if earlier.id == verdict.since), run)
            known[verdict.symptom] = _new_alarm(connection, source, verdict, first, run)
        for verdict in changes.lasting:
            first_known = known[verdict.symptom]
            updated = _new_alarm(connection, source, verdict, run, run)
            known[verdict.symptom] = replace(updated, run_id=first_known.run_id, since=first_known.since)
        for verdict in changes.over:
            del known[verdict.symptom]
    notes = notes_of(every[-1].measures, [run.measures for run in every[:-1]])
    failing = _failing(connection, source, history)
    return SiteHealth(source, len(every), every[-1].started_at, tuple(known.values()), notes, failing=failing)


def _new_alarm(connection: Connection, source: str, verdict: Verdict, first: Run, run: Run) -> Alarm:
    page = connection.execute(select(pages.c.url).where(pages.c.id == verdict.example)).scalar()
    numbers = (verdict.now, verdict.before, verdict.sample)
    moments = (first.id, first.started_at, run.started_at)
    return Alarm(source, verdict.symptom, in_words(verdict), *numbers, *moments, page)
