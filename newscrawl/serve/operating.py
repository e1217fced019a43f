"""Pages for operators: sites, one site, runs, and what everything takes. They only read."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from newscrawl.serve.actions import form_secret, may_act
from newscrawl.serve.plots import plot_of_days, sparkline
from newscrawl.serve.processes import Started
from newscrawl.serve.question import LARGEST_ID, Question, number_of, text_of
from newscrawl.serve.rendering import page
from newscrawl.serve.run_log import tail_of
from newscrawl.serve.served import Served, id_of
from newscrawl.serve.site_plots import failures_of, plots_of, visits_of
from newscrawl.storage.health import active_alarms, measured_runs
from newscrawl.storage.runs import run_record, sources_of_run
from newscrawl.storage.sites import DAYS, known_site, learned_boilerplate, queued_pages, site_states
from newscrawl.storage.statistics import count_by, last_runs

_RUNS = 50
_NO_MORE = 286
"""The status by which htmx stops asking again."""
_MOST_DAYS = 20_000


async def sites_page(served: Served, request: Request) -> Response:  # noqa: ARG001 - all handlers have these arguments
    """All sites, those with alarms first."""
    now = datetime.now(UTC)
    states = await served.ask(served.states.get)
    lines = {state.source: spark(state.days, now.date()) for state in states}
    return page("sites.html", states=states, lines=lines, now=now, is_public=served.is_public)


@lru_cache(maxsize=4096)  # with 500 sites drawing takes as long as all the rest of the page
def spark(days: tuple[tuple[date, int], ...], today: date) -> str:
    """Return a line through the numbers of articles of the last days."""
    counts = dict(days)
    return sparkline([counts.get(today - timedelta(days=DAYS - 1 - index), 0) for index in range(DAYS)])


async def site_page(served: Served, request: Request) -> Response:
    """A site: its state, alarms, listings, learned boilerplate, and how its addresses look."""
    source = request.path_params["source"]
    if "\x00" in source or len(source) > 500:
        raise HTTPException(404)
    now = datetime.now(UTC)
    states = await served.ask(site_states, served.database, now, source)
    if not states:
        raise HTTPException(404, f"No crawl has visited a site {source!r}.")
    question = Question(source=(source,), all_copies=True)
    days = await served.ask(count_by, served.database, question.selection, "day", _MOST_DAYS)
    return page(
        "site.html",
        state=states[0],
        alarms=await served.ask(active_alarms, served.database, source),
        known=await served.ask(known_site, served.database, source),
        boilerplate=await served.ask(learned_boilerplate, served.database, source),
        plot=plot_of_days(days, question),
        plots=plots_of(await served.ask(measured_runs, served.database, source)),
        question=question,
        is_public=served.is_public,
        secret=form_secret(served, request),
        acting=served.acting,
        done=request.query_params.get("done"),
        started=_started(served, request, source),
        failures_of=failures_of,
        visits_of=visits_of,
    )


def _started(served: Served, request: Request, source: str) -> Started | None:
    """Return the command that was last started here for a site; readers are told nothing of it."""
    return served.acting.processes.last(source) if served.acting is not None and may_act(request) else None


async def started_part(served: Served, request: Request) -> Response:
    """What the command says that was last started for a site: a part of its page."""
    started = _started(served, request, request.path_params["source"])
    if started is None:
        raise HTTPException(404)
    return page("started_part.html", started=started, source=request.path_params["source"])


async def runs_page(served: Served, request: Request) -> Response:
    """The last runs; those that go on are shown as they are now."""
    given = request.query_params
    spider = text_of(given, "spider") or None
    before = number_of(given, "before", LARGEST_ID, LARGEST_ID)
    rows = await served.ask(last_runs, served.database, _RUNS + 1, spider, before)
    is_part = request.headers.get("hx-request") == "true"
    goes_on = any(run["finished_at"] is None for run in rows)
    return page(
        "runs_part.html" if is_part else "runs.html",
        _NO_MORE if is_part and not goes_on else 200,
        runs=rows[:_RUNS],
        spider=spider,
        has_more=len(rows) > _RUNS,
        goes_on=goes_on,
    )


async def run_page(served: Served, request: Request) -> Response:
    """One run: what it was, how it ended, what it counted, the end of its log; while it goes on, as it is now."""
    number = id_of(request.path_params["id"])
    run = await served.ask(run_record, served.database, number)
    if run is None:
        raise HTTPException(404, f"There is no run {number}.")
    sources = await served.ask(sources_of_run, served.database, number)
    goes_on = run["finished_at"] is None
    log = None
    if served.logs is not None and (may_act(request) or not served.is_public):
        log = await served.ask(tail_of, served.logs, (*sources, run["spider"]), run)
    is_part = request.headers.get("hx-request") == "true"
    return page(
        "run_part.html" if is_part else "run.html",
        _NO_MORE if is_part and not goes_on else 200,
        run=run,
        sources=sources,
        queued=await served.ask(queued_pages, served.database, sources[0]) if goes_on and sources else None,
        took=(datetime.now(UTC) if goes_on else run["finished_at"]) - run["started_at"],
        log=log,
    )


async def storage_page(served: Served, request: Request) -> Response:  # noqa: ARG001 - all handlers have these arguments
    """What the database and the archive take."""
    return page("storage.html", space=await served.ask(served.space.get))


ROUTES = {
    "/sites": sites_page,
    "/sites/{source:path}": site_page,
    "/started/{source:path}": started_part,
    "/runs": runs_page,
    "/runs/{id:int}": run_page,
    "/storage": storage_page,
}
