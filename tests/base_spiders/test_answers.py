"""What an answer is to the store."""

from __future__ import annotations

import pytest
from scrapy.http import HtmlResponse, Request

from newscrawl.base_spiders.answers import outcome_of, page_of
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


ASKED = f"{SITE}/tin/ngap.html"


def answered(status: int, conditions: dict[str, str], **headers: str) -> tuple[str, str | None, str | None]:
    """What an answer with a status is, to a request with such headers."""
    due = DuePage(key=url_key(ASKED), url=ASKED, kind="article", etag=None, last_modified=None)
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    request = Request(ASKED, headers=conditions)
    outcome = outcome_of(HtmlResponse(ASKED, status, fields, b"<p>", request=request), due, "bao")
    return ("page", None, None) if outcome is None else (outcome.outcome, outcome.reason, outcome.error)


@pytest.mark.parametrize("header", ["If-None-Match", "If-Modified-Since"])
def test_a_page_is_not_modified_where_that_was_asked(header: str):
    """By either validator."""
    assert answered(304, {header: "x"})[:2] == ("unchanged", "not_modified")


def test_not_modified_where_nobody_asked_is_a_failure():
    """Some caches answer so; the page was not read, so it must not be put off as if it had been."""
    outcome, reason, error = answered(304, {})
    assert (outcome, reason) == ("failed", "http_304")
    assert error is not None
    assert error.endswith("the server answered 304 (not modified), which was not asked for")


@pytest.mark.parametrize(
    ("given", "is_whole"), [("bytes 0-2/3", True), ("bytes 0-2/9", False), ("bytes 0-2/*", False), ("3 of 3", False)]
)
def test_a_part_of_a_page_is_no_page(given: str, is_whole: bool):
    """206 is the answer to a question for a part, which no crawl asks."""
    outcome, reason, error = answered(206, {}, Content_Range=given)
    assert (outcome, reason) == (("page", None) if is_whole else ("failed", "http_206"))
    assert error is None or error.endswith("the server answered 206 with a part of the page")
