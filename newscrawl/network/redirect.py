"""Follow redirects as browsers know them; those that cannot be followed fail with a reason."""

from __future__ import annotations

from typing import Self
from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.http.cookies import CookieJar

from newscrawl.discovery.refresh import refresh_target
from newscrawl.network.addresses import ROBOTS, BadDestination, check_redirect
from newscrawl.network.refusals import Refused, refuse
from newscrawl.urls import url_key

_REDIRECTS = {301, 302, 303, 307, 308}
_JAR = "newscrawl_cookies"
"""Key in the meta of a redirected request: the cookies that were set on the way to it."""
_LONGEST_COOKIE = 8_000
"""Characters of a Cookie header; servers refuse longer ones."""


class ReasonedRedirectMiddleware(RedirectMiddleware):
    """Scrapy's redirects, up to REDIRECT_MAX_TIMES, and those by ``Refresh`` within a site.

    A cookie that is set on the way is sent for the rest of that way: some sites redirect until it comes back. What
    Scrapy ignores silently is refused with a reason. Where a redirect may lead is judged by the guard, which sees the
    new request.
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
        if isinstance(result, Request):
            _keep_cookies(request, response, result)
            return result
        if response.status in _REDIRECTS and not request.meta.get("dont_redirect"):
            location = (response.headers.get("Location") or b"").decode("latin-1")
            scheme = urlsplit(urljoin(request.url, location)).scheme
            if location and scheme not in {"http", "https"}:
                raise refuse(self.crawler, "scheme", f"{request.url}: it redirects to {location[:200]}")
        if 200 <= response.status < 300 and not request.meta.get(ROBOTS) and not request.meta.get("dont_redirect"):
            return self._refreshed(request, response) or response
        return response

    def _refreshed(self, request: Request, response: Response) -> Request | None:
        """Return the request for where a page sends on; None where it is to be read.

        It is read as well where it sends on in circles, or to another site.
        """
        header = response.headers.get("Refresh")
        declared = (response.headers.get("Content-Type") or b"").decode("latin-1")
        target = refresh_target(response.body, declared, response.url, header.decode("latin-1") if header else None)
        if target is None or request.meta.get("redirect_times", 0) >= self.max_redirect_times:
            return None
        urls = [*request.meta.get("redirect_urls", []), request.url]
        try:
            check_redirect(urls[0], target, getattr(self.crawler.spider, "allowed_domains", None) or ())
        except BadDestination:
            return None
        following = self._build_redirect_request(request, response, url=target)
        _keep_cookies(request, response, following)
        is_known = url_key(target) in map(url_key, urls)
        if is_known and following.headers.get("Cookie") == request.headers.get("Cookie"):
            return None
        return self._redirect(following, request, "refresh")


def _keep_cookies(request: Request, response: Response, following: Request) -> None:
    """Give the next request of a chain the cookies that were set in it, and no other request."""
    jar = request.meta.get(_JAR)
    following.headers.pop("Cookie", None)
    if jar is None and "Set-Cookie" not in response.headers:
        return
    if jar is None:
        jar = CookieJar()
    jar.extract_cookies(response, request)
    following.meta[_JAR] = jar
    jar.add_cookie_header(following)
    if len(following.headers.get("Cookie") or b"") > _LONGEST_COOKIE:
        following.headers.pop("Cookie", None)
