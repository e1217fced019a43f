"""Long listings are judged where they hold nothing up."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime
from typing import ClassVar

import pytest

from newscrawl.base_spiders import SiteSpider
from newscrawl.base_spiders.site import MOST_IN_REACTOR
from newscrawl.discovery import Found
from newscrawl.items import Link, Visit
from newscrawl.workers.pool import Limits, Workers

MAP = "https://bao.example/sitemap.xml"


class Bao(SiteSpider):
    """A site."""

    name = "bao"
    home = "https://bao.example/"
    allowed_domains = ("bao.example",)
    _judges: ClassVar[list[threading.Thread]] = []

    def _judged(self, found: Found, url: str) -> tuple[Link, ...]:
        self._judges.append(threading.current_thread())
        return super()._judged(found, url)


@pytest.mark.parametrize(("count", "in_thread"), [(10, False), (MOST_IN_REACTOR + 1, True)])
def test_long_listing_is_judged_in_a_thread(count: int, in_thread: bool):
    """A sitemap of fifty thousand links takes seconds; what is followed is the same."""
    spider = Bao()
    spider.workers = Workers(Limits(0))
    links = tuple(
        Link(f"https://bao.example/tin/mua-lon-o-thanh-pho-{number}.html") for number in range(1_000, 1_000 + count)
    )
    made = spider._listing(
        Found("sitemap", links), MAP, MAP, Visit(MAP, "sitemap", 200), datetime(2026, 3, 1, tzinfo=UTC)
    )
    listing = asyncio.run(made)
    assert [link.url for link in listing.links] == [link.url for link in links]
    assert listing.shapes[0].addresses == count
    assert (spider._judges.pop() is not threading.main_thread()) is in_thread
