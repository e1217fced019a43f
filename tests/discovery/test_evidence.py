"""What listings lead to by all that their site says, and the shapes that are learned of it."""

from __future__ import annotations

import pytest

from newscrawl.discovery import read_listing
from newscrawl.discovery.evidence import (
    Evidence,
    feeds_worth_reading,
    section_rank,
    sitemap_of,
    sitemaps_worth_reading,
)
from newscrawl.discovery.shapes import Shapes, shape_of, shapes_of
from newscrawl.items import Link

SITE = "https://herald.example"


def sitemap(*paths: str) -> bytes:
    return f"<urlset>{''.join(f'<url><loc>{SITE}{path}</loc></url>' for path in paths)}</urlset>".encode()


def kinds(body: bytes, path: str = "/sitemap.xml", shapes: Shapes | None = None) -> dict[str, str]:
    """The paths of the links that are followed, and what each leads to."""
    found = read_listing(body, "", SITE + path)
    evidence = Evidence(found, SITE + path, lambda _: None, shapes or Shapes(), explores=True)
    return {link.url.removeprefix(SITE): link.kind for link in evidence.judged(found.links)}


def learned(*paths: str) -> Shapes:
    shapes = Shapes()
    shapes.learn(shapes_of((SITE + path for path in paths), "article"))
    return shapes


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        ("/archives/1234", "/archives/{number}"),
        ("/node/7", "/node/{number}"),
        ("/2026/03/02/storm/", "/{year}/{n}/{n}/{slug}/"),
        ("/sport/cup-final-10234.html", "/sport/{slug-number}.html"),
        ("/world/c0l1x2xxx9zo", "/world/{code}"),
        ("/?p=12", "/?p={number}"),
        ("/", None),
        (f"/{'a/' * 200}", None),
    ],
)
def test_shapes(path, shape):
    """What varies is replaced; folders stay."""
    assert shape_of(SITE + path) == shape


@pytest.mark.parametrize(
    ("named", "other"),
    [
        ("/archives/12", "/archives/1234"),
        ("/node/7", "/node/1234"),
        ("/posts/flood/", "/posts/storm/"),
        ("/local/bridge-closed/", "/local/mayor-resigns/"),
        ("/thoi-su/gia-dien-tang/", "/thoi-su/gia-vang-tang/"),
    ],
)
def test_addresses_of_the_shape_that_a_feed_names_are_articles(named, other):
    """However short they are; the names of lists are still lists."""
    shapes = learned(named)
    body = sitemap(other, "/tag/storm/", "/about/")
    assert kinds(body).get(other) != "article"
    assert kinds(body, shapes=shapes) == {other: "article"}


def test_other_folders_follow_where_articles_stand_in_several():
    """One folder alone says nothing of others."""
    assert kinds(sitemap("/sport/cup-final/"), shapes=learned("/local/a-b/", "/local/c-d/", "/local/e-f/")) == {
        "/sport/cup-final/": "section"
    }
    several = learned("/local/a-b/", "/politics/c-d/", "/local/e-f/")
    assert kinds(sitemap("/sport/cup-final/"), shapes=several) == {"/sport/cup-final/": "article"}
    several.learn(shapes_of([f"{SITE}/sport/football/"], "listing"))
    assert kinds(sitemap("/sport/cup-final/"), shapes=several) == {"/sport/cup-final/": "section"}


def test_where_all_articles_have_a_number_others_are_none():
    """A page about the site may have a long name."""
    shapes = learned(*(f"/news/{number}" for number in range(100, 112)))
    page = "/our-promise-to-all-of-our-readers/"
    assert kinds(sitemap(page)) == {page: "article"}
    body = f'<html><h2><a href="/news/130">Storm hits coast</a></h2><a href="{page}">Our promise</a>'.encode()
    assert kinds(body, "/", shapes) == {"/news/130": "article", page: "section"}


@pytest.mark.parametrize(
    ("name", "of"),
    [
        ("wp-sitemap-posts-post-1.xml", "articles"),
        ("wp-sitemap-posts-page-1.xml", "others"),
        ("wp-sitemap-taxonomies-post_tag-1.xml", "others"),
        ("wp-sitemap-users-1.xml", "others"),
        ("post-sitemap2.xml", "articles"),
        ("sitemap-authors.xml", "others"),
        ("news-category-sitemap.xml", "others"),
        ("sitemap.xml?page=2", None),
        ("2026-03.xml.gz", None),
    ],
)
def test_names_of_sitemaps(name, of):
    """As content management systems call them."""
    assert sitemap_of(f"{SITE}/{name}") == of


def test_a_sitemap_of_posts_names_articles_whatever_they_look_like():
    """Short slugs at the top, too."""
    assert kinds(sitemap("/storm/", "/about/", "/"), "/wp-sitemap-posts-post-1.xml") == {
        "/storm/": "article",
        "/about/": "article",
    }


