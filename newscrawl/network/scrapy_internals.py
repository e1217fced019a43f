"""Every private name of Scrapy and Twisted that newscrawl depends on, so that an upgrade has one place to look.

Scrapy is pinned to one minor version because of this module. ``PRIVATE_NAMES`` says what each name is needed for; a
test names those that a new version lacks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from scrapy.core.downloader import Downloader
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from scrapy.core.engine import ExecutionEngine
from scrapy.crawler import Crawler
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS, HTTP11ClientProtocol
from twisted.web._newclient import Request as TxRequest
from twisted.web.iweb import IResponse

from newscrawl.network.refusals import TooManyHeaders
from newscrawl.urls import plain_host

PRIVATE_NAMES = {
    "scrapy.crawler.Crawler._engine": "to ask a crawl that has not begun",
    "scrapy.crawler.Crawler._stats": "to ask a crawl that has not begun",
    "scrapy.core.engine.ExecutionEngine._slot": "to see that a crawl is closing, and to ask for its next requests",
    "scrapy.core.engine.ExecutionEngine._stopping": "to see that a crawl is closing",
    "scrapy.core.downloader.Downloader._process_queue": "to let waiting requests end when a crawl closes",
    "scrapy.core.downloader.handlers.http11.HTTP11DownloadHandler._pool": "to set the protocol and switch retries off",
    "scrapy.core.downloader.handlers.http11.HTTP11DownloadHandler._default_maxsize": "the limit of a body",
    "scrapy.core.downloader.handlers.http11.HTTP11DownloadHandler._crawler": "the crawl that a handler belongs to",
    "scrapy.core.downloader.handlers.http11._LenientHTTP11ClientFactory": "to build our protocol",
    "scrapy.core.downloader.handlers.http11._LenientHTTP11ClientProtocol": "to pace requests and limit headers",
    "twisted.web._newclient.HTTP11ClientProtocol._parser": "to limit headers",
    "twisted.web._newclient.HTTP11ClientProtocol._giveUp": "to end a response with too many headers",
    "twisted.web.client._HTTP11ClientFactory._quiescentCallback": "to build our protocol",
}
"""Dotted name: what it is needed for."""

MOST_HEADER_BYTES = 256 * 1024
"""The limit of Chromium (net::HttpStreamParser); Scrapy alone takes 100,000 headers."""


def engine_of(crawler: Crawler | None) -> ExecutionEngine | None:
    """Return the engine of a crawl; None before it has one, which the public attribute answers with an error."""
    return None if crawler is None else crawler._engine


def stats_of(crawler: Crawler) -> Mapping[str, Any]:
    """Return the stats of a crawl; none before it has begun."""
    return crawler._stats.get_stats() if crawler._stats is not None else {}


def is_closing(engine: ExecutionEngine | None) -> bool:
    """Say whether a crawl is being ended: Scrapy has no public sign of it before the spider is closed."""
    if engine is None:
        return False
    return engine._stopping or (engine._slot is not None and engine._slot.closing is not None)


def is_running(engine: ExecutionEngine | None) -> bool:
    """Say whether a crawl has begun and is not being ended."""
    return engine is not None and engine.running and engine._slot is not None and not is_closing(engine)


def request_more(engine: ExecutionEngine) -> None:
    """Let the engine look for work at once; by itself it notices only seconds later that it is idle."""
    if engine._slot is not None:
        engine._slot.nextcall.schedule()


def lift_delays(downloader: Downloader) -> None:
    """Start all requests that wait for a delay, so that each can end."""
    for slot in list(downloader.slots.values()):
        slot.delay = slot.lastseen = 0.0
        slot.close()
        downloader._process_queue(slot)


def use_observed_protocol(handler: HTTP11DownloadHandler, on_request: Callable[[str], None]) -> None:
    """Let a download handler limit headers, tell ``on_request`` the host of each request, and never repeat one."""
    handler._pool._factory = partial(ObservedFactory, on_request)  # type: ignore[assignment]
    handler._pool.retryAutomatically = False  # it would repeat at once, past any pace; RetryMiddleware does it


class ObservedProtocol(_LenientHTTP11ClientProtocol):
    """Scrapy's protocol: it reports when a request leaves, and limits headers."""

    _header_bytes = 0

    def __init__(self, on_request: Callable[[str], None], *arguments: Any) -> None:
        super().__init__(*arguments)  # type: ignore[no-untyped-call]
        self._on_request = on_request

    def request(self, request: TxRequest) -> Deferred[IResponse]:
        """Write a request: the last moment before the wire."""
        self._on_request(plain_host(urlsplit(request.absoluteURI.decode("ascii")).hostname or ""))
        self._header_bytes = 0
        response = super().request(request)
        if self._parser is not None:
            self._parser.MAX_LENGTH = MOST_HEADER_BYTES  # of one line; Twisted's 16 KiB ends as if the server had
        return response

    def dataReceived(self, bytes: bytes) -> None:  # noqa: A002, N802 - Twisted's names
        """Read on, unless all of it was headers (or 1xx responses) so far."""
        if self._parser is not None and self._parser.state in {STATUS, HEADER}:
            self._header_bytes += len(bytes)
            if self._header_bytes > MOST_HEADER_BYTES:
                problem = TooManyHeaders(f"its headers go on beyond {MOST_HEADER_BYTES:,} bytes")
                self._giveUp(Failure(problem))  # type: ignore[no-untyped-call]
                return
        super().dataReceived(bytes)  # type: ignore[no-untyped-call]


class ObservedFactory(_LenientHTTP11ClientFactory):
    """Builds `ObservedProtocol` for the connection pool."""

    def __init__(self, on_request: Callable[[str], None], *arguments: Any) -> None:
        super().__init__(*arguments)  # type: ignore[no-untyped-call]
        self._on_request = on_request

    def buildProtocol(self, addr: IAddress | None) -> HTTP11ClientProtocol:  # noqa: N802 - Twisted's name
        """Return the protocol of a new connection."""
        return ObservedProtocol(self._on_request, self._quiescentCallback)
