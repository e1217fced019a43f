"""Saved HTTP responses: status, headers, and the body with transfer and content encodings decoded."""

from __future__ import annotations

import re

from newscrawl.archive.stream import LONGEST_HTTP_HEAD, named_fields
from newscrawl.compression import GZIP, MOST_LAYERS, BodyTooLarge, BrokenBody, is_known, limited

Headers = tuple[tuple[str, str], ...]

_STATUS = re.compile(rb"[A-Z]+/?[0-9.]*[ \t]+([0-9]{3})(?![0-9])[^\n]*\n")
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_CHUNK = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]{0,4096})?\r?\n")
_ADAPTED = frozenset({"content-encoding", "transfer-encoding", "content-length"})
_PREFIX = "X-Crawler-"


class SkippedPage(Exception):  # noqa: N818 - an answer about the record rather than a fault
    """The record has no page. ``reason`` is a word to count by."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def stored_headers(headers: Headers, size: int) -> Headers:
    """Adjust headers to a body of `size` bytes that is stored decoded.

    What was said of the body on the wire keeps its words under the names that Common Crawl and StormCrawler give
    them: https://github.com/commoncrawl/nutch (WarcWriter.fixHttpHeaders), "X-Crawler-Content-Encoding: gzip".
    """
    adapted = tuple((_PREFIX + name if name.lower() in _ADAPTED else name, value) for name, value in headers)
    return (*adapted, ("Content-Length", str(size)))


def received_headers(headers: Headers) -> Headers:
    """Undo `stored_headers`."""
    return tuple(
        (name[len(_PREFIX) :] if name.lower().removeprefix(_PREFIX.lower()) in _ADAPTED else name, value)
        for name, value in headers
        if name.lower() not in _ADAPTED
    )


def header(headers: Headers, name: str) -> str:
    """Return the last value of a header, or the empty string."""
    return next((value for key, value in reversed(headers) if key.lower() == name), "")


def split_response(block: bytes) -> tuple[int, Headers, bytes]:
    """Split a response into status, headers and body as saved. Raises SkippedPage."""
    status = _STATUS.match(block[:1024])
    if not status:
        raise SkippedPage("not_http")
    end = _HEAD_END.search(block, 0, LONGEST_HTTP_HEAD)
    if not end:
        raise SkippedPage("not_http")
    headers = tuple(named_fields(block[status.end() : end.start()].decode("latin-1")))
    return int(status[1]), headers, block[end.end() :]


def decoded_body(headers: Headers, body: bytes, max_size: int) -> bytes:
    """Decode the encodings that the headers name if the body has them: crawlers may decode it and keep the header.

    Raises SkippedPage: ``truncated``, ``undecodable``, or ``too_large`` where it unpacks to more than `max_size` bytes.
    """
    if "chunked" in header(headers, "transfer-encoding").lower():
        body = _dechunked(body)
    codings = [coding.strip() for coding in header(headers, "content-encoding").lower().split(",")]
    if len(codings) > MOST_LAYERS:
        raise SkippedPage("undecodable")
    for coding in reversed(codings):
        body = _without(coding, body, max_size)
    if max_size and len(body) > max_size:
        raise SkippedPage("too_large")
    return body


def _dechunked(body: bytes) -> bytes:
    pieces: list[bytes] = []
    position = 0
    while chunk := _CHUNK.match(body, position):
        size = int(chunk[1], 16)
        if not size:
            return b"".join(pieces)
        position = chunk.end() + size
        if position > len(body):
            raise SkippedPage("truncated")
        pieces.append(body[chunk.end() : position])
        position += 2 if body.startswith(b"\r\n", position) else body.startswith(b"\n", position)
    if not position:
        return body  # stored without chunks
    raise SkippedPage("undecodable" if b"\n" in body[position : position + 4096] else "truncated")


def _without(coding: str, body: bytes, max_size: int) -> bytes:
    if coding in {"", "identity", "none", "utf-8"} or not body:
        return body
    if not is_known(coding):
        raise SkippedPage("undecodable")
    if not body.startswith(GZIP) if coding in {"gzip", "x-gzip"} else _is_markup(body):
        return body
    try:
        return b"".join(limited(body, coding, max_size))
    except BodyTooLarge:
        raise SkippedPage("too_large") from None
    except BrokenBody as error:
        raise SkippedPage("truncated" if error.is_cut else "undecodable") from None


def _is_markup(body: bytes) -> bool:
    return body[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
