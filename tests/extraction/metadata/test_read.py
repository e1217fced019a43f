"""Everything that a page says about its article, and what no page can do to it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from lxml.html import HtmlElement, document_fromstring

from newscrawl.extraction.metadata import read_metadata
from newscrawl.extraction.metadata.json_ld import JsonLd
from newscrawl.items import Article, Image

NOW = datetime(2026, 9, 1, tzinfo=UTC)
URL = "https://www.harrow.vn/city/bridge-1234.html"
PAGE = """<html lang="vi"><head><title>Cầu mới mở cửa | Báo Harrow</title>
<meta property="og:site_name" content="Báo Harrow"><meta property="og:title" content="Cầu mới mở cửa">
<meta property="og:image" content="/b.jpg"><meta name="description" content="Cầu qua sông đã mở cửa cho xe.">
<meta property="article:section" content="Đô thị"><meta name="keywords" content="cầu, giao thông, cầu, Báo Harrow">
<meta property="article:content_tier" content="free"><link rel="canonical" href="/city/bridge-1234.html"></head>
<body><article><h1>Cầu mới mở cửa</h1><p>Thứ Sáu, 03/05/2024 08:15</p>
<h2 class="sapo">Cầu qua sông đã mở cửa cho xe từ sáng nay.</h2>
<p>Người dân đi qua cầu.</p><figure><img src="/c.jpg"><figcaption>Cầu mới. Ảnh: An</figcaption></figure><p>Hết.</p>
<p class="author">Nguyễn Văn An</p></article></body></html>"""


def read(page: str | HtmlElement, **known: object) -> Article:
    tree = document_fromstring(page) if isinstance(page, str) else page
    return read_metadata(tree, URL, NOW, **known)


def page(head: str = "", body: str = "", attributes: str = "") -> str:
    return f"<html {attributes}><head>{head}</head><body><h1>Bridge opens in May</h1>{body}</body></html>"


def test_whole_page():
    """A Vietnamese article without JSON-LD."""
    assert read(PAGE) == Article(
        title="Cầu mới mở cửa",
        text="",
        url=URL,
        canonical_url=URL,
        description="Cầu qua sông đã mở cửa cho xe từ sáng nay.",
        authors=("Nguyễn Văn An",),
        section="Đô thị",
        tags=("cầu", "giao thông"),
        language="vi",
        image_url="https://www.harrow.vn/b.jpg",
        images=(Image("https://www.harrow.vn/c.jpg", "Cầu mới. Ảnh: An"),),
        published_at=datetime(2024, 5, 3, 1, 15, tzinfo=UTC),
        published_raw="Thứ Sáu, 03/05/2024 08:15",
        published_source="byline",
        published_precision="minute",
        paywalled=False,
    )


def test_tree_stays_as_it_is():
    """Others read it too."""
    tree = document_fromstring(PAGE)
    before = etree.tostring(tree)
    read(tree)
    assert etree.tostring(tree) == before


def test_structured_data_that_was_read_already():
    """Is taken instead of the page's."""
    assert read(PAGE, structured=JsonLd(section="Giao thông")).section == "Giao thông"


@pytest.mark.parametrize(
    ("attributes", "head", "language", "expected"),
    [
        ('lang="vi-VN"', "", None, "vi"),
        ('lang="EN_us"', '<meta property="og:locale" content="vi_VN">', None, "en"),
        ("", '<meta http-equiv="Content-Language" content="vi, en">', None, "vi"),
        ("", '<meta property="og:locale" content="vi_VN">', None, "vi"),
        ('lang="vn"', "", None, "vi"),
        ('lang=""', "", "vi", "vi"),
        ('lang="de"', "", "vi", "de"),
        ('lang="zul"', "", None, None),
        ("", "", None, None),
    ],
)
def test_language(attributes, head, language, expected):
    """Of the page before that of the site; only codes of two letters."""
    assert read(page(head, attributes=attributes), language=language).language == expected


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("https://example.com/a", "https://example.com/a"),
        ("/a", "https://www.harrow.vn/a"),
        ("javascript:x", None),
        ("mailto:x@example.com", None),
        ("http://[::1", None),
        (f"/{'a' * 1_900}", f"https://www.harrow.vn/{'a' * 1_900}"),
        (f"/{'a' * 6_000}", None),
        (f"/{'ă' * 1_000}", None),
        ("", None),
    ],
)
def test_canonical_address(href, expected):
    """Absolute, http or https, or none."""
    assert read(page(f'<link rel="canonical" href="{href}">')).canonical_url == expected


