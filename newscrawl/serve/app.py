"""The application: its routes, and how errors are shown."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from functools import partial

import anyio.to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from newscrawl.serve import actions, api, feeds, operating, reader
from newscrawl.serve.guard import SIGN_IN, Guard
from newscrawl.serve.question import BadQuestion
from newscrawl.serve.rendering import page
from newscrawl.serve.served import Served
from newscrawl.storage.errors import StorageError
from newscrawl.text import printable
from newscrawl.workers.pool import release

Handler = Callable[[Served, Request], Awaitable[Response]]

_THREADS = 8
"""Requests whose questions are answered at a time; more would only wait for each other."""


def create_app(
    served: Served,
    hosts: frozenset[str],
    *,
    any_address: bool = False,
    token: str | None = None,
    public_read: bool = False,
) -> Starlette:
    """Make the application, which returns the lease of its workers when it ends.

    `hosts`, `any_address`, `token` and `public_read` are those of `Guard`.
    """
    acts = served.acting is not None
    guard = Middleware(Guard, hosts=hosts, any_address=any_address, token=token, public_read=public_read, acts=acts)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = _THREADS
        yield
        release(served.workers)
        if served.acting is not None:
            served.acting.processes.close()

    return Starlette(
        routes=list(_routes(served)),
        lifespan=lifespan,
        middleware=[guard],
        exception_handlers={
            BadQuestion: partial(_refused, served),
            StorageError: partial(_refused, served),
            HTTPException: partial(_refused, served),
        },
    )


def _routes(served: Served) -> Iterator[BaseRoute]:
    pages: dict[str, Handler] = {**reader.ROUTES, **operating.ROUTES, **api.ROUTES, **feeds.ROUTES}
    for path, handler in pages.items():
        yield Route(path, partial(handler, served), methods=["GET"])
    if served.acting is not None:
        for path, handler in actions.ROUTES.items():
            yield Route(path, partial(handler, served), methods=["POST"])
        yield Route(SIGN_IN, partial(actions.sign_in, served), methods=["GET"])
    yield Mount("/static", StaticFiles(packages=[("newscrawl.serve", "static")]))


async def _refused(served: Served, request: Request, error: Exception) -> Response:
    """Answer what cannot be done, as JSON to programs and as a page to people."""
    status, headers = 503, None
    message = printable(str(error))
    if isinstance(error, HTTPException):
        status, headers = error.status_code, error.headers
        message = "There is no such page." if status == 404 and error.detail == "Not Found" else error.detail
    elif isinstance(error, BadQuestion):
        status = 400
    elif served.is_public:
        message = "The database cannot answer now."
    if request.url.path.startswith("/api"):
        return JSONResponse({"error": message}, status, headers)
    answer = page("error.html", status, title="Not found" if status == 404 else "Sorry", message=message)
    answer.headers.update(headers or {})
    return answer
