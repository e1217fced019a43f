"""Responses as a server gave them, for those who record a site."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.settings import BaseSettings
from scrapy.utils.misc import load_object
from scrapy.utils.url import strip_url

from newscrawl.recordings import Recording

_COMPRESSION = "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware"
_CAPTURE_AT = 605
"""Before redirects are followed (600), so that each step is seen; and behind decompression, which is moved there."""

captured = object()
"""The signal of a response as the server gave it, decoded."""


class CaptureMiddleware:
    """Shows every response before a middleware acts on it: robots.txt and the steps of a redirect among them."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Know whom to tell."""
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Response:
        """Tell."""
        self.crawler.signals.send_catch_log(captured, response=response)
        return response


def capture_responses(settings: BaseSettings) -> None:
    """Let a crawl ask the live site, tell what it answers, and store nothing."""
    settings.set("FIXTURES_DIR", None, "cmdline")
    settings.set("HTTPCACHE_ENABLED", False, "cmdline")
    settings.set("ITEM_PIPELINES", {}, "cmdline")
    for middleware, place in ((load_object(_COMPRESSION), _CAPTURE_AT + 5), (CaptureMiddleware, _CAPTURE_AT)):
        settings.set_in_component_priority_dict("DOWNLOADER_MIDDLEWARES", middleware, place)


def recording_of(response: Response) -> Recording:
    """Return a response as it is recorded now. Raises ValueError for one that cannot be."""
    headers = tuple(
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in response.headers.items()
        for value in values
        if name.lower() not in {b"content-length", b"transfer-encoding"}
    )
    body = b"" if 300 <= response.status < 400 else response.body
    return Recording(address(response), response.status, headers, body, datetime.now(UTC))


def address(response: Response) -> str:
    """Return the URL under which a response is recorded."""
    return strip_url(response.url, strip_credentials=True, strip_default_port=False)
