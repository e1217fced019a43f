"""Obeys robots.txt: what it forbids, how fast it lets us be, and that silence is no permission."""

from __future__ import annotations

import asyncio
import logging
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http.request import NO_CALLBACK
from scrapy.utils.datatypes import LocalCache
from scrapy.utils.httpobj import urlparse_cached

from newscrawl.web.addresses import plain_host
from newscrawl.web.robots import Robots, product_token
from newscrawl.wire.guard import ROBOTS
from newscrawl.wire.reasons import reason_of
from newscrawl.wire.refusals import Ending, Refused, refuse
from newscrawl.wire.turns import TURNS

logger = logging.getLogger(__name__)

_MOST_HOSTS = 500


class RobotsMiddleware:
    """In the place of Scrapy's, which fetches on where robots.txt cannot be read and knows no Crawl-delay."""

    PRIORITY = 1000

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        settings = crawler.settings
        self._is_obeyed = settings.getbool("ROBOTSTXT_OBEY")
        self._product = settings["ROBOTSTXT_USER_AGENT"] or product_token(settings["USER_AGENT"])
        self._known: LocalCache[str, asyncio.Future[Robots]] = LocalCache(_MOST_HOSTS)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make that of a crawl."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raise Refused for what the host does not want, or where nobody can say what it wants."""
        if not self._is_obeyed or request.meta.get(ROBOTS) or urlparse_cached(request).scheme not in {"http", "https"}:
            return
        robots = await self.robots_for(request.url)
        if not robots.reachable:
            raise refuse(self.crawler, "robots_unreachable", f"{request.url}: {robots.problem}")
        if not robots.allows(request.url):
            raise refuse(self.crawler, "robots", f"{request.url}: its site's robots.txt forbids it")

    async def robots_for(self, url: str) -> Robots:
        """Return the robots.txt of a URL's host, fetched once a crawl. Raises Ending."""
        parts = urlparse_cached(Request(url))
        known = self._known.get(parts.netloc)
        if known is None:
            known = self._known[parts.netloc] = asyncio.ensure_future(self._fetch(f"{parts.scheme}://{parts.netloc}"))
        return await asyncio.shield(known)

    async def _fetch(self, site: str) -> Robots:
        assert self.crawler.engine is not None
        request = Request(
            f"{site}/robots.txt",
            priority=self.PRIORITY,
            meta={ROBOTS: True},
            callback=NO_CALLBACK,
            dont_filter=True,
        )
        try:
            response = await self.crawler.engine.download_async(request)
        except Ending:
            raise
        except Exception as error:  # noqa: BLE001 - every way in which it cannot be had
            robots = self._failed(error)
        else:
            robots = Robots.answered(self._product, response.status, response.body)
        if not robots.reachable:
            logger.warning("nothing of %s is fetched: %s", site, robots.problem)
        elif self._is_obeyed:
            self._slow_down(request, robots)
        return robots

    def _failed(self, error: Exception) -> Robots:
        reason, sentence = reason_of(error)
        if isinstance(error, IgnoreRequest) and reason == "redirect_loop":  # RFC 9309 2.3.1.2: as if there were none
            return Robots(self._product)
        return Robots(self._product, reachable=False, problem=f"its robots.txt could not be had ({reason}: {sentence})")

    def _slow_down(self, request: Request, robots: Robots) -> None:
        """Hold the host's pace down beside AutoThrottle's delay, not by it: AutoThrottle would raise it again."""
        delay = min(robots.delay, self.crawler.settings.getfloat("CRAWL_DELAY_MAX"))
        if delay > 0:
            TURNS.pace.want(plain_host(urlparse_cached(request).hostname or ""), self.crawler, delay, "robots.txt")


async def robots_for(crawler: Crawler, url: str) -> Robots:
    """Return the robots.txt of a URL's host, for the sitemaps that it names.

    To be awaited in a callback or in ``start``. It is fetched once a crawl, whoever needs it first. Raises `Ending`.
    """
    middleware = crawler.get_downloader_middleware(RobotsMiddleware)
    if middleware is None:
        raise Refused("robots", "newscrawl.wire.robots.RobotsMiddleware is not among the DOWNLOADER_MIDDLEWARES")
    return await middleware.robots_for(url)
