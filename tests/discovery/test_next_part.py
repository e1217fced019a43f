"""Articles that are cut into pages."""

from __future__ import annotations

import pytest

from newscrawl.discovery.pagination import next_part

ARTICLE = "https://bao.vn/chuyen-dai-ve-mot-con-song-12345.html"


def following(url: str, links: str, head: str = "") -> str | None:
    return next_part(f"<html><head>{head}</head><body>{links}</body></html>".encode(), "text/html", url)


@pytest.mark.parametrize(
    "target",
    [
        f"{ARTICLE}?page=2",
        f"{ARTICLE}?trang=2",
        "https://bao.vn/chuyen-dai-ve-mot-con-song-12345-p2.html",
        "https://bao.vn/chuyen-dai-ve-mot-con-song-12345_2.html",
        "https://bao.vn/chuyen-dai-ve-mot-con-song-12345/trang-2.html",
        "https://bao.vn/chuyen-dai-ve-mot-con-song-12345/page/2/",
        "https://bao.vn/chuyen-dai-ve-mot-con-song-12345/2",
    ],
)
@pytest.mark.parametrize("link", ['<a href="{}">2</a>', '<a rel="next" href="{}">›</a>', '<a href="{}">[Trang 2]</a>'])
def test_the_second_page(target, link):
    """By any marker, linked by its number or as the next."""
    assert following(ARTICLE, link.format(target)) == target


def test_an_address_that_is_a_number():
    """Its own number is no page's, and an ``<article>`` that links to its second page is no list."""
    address = "https://bao.vn/?p=40"
    assert following(address, f'<a href="{address}&amp;page=2">2</a>') == f"{address}&page=2"
    assert following(f"{address}&page=2", f'<a href="{address}&amp;page=3">3</a>') == f"{address}&page=3"
    assert following(address, '<a rel="next" href="https://bao.vn/?p=41">41</a>') is None
    following_post = b'<a rel="next" href="https://bao.vn/?p=41">41</a>'
    assert next_part(following_post, "text/html", address, is_named=True) is None
    archived = "https://bao.vn/archives/40"
    link = f'<a href="{archived}/2">2</a>'
    assert following(archived, f"<article>{link}</article>") == f"{archived}/2"
    assert following(archived, f"<article>A</article><article>B</article>{link}") is None


@pytest.mark.parametrize(
    "address", ["https://bao.vn/archives/33", "https://bao.vn/thoi-su/ngap", "https://bao.vn/storm"]
)
def test_an_address_that_looks_like_a_sections(address: str):
    """Where feeds or sitemaps say that it is an article."""
    page = f'Pages: 1 <a href="{address}/2/">2</a>'.encode()
    assert next_part(page, "text/html", f"{address}/", is_named=True) == f"{address}/2/"
    assert next_part(page, "text/html", f"{address}/") is None


def test_the_third_page():
    """By a number alone only where the page also links to its first."""
    address = "https://bao.vn/2024/05/chuyen-dai-ve-song"
    assert following(f"{address}/2/", f'<a href="{address}/">1</a> 2 <a href="{address}/3/">3</a>') == f"{address}/3/"
    assert following(f"{address}/2/", f'<a href="{address}/3/">3</a>') is None
    assert following(f"{ARTICLE}?page=2", f'<a href="{ARTICLE}?page=3">3</a>') == f"{ARTICLE}?page=3"
    assert following(f"{ARTICLE}?page=2", f'<a href="{ARTICLE}?page=2">2</a><a href="{ARTICLE}">1</a>') is None


@pytest.mark.parametrize(
    ("url", "links"),
    [
        (ARTICLE, '<link rel="next" href="/chuyen-dai-ve-mot-con-song-12346.html">'),
        ("https://bao.vn/chuyen-cua-mot-dong-song-5", '<a rel="next" href="/chuyen-cua-mot-dong-song-6">x</a>'),
        ("https://bao.vn/kinh-te", '<a rel="next" href="/kinh-te-p2">2</a>'),
        ("https://bao.vn/kinh-te/", '<a rel="next" href="/kinh-te/page/2/">2</a>'),
        ("https://bao.vn/tag/mot-con-song-rat-dai", '<a href="/tag/mot-con-song-rat-dai?page=2">2</a>'),
        (ARTICLE, f'<div class="comment-list"><p><a href="{ARTICLE}?page=2">2</a></p></div>'),
        (ARTICLE, f'<a href="{ARTICLE}?page=2#comments">2</a>'),
        (ARTICLE, f'<a href="{ARTICLE}?page=3">3</a>'),
        (ARTICLE, '<a href="https://khac.vn/chuyen-dai-ve-mot-con-song-12345.html?page=2">2</a>'),
        (ARTICLE, f'<a href="{ARTICLE}?cpage=2">2</a>'),
        ("https://[x", '<a href="?page=2">2</a>'),
    ],
)
def test_what_is_no_next_page(url, links):
    """The next article, a list's, a tag's or the comments' next page, another site's, a page further on."""
    assert following(url, links) is None


def test_an_address_that_says_nothing_is_an_article_if_its_page_says_so():
    """By Open Graph."""
    link = '<a href="/longread?page=2">2</a>'
    assert following("https://bao.vn/longread", link) is None
    head = '<meta property="og:type" content="article">'
    assert following("https://bao.vn/longread", link, head) == "https://bao.vn/longread?page=2"
