"""The ways in which a request ends before, or instead of, its response."""

from __future__ import annotations

from collections.abc import Iterator

from OpenSSL import SSL
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    StopDownload,
)
from scrapy.spidermiddlewares.httperror import HttpError
from service_identity.exceptions import VerificationError
from twisted.internet.error import ConnectError, ConnectionClosed, SSLError
from twisted.python.failure import Failure
from twisted.web._newclient import ParseError
from twisted.web.client import ResponseFailed

from newscrawl.text import printable


class Refused(IgnoreRequest):
    """The request is not made. ``reason`` is a word to count by; the message is one line for a person."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(printable(message))
        self.reason = reason


class Ending(Refused):
    """The crawl is being ended. This says nothing about the page: the next crawl should ask for it."""

    def __init__(self) -> None:
        super().__init__("ending", "the crawl was ended before the answer came")


class BodyCut(ResponseDataLossError):  # noqa: N818
    """The body is not whole, although the connection says so."""


class UnwantedType(StopDownload):
    """The body is of a kind that holds no article; it was not read."""

    def __init__(self, content_type: str) -> None:
        super().__init__(fail=True)
        self.content_type = content_type

    def __str__(self) -> str:
        return printable(f"it is {self.content_type[:80]}, which holds no article")


class TooManyHeaders(Exception):  # noqa: N818
    """The response's headers go on for longer than any server needs."""


def refuse(crawler: Crawler, reason: str, message: str) -> Refused:
    """Count a refusal, and return it to be raised."""
    assert crawler.stats is not None
    crawler.stats.inc_value(f"newscrawl/refused/{reason}")
    return Refused(reason, message)


_KNOWN: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], str, str], ...] = (
    (TooManyHeaders, "headers", "its headers are longer than any server needs"),
    ((SSL.Error, SSLError, VerificationError), "tls", "no secure connection: its certificate or its TLS is wrong"),
    (CannotResolveHostError, "dns", "its host name is not known"),
    (DownloadTimeoutError, "timeout", "it did not answer in time"),
    (DownloadConnectionRefusedError, "refused", "its server refuses connections"),
    (ResponseDataLossError, "truncated", "it is not whole"),
    (DownloadCancelledError, "too_large", "it is larger than DOWNLOAD_MAXSIZE"),
    (ConnectError, "refused", "its server cannot be connected to"),
    (ConnectionClosed, "reset", "the connection was lost"),
    (ParseError, "failed", "its answer is no HTTP"),
)


def reason_of(failure: Failure | BaseException) -> tuple[str, str]:
    """Return a word and a sentence on one line for whatever ended a download.

    The words: dns, timeout, refused, reset, tls, too_large, truncated, headers, content_type, robots,
    robots_unreachable, offsite_redirect, private_address, redirect_loop, scheme, bad_url, userinfo, bad_port,
    http_404 and its like, ending (which says nothing about the page), and failed for the rest.
    """
    error = failure.value if isinstance(failure, Failure) else failure
    assert error is not None
    if isinstance(error, Refused):
        return error.reason, str(error)
    if isinstance(error, UnwantedType):
        return "content_type", str(error)
    if isinstance(error, HttpError):
        return f"http_{error.response.status}", f"its server answered with status {error.response.status}"
    if isinstance(error, IgnoreRequest):
        return "failed", _line(error)
    causes = list(_causes(error))
    for kind, reason, sentence in _KNOWN:
        for cause in causes:
            if isinstance(cause, kind):
                detail = _line(cause)
                return reason, f"{sentence} ({detail})" if detail else sentence
    return "failed", f"{type(error).__name__}: {_line(error)}"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and what is behind it: Scrapy wraps Twisted's errors, and those wrap others."""
    for _ in range(8):
        if error is None:
            return
        yield error
        if isinstance(error, ResponseFailed):
            for reason in error.reasons:
                if reason.value is not None:
                    yield from _causes(reason.value)
        error = error.__cause__


def _line(error: BaseException) -> str:
    return printable(" ".join(str(error).split()))[:300]
