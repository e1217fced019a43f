"""Pictures of an article."""

from __future__ import annotations

import pytest
from lxml.html import document_fromstring

from newscrawl.extraction.metadata.images import images_of, main_image
from newscrawl.extraction.metadata.json_ld import JsonLd
from newscrawl.extraction.metadata.meta_tags import read_meta_tags
from newscrawl.extraction.metadata.vicinity import vicinity_of
from newscrawl.items import Image

URL = "https://example.vn/news/a.html"


def images(body: str, head: str = "", url: str | None = URL) -> tuple[Image, ...]:
    tree = document_fromstring(
        f"<html><head>{head}</head><body><header><h1>Paper</h1><img src='/paper.jpg'></header>"
        f"<article><h1>Bridge</h1><p>One</p><p>Two</p>{body}<p>Three</p></article>"
        "<div><img src='/below.jpg'></div></body></html>"
    )
    return images_of(tree, read_meta_tags(tree, url), vicinity_of(tree.xpath("//article/h1")[0]))


@pytest.mark.parametrize(
    ("body", "address"),
    [
        ("<img src='/b.jpg'>", "https://example.vn/b.jpg"),
        ("<img src='b.jpg'>", "https://example.vn/news/b.jpg"),
        ("<img src='//cdn.example.com/b.jpg'>", "https://cdn.example.com/b.jpg"),
        ("<img src='data:image/gif;base64,R0' data-src='/b.jpg'>", "https://example.vn/b.jpg"),
        ("<img src='/grey.gif' data-original='/b.jpg'>", "https://example.vn/b.jpg"),
        ("<img srcset='/s.jpg 300w, /b.jpg 1200w, /m.jpg 600w'>", "https://example.vn/b.jpg"),
        ("<picture><source srcset='/b.webp 2x'><img></picture>", "https://example.vn/b.webp"),
        ("<a href='/full.jpg'><img src='/b.jpg'></a>", "https://example.vn/b.jpg"),
        ("<img src='/b.jpg'><img src='/b.jpg?w=300'>", "https://example.vn/b.jpg"),
    ],
)
def test_address(body, address):
    """Absolute, the largest on offer, from where lazy loading hides it, and once."""
    assert [image.url for image in images(body)] == [address]


@pytest.mark.parametrize(
    "body",
    [
        "<img>",
        "<img src='data:image/gif;base64,R0'>",
        "<img src='/logo.png'>",
        "<img src='/b.jpg' width='1' height='1'>",
        "<img src='/b.jpg' class='author-avatar'>",
        "<aside><img src='/b.jpg'></aside>",
        "<div class='related-news'><img src='/b.jpg'></div>",
        "<a href='/other-article.html'><img src='/b.jpg'></a>",
        "<img src='http://[x'>",
        "<img src='javascript:x'>",
    ],
)
def test_pictures_that_are_not_the_article_s(body):
    """Icons, logos, counting pixels, portraits, margins and teasers; the page's head and foot are never looked at."""
    assert images(body) == ()


@pytest.mark.parametrize(
    "body",
    [
        "<figure><img src='/b.jpg'><figcaption>The <b>bridge</b>.\n Photo: Ek</figcaption></figure>",
        "<table><tr><td><img src='/b.jpg'></td></tr><tr><td class='Caption'>The bridge. Photo: Ek</td></tr></table>",
        "<div><img src='/b.jpg'><p class='photo-caption'>The bridge. Photo: Ek</p></div>",
        "<div><div><img src='/b.jpg'></div><p class='caption'>The bridge. Photo: Ek</p></div>",
    ],
)
def test_caption(body):
    """In a figure, a table, or an element that says so."""
    assert images(body) == (Image("https://example.vn/b.jpg", "The bridge. Photo: Ek"),)


def test_base_and_unknown_address():
    """Relative to the page's base; where no address is known only absolute ones are taken."""
    base = "<base href='https://cdn.example.com/x/'>"
    assert images("<img src='b.jpg'>", base)[0].url == "https://cdn.example.com/x/b.jpg"
    assert images("<img src='b.jpg'><img src='https://example.vn/c.jpg'>", url=None) == (
        Image("https://example.vn/c.jpg"),
    )


