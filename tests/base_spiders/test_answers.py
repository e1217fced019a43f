"""What an answer is to the store."""

from __future__ import annotations

import pytest
from scrapy.http import HtmlResponse, Request

from newscrawl.base_spiders.answers import page_of
from newscrawl.items import DuePage
from newscrawl.urls import url_key

SITE = "https://bao.example"


@pytest.mark.parametrize(
    ("asked", "answered", "is_same"),
    [
        (f"{SITE}/tin/ngap.html", f"{SITE}/tin/ngap.html?utm_source=rss", True),
        (f"{SITE}/tin/ngap.html", f"{SITE}/kinh-te/ngap-7.html", True),
        (f"{SITE}/?p=7", f"{SITE}/2026/ngap/", True),
        ("https://feeds.example/~r/bao/7", f"{SITE}/ngap-7.html", True),
        ("https://feeds.example/~r/bao/7", f"{SITE}/", False),
        (f"{SITE}/tin/ngap.html", f"{SITE}/", False),
        (f"{SITE}/tin/ngap.html", f"{SITE}/tin/", False),
    ],
)
def test_a_feed_speaks_of_the_page_that_it_names(asked: str, answered: str, is_same: bool):
    """Not of the section or the home page to which a missing article redirects."""
    due = DuePage(key=url_key(asked), url=asked, kind="article", etag=None, last_modified=None, is_named=True)
    page = page_of(HtmlResponse(answered, body=b"<p>", request=Request(asked)), due, "bao")
    assert page.is_named == is_same
