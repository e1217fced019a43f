"""Which of a page's headings is its headline."""

from __future__ import annotations

import pytest
from trafilatura import load_html

import newscrawl
from newscrawl.extraction.metadata.headline import LONGEST, headline_element, title_of, without_site
from newscrawl.extraction.metadata.json_ld import JsonLd
from newscrawl.extraction.metadata.meta_tags import read_meta_tags, text_of

HEAD = "<html><head><title>{}</title></head><body>{}<p>Text of the page.</p></body></html>"


@pytest.mark.parametrize(
    ("title", "body", "found"),
    [
        ("Bridge opens in May - Harrow News", "<h1>Bridge opens in May</h1>", "Bridge opens in May"),
        ("Bridge opens in May", "<h1>Harrow News</h1><h1>Bridge opens\n in <b>May</b></h1>", "Bridge opens in May"),
        ("Bridge: the works end in May", "<h1>Works at the bridge end in May</h1>", "Works at the bridge end in May"),
        ("Bridge opens in May", "<h1>Harrow News</h1>", None),
        ("Bridge opens in May", "<h1></h1><h2>Bridge opens in May</h2>", None),
        ("", "<h1>Bridge opens in May</h1>", "Bridge opens in May"),
        ("", "<h1>Bridge opens in May</h1><h1>Harrow News</h1>", None),
    ],
)
def test_heading_that_the_title_confirms(title, body, found):
    """The site's name is no headline, and a heading that the title does not know is not believed."""
    heading = headline_element(read_meta_tags(load_html(HEAD.format(title, body)), None), JsonLd(), ())
    assert (None if heading is None else text_of(heading, LONGEST)) == found


def test_headline_becomes_the_title():
    """Without the name of the site, and without standing in the text."""
    paragraphs = "".join(
        f"<p>The works at the bridge went on through {month}, the harbour office said in its report.</p>"
        for month in ("March", "April", "the first days of May")
    )
    page = HEAD.format(
        "Bridge opens in May – Harrow News", f"<article><h1>Bridge opens in May</h1>{paragraphs}</article>"
    )
    article = newscrawl.extract(page)
    assert article.title == "Bridge opens in May"
    assert "Bridge opens" not in article.text


def title(body: str = "", page: str = "", shared: str | None = None, said: str | None = None) -> str | None:
    """The title of a page of a site called Harrow News."""
    og = "" if shared is None else f'<meta property="og:title" content="{shared}">'
    tree = load_html(f"<html><head><title>{page}</title>{og}</head><body>{body}<p>Text of the page.</p></body></html>")
    head, structured, sites = read_meta_tags(tree, None), JsonLd(headline=said, kind="NewsArticle"), {"harrownews"}
    return title_of(headline_element(head, structured, sites), head, structured, sites)


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ({"body": "<h1>Bridge opens in May</h1>", "page": "Bridge opens - Harrow News"}, "Bridge opens in May"),
        ({"page": "Bridge opens in May | Harrow News"}, "Bridge opens in May"),
        ({"page": "Harrow News: Bridge opens in May"}, "Harrow News: Bridge opens in May"),
        ({"page": "Harrow News | Bridge opens in May"}, "Bridge opens in May"),
        ({"page": "Bridge opens in May | City | Other Site"}, "Bridge opens in May"),
        ({"shared": "Bridge opens in May – Harrow News"}, "Bridge opens in May"),
        ({"said": "Bridge opens in May", "shared": "A bridge!"}, "Bridge opens in May"),
        ({"body": "<h1>Harrow News</h1>", "page": "Harrow News", "said": "Bridge opens in May"}, "Bridge opens in May"),
        ({"body": "<h1>The City Paper</h1>", "page": "Bridge opens in May - The City Paper"}, "Bridge opens in May"),
        ({"body": "<h1>Bridge<br>opens in May</h1>", "page": "Bridge opens in May"}, "Bridge opens in May"),
        ({}, None),
    ],
)
def test_title_without_the_site(page, expected):
    """Heading, JSON-LD, og:title and the page's title, as far as they are there."""
    assert title(**page) == expected


def test_kicker_is_part_of_the_title_where_the_publisher_says_so():
    """JSON-LD and og:title both write it, or the heading alone does."""
    alone, whole = "Bridge opens in May", "Harbour works: Bridge opens in May"
    assert title(f"<h1>{alone}</h1>", page=alone, shared=whole, said=whole) == whole
    assert title(f"<h1>{whole}</h1>", page=alone, shared=alone, said=alone) == alone
    assert title(f"<h1>{whole}</h1>", page=whole, shared=alone, said=whole) == whole


def test_quotation_marks_as_stored():
    """Straight ones where og:title and <title> agree on them, for then the heading's are set for show."""
    curly, straight = "The ‘bridge’ opens in May", "The 'bridge' opens in May"
    assert title(f"<h1>{curly}</h1>", page=f"{straight} | Harrow News", shared=straight) == straight
    assert title(f"<h1>{curly}</h1>", page=curly, shared=straight) == curly


@pytest.mark.parametrize("text", [" - " * 100_000, "a | " * 100_000, "|" * 100_000, "Harrow News - " * 10_000])
def test_endless_title_takes_no_time(text):
    """The end of a title is looked at, not all of it."""
    without_site(text, {"harrownews"})
