"""Pages that scripts draw, and pages that show members their text."""

from __future__ import annotations

import pytest

from newscrawl import NoArticle, Page, extract
from newscrawl.discovery import NotAListing, read_listing

URL = "https://news.example/harbour/storm-closes-the-pier"
HEAD = "<title>Storm closes the pier - Harbour News</title><meta property='og:title' content='Storm closes the pier'>"
SCRIPT = "<script src='/app.js'></script>"
NAV = "<nav><a href='/'>Home</a> <a href='/sport'>Sport</a> <a href='/about'>About</a></nav>"
PROSE = "<p>The harbour master said on Monday that the pier would stay closed until the end of the week.</p>" * 4


def reason(body: str) -> str:
    with pytest.raises(NoArticle) as refused:
        extract(f"<html><head>{HEAD}</head><body>{body}</body></html>", url=URL)
    return refused.value.reason


@pytest.mark.parametrize(
    "body",
    [
        f"<div id='root'></div>{SCRIPT}",
        f"<div id='root'>Loading …</div><noscript>You need to enable JavaScript to run this app.</noscript>{SCRIPT}",
        f"{NAV}<div id='app'></div><footer>© Harbour News 2026</footer>{SCRIPT}",
    ],
)
def test_a_page_that_scripts_draw_says_so(body: str):
    """It has scripts, and beside its links no text that anybody could read."""
    assert reason(body) == "needs_rendering"


@pytest.mark.parametrize("body", ["<div id='root'></div>", f"<h1>Watch the storm</h1><p>1:30</p>{SCRIPT}"])
def test_a_page_without_text_that_no_script_would_draw(body: str):
    """Nothing at all, or a headline above a video."""
    assert reason(body) != "needs_rendering"


def test_a_front_page_that_scripts_draw_says_so():
    """Whether it names nothing, or only a feed."""
    shell = f"<html><head>{HEAD}%s</head><body><div id='root'></div>{SCRIPT}</body></html>"
    with pytest.raises(NotAListing) as refused:
        read_listing((shell % "").encode(), "text/html", URL)
    assert refused.value.reason == "needs_rendering"
    feed = "<link rel='alternate' type='application/rss+xml' href='/feed'>"
    assert read_listing((shell % feed).encode(), "text/html", URL).needs_rendering
    assert not read_listing(
        f"<html><body>{NAV}{PROSE}{SCRIPT}</body></html>".encode(), "text/html", URL
    ).needs_rendering


CARDS = "".join(
    f"<article class='card'><a href='/a/{word}'><h3>{word} ferries are late this week</h3>"
    f"<p>{word} ferries left an hour late on Monday because of the storm that closed the pier, and the harbour master "
    "expects no change before the weekend, as he told our reporter.</p></a></article>"
    for word in ("Two", "Four", "Six")
)
POST = """<main><article><header><h1>Storm closes the pier</h1><p class="excerpt">What the storm left of it.</p>
<time datetime="2026-11-24">24 November 2026</time></header><section class="content">{}</section></article></main>
<section class="more"><h2>Read more</h2><div class="feed">{}</div></section>"""
ASKS = "<aside><h2>This post is for subscribers only</h2><a href='#/portal/signup'>Subscribe now</a></aside>"


def test_a_post_for_members_is_no_article():
    """Its page has the lead, a request to join, and the beginnings of other posts, which are not its text."""
    meta = "<meta name='description' content='What the storm left of it.'>"
    assert reason(meta + POST.format(ASKS, CARDS)) in {"protected", "too_short", "listing", "no_text"}


def test_a_post_that_anybody_may_read_is_one():
    """Though it asks its readers to join as well."""
    article = extract(Page.of(f"<html><head>{HEAD}</head><body>{POST.format(PROSE + ASKS, CARDS)}", URL).body, url=URL)
    assert "harbour master said" in article.text
