"""Obey robots.txt: rules and Crawl-delay; if it cannot be fetched, nothing of the site is."""

from __future__ import annotations

import asyncio
import logging
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Self

from protego import Protego
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http.request import NO_CALLBACK
from scrapy.utils.datatypes import LocalCache
from scrapy.utils.httpobj import urlparse_cached

from newscrawl.network.addresses import ROBOTS
from newscrawl.network.pacing import TURNS
from newscrawl.network.refusals import Ending, Refused, reason_of, refuse
from newscrawl.urls import plain_host

_SMALL = 64 * 1024
"""Size up to which a robots.txt is parsed, in 30 ms, and asked in the reactor: the largest take a quarter of a second
for each, if they are made of wildcards."""
MOST_BYTES = 500 * 1024
"""Maximum size of a robots.txt, as RFC 9309 (2.5) requires at least; the rest is ignored."""

_PRODUCT = re.compile(r"[A-Za-z_-]+")
_GROUP = re.compile(r"\s*+(user[- ]?agent)(?=[\s:])\s*+:?\s*+([^\s#]+)", re.IGNORECASE)
_OTHER = "(other)"
"""No crawler's product token."""


def product_token(user_agent: str) -> str:
    """Return the product token by which robots.txt names a crawler: ``newscrawl`` for ``newscrawl/1.0 (+https://…)``."""
    found = _PRODUCT.match(user_agent)
    return found[0] if found else user_agent


@dataclass(frozen=True)
class Robots:
    """The robots.txt of a host, as it applies to this crawler."""

    product: str
    body: bytes = field(default=b"", repr=False)
    """The file as served, cut to MOST_BYTES; empty if there is none."""
    reachable: bool = True
    """False if it could not be fetched; then nothing of the site may be."""
    problem: str = ""
    """Why it could not be fetched, in one line."""

    @classmethod
    def answered(cls, product: str, status: int, body: bytes) -> Robots:
        """Read a response (RFC 9309, 2.3.1): 2xx has rules, 4xx means none; 5xx and 429 mean unreachable."""
        if 200 <= status < 300:
            return cls(product, cut(body))
        if status >= 500 or status == 429:
            return cls(product, reachable=False, problem=f"the response to its robots.txt had status {status}")
        return cls(product)

    def allows(self, url: str) -> bool:
        """Whether a URL may be fetched."""
        return self.reachable and self._rules.can_fetch(url, self.product)

    async def permits(self, url: str) -> bool:
        """Whether a URL may be fetched; a long file is asked in a thread, one URL after the other.

        In several threads it would take as long, and the reactor would have to wait for its turn among them.
        """
        if self.is_small:
            return self.allows(url)
        return await asyncio.get_running_loop().run_in_executor(_asking(), self.allows, url)

    @property
    def delay(self) -> float:
        """The requested seconds between two requests, by Crawl-delay or Request-rate; 0 for none."""
        rate = self._rules.request_rate(self.product)
        between = rate.seconds / rate.requests if rate and rate.requests > 0 else 0.0
        return max(self._rules.crawl_delay(self.product) or 0.0, between, 0.0)

    @property
    def is_small(self) -> bool:
        """Whether the file can be parsed and asked without holding up the reactor."""
        return len(self.body) <= _SMALL

    def parse(self) -> None:
        """Parse the file now rather than at its first use."""
        _ = self._rules

    @cached_property
    def _rules(self) -> Protego:
        lines = self.body.decode("utf-8-sig", "ignore").splitlines()
        return Protego.parse("\n".join(_for_product(line, self.product) for line in lines))


@cache
def _asking() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, "newscrawl-robots")


def _for_product(line: str, product: str) -> str:
    """Name the group of a ``User-agent`` line by the product token given, or as another's.

    RFC 9309 (2.2.1) compares whole tokens, whatever stands behind them: ``newscrawl/1.0`` is newscrawl's group,
    ``news`` is not. Protego takes each beginning of the crawler's name.
    """
    group = _GROUP.match(line)
    if group is None or group[2] == "*":
        return line
    return f"{group[1]}: {product if product_token(group[2]).lower() == product.lower() else _OTHER}"


def cut(body: bytes) -> bytes:
    """Cut a robots.txt to MOST_BYTES, at the end of a line."""
    if len(body) <= MOST_BYTES:
        return body
    end = max(body.rfind(b"\n", 0, MOST_BYTES), body.rfind(b"\r", 0, MOST_BYTES))
    return body[: end + 1]


logger = logging.getLogger(__name__)

_MOST_HOSTS = 500


class RobotsMiddleware:
    """Replaces Scrapy's middleware, which ignores an unreachable robots.txt and Crawl-delay."""

    PRIORITY = 1000

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        settings = crawler.settings
        self._is_obeyed = settings.getbool("ROBOTSTXT_OBEY")
        self._product = product_token(settings["ROBOTSTXT_USER_AGENT"] or settings["USER_AGENT"])
        self._known: LocalCache[str, asyncio.Future[Robots]] = LocalCache(_MOST_HOSTS)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Create the middleware of a crawl."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raise Refused if robots.txt forbids a request or could not be fetched."""
        if not self._is_obeyed or request.meta.get(ROBOTS) or urlparse_cached(request).scheme not in {"http", "https"}:
            return
        robots = await self.robots_for(request.url)
        if not robots.reachable:
            raise refuse(self.crawler, "robots_unreachable", f"{request.url}: {robots.problem}")
        if not await robots.permits(request.url):
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
        except Exception as error:  # noqa: BLE001 - any error means that it could not be fetched
            robots = self._failed(error)
        else:
            robots = Robots.answered(self._product, response.status, response.body)
            if not robots.is_small:
                await asyncio.to_thread(robots.parse)
        if not robots.reachable:
            logger.warning("no page of %s is fetched: %s", site, robots.problem)
        elif self._is_obeyed:
            self._slow_down(request, robots)
        return robots

    def _failed(self, error: Exception) -> Robots:
        reason, sentence = reason_of(error)
        if isinstance(error, IgnoreRequest) and reason == "redirect_loop":  # RFC 9309 2.3.1.2: as if there were none
            return Robots(self._product)
        assert self.crawler.stats is not None
        self.crawler.stats.inc_value(f"newscrawl/robots_failed/{reason}")
        return Robots(
            self._product, reachable=False, problem=f"its robots.txt could not be fetched ({reason}: {sentence})"
        )

    def _slow_down(self, request: Request, robots: Robots) -> None:
        """Pace the host independently of AutoThrottle's delay, which AutoThrottle would shorten again."""
        delay = min(robots.delay, self.crawler.settings.getfloat("CRAWL_DELAY_MAX"))
        if delay > 0:
            TURNS.pace.want(plain_host(urlparse_cached(request).hostname or ""), self.crawler, delay, "robots.txt")


async def robots_for(crawler: Crawler, url: str) -> Robots:
    """Return the robots.txt of a URL's host, so that a spider can read the sitemaps that it names.

    To be awaited in a callback or in ``start``. It is fetched once a crawl, whoever needs it first. Raises `Ending`.
    """
    middleware = crawler.get_downloader_middleware(RobotsMiddleware)
    if middleware is None:
        raise Refused("robots", "newscrawl.network.robots.RobotsMiddleware is missing in DOWNLOADER_MIDDLEWARES")
    return await middleware.robots_for(url)
