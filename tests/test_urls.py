"""URLs as identities."""

from __future__ import annotations

import pytest

from newscrawl.urls import is_article_url, site_of, url_key


def test_key_does_not_depend_on_spelling():
    """Order of the query, fragment and letter case of the host are no difference."""
    assert url_key("HTTPS://News.Example/a?b=2&a=1#top") == url_key(" https://news.example/a?a=1&b=2")


def test_key_keeps_what_makes_a_page():
    """Path case and query values are."""
    assert len({url_key(f"https://news.example/{path}") for path in ("a", "A", "a?p=1", "a?p=2")}) == 4


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://bnews.vn/a", "bnews.vn"),
        ("https://www.thoidai.com.vn/a", "thoidai.com.vn"),
        ("http://127.0.0.1:8000/a", "127.0.0.1"),
        ("https://localhost/a", "localhost"),
        ("file:/a", None),
    ],
)
def test_site_of_a_url(url, site):
    """The registrable domain, by the public suffix list."""
    assert site_of(url) == site


@pytest.mark.parametrize(
    "url", ["https://a.example", "https://a.example/", "ftp://a.example/b", "//a/b", "https:///b", "https://[x/y"]
)
def test_what_names_no_article(url):
    """Home pages, other schemes, relative and broken addresses."""
    assert not is_article_url(url)
