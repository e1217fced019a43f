"""The download handler of HTTP and HTTPS, the component of Scrapy that is closest to the network."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from scrapy import Request
from scrapy.core.downloader import Slot
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError, DownloadCancelledError
from scrapy.http import Response
from scrapy.utils.httpobj import urlparse_cached

from newscrawl.compression import BodyTooLarge, BrokenBody, check_body
from newscrawl.network.addresses import private
from newscrawl.network.ending import GRACE, EndWatch
from newscrawl.network.pacing import TURNS
from newscrawl.network.refusals import BodyCut, UnwantedType, lost_time_counted, refuse
from newscrawl.network.resolver import GlobalResolver, refused_address
from newscrawl.network.retry import BUSY, retry_after
from newscrawl.network.scrapy_internals import use_observed_protocol
from newscrawl.urls import plain_host

logger = logging.getLogger(__name__)

_TIME_TO_END = 3.0
"""Seconds without requests to a host that asks for a long pause, in which the spider can end its crawl."""


class WireDownloadHandler(HTTP11DownloadHandler):
    """Scrapy's handler, extended to pace requests per host, to stop quickly, and to reject broken bodies.

    robots.txt, redirects and retries come by here like any request, so all of them keep the pace.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        from twisted.internet import reactor  # noqa: PLC0415 - importing it installs one

        use_observed_protocol(self, TURNS.sent)
        if not isinstance(reactor.nameResolver, GlobalResolver):  # a runner that ignores TWISTED_DNS_RESOLVER
            GlobalResolver.from_crawler(crawler, reactor).install_on_reactor()
        self._watch = EndWatch.of(crawler)
        self._places: dict[str, asyncio.Semaphore] = {}
        self._is_asked_for_contact = bool(crawler.settings["CONTACT"])

    async def download_request(self, request: Request) -> Response:
        """Download a request when its turn comes."""
        self._ask_for_contact()
        host = plain_host(urlparse_cached(request).hostname or "")
        TURNS.pace.want(host, self._crawler, self._delay(request))
        try:
            async with self._place(request), TURNS.turn(host, self._watch):
                with lost_time_counted(self._crawler, self._parallel(request)):
                    response = await self._watch.unless_ended(super().download_request(request), GRACE)
                self._heed(host, response)
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
            return stopped.response  # an error page, whose status is enough
        self._check_body(request, response)
        return response

    @asynccontextmanager
    async def _place(self, request: Request) -> AsyncIterator[None]:
        """Keep to CONCURRENT_REQUESTS_PER_DOMAIN.

        Scrapy 2.19 starts all that waits for a host at once where there is no delay: it counts a transfer when its
        task runs, and makes all tasks before (12 at a time with a limit of 2, measured).
        """
        slot = self._slot(request)
        if slot is None:
            yield
            return
        places = self._places.setdefault(request.meta["download_slot"], asyncio.Semaphore(slot.concurrency))
        await self._watch.unless_ended(places.acquire())
        try:
            yield
        finally:
            places.release()

    def _slot(self, request: Request) -> Slot | None:
        assert self._crawler.engine is not None
        return self._crawler.engine.downloader.slots.get(request.meta.get("download_slot", ""))

    def _parallel(self, request: Request) -> int:
        slot = self._slot(request)
        return slot.concurrency if slot else 1

    def _delay(self, request: Request) -> float:
        slot = self._slot(request)
        return max(slot.delay if slot else 0.0, self._crawler.settings.getfloat("DOWNLOAD_DELAY"))

    def _heed(self, host: str, response: Response) -> None:
        """Pause a host that asks for it here already; further up, other requests could leave meanwhile."""
        if response.status not in BUSY:
            return
        now = datetime.now(UTC)
        until = retry_after(response.headers.get("Retry-After"), now)
        seconds = (until - now).total_seconds() if until else 0.0
        is_too_long = seconds > self._crawler.settings.getfloat("RETRY_AFTER_MAX")
        TURNS.pause(host, _TIME_TO_END if is_too_long else seconds)

    def _check_body(self, request: Request, response: Response) -> None:
        """Raise if a compressed body is truncated or a decompression bomb.

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
        """Close the connections, and withdraw the crawl's delay."""
        await super().close()
        TURNS.forget(self._crawler)
