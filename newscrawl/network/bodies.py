"""Compressed bodies: whether one is whole, and how large it would become."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable, Generator, Iterator
from typing import Self
from urllib.parse import urlsplit

import brotli
from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.http import Headers

from newscrawl.network.addresses import ROBOTS
from newscrawl.network.refusals import UnwantedType

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_CHUNK = 1 << 16
_MOST_LAYERS = 3
_GZIP = b"\x1f\x8b"


class BrokenBody(ValueError):  # noqa: N818 - a fact about the body
    """The body ends before its compressed data do, or is not what its encoding says."""


class BodyTooLarge(ValueError):  # noqa: N818 - a fact about the body
    """The body would be larger than allowed, once it is unpacked."""


def check_body(body: bytes, encodings: list[str], limit: int) -> None:
    """Raise BrokenBody or BodyTooLarge for a body that is cut or a bomb; `encodings` as in Content-Encoding.

    Unpacks in pieces and keeps none of the last layer, so it needs no more memory than the body. An unknown encoding is
    nobody's fault, and passed.
    """
    if len(encodings) > _MOST_LAYERS:
        raise BodyTooLarge(f"it is compressed {len(encodings)} times over")
    for place, encoding in enumerate(reversed(encodings)):
        unpack = _UNPACK.get(encoding)
        if unpack is None or not body:
            return
        is_last = place == len(encodings) - 1
        kept: list[bytes] = []
        size = 0
        try:
            for chunk in unpack(body):
                size += len(chunk)
                if limit and size > limit:
                    raise BodyTooLarge(f"unpacked, it is larger than {limit:,} bytes")
                if not is_last:
                    kept.append(chunk)
        except (zlib.error, brotli.error, zstd.ZstdError, EOFError) as error:
            raise BrokenBody(f"its {encoding} data are broken ({error})") from None
        body = b"".join(kept)


def _inflate(body: bytes, window: int) -> Generator[bytes, None, bytes]:
    """Yield what a deflate stream holds, and hand back what stands behind its end."""
    stream = zlib.decompressobj(window)
    while not stream.eof:
        chunk = stream.decompress(body, _CHUNK)
        yield chunk
        body = stream.unconsumed_tail
        if not chunk and not body and not stream.eof:
            raise EOFError("they break off")
    return stream.unused_data


def _gunzip(body: bytes) -> Iterator[bytes]:
    """Yield what all members hold. The check sum behind them is not asked for: some servers leave it out."""
    if not body.startswith(_GZIP):
        raise EOFError("they do not begin as gzip")
    while body.startswith(_GZIP):
        body = (yield from _inflate(body[_gzip_header(body) :], -zlib.MAX_WBITS))[8:]


def _gzip_header(body: bytes) -> int:
    """Return the length of a gzip header (RFC 1952, 2.3)."""
    if len(body) < 10:
        raise EOFError("they break off")
    flags, place = body[3], 10
    if flags & 4:
        place += 2 + int.from_bytes(body[place : place + 2], "little")
    for flag in (8, 16):
        if flags & flag:
            place = body.find(b"\0", place) + 1 or len(body)
    return place + (flags & 2)


def _undeflate(body: bytes) -> Iterator[bytes]:
    """Yield what a zlib stream holds, or the bare one that some servers send in its place."""
    try:
        zlib.decompressobj().decompress(body[:64], 1)
    except zlib.error:
        yield from _inflate(body, -zlib.MAX_WBITS)
    else:
        yield from _inflate(body, zlib.MAX_WBITS)


def _unbrotli(body: bytes) -> Iterator[bytes]:
    stream = brotli.Decompressor()
    chunk = stream.process(body, output_buffer_limit=_CHUNK)
    while True:
        yield chunk
        if stream.is_finished():
            return
        chunk = stream.process(b"", output_buffer_limit=_CHUNK)
        if not chunk and not stream.is_finished():
            raise EOFError("they break off")


def _unzstd(body: bytes) -> Iterator[bytes]:
    while body:
        stream = zstd.ZstdDecompressor()
        while not stream.eof:
            chunk = stream.decompress(body, _CHUNK)
            yield chunk
            body = b""
            if not chunk and stream.needs_input and not stream.eof:
                raise EOFError("they break off")
        body = stream.unused_data


_UNPACK: dict[str, Callable[[bytes], Iterator[bytes]]] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _undeflate,
    "br": _unbrotli,
    "zstd": _unzstd,
}


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
