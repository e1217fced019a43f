"""Stops the download of what holds no article before its body comes."""

from __future__ import annotations

from typing import Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.http import Headers

from newscrawl.web.content_types import is_wanted
from newscrawl.wire.guard import ROBOTS
from newscrawl.wire.refusals import UnwantedType


class ContentTypeFilter:
    """Looks at the headers of each response. A robots.txt is read whatever its server calls it."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Listen to a crawl."""
        extension = cls()
        crawler.signals.connect(extension.headers_received, signals.headers_received)
        return extension

    def headers_received(self, headers: Headers, request: Request) -> None:
        """Raise UnwantedType, which stops the download."""
        content_type = (headers.get("Content-Type") or b"").decode("latin-1")
        if not request.meta.get(ROBOTS) and not is_wanted(content_type, request.url):
            raise UnwantedType(content_type)
