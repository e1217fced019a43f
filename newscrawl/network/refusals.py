"""Errors of requests, each with a page reason and a one-line message."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

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
    """The request was not sent. ``reason`` is a page reason; the message is one line."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(printable(message))
        self.reason = reason


class Ending(Refused):
    """The crawl is stopping. The page has no outcome, and the next crawl requests it."""

    def __init__(self) -> None:
        super().__init__("ending", "the crawl stopped before the response came")


class BodyCut(ResponseDataLossError):  # noqa: N818
    """The body is truncated although the connection ended regularly."""


class UnwantedType(StopDownload):
    """The body is of a type that holds no article, so it was not downloaded."""

    def __init__(self, content_type: str) -> None:
        super().__init__(fail=True)
        self.content_type = content_type

    def __str__(self) -> str:
        return printable(f"its type is {self.content_type[:80]}, which holds no article")


class TooManyHeaders(Exception):  # noqa: N818
    """The headers of the response are too long."""


def refuse(crawler: Crawler, reason: str, message: str) -> Refused:
    """Count a refusal in the stats, and return it to be raised."""
    assert crawler.stats is not None
    crawler.stats.inc_value(f"newscrawl/refused/{reason}")
    return Refused(reason, message)


LOST_SECONDS = "newscrawl/lost_seconds"
"""Scrapy stat: the time that failed downloads and failed extractions took, divided by how many run in parallel."""


@contextmanager
def lost_time_counted(crawler: Crawler, parallel: int) -> Iterator[None]:
    """Add the time that the body takes to the stats if it raises anything but `Ending`."""
    began = time.monotonic()
    try:
        yield
    except Ending:
        raise
    except Exception:
        assert crawler.stats is not None
        lost = (time.monotonic() - began) / max(parallel, 1)
        crawler.stats.set_value(LOST_SECONDS, crawler.stats.get_value(LOST_SECONDS, 0.0) + lost)
        raise


_KNOWN: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], str, str], ...] = (
    (TooManyHeaders, "headers", "its headers are too long"),
    ((SSL.Error, SSLError, VerificationError), "tls", "no secure connection: its certificate or TLS version is wrong"),
    (CannotResolveHostError, "dns", "its host name cannot be resolved"),
    (DownloadTimeoutError, "timeout", "it did not respond in time"),
    (DownloadConnectionRefusedError, "refused", "its server refuses connections"),
    (ResponseDataLossError, "truncated", "it is truncated"),
    (DownloadCancelledError, "too_large", "it is larger than DOWNLOAD_MAXSIZE"),
    (ConnectError, "refused", "cannot connect to its server"),
    (ConnectionClosed, "reset", "the connection was lost"),
    (ParseError, "failed", "its response is not HTTP"),
)


def reason_of(failure: Failure | BaseException) -> tuple[str, str]:
    """Return a page reason and a one-line message for an error that ended a download.

    The reasons: dns, timeout, refused, reset, tls, too_large, truncated, headers, content_type, robots,
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
        return f"http_{error.response.status}", f"its server responded with status {error.response.status}"
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
    """Yield an error and its causes: Scrapy wraps Twisted's errors, and those wrap others."""
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
