"""Addresses in several forms."""

from __future__ import annotations

import pytest

from newscrawl.urls import form_of, plainer_keys, url_key

PLAIN = "https://www.example.com/world/a-long-story-123.html"
OTHER_FORMS = [
    "http://www.example.com/world/a-long-story-123.html",
    "https://example.com/world/a-long-story-123.html",
    "https://m.example.com/world/a-long-story-123.html",
    "https://amp.example.com/world/a-long-story-123.html",
    "https://mobile.example.com/world/a-long-story-123.html?amp=1",
    "https://www.example.com/amp/world/a-long-story-123.html",
    "https://www.example.com/world/a-long-story-123.html/amp",
    "https://www.example.com/world/a-long-story-123.html/amp/",
    "https://www.example.com/world/a-long-story-123.amp.html",
    "https://www.example.com/world/a-long-story-123.html.amp",
    "https://www.example.com/world/a-long-story-123.html?outputType=amp",
    "https://www.example.com/world/a-long-story-123.html?print=1",
    "https://www.example.com/world/a-long-story-123.html/",
]
OTHER_PAGES = [
    "https://www.example.com/world/a-long-story-124.html",
    "https://www.example.org/world/a-long-story-123.html",
    "https://www.example.com/amp/a-long-story-123.html",  # a section may have that name
    "https://www.example.com/world/amp-a-long-story-123.html",
    "https://www.example.com/world/a-long-story-123.html?page=2",
    "https://www.example.com/world/print/a-long-story-123.html/comments",
    "https://sport.example.com/world/a-long-story-123.html",
]


@pytest.mark.parametrize("url", OTHER_FORMS)
def test_another_form_has_the_same_address(url: str) -> None:
    """How a page is shown makes no other article."""
    assert form_of(url_key(url)).address == form_of(url_key(PLAIN)).address


@pytest.mark.parametrize("url", OTHER_PAGES)
def test_another_page_has_another_address(url: str) -> None:
    """What may name another article is kept."""
    assert form_of(url_key(url)).address != form_of(url_key(PLAIN)).address


def test_the_plain_form_has_the_fewest_marks() -> None:
    """It is the one that leads; a slash and www are no marks."""
    marks = [form_of(url_key(url)).marks for url in OTHER_FORMS]
    assert form_of(url_key(PLAIN)).marks == 0
    assert marks == [1, 0, 1, 1, 2, 1, 1, 1, 1, 1, 1, 1, 0]


@pytest.mark.parametrize("url", OTHER_FORMS[2:12])
def test_the_plain_form_is_among_those_that_are_looked_for(url: str) -> None:
    """From a marked address the plain one can be found in a database."""
    assert url_key(PLAIN) in plainer_keys(url_key(url))


@pytest.mark.parametrize("url", [PLAIN, OTHER_FORMS[0], OTHER_FORMS[1], OTHER_FORMS[12], *OTHER_PAGES])
def test_a_plain_address_has_no_plainer_one(url: str) -> None:
    """Nothing is looked for without a mark, except where a section might be meant."""
    assert plainer_keys(url_key(url)) == () or "/amp/" in url


@pytest.mark.parametrize(
    "url",
    ["https://m.com/story-1", "https://amp.co.uk/story-1", "https://example.com/amp", "https://example.com/print/"],
)
def test_a_site_of_that_name_is_no_form(url: str) -> None:
    """A registered domain is a site, and a page needs a path."""
    assert form_of(url_key(url)).marks == 0


def test_a_local_file_is_its_own_address() -> None:
    """Places of files have no forms."""
    assert form_of("file:folder/amp") == form_of("file:folder/amp")
    assert form_of("file:folder/amp").address == "file:folder/amp"
