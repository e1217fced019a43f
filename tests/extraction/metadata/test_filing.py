"""Section and tags where only the article's own links name them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from lxml.html import document_fromstring

from newscrawl.extraction.metadata import read_metadata
from newscrawl.items import Article

NOW = datetime(2026, 9, 1, tzinfo=UTC)
TITLE = "Ferry timetable changes in April"


def read(around: str, url: str = "https://harrow.example/a", head: str = "") -> Article:
    page = f"<html><head><title>{TITLE}</title>{head}</head><body>{around}</body></html>"
    return read_metadata(document_fromstring(page), url, NOW)


ARTICLE = f"<main><article>{{}}<h1>{TITLE}</h1><p>The first boat leaves at six.</p>{{}}</article>{{}}</main>"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", '<footer class="entry-footer"><a href="/x/1" rel="category tag">Harbour</a></footer>'),
        ("", '<div class="taxonomy-category"><a href="/x/1" rel="tag">Harbour</a></div>'),
        ('<div class="meta"><a class="post-category-link" href="/x/1">Harbour</a></div>', ""),
        ("", '<footer><p>In <a href="/category/harbour.html">Harbour</a>.</p></footer>'),
        ('<a class="kicker" href="/x/1">Harbour</a>', ""),
        ("", '<a href="/categories/harbour/">📒 Harbour →</a>'),
        ('<a class="breadcrumb" href="/">Home</a> <a class="breadcrumb" href="/b">Harbour</a>', ""),
        ('<a href="/">← Home</a>', '<a href="/category/harbour">Harbour</a>'),
        ('<a class="categories" href="/categories">Categories 4</a>', '<a href="/category/harbour">Harbour</a>'),
        ('<p><a href="/x/1"><span>Harbour</span></a></p>', ""),
    ],
)
def test_section_that_the_article_links_to(before, after):
    """A category by its rel, its class, its box or its address, or the link right above the headline."""
    assert read(ARTICLE.format(before, after, "")).section == "Harbour"


@pytest.mark.parametrize(
    "beside",
    [
        '<aside><a rel="category tag" href="/x/1">Markets</a></aside>',
        '<ul><li class="cat-item"><a href="/category/markets/">Markets</a></li></ul>',
        '<article><h2>Market hall stays open</h2><a rel="category tag" href="/x/1">Markets</a></article>',
        '<footer><a rel="category tag" href="/x/1">Markets</a></footer>',
        '<div class="related"><a rel="category" href="/x/1">Markets</a></div>',
    ],
)
def test_category_of_something_else(beside):
    """Margins, lists of all categories, other articles and the page's own footer."""
    assert read(ARTICLE.format("", "", beside)).section is None


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://harrow.example/harbour/ferry-timetable", "/harbour/"),
        ("https://harrow.example/harbour/ferry-timetable", "/category/harbour"),
        ("https://harrow.example/news/harbour/2026/ferry-timetable", "https://harrow.example/news/harbour"),
    ],
)
def test_section_in_the_address(url, link):
    """It is called what the page calls its link to that folder."""
    menu = f'<nav><a href="/">Home</a><a href="/markets/">Markets</a><a href="{link}">Harbour &amp; Sea</a></nav>'
    assert read(menu + ARTICLE.format("", "", ""), url).section == "Harbour & Sea"
    assert read(ARTICLE.format("", "", ""), url).section is None


@pytest.mark.parametrize(
    "page",
    [
        f'<div><h1>{TITLE}</h1><ul><li><a href="/categories/h/">Harbour</a></li></ul></div><p>Text.</p>',
        f'<div><h1>{TITLE}</h1><div><span>In <ul><li><a href="/categories/h/">Harbour</a></ul></span></div></div>Text',
        f'<div>{TITLE}</div><div><a href="/categories/h/">Harbour</a></div><article><p>Text.</p></article>',
    ],
)
def test_section_beside_the_headline(page):
    """In a list; or below a headline that is no heading, which the page's title alone names."""
    menu = '<ul><li><a href="/categories/">Categories</a></li></ul>'
    assert read(f"{menu}{page}").section == "Harbour"


@pytest.mark.parametrize(
    "trail",
    [
        '<div><a href="/">Home</a> > <a href="/n">News</a> > <a href="/n/h">Harbour</a> > Text</div>',
        '<td><a href="https://harrow.example">Harrow</a>&raquo;<a href="/n/h">Harbour</a>&raquo;</td>',
        '<p><span><a href="/x">Trang chủ</a></span> › <span><a href="/n/h">Harbour</a></span></p>',
        '<div><a href="/">首页</a> &gt; <a href="/n/h">Harbour</a> &gt; 正文 <a href="/join">Join</a></div>',
    ],
)
def test_path_without_a_name(trail):
    """A line of links from the home page on, with signs between them; a link without one is no step."""
    assert read(f"{trail}{ARTICLE.format('', '', '')}").section == "Harbour"


@pytest.mark.parametrize(
    "menu",
    [
        '<div><a href="/">Home</a> | <a href="/n">News</a> | <a href="/s">Sport</a></div>',
        '<div><a href="/">Home</a> <a href="/n">News</a> <a href="/s">More ></a></div>',
        '<div><a href="/n">News</a> > <a href="/s">Sport</a></div>',
    ],
)
def test_menu_is_no_path(menu):
    """Bars between its links, none at all, or no link to the home page."""
    assert read(f"{menu}{ARTICLE.format('', '', '')}").section is None


def test_section_of_breadcrumbs_in_json_ld():
    """The last step before the page's own."""
    steps = ",".join(f'{{"@type": "ListItem", "item": {{"name": "{name}"}}}}' for name in ("Home", "Harbour", TITLE))
    trail = f'{{"@type": "BreadcrumbList", "itemListElement": [{steps}]}}'
    head = f'<script type="application/ld+json">{trail}</script>'
    assert read(ARTICLE.format("", "", ""), head=head).section == "Harbour"


def test_what_mark_up_says_comes_first():
    """A link is only asked where nothing is said."""
    head = '<meta property="article:section" content="Transport">'
    link = '<a rel="category tag" href="/x/1">Harbour</a>'
    assert read(ARTICLE.format("", link, ""), head=head).section == "Transport"


@pytest.mark.parametrize(
    "links",
    [
        '<span>Tagged <a href="/t/1" rel="tag">boats</a>, <a href="/t/2" rel="tag">spring</a></span>',
        '<footer><p>tags: <a href="/tag/boats.html">boats</a><a href="/tag/spring.html">#spring</a></p></footer>',
    ],
)
def test_tags_that_the_article_links_to(links):
    """By their rel or their address, wherever in the article they stand."""
    cloud = '<aside><a href="/tag/markets.html" rel="tag">markets</a></aside>'
    assert read(ARTICLE.format("", links, cloud)).tags == ("boats", "spring")
