"""The download handler of http and https: the last of Scrapy's parts before the wire, and the first behind it."""

from __future__ import annotations

import logging

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError, DownloadCancelledError
from scrapy.http import Response
from scrapy.utils.httpobj import urlparse_cached

from newscrawl.web.addresses import plain_host
from newscrawl.web.compression import BodyTooLarge, BrokenBody, check_body
from newscrawl.web.destinations import private
from newscrawl.wire.connection import WireFactory
from newscrawl.wire.ending import GRACE, EndWatch
from newscrawl.wire.refusals import BodyCut, UnwantedType, refuse
from newscrawl.wire.resolver import GlobalResolver, refused_address
from newscrawl.wire.turns import TURNS

logger = logging.getLogger(__name__)


class WireDownloadHandler(HTTP11DownloadHandler):
    """Scrapy's handler, which waits for the host's turn, lets a crawl end, and hands on no broken bodies.

    robots.txt, redirects and retries come by here like any request, so all of them keep the pace.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        from twisted.internet import reactor  # noqa: PLC0415 - importing it installs one

        self._pool._factory = WireFactory
        self._pool.retryAutomatically = False  # at once, on no pace; RetryMiddleware does it
        if not isinstance(reactor.nameResolver, GlobalResolver):  # a runner that leaves TWISTED_DNS_RESOLVER alone
            GlobalResolver.from_crawler(crawler, reactor).install_on_reactor()
        self._watch = EndWatch.of(crawler)
        self._is_asked_for_contact = bool(crawler.settings["CONTACT"])

    async def download_request(self, request: Request) -> Response:
        """Download, when it is the request's turn."""
        self._ask_for_contact()
        host = plain_host(urlparse_cached(request).hostname or "")
        TURNS.pace.want(host, self._crawler, self._delay(request))
        try:
            async with TURNS.turn(host, self._watch):
                response = await self._watch.unless_ended(super().download_request(request), GRACE)
        except CannotResolveHostError:
            if (address := refused_address(host)) is None:
                raise
            raise refuse(self._crawler, "private_address", private(f"{host} ({address})")) from None
        except DownloadCancelledError:
            limit = request.meta.get("download_maxsize", self._default_maxsize)
            raise refuse(self._crawler, "too_large", f"its body is larger than {limit:,} bytes") from None
        except UnwantedType as stopped:
            if stopped.response is None or 200 <= stopped.response.status < 300:
                raise
            return stopped.response  # its status says all
        self._check_body(request, response)
        return response

    def _delay(self, request: Request) -> float:
        assert self._crawler.engine is not None
        slot = self._crawler.engine.downloader.slots.get(request.meta.get("download_slot", ""))
        return max(slot.delay if slot else 0.0, self._crawler.settings.getfloat("DOWNLOAD_DELAY"))

    def _check_body(self, request: Request, response: Response) -> None:
        """Raise where a compressed body is cut or a bomb.

        Here and not in a middleware, because Scrapy retries what fails in a handler alone.
        """
        lines = b",".join(response.headers.getlist("Content-Encoding")).decode("latin-1").lower().split(",")
        encodings = [name for line in lines if (name := line.strip())]
        try:
            check_body(response.body, encodings, request.meta.get("download_maxsize", self._default_maxsize))
        except BrokenBody as error:
            raise BodyCut(str(error)) from None
        except BodyTooLarge as error:
            raise refuse(self._crawler, "too_large", str(error)) from None

    def _ask_for_contact(self) -> None:
        if not self._is_asked_for_contact:
            self._is_asked_for_contact = True
            logger.warning(
                "nobody can be reached about this crawl: set CONTACT (or NEWSCRAWL_CONTACT) to a web or mail address, "
                "which goes into the User-Agent"
            )

    async def close(self) -> None:
        """Let go of the connections, and of the wish for a pace."""
        await super().close()
        TURNS.forget(self._crawler)
