"""Retry failed requests with backoff, and obey Retry-After."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TypeVar

from scrapy import Request
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.http import Response
from scrapy.utils.httpobj import urlparse_cached

from newscrawl.network.pacing import TURNS
from newscrawl.network.refusals import BodyCut
from newscrawl.urls import plain_host

BUSY = frozenset({429, 503})
"""Statuses with which a server asks to wait."""

LONGEST = timedelta(days=1)
"""A longer Retry-After is cut to this: one wrong answer would silence a whole site, and a server may ask again."""


def retry_after(value: str | bytes | None, now: datetime) -> datetime | None:
    """Return the time that Retry-After asks for, in UTC, between now and LONGEST from now; None without a valid header.

    Seconds or an HTTP date (RFC 9110, 10.2.3).
    """
    if value is None:
        return None
    text = (value.decode("latin-1") if isinstance(value, bytes) else value).strip()
    now = now.astimezone(UTC)
    if text.isascii() and text.isdigit():
        seconds = int(text) if len(text) < 10 else LONGEST.total_seconds()
        return now + min(timedelta(seconds=seconds), LONGEST)
    try:
        when = parsedate_to_datetime(text[:64])
        when = when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return min(max(when, now), now + LONGEST)


_T = TypeVar("_T")
_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 60.0


class PauseAndRetryMiddleware(RetryMiddleware):
    """Scrapy's retries, each after pausing the whole host: for one second, doubled each time.

    429 and 503 are retried once, after what Retry-After asks for, for which the download handler holds the host back.
    Where that is longer than RETRY_AFTER_MAX the response goes to the spider as it is.
    """

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        """Retry a response whose status is temporary."""
        if response.status not in BUSY:
            return self._paused(request, super().process_response(request, response))
        now = datetime.now(UTC)
        until = retry_after(response.headers.get("Retry-After"), now)
        seconds = (until - now).total_seconds() if until else 0.0
        if seconds > self.crawler.settings.getfloat("RETRY_AFTER_MAX"):
            return response
        request.meta["max_retry_times"] = min(1, request.meta.get("max_retry_times", self.max_retry_times))
        return self._paused(request, super().process_response(request, response))

    def process_exception(  # type: ignore[override]
        self, request: Request, exception: Exception
    ) -> Request | Response | None:
        """Retry after a network error that may be temporary."""
        if isinstance(exception, BodyCut):
            request.meta["max_retry_times"] = min(1, request.meta.get("max_retry_times", self.max_retry_times))
        return self._paused(request, super().process_exception(request, exception))

    def _paused(self, request: Request, result: _T) -> _T:
        if isinstance(result, Request):
            _pause(request, min(_FIRST_PAUSE * 2 ** request.meta.get("retry_times", 0), _LONGEST_PAUSE))
        return result


def _pause(request: Request, seconds: float) -> None:
    TURNS.pause(plain_host(urlparse_cached(request).hostname or ""), seconds)
