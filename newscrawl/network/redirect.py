"""Follow redirects; those that cannot be followed fail with a reason."""

from __future__ import annotations

from typing import Self
from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from newscrawl.network.refusals import Refused, refuse

_REDIRECTS = {301, 302, 303, 307, 308}


class ReasonedRedirectMiddleware(RedirectMiddleware):
    """Scrapy's redirects, up to REDIRECT_MAX_TIMES; those that Scrapy ignores silently are refused.

    Where a redirect may lead is judged by the guard, which sees the new request.
    """

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Create the middleware without a reference to the RefererMiddleware, which is disabled."""
        middleware = cls(crawler.settings)
        middleware.crawler = crawler
        return middleware

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        """Follow a redirect. Raises Refused."""
        try:
            result = super().process_response(request, response)
        except IgnoreRequest as error:
            if isinstance(error, Refused):
                raise
            times = self.max_redirect_times
            raise refuse(
                self.crawler, "redirect_loop", f"{request.url}: it redirects more than {times} times"
            ) from None
        except ValueError as error:
            raise refuse(self.crawler, "bad_url", f"{request.url}: it redirects to an invalid URL ({error})") from None
        if result is response and response.status in _REDIRECTS and not request.meta.get("dont_redirect"):
            location = (response.headers.get("Location") or b"").decode("latin-1")
            scheme = urlsplit(urljoin(request.url, location)).scheme
            if location and scheme not in {"http", "https"}:
                raise refuse(self.crawler, "scheme", f"{request.url}: it redirects to {location[:200]}")
        return result