@pytest.mark.parametrize(
    ("head", "tags"),
    [
        (
            '<meta property="article:tag" content="city"><meta property="article:tag" content="bridge">',
            ("city", "bridge"),
        ),
        ('<meta name="keywords" content="city; bridge; City">', ("city", "bridge")),
        ('<meta name="keywords" content="https://x.example, 123, _internal, cat:egory, ok">', ("ok",)),
        ('<meta name="keywords" content="Said so."><meta name="description" content="Said so.">', ()),
        (f'<meta name="keywords" content="{"x" * 200}">', ()),
    ],
)
def test_tags(head, tags):
    """Of the first source that has any, each once, without what nobody would search by."""
    assert read(page(head)).tags == tags


def test_section_of_the_breadcrumbs():
    """The last step that is neither home nor the site."""
    crumbs = "<ul class='breadcrumb'><li><a href='/'>Trang chủ</a></li><li><a href='/city'>City</a></li></ul>"
    assert read(page(body=crumbs)).section == "City"


@pytest.mark.parametrize(
    ("tier", "expected"), [("free", False), ("locked", True), ("metered", None), ("", None), ("other", None)]
)
def test_paywall(tier, expected):
    """Only what the page says; a metered article is neither."""
    assert read(page(f'<meta property="article:content_tier" content="{tier}">')).paywalled is expected


def test_lead_before_the_description():
    """The lead as the page marks it, without the label that the description does not know."""
    head = '<title>Bridge opens in May</title><meta name="description" content="The bridge is open for cars.">'
    assert read(page(head)).description == "The bridge is open for cars."
    kicker = "<p class='subtitle'>The new bridge</p>"
    caption = "<p class='media-description'>The bridge in May, as it is seen from the hill above.</p>"
    body = kicker + caption + "<div class='lead'><b>HARROW </b>The bridge is open for cars. The harbour is glad.</div>"
    assert read(page(head, body)).description == "The bridge is open for cars. The harbour is glad."


HOSTILE = {
    "links": page(body='<a href="/author/x">By Ada Byron</a> ' * 100_000),
    "marked": page(body='<div class="author byline date">By Ada Byron 3 May 2020</div>' * 100_000),
    "headings": page(body="<h1>Bridge opens in May</h1>" * 100_000),
    "open headings": page(body="<h1>Bridge <b>opens" * 20_000),
    "images": page(body='<p>x<figure><img src="a.jpg"><figcaption>c</figcaption></figure>' * 50_000),
    "times": page(body='<time datetime="2020-05-03">x</time>' * 100_000),
    "meta tags": page('<meta name="author" content="A B">' * 100_000),
    "long values": page(
        f'<meta name="author" content="{"A, " * 500_000}"><meta name="date" content="{"1/" * 500_000}">'
    ),
    "long title": page(f"<title>{' - ' * 500_000}</title>"),
    "white space": page(body=f"<p class='byline'>By{' ' * 1_000_000}x</p>"),
    "digits": page(body=f"<p class='byline'>{'1' * 1_000_000}x</p>"),
    "sources": page(body=f"<img srcset='{'a 1x, ' * 200_000}'>"),
    "broken addresses": page(
        '<base href="http://["><link rel="canonical" href="http://[::1">', "<img src='http://[x'>"
    ),
    "comments": page(body="<!-- x --><?x y?>" * 50_000),
    "nothing": "<html></html>",
}


LARGE = {"links", "marked", "images", "times", "meta tags"}
"""They take longer than all the others."""


