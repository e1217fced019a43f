"""Which of a page's headings is its headline."""

from __future__ import annotations

import pytest
from trafilatura import load_html

import newscrawl
from newscrawl.extraction.headline import headline

HEAD = "<html><head><title>{}</title></head><body>{}<p>Text of the page.</p></body></html>"


@pytest.mark.parametrize(
    ("title", "body", "found"),
    [
        ("Bridge opens in May - Harrow News", "<h1>Bridge opens in May</h1>", "Bridge opens in May"),
        ("Bridge opens in May", "<h1>Harrow News</h1><h1>Bridge opens\n in <b>May</b></h1>", "Bridge opens in May"),
        ("Bridge: the works end in May", "<h1>Works at the bridge end in May</h1>", "Works at the bridge end in May"),
        ("Bridge opens in May", "<h1>Harrow News</h1>", None),
        ("Bridge opens in May", "<h1></h1><h2>Bridge opens in May</h2>", None),
        ("", "<h1>Bridge opens in May</h1>", None),
    ],
)
def test_heading_that_the_title_confirms(title, body, found):
    """The site's name is no headline, and a heading that the title does not know is not believed."""
    assert headline(load_html(HEAD.format(title, body))) == found


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
