"""URLs as identities."""

from __future__ import annotations

import contextlib
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st
from w3lib.url import canonicalize_url

from newscrawl.urls import is_article_url, site_of, url_key


def test_key_does_not_depend_on_spelling():
    """Order of the query, fragment and letter case of the host are no difference."""
    assert url_key("HTTPS://News.Example/a?b=2&a=1#top") == url_key(" https://news.example/a?a=1&b=2")


def test_key_keeps_what_makes_a_page():
    """Path case and query values are."""
    assert len({url_key(f"https://news.example/{path}") for path in ("a", "A", "a?p=1", "a?p=2")}) == 4


@pytest.mark.parametrize(
    "url",
    [
        "https://news.example:443/a/bé?id=1",
        "https://NEWS.example./a/bé?id=1",
        "https://news.example//a///bé?id=1",
        "https://news.example/a/./x/../b%c3%a9?id=1",
        normalize("NFD", "https://news.example/a/bé?id=1"),
        "https://news.example/a/bé;jsessionid=0A1B.node1?id=1",
        "https://news.example/(S(lit3py55t21z5v55vlm25s55))/a/bé?id=1",
        "https://news.example/a/bé?id=1&PHPSESSID=abc&sid=0123456789abcdef0123456789abcdef",
        "https://news.example/a/bé?utm_source=x&id=1&fbclid=I&zarsrc=30&vn_source=Home&__hstc=1&UTM_Medium=y#top",
    ],
)
def test_spellings_of_one_page(url):
    """Default port, dots and slashes, Unicode and percent encoding, sessions and campaigns are no difference."""
    assert url_key(url) == "https://news.example/a/b%C3%A9?id=1"


@pytest.mark.parametrize(
    "url",
    [
        "http://news.example/a",
        "https://news.example/a/",
        "https://m.news.example/a",
        "https://news.example/a?sid=12",
        "https://news.example/a?source=ap",
        "https://news.example/a?page=2",
        "https://news.example:8080/a",
        "https://news.example/a%2Fb",
    ],
)
def test_pages_that_may_be_others(url):
    """Scheme, a slash at the end, another host, and any parameter that is not known to say nothing."""
    assert url_key(url) == url != url_key("https://news.example/a")


_PIECES = st.sampled_from(
    [
        *'abA0-._~/?&=#;:@%+!()[]<>" \\\t\ǹ̸éK;�\x00。',
        "%CC%80",
        "%2F",
        "%ff",
        "%C2%A0",
        "//",
        "..",
        "utm_x=1",
        "PHPSESSID=1",
        ";jsessionid=1",
        "http://",
        "a.vn",
        ":80",
        ":443",
        "(S(abcdefghijabcdefghijabcd))",
    ]
)


@given(st.sampled_from(["", "https://", "http://a.vn/", "https://a.vn/x?"]), st.lists(_PIECES | st.text(max_size=3)))
def test_a_key_is_its_own_key(start, pieces):
    """Or there is a ValueError, whatever the text."""
    with contextlib.suppress(ValueError):
        key = url_key(start + "".join(pieces))
        assert url_key(key) == key


@given(
    st.from_regex(
        r"https?://[a-z]{1,5}(\.[a-z]{2,3}){1,2}(:[1-9][0-9]{1,2})?(/[a-z0-9._~-]{1,6}){1,3}/?(\?[a-c]=[a-z0-9]{1,3}&[a-c]=1)?",
        fullmatch=True,
    )
)
def test_keys_of_ordinary_urls_stay_as_they_were(url):
    """Databases hold keys of w3lib's canonical form."""
    if not url.partition("//")[2].partition("/")[0].endswith((":80", ":443")):
        assert url_key(url) == canonicalize_url(url)


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
