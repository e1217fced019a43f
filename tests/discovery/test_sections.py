"""HTML pages that list articles."""

from __future__ import annotations

import pytest

from newscrawl.discovery import NotAListing, read_listing

PAGE = "https://bao.vn/kinh-te"


def read(body: str, **options):
    found = read_listing(f"<!DOCTYPE html><html><head>{body}</html>".encode(), "application/rss+xml", PAGE, **options)
    assert found.kind == "section"
    return found


def links(body: str) -> list[tuple[str, str]]:
    return [(link.url, link.kind) for link in read(body).links]


def test_links_of_the_site():
    """Absolute, each once, sections and articles told apart; nothing of other sites and no other scheme."""
    body = """<base href="/tin/"><a href="gia-vang-tang-manh-phien-cuoi-tuan-435626.html#binh-luan"><img></a>
        <a href=" /tin/gia-vang-tang-manh-phien-cuoi-tuan-435626.html ">Giá vàng tăng mạnh phiên cuối tuần</a>
        <a href="/the-gioi" rel="nofollow">Thế giới</a> <a href="https://khac.vn/gia-vang-tang-manh-435626.html">x</a>
        <a href="javascript:void(0)">x</a> <a href="mailto:a@bao.vn">x</a> <a href="data:text/html,x">x</a> <a>x</a>
        <a href="https://bao.vn:99999/x">x</a> <a href="https://[bao.vn/x">x</a> <a href="https://u:p@bao.vn/x-y-z">x</a>
        <a href="/dang-nhap">Đăng nhập</a> <a href="/a.jpg">x</a> <a href="/kinh-te">Kinh tế</a> <a href="#top">x</a>"""
    body += f'<a href="/{"dai-" * 600}1">x</a><a href="/2031/05/">x</a>'
    assert links(body) == [
        ("https://bao.vn/tin/gia-vang-tang-manh-phien-cuoi-tuan-435626.html", "article"),
        ("https://bao.vn/the-gioi", "section"),
    ]


def test_feeds_of_the_page():
    """Those it announces, wherever they are."""
    body = """<link rel="alternate" type="application/rss+xml" href="/rss/kinh-te.rss">
        <link rel="ALTERNATE feed" type="application/atom+xml; charset=utf-8" href="https://feeds.example/bao">
        <link rel="alternate" type="application/feed+json" href="feed.json">
        <link rel="alternate" hreflang="en" href="/en"><link rel="icon" type="application/rss+xml" href="/x">"""
    assert links(body) == [
        ("https://bao.vn/rss/kinh-te.rss", "feed"),
        ("https://feeds.example/bao", "feed"),
        ("https://bao.vn/feed.json", "feed"),
    ]


def test_feeds_of_older_formats():
    """RSS 1.0 by its type or its address; XML of any kind where its address or title says that it is a feed."""
    body = """<link rel="alternate" type="application/rdf+xml" href="/index.rdf">
        <link rel="alternate" type="text/xml" title="RSS 2.0" href="/tin.xml">
        <link rel="alternate" type="application/xml" href="/kinh-te/rss.xml">
        <link rel="alternate" type="text/xml" title="Anatomy" href="/page.xml">
        <link rel="alternate" type="text/xml+oembed" title="RSS" href="/oembed">
        <link rel="meta" type="application/rdf+xml" href="/about.rdf">"""
    assert links(body) == [
        ("https://bao.vn/index.rdf", "feed"),
        ("https://bao.vn/tin.xml", "feed"),
        ("https://bao.vn/kinh-te/rss.xml", "feed"),
    ]
    assert ("https://bao.vn/tin/index.rdf", "feed") in links('<a href="/tin/index.rdf">RSS</a>')


def test_the_page_tells_how_its_articles_are_numbered():
    """Where every headline leads to a number, a long name without one is a section."""
    headline = "một hai ba bốn năm sáu bảy tám chín"
    numbered = "".join(f'<a href="/mot-hai-ba-bon-nam-{n}.html">{headline}</a>' for n in range(10000, 10006))
    section = '<a href="/giao-duc-khuyen-hoc-du-hoc.html">Giáo dục - Khuyến học - Du học</a>'
    assert dict(links(section))["https://bao.vn/giao-duc-khuyen-hoc-du-hoc.html"] == "article"
    assert dict(links(numbered + section))["https://bao.vn/giao-duc-khuyen-hoc-du-hoc.html"] == "section"


def test_an_address_is_left_in_the_form_it_has():
    """A server that knows a decomposed address does not know the composed one."""
    (link,) = read('<a href="/gia\u0300-ho\u0301a-xa-nha-12345">Già hóa xa nhà</a>').links
    assert link.url == "https://bao.vn/gia%CC%80-ho%CC%81a-xa-nha-12345"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", "no_links"),
        ("<p>", "no_links"),
        ("<script>document.cookie='D1N=1';location.reload()</script>", "needs_rendering"),
    ],
)
def test_a_page_without_links(body, reason):
    """An empty page, or a shell or challenge that takes a browser, is no section that has become empty."""
    with pytest.raises(NotAListing) as error:
        read(body)
    assert error.value.reason == reason


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"\x89PNG\0\0\0\0" * 9, "binary"),
        (b"hello", "not_html"),
        (b'{"a": 1}', "not_html"),
        (b'{"a": ', "broken"),
        (b"<opml version='2.0'>", "not_html"),
    ],
)
def test_what_is_no_listing(body, reason):
    """One word to count by."""
    with pytest.raises(NotAListing) as error:
        read_listing(body, "text/html", PAGE)
    assert error.value.reason == reason


def test_a_link_that_is_cut_is_not_followed():
    """Half an address names another page."""
    found = read_listing(b'<html><a href="/a-b-c-1">x</a><a href=/a-b-c-d-12', "text/html", PAGE)
    assert ([link.url for link in found.links], found.complete) == (["https://bao.vn/a-b-c-1"], False)


@pytest.mark.slow
@pytest.mark.parametrize("count", [30_000, pytest.param(120_000, marks=pytest.mark.soak)])
def test_a_page_of_very_many_links_is_read_in_part(count):
    """And says so."""
    found = read("".join(f'<a href="/bai-viet-{n}-ngay-mai">x</a>' for n in range(count)), limit=1000)
    assert (len(found.links), found.complete) == (1000, False)
