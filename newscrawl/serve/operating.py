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
from newscrawl.serve.served import Served, id_of
from newscrawl.storage.health import active_alarms
from newscrawl.storage.runs import run_record
from newscrawl.storage.selection import Selection
from newscrawl.storage.sites import DAYS, known_site, learned_boilerplate, site_states
from newscrawl.storage.statistics import count_by, last_runs

_RUNS = 50
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
    question = Question(source=(source,))
    days = await served.ask(count_by, served.database, Selection.of(sources=(source,)), "day", _MOST_DAYS)
    return page(
        "site.html",
        state=states[0],
        alarms=await served.ask(active_alarms, served.database, source),
        known=await served.ask(known_site, served.database, source),
        boilerplate=await served.ask(learned_boilerplate, served.database, source),
        plot=plot_of_days(days, question),
        question=question,
        is_public=served.is_public,
        secret=form_secret(served, request),
        acting=served.acting,
        done=request.query_params.get("done"),
        started=_started(served, request, source),
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
    return page(
        "runs_part.html" if is_part else "runs.html",
        runs=rows[:_RUNS],
        spider=spider,
        has_more=len(rows) > _RUNS,
        goes_on=any(run["finished_at"] is None for run in rows),
    )


async def run_page(served: Served, request: Request) -> Response:
    """One run: what it was, how it ended, what it counted."""
    run = await served.ask(run_record, served.database, id_of(request.path_params["id"]))
    if run is None:
        raise HTTPException(404, f"There is no run {request.path_params['id']}.")
    return page("run.html", run=run)


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
