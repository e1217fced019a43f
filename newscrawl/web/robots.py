"""robots.txt: what a site's answer means for a crawler (RFC 9309)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

from protego import Protego

MOST_BYTES = 500 * 1024
"""What RFC 9309 (2.5) asks a crawler to read; what stands behind is not read."""

_PRODUCT = re.compile(r"[A-Za-z_-]+")


def product_token(user_agent: str) -> str:
    """Return the name by which robots.txt speaks of a crawler: ``newscrawl`` for ``newscrawl/1.0 (+https://…)``."""
    found = _PRODUCT.match(user_agent)
    return found[0] if found else user_agent


@dataclass(frozen=True)
class Robots:
    """What a host's robots.txt says to us."""

    product: str
    body: bytes = field(default=b"", repr=False)
    """As served, cut to MOST_BYTES; empty where there is none."""
    reachable: bool = True
    """False where nobody knows what the site wants: nothing of it may be fetched."""
    problem: str = ""
    """Why it is not reachable, as one line."""

    @classmethod
    def answered(cls, product: str, status: int, body: bytes) -> Robots:
        """Read an answer (RFC 9309, 2.3.1): 2xx has rules, 4xx has none; 5xx and 429 are no answer."""
        if 200 <= status < 300:
            return cls(product, cut(body))
        if status >= 500 or status == 429:
            return cls(product, reachable=False, problem=f"its robots.txt was answered with status {status}")
        return cls(product)

    def allows(self, url: str) -> bool:
        """Say whether a URL may be fetched."""
        return self.reachable and self._rules.can_fetch(url, self.product)

    @property
    def delay(self) -> float:
        """The seconds between two requests that it asks for, by Crawl-delay or Request-rate; 0 for none."""
        rate = self._rules.request_rate(self.product)
        between = rate.seconds / rate.requests if rate and rate.requests > 0 else 0.0
        return max(self._rules.crawl_delay(self.product) or 0.0, between, 0.0)

    @property
    def sitemaps(self) -> tuple[str, ...]:
        """The addresses behind ``Sitemap:``, as they are written."""
        return tuple(dict.fromkeys(self._rules.sitemaps))

    @cached_property
    def _rules(self) -> Protego:
        return Protego.parse(self.body.decode("utf-8-sig", "ignore"))


def cut(body: bytes) -> bytes:
    """Return as much of a robots.txt as is read, up to the end of a line."""
    if len(body) <= MOST_BYTES:
        return body
    end = max(body.rfind(b"\n", 0, MOST_BYTES), body.rfind(b"\r", 0, MOST_BYTES))
    return body[: end + 1]
