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

from newscrawl.serve import api, feeds, operating, reader
from newscrawl.serve.guard import Guard
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
    served: Served, hosts: frozenset[str], *, any_address: bool = False, token: str | None = None
) -> Starlette:
    """Make the application, which returns the lease of its workers when it ends.

    `hosts`, `any_address` and `token` are those of `Guard`.
    """

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = _THREADS
        yield
        release(served.workers)

    return Starlette(
        routes=list(_routes(served)),
        lifespan=lifespan,
        middleware=[Middleware(Guard, hosts=hosts, any_address=any_address, token=token)],
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
