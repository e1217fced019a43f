"""Which bodies are downloaded at all, by what their headers say."""

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
"""What servers call files that they do not know, among them feeds and compressed sitemaps."""


def is_wanted(content_type: str, url: str) -> bool:
    """Say whether a body can be a page, a feed or a sitemap; one without a type can."""
    mime = content_type.partition(";")[0].strip().lower()
    if mime in _UNNAMED:
        return urlsplit(url).path.lower().endswith((".xml", ".gz", ".rss", ".atom"))
    if mime.startswith(("image/", "video/", "audio/", "font/")):
        return False
    if mime.startswith("application/vnd.openxmlformats"):
        return False
    return not mime or any(part in mime for part in _TEXTUAL)


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
