"""Our end of an HTTP connection: says when a request is written, and reads no endless headers."""

from __future__ import annotations

from urllib.parse import urlsplit

from scrapy.core.downloader.handlers.http11 import _LenientHTTP11ClientFactory, _LenientHTTP11ClientProtocol
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS, HTTP11ClientProtocol
from twisted.web._newclient import Request as TxRequest
from twisted.web.iweb import IResponse

from newscrawl.web.addresses import plain_host
from newscrawl.wire.refusals import TooManyHeaders
from newscrawl.wire.turns import TURNS

MOST_HEADER_BYTES = 256 * 1024
"""What Chromium takes as well (net::HttpStreamParser); Scrapy alone takes 100,000 headers."""


class WireProtocol(_LenientHTTP11ClientProtocol):
    """Scrapy's protocol, on the pace of its host."""

    _header_bytes = 0

    def request(self, request: TxRequest) -> Deferred[IResponse]:
        """Write a request: the last moment before the wire."""
        TURNS.sent(plain_host(urlsplit(request.absoluteURI.decode("ascii")).hostname or ""))
        self._header_bytes = 0
        response = super().request(request)
        if self._parser is not None:
            self._parser.MAX_LENGTH = MOST_HEADER_BYTES  # of one line; Twisted's 16 KiB breaks off as if the server had
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


class WireFactory(_LenientHTTP11ClientFactory):
    """Builds WireProtocol for the connection pool."""

    def buildProtocol(self, addr: IAddress | None) -> HTTP11ClientProtocol:  # noqa: N802
        """Build one."""
        return WireProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]