@pytest.mark.parametrize(
    ("named", "linked", "above", "expected"),
    [
        ("/b.jpg", "/ld.jpg", "", "/b.jpg"),
        ("data:x", "/ld.jpg", "", "/ld.jpg"),
        ("/img/site-icon.png", "/ld.jpg", "", "/ld.jpg"),
        ("/logo.svg?v=2", None, "", None),
        ("/iconic-bridge.jpg", None, "", "/iconic-bridge.jpg"),
        ("", None, "<img src='/above.jpg'>", "/above.jpg"),
        ("/b.jpg", None, "<img src='/above.jpg'>", "/b.jpg"),
        (
            "",
            None,
            "<img src='/menu.svg'><img src='/wp-content/themes/news/bar.png'><img src='/above.jpg'>",
            "/above.jpg",
        ),
        ("", None, f"<p>{'The bridge is open again. ' * 9}</p><img src='/in.jpg'>", None),
    ],
)
def test_main_picture(named, linked, above, expected):
    """og:image before JSON-LD, absolute, http only, and no icon; else what stands between headline and text."""
    tree = document_fromstring(
        f"<html><head><meta property='og:image' content='{named}'></head>"
        f"<body><article><h1>Bridge</h1>{above}<p>One</p><p>Two</p><p>Three</p></article></body></html>"
    )
    found = main_image(tree, read_meta_tags(tree, URL), JsonLd(image=linked), vicinity_of(tree.xpath("//h1")[0]))
    assert found == (expected and f"https://example.vn{expected}")


@pytest.mark.parametrize(
    ("figure", "is_own"),
    [
        (
            "<figure class='kg-card'><img src='/b.jpg'><figcaption>The bridge. Photo: <a>Ek</a></figcaption></figure>",
            True,
        ),
        ("<figure class='card'><img src='/b.jpg'><figcaption><h3>The port</h3></figcaption></figure>", False),
        ("<figure class='card'><img src='/b.jpg'><a href='/port'>The port closes for two weeks</a></figure>", False),
        ("<figure><a href='/bridge-at-night/'><img src='/up/bridge-at-night-300x200.jpg'></a></figure>", True),
        ("<figure><a href='/port/'><img src='/b.jpg'></a></figure>", False),
    ],
    ids=["card", "headline", "linked headline", "page of the picture", "another page"],
)
def test_a_figure_of_the_text_and_one_of_a_teaser(figure, is_own):
    """Systems call what an editor puts between paragraphs a card, and link pictures to pages of their own."""
    assert len(images(figure)) == is_own


def test_a_picture_that_stands_twice():
    """It keeps the caption that says more."""
    figures = (
        f"<figure><img src='/b.jpg'><figcaption>{text}</figcaption></figure>"
        for text in ("Bridge", "The bridge at night")
    )
    assert images("".join(figures)) == (Image("https://example.vn/b.jpg", "The bridge at night"),)


@pytest.mark.parametrize(
    "body",
    [
        "<table><tr><td><img src='/b.jpg'></td></tr><tr><td>The bridge. Photo: Ek</td></tr></table>",
        "<p><img src='/b.jpg'><br><em>The bridge. Photo: Ek</em></p>",
        "<p><img src='/b.jpg'></p><p><i>The bridge. Photo: Ek</i></p>",
        "<p><img src='/b.jpg'></p><p class='img_chu_thich_01'>The bridge. Photo: Ek</p>",
    ],
)
def test_caption_that_its_place_tells(body):
    """The row below a row with a picture alone, and emphasized text that is all there is beside or below one."""
    assert images(body) == (Image("https://example.vn/b.jpg", "The bridge. Photo: Ek"),)


@pytest.mark.parametrize(
    "body",
    [
        "<table><tr><td><img src='/b.jpg'>Bridge</td></tr><tr><td>Length: 300 metres</td></tr></table>",
        "<table><tr><td><img src='/b.jpg'></td></tr><tr><td>All of the text. "
        + "It is long. " * 40
        + "</td></tr></table>",
        "<p><img src='/b.jpg'>The bridge is <em>long</em></p>",
        "<p><img src='/b.jpg'></p><p>They said <em>so</em></p>",
        "<p>One <img src='/b.jpg'> more</p><p><em>They said so</em></p>",
    ],
)
def test_text_near_a_picture_is_no_caption(body):
    """A table of facts, a table that holds the whole text, and a sentence with a stressed word."""
    assert images(body) == (Image("https://example.vn/b.jpg"),)


@pytest.mark.parametrize("column", ["<div class='sidebar-1'>{}</div>", "<header>{}</header>"])
def test_what_holds_the_headline_is_the_article_s_whatever_it_is_called(column):
    """A main column may be named after its place, and the first picture may stand in the article's header."""
    story = "<h1>Bridge</h1><img src='/b.jpg'><p>One</p><p>Two</p><p>Three</p>"
    tree = document_fromstring(f"<body><main>{column.format(story)}</main></body>")
    found = images_of(tree, read_meta_tags(tree, URL), vicinity_of(tree.xpath("//h1")[0]))
    assert [image.url for image in found] == ["https://example.vn/b.jpg"]
