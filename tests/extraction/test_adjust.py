"""The last word of a site's own function."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from newscrawl.extraction import extract_page
from newscrawl.items import NoArticle, Page, UnreadablePage
from newscrawl.rules import SiteRules
from tests.conftest import article

PAGE = Page(
    key="https://bao.example/a.html",
    body=article("Huế").encode(),
    content_type="text/plain",
    fetched_at=datetime(2020, 9, 10, tzinfo=UTC),
    url="https://bao.example/a.html",
    source="Bao",
)


def extract(function: str):
    """Extract the page of a site that has this function."""
    return extract_page(PAGE, SiteRules(adjust=f"tests.adjusting:{function}"))


def test_adjust_has_the_last_word():
    """It is handed the finished article and its page, and changes only what it says."""
    plain, adjusted = extract_page(PAGE).article, extract("in_capitals").article
    assert adjusted.section == f"THÀNH PHỐ HUẾ LÊN KẾ HOẠCH CHỐNG NGẬP (BAO, {len(PAGE.body)} BYTES)"
    assert (adjusted.title, adjusted.text, adjusted.url) == (plain.title, plain.text, PAGE.url)


@pytest.mark.parametrize(
    ("function", "fault"),
    [
        ("crashing", "the site's tests.adjusting:crashing failed on it (KeyError: 'section')"),
        ("forgetful", "the site's tests.adjusting:forgetful gave a NoneType, no Article"),
    ],
)
def test_what_adjust_does_wrong_is_told_as_its_fault(function, fault):
    """The page fails alone, with one line that names the function."""
    with pytest.raises(UnreadablePage) as failed:
        extract(function)
    assert (failed.value.reason, str(failed.value)) == ("rules_failed", fault)


@pytest.mark.parametrize(("function", "reason"), [("rejecting", "advertisement"), ("emptying", "no_text")])
def test_adjust_may_find_that_there_is_no_article(function, reason):
    """The page is readable, and none."""
    with pytest.raises(NoArticle) as answer:
        extract(function)
    assert answer.value.reason == reason
    assert not isinstance(answer.value, UnreadablePage)


def test_language_of_the_site_is_that_of_its_dumps():
    """A text dump never says its own."""
    assert extract_page(PAGE, SiteRules(language="vi")).article.language == "vi"
