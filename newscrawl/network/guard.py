"""Judges the address of every request that is about to be made, redirected ones included."""

from __future__ import annotations

from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler

from newscrawl.network.addresses import Allowed, BadDestination, check_redirect, check_url
from newscrawl.network.refusals import refuse

ROBOTS = "newscrawl_robots"
"""The mark of a request for a robots.txt, in its meta."""


class GuardMiddleware:
    """Stands outermost, because a refused request must not cause one for its host's robots.txt.

    A redirect comes by again as a request of its own. Scrapy's OffsiteMiddleware lets requests with ``dont_filter``
    pass, and drops others without telling their errback.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.allowed = Allowed.parse(crawler.settings["ALLOW_PRIVATE_ADDRESSES"])

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the guard of a crawl."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raise Refused for a request that must not be made."""
        if request.url.startswith("data:"):  # asks nobody; a spider of local files begins with one
            return
        try:
            check_url(request.url, self.allowed)
            redirects = request.meta.get("redirect_urls")
            if redirects and not request.meta.get(ROBOTS):  # RFC 9309 2.3.1.2: robots.txt may live elsewhere
                check_redirect(redirects[0], request.url, getattr(self.crawler.spider, "allowed_domains", None) or ())
        except BadDestination as error:
            raise refuse(self.crawler, error.reason, str(error)) from None
