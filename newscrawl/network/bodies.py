"""Which bodies are downloaded, by their headers."""

from __future__ import annotations

from typing import Self
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.http import Headers

from newscrawl.network.addresses import ROBOTS
from newscrawl.network.refusals import UnwantedType

_TEXTUAL = ("html", "xml", "json", "text/", "rss", "atom")
_UNNAMED = {"application/octet-stream", "binary/octet-stream", "application/gzip", "application/x-gzip"}
"""Types that servers give to unknown files, among them feeds and compressed sitemaps."""


def is_wanted(content_type: str, url: str) -> bool:
    """Whether a body of this type can be a page, feed or sitemap; one without a type can."""
    mime = content_type.partition(";")[0].strip().lower()
    if mime in _UNNAMED:
        return urlsplit(url).path.lower().endswith((".xml", ".gz", ".rss", ".atom"))
    if mime.startswith(("image/", "video/", "audio/", "font/")):
        return False
    if mime.startswith("application/vnd.openxmlformats"):
        return False
    return not mime or any(part in mime for part in _TEXTUAL)


class ContentTypeFilter:
    """Stops downloads by the Content-Type of responses, except for robots.txt."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Connect to the signals of a crawl."""
        extension = cls()
        crawler.signals.connect(extension.headers_received, signals.headers_received)
        return extension

    def headers_received(self, headers: Headers, request: Request) -> None:
        """Stop an unwanted download. Raises UnwantedType."""
        content_type = (headers.get("Content-Type") or b"").decode("latin-1")
        if not request.meta.get(ROBOTS) and not is_wanted(content_type, request.url):
            raise UnwantedType(content_type)
