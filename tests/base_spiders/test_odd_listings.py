"""What is odd about a listing that was read is said."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from newscrawl.base_spiders import SiteSpider
from newscrawl.discovery import Found
from newscrawl.items import Link, Listing, Visit
from newscrawl.workers.pool import Limits, Workers


class Bao(SiteSpider):
    """A site."""

    name = "bao"
    home = "https://bao.example/"
    allowed_domains = ("bao.example",)


OWN = tuple(Link(f"https://bao.example/tin/mua-lon-o-thanh-pho-{number}.html") for number in range(1_000, 1_003))
OTHERS = tuple(Link(f"https://other.example/tin/mua-lon-o-thanh-pho-{number}.html") for number in range(1_000, 1_003))


def listed(found: Found) -> Listing:
    """What is made of a listing."""
    spider, url = Bao(), "https://bao.example/list.xml"
    spider.workers = Workers(Limits(0))
    visit = Visit(url, found.kind, 200)
    return asyncio.run(spider._listing(found, url, url, visit, datetime(2026, 3, 1, tzinfo=UTC)))


@pytest.mark.parametrize("kind", ["feed", "sitemap"])
def test_a_list_of_other_sites_pages_is_told(kind, caplog: pytest.LogCaptureFixture):
    """A site that has moved, or is known by another name, would else bring nothing without a word."""
    assert listed(Found(kind, OTHERS)).reason == "nothing_queued"
    assert "none of the 3 addresses" in caplog.text
    assert OTHERS[0].url in caplog.text
    caplog.clear()
    assert listed(Found(kind, (*OTHERS, *OWN))).reason is None
    assert not caplog.text


def test_a_list_that_ends_in_its_middle_is_told(caplog: pytest.LogCaptureFixture):
    """What it names is followed."""
    made = listed(Found("feed", OWN, complete=False))
    assert (made.reason, len(made.links)) == ("cut_off", 3)
    assert listed(Found("feed", OWN)).reason is None
    assert not caplog.text
