"""Which bodies are downloaded, by their headers and first bytes."""

from __future__ import annotations

import codecs
from typing import Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.http import Headers

from newscrawl.compression import GZIP
from newscrawl.network.addresses import ROBOTS
from newscrawl.network.refusals import UnwantedType

_TEXTUAL = ("html", "xml", "json", "text/", "rss", "atom")
_UNNAMED = {
    "application/octet-stream",
    "binary/octet-stream",
    "application/unknown",
    "unknown/unknown",
    "application/gzip",
    "application/x-gzip",
    "*/*",
}
"""Types that servers give to files that they do not know, among them pages, feeds and compressed sitemaps."""
_BEFORE_MARKUP = codecs.BOM_UTF8 + b" \t\r\n\0"
_UNKNOWN = "newscrawl_unknown_type"
"""Key in the meta of a request whose answer has such a type, and whose first bytes are to tell."""


def is_unnamed(content_type: str) -> bool:
    """Whether a type says nothing about its body."""
    return content_type.partition(";")[0].strip().lower() in _UNNAMED


def is_wanted(content_type: str) -> bool:
    """Whether a body of this type can be a page, feed or sitemap; one without a type, or of an unnamed one, can."""
    mime = content_type.partition(";")[0].strip().lower()
    if mime in _UNNAMED:
        return True
    if mime.startswith(("image/", "video/", "audio/", "font/")):
        return False
    if mime.startswith("application/vnd.openxmlformats"):
        return False
    return not mime or any(part in mime for part in _TEXTUAL)


class ContentTypeFilter:
    """Stops downloads by the Content-Type of responses, except for robots.txt.

    Where that says nothing, the first bytes tell: those of mark-up, of JSON, or of gzip.
    """

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Connect to the signals of a crawl."""
        extension = cls()
        crawler.signals.connect(extension.headers_received, signals.headers_received)
        crawler.signals.connect(extension.bytes_received, signals.bytes_received)
        return extension

    def headers_received(self, headers: Headers, request: Request) -> None:
        """Stop an unwanted download. Raises UnwantedType."""
        content_type = (headers.get("Content-Type") or b"").decode("latin-1")
        if request.meta.get(ROBOTS):
            return
        if not is_wanted(content_type):
            raise UnwantedType(content_type)
        is_packed = headers.get("Content-Encoding") is not None
        request.meta[_UNKNOWN] = content_type if is_unnamed(content_type) and not is_packed else None

    def bytes_received(self, data: bytes, request: Request) -> None:
        """Stop a download that begins like no page. Raises UnwantedType."""
        content_type = request.meta.pop(_UNKNOWN, None)
        if content_type is not None and not _may_be_page(data):
            raise UnwantedType(content_type)


def _may_be_page(data: bytes) -> bool:
    if data.startswith((GZIP, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return True
    text = data.lstrip(_BEFORE_MARKUP)
    return not text or text.startswith((b"<", b"{", b"http://", b"https://"))
