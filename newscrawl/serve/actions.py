"""What an operator may do in the browser: crawl a site now, pause it, accept its alarms, re-extract it.

Nothing here works unless the server was started with `--actions`, and the request gives the token and comes from a
form of a page of ours: a page of another site can make a browser send both the request and the token that the browser
remembers, but it cannot read the form.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import anyio.to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from newscrawl.rules import RulesError
from newscrawl.serve.processes import RefusedError
from newscrawl.serve.rendering import page
from newscrawl.serve.served import Acting, Served
from newscrawl.serve.word_diff import Row, compare
from newscrawl.sites.site import State
from newscrawl.storage.health import accept
from newscrawl.storage.runs import run_record
from newscrawl.storage.site_rows import set_state, sites_of
from newscrawl.storage.sites import SiteState, site_states

SAMPLE = 20
"""Articles that are read again to show what a re-extraction would change."""
_LONGEST_FORM = 10_000
"""Bytes."""


def form_secret(served: Served, request: Request) -> str | None:
    """Return what the forms of a page must hold; None for a reader, to whom no forms are shown."""
    return served.acting.secret if served.acting is not None and may_act(request) else None


def may_act(request: Request) -> bool:
    """Whether a request has the token, and the server was started with `--actions`."""
    return getattr(request.state, "may_act", False) is True


async def _form(served: Served, request: Request) -> tuple[Acting, dict[str, str]]:
    """Return the fields of a form. Raises HTTPException for one that did not come from a page of ours."""
    acting = served.acting
    if acting is None or not may_act(request):
        raise HTTPException(403, "Nothing can be changed here: start `newscrawl serve` with --actions.")
    place = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    is_ours = place == "same-origin" if place is not None else origin is None or _netloc(origin) == _host(request)
    if not is_ours:
        raise HTTPException(403, "This request comes from a page of another site.")
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/x-www-form-urlencoded":
        raise HTTPException(415, "A form is needed.")
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _LONGEST_FORM:
            raise HTTPException(413, "The form is too long.")
    fields = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=20))
    if not hmac.compare_digest(fields.get("secret", "").encode(), acting.secret.encode()):
        raise HTTPException(403, "This form is not of this server, or is older than it: reload the page.")
    return acting, fields


def _netloc(origin: str) -> str:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


def _host(request: Request) -> str:
    return request.headers.get("host", "").lower()


async def _site(served: Served, fields: Mapping[str, str]) -> SiteState:
    """Return the site that a form names. Raises HTTPException 404."""
    source = fields.get("source", "")
    states = [] if "\x00" in source else await served.ask(site_states, served.database, datetime.now(UTC), source)
    if not states:
        raise HTTPException(404, f"No crawl has visited a site {source[:100]!r}.")
    return states[0]


def _back(served: Served, source: str, done: str) -> Response:
    served.states.forget()
    return RedirectResponse(f"/sites/{quote(source, safe='')}?done={done}#done", 303)


async def crawl_now(served: Served, request: Request) -> Response:
    """Start `newscrawl crawl` for a site."""
    acting, fields = await _form(served, request)
    state = await _site(served, fields)
    spider, url = state.source, None
    if state.last_run is not None:
        record = await served.ask(run_record, served.database, state.last_run["id"])
        spider, url = (record["spider"], record["arguments"].get("url")) if record else (spider, None)
    elif rows := await served.ask(sites_of, served.database, state.source):
        spider = rows[0].site.name
    if not await anyio.to_thread.run_sync(_crawls_a_site, served.database, spider):
        raise HTTPException(409, f"No spider of this project crawls {state.source}.")
    arguments = ["-a", f"url={url}"] if url is not None else []
    set_database = [part for given in acting.database_options for part in ("-s", f"DATABASE_URL={given}")]
    _start(acting, "crawl", state.source, ["crawl", spider, *arguments, *set_database])
    return _back(served, state.source, "crawl")


def _crawls_a_site(database: str, spider: str) -> bool:
    """Whether a name is that of a spider for a site: of the project, a row of `sites`, or a publisher."""
    from scrapy.spiderloader import get_spider_loader  # noqa: PLC0415 - takes a second, which readers need not wait
    from scrapy.utils.project import get_project_settings  # noqa: PLC0415

    from newscrawl.base_spiders import SiteSpider  # noqa: PLC0415

    settings = get_project_settings()
    settings.set("DATABASE_URL", database, priority="cmdline")
    try:
        return not spider.startswith("-") and issubclass(get_spider_loader(settings).load(spider), SiteSpider)
    except KeyError:
        return False
    except RulesError as error:
        raise HTTPException(409, str(error)) from None


def _start(acting: Acting, what: str, source: str, arguments: list[str]) -> None:
    try:
        acting.processes.start(what, source, arguments)
    except RefusedError as error:
        raise HTTPException(409, str(error)) from None


async def accept_alarms(served: Served, request: Request) -> Response:
    """Accept the present state of a site as healthy, as `newscrawl health --accept` does."""
    _, fields = await _form(served, request)
    state = await _site(served, fields)
    await anyio.to_thread.run_sync(accept, served.database, state.source)
    return _back(served, state.source, "accept")


async def keep(served: Served, request: Request) -> Response:
    """Undo what was learned of a block, or take that back; where many articles have it, a command does the rest."""
    from newscrawl.boilerplate.repeated import REMEMBERED  # noqa: PLC0415 - loads numpy
    from newscrawl.storage.boilerplate import keep_block  # noqa: PLC0415

    acting, fields = await _form(served, request)
    state = await _site(served, fields)
    number, is_kept = fields.get("block", ""), fields.get("keep") == "1"
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        raise HTTPException(404)
    keeping = partial(keep_block, served.database, state.source, int(number), is_kept=is_kept)
    judged = await anyio.to_thread.run_sync(keeping)
    if judged is None:
        raise HTTPException(404, "This block is not known any more.")
    if judged.articles > REMEMBERED or not is_kept:
        database = [f"--database={url}" for url in acting.database_options]
        arguments = ["reextract", "--templates-only", f"--source={state.source}", *database]
        _start(acting, "relearn", state.source, arguments)
    return _back(served, state.source, "kept" if is_kept else "judged")


async def _set_state(served: Served, request: Request, state: State) -> Response:
    _, fields = await _form(served, request)
    site = await _site(served, fields)
    rows = await served.ask(sites_of, served.database, site.source)
    if not rows:
        raise HTTPException(409, f"{site.source} is no site that rounds crawl.")
    for row in rows:
        await anyio.to_thread.run_sync(set_state, served.database, row.site.name, state)
    return _back(served, site.source, state)


async def pause(served: Served, request: Request) -> Response:
    """Leave a site out of rounds."""
    return await _set_state(served, request, "paused")


async def resume(served: Served, request: Request) -> Response:
    """Let rounds crawl a site again."""
    return await _set_state(served, request, "active")


@dataclass(frozen=True, slots=True)
class Changed:
    """An article that a re-extraction would change."""

    id: int
    title: str | None
    rows: list[Row]
    """Title and text, before and after."""
    fields: list[tuple[str, Any, Any]]
    """Other columns that would change: name, before, after."""


async def compare_readings(served: Served, request: Request) -> Response:
    """Read some articles of a site again, and show what a re-extraction would change; nothing is written."""
    from newscrawl.base_spiders.registry import load_sites, rules_for  # noqa: PLC0415 - imports Scrapy
    from newscrawl.crawl.reextraction import reextract  # noqa: PLC0415
    from newscrawl.storage.reextractions import Reextraction, Scope  # noqa: PLC0415

    _, fields = await _form(served, request)
    state = await _site(served, fields)
    if served.archive is None or not served.archive.is_dir():
        raise HTTPException(409, "No raw pages are kept: ARCHIVE_DIR names no folder.")
    try:
        await anyio.to_thread.run_sync(load_sites)
    except RulesError as error:
        raise HTTPException(409, str(error)) from None
    begin = partial(Reextraction.dry_run, served.database, Scope(state.source), SAMPLE)
    work = await anyio.to_thread.run_sync(begin)
    try:
        await reextract(work, served.archive, served.workers, rules_for, lambda _: None)
    finally:
        work.close()
    changed = [
        Changed(
            one.article_id,
            one.before["title"],
            compare(_whole(one.before), _whole(one.before | one.after)) if {"title", "text"} & one.after.keys() else [],
            [(name, one.before[name], new) for name, new in one.after.items() if name not in {"title", "text"}],
        )
        for one in work.differences
    ]
    return page(
        "comparison.html",
        state=state,
        work=work,
        tally=work.tally,
        changed=changed,
        secret=form_secret(served, request),
    )


def _whole(row: Mapping[str, Any]) -> str:
    return f"{row['title']}\n{row['text']}" if row["title"] else str(row["text"])


async def reextract_site(served: Served, request: Request) -> Response:
    """Start `newscrawl reextract` for a site."""
    acting, fields = await _form(served, request)
    state = await _site(served, fields)
    if served.archive is None:
        raise HTTPException(409, "No raw pages are kept: ARCHIVE_DIR names no folder.")
    database = [f"--database={url}" for url in acting.database_options]
    arguments = ["reextract", f"--source={state.source}", f"--archive={served.archive}", *database]
    _start(acting, "reextract", state.source, arguments)
    return _back(served, state.source, "reextract")


async def sign_in(served: Served, request: Request) -> Response:  # noqa: ARG001 - as all handlers
    """Lead back to the sites. Who comes here has given the token, and the browser gives it again from now on."""
    return RedirectResponse("/sites", 303)


Handler = Callable[[Served, Request], Awaitable[Response]]
ROUTES: dict[str, Handler] = {
    "/actions/crawl": crawl_now,
    "/actions/accept": accept_alarms,
    "/actions/keep": keep,
    "/actions/pause": pause,
    "/actions/resume": resume,
    "/actions/compare": compare_readings,
    "/actions/reextract": reextract_site,
}
"""By POST alone."""