@pytest.mark.parametrize("name", [pytest.param(name, marks=[pytest.mark.slow] * (name in LARGE)) for name in HOSTILE])
def test_hostile_page_is_read(name):
    """Into an article without text, in the test's own time, which quadratic work would outlast."""
    assert read(document_fromstring(HOSTILE[name])).text == ""


@pytest.mark.slow
def test_deep_tree():
    """Deeper than Python's stack."""
    tree = document_fromstring(page())
    element = tree.find("body")
    for _ in range(20_000):
        element = etree.SubElement(element, "div")
    etree.SubElement(element, "h1").text = "Bridge opens in May"
    read(tree)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda children: (
        st.lists(children, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("@type", "@id", "@graph", "headline", "author", "name", "url", "datePublished", "dateModified"),
                    *("keywords", "articleSection", "isAccessibleForFree", "image", "publisher", "inLanguage"),
                    *("articleBody", "description"),
                ]
            ),
            children | st.sampled_from(("NewsArticle", "#a", "2024-05-03T08:15:00+07:00", "Ada Byron")),
            max_size=8,
        )
    ),
    max_leaves=20,
)


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(VALUES)
def test_structured_data_of_any_shape(value):
    """Every field may hold anything."""
    tree = document_fromstring(page())
    etree.SubElement(tree.find("head"), "script", type="application/ld+json").text = json.dumps(value)
    read(tree)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_text_of_any_kind(text):
    """In every place that is read as a date, a name, an address or a title."""
    tree = document_fromstring(page(body="<p class='byline date lead'></p><img><time></time>"))
    text = "".join(char for char in text if char.isprintable())
    for path in (".//p", ".//time", ".//h1"):
        tree.find(path).text = text
    tree.find(".//img").set("srcset", text)
    tree.find(".//time").set("datetime", text)
    for name in ("author", "date", "keywords", "og:title", "og:image", "og:locale", "article:section"):
        etree.SubElement(tree.find("head"), "meta", name=name, content=text)
    read_metadata(tree, text, NOW, timezone=text, language=text)


def test_a_page_without_headings():
    """The line with the words of og:title is its headline: date and author stand by it."""
    line = "Bridge over the river opens in May"
    found = read(
        f'<html lang="vi"><head><title>{line}</title><meta property="og:title" content="{line}"></head><body>'
        f"<ul><li><a href='/'>{line}</a></li></ul><span>{line}</span><div>Ada Byron</div>"
        "<div>Thứ Năm,  21/6/2018, 10:20</div><p>They said so.</p></body></html>"
    )
    assert (found.title, found.authors) == (line, ("Ada Byron",))
    assert (found.published_raw, found.published_precision) == ("Thứ Năm, 21/6/2018, 10:20", "minute")


@pytest.mark.parametrize("name", ["tags", "b-tags", "article-tag-list", "postTags"])
def test_tags_that_are_shown(name):
    """Links in an element that is called so, where meta tags name none."""
    box = f"<p>One</p><div class='{name}'>Tags: <a href='/t/1'>bridges</a> <a href='/t/2'>River </a></div>"
    assert read(page(body=box)).tags == ("bridges", "River")
    assert read(page('<meta name="keywords" content="cars">', box)).tags == ("cars",)


@pytest.mark.parametrize(
    "body",
    [
        "<div class='tag-cloud'><a href='/t/1'>bridges</a></div>",
        "<div id='tag-cloud'><a href='/t/1'>bridges</a></div>",
        "<aside><div class='tags'><a href='/t/1'>bridges</a></div></aside>",
        "<div class='popular'><div class='tags'><a href='/t/1'>bridges</a></div></div>",
        "<div class='stage'><a href='/t/1'>bridges</a></div>",
        "<div class='tags'>Everything that we wrote about it is <a href='/t/1'>here</a></div>",
        f"<div class='tags'>{'<a href=x>bridges</a>' * 31}</div>",
    ],
)
def test_links_that_are_no_tags_of_the_article(body):
    """Those of the whole site, of a margin, in a sentence, or too many."""
    assert read(page(body=body)).tags == ()