def test_sitemaps_of_tags_are_left_out_where_there_is_one_of_articles():
    """But not the only ones, nor those of pages where the other holds two days of news."""

    def kept(*names: str) -> list[str]:
        links = [Link(f"{SITE}/{name}", "sitemap") for name in names]
        return [link.url.rpartition("/")[2] for link in sitemaps_worth_reading(links)]

    assert kept("sitemap-posts.xml", "sitemap-tags.xml", "sitemap-pages.xml") == ["sitemap-posts.xml"]
    assert kept("sitemap-pages.xml", "sitemap-tags.xml") == ["sitemap-pages.xml", "sitemap-tags.xml"]
    assert kept("news-sitemap.xml", "sitemap-page-1.xml", "sitemap-tags.xml") == [
        "news-sitemap.xml",
        "sitemap-page-1.xml",
    ]


def test_the_leaves_of_a_sitemap_are_articles():
    """Many alike below one folder, with nothing below them; the folder is a section."""
    numbered = [f"/archives/{number}" for number in range(101, 106)]
    assert kinds(sitemap(*numbered)) == dict.fromkeys(numbered, "article")
    posts = [f"/posts/{word}/" for word in ("storm", "flood", "strike", "harvest", "bridge")]
    assert kinds(sitemap("/posts/", *posts, "/team/")) == {
        "/posts/": "section",
        **dict.fromkeys(posts, "article"),
        "/team/": "section",
    }


def test_headlines_of_a_page_are_articles():
    """In a heading of a card, or in JSON-LD; the card's category, the menu and a heading of a section are not."""
    body = b"""<html><header><h1><a href="/">Herald</a></h1><nav><a href="/politics/">Politics and more of it</a></nav>
        </header><article><header><h2><a href="/storm-hits-coast/">Storm hits coast</a></h2></header>
        <footer><a href="/local/">Local</a></footer></article>
        <article><h2><a href="/local/48/">Untitled</a></h2></article>
        <h2><a href="/sport/">Sport</a></h2>
        <script type="application/ld+json">{"@graph": [{"@type": "ItemList", "itemListElement": [
          {"@type": "ListItem", "url": "/node/9"}, {"@type": "ListItem", "item": {"@id": "/node/10"}}]},
          {"@type": "BreadcrumbList", "itemListElement": [{"@type": "ListItem", "item": "/home-of-it/"}]}]}</script>"""
    assert kinds(body, "/") == {
        "/politics/": "section",
        "/storm-hits-coast/": "article",
        "/local/": "section",
        "/local/48/": "article",
        "/sport/": "section",
        "/node/9": "article",
        "/node/10": "article",
    }


def test_a_reply_form_is_no_other_article():
    """Nor what else an article's address with a query shows."""
    path = "/local/council-votes-to-keep-the-reservoir-open/"
    body = f'<html><a href="{path}">x</a><a href="{path}?replytocom=4">Reply</a>'.encode()
    assert kinds(body, "/") == {path: "article"}


def test_one_feed_in_several_formats_is_one():
    """Those of other sections are others; those of comments are none."""
    paths = (
        "/feed/",
        "/feed/atom/",
        "/feed.json",
        "/comments/feed/",
        "/sport/rss.xml",
        "/feeds/all.atom.xml",
        "/feeds/all.rss.xml",
    )
    chosen, spare = feeds_worth_reading([Link(SITE + path, "feed") for path in paths])
    assert [link.url.removeprefix(SITE) for link in chosen] == ["/feed/", "/sport/rss.xml", "/feeds/all.atom.xml"]
    assert [link.url.removeprefix(SITE) for link in spare] == ["/feed/atom/", "/feed.json", "/feeds/all.rss.xml"]


def test_the_order_in_which_sections_are_read():
    """Further pages of everything first, days last."""
    paths = ["/2026/03/02/", "/author/an/", "/tag/storm/", "/politics/", "/page/2/", "/archives/"]
    ranked = sorted(paths, key=lambda path: section_rank(SITE + path, f"{SITE}/"))
    assert ranked == ["/page/2/", "/archives/", "/politics/", "/tag/storm/", "/author/an/", "/2026/03/02/"]


PARAGRAPH = f"<p>{'The council voted on Monday to keep the reservoir open until the autumn. ' * 6}</p>"
PROSE = f"<div>{PARAGRAPH * 3}</div>"
TEASERS = f"<li>{PARAGRAPH}</li>" * 5


@pytest.mark.parametrize(
    ("head", "body", "claim"),
    [
        ('<meta property="og:type" content="article"><meta property="article:published_time" content="x">', "", "yes"),
        ('<script type="application/ld+json">{"@type":"NewsArticle","datePublished":"x"}</script>', "", "yes"),
        ('<script type="application/ld+json">{"@type":"CollectionPage","datePublished":"x"}</script>', PROSE, "no"),
        ("", PROSE, "maybe"),
        ("", TEASERS, "no"),
        ("", "<p>Short.</p>", "no"),
    ],
)
def test_a_section_may_look_like_an_article(head, body, claim):
    """By its mark-up or its prose."""
    page = f"<html><head>{head}</head><body>{body}<a href='/x'>x</a></body></html>".encode()
    assert read_listing(page, "text/html", f"{SITE}/a").claims_article == claim


@pytest.mark.parametrize(
    "name", ["page-template-default page page-id-2", "archive category category-politics", "tag-template"]
)
def test_a_page_that_calls_itself_a_list_is_no_article(name):
    """By the class of its body."""
    page = f"<html><body class='{name}'>{PROSE}<a href='/x'>x</a></body></html>".encode()
    assert read_listing(page, "text/html", f"{SITE}/a").claims_article == "no"
