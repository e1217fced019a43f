"""What a heading says, whole or in the parts that its mark-up sets off."""

from __future__ import annotations

import pytest
from lxml.html import fromstring

from newscrawl.extraction.metadata.headings import common_end, said_in
from newscrawl.extraction.metadata.headline import headline_element, title_of
from newscrawl.extraction.metadata.json_ld import JsonLd
from newscrawl.extraction.metadata.meta_tags import read_meta_tags

ALONE = "Bridge opens in May"
KICKER = "Harbour works"


@pytest.mark.parametrize(
    ("inner", "title", "found"),
    [
        (f"<span>{KICKER}</span><span> – </span><span>{ALONE}</span>", ALONE, ALONE),
        (f"<strong>Blog:</strong> {ALONE}", ALONE, ALONE),
        (f"<time>18 May</time> {ALONE}", ALONE, ALONE),
        (f"<a>{ALONE}</a> <small>(daily.example)</small>", ALONE, ALONE),
        (f"{KICKER}: {ALONE}", ALONE, None),
        (f"<span>{KICKER}</span>{ALONE}", f"{KICKER} / {ALONE}", f"{KICKER} / {ALONE}"),
        (f"<span>{KICKER}:</span> {ALONE}", f"{KICKER}: {ALONE}", f"{KICKER}: {ALONE}"),
        (f"<em>{KICKER}</em> in May", f"*{KICKER}* in May", f"{KICKER} in May"),
        ("<span>Late</span> <span>City news</span>", "City news", None),
        (f"<span>{KICKER}</span> <span>Tunnel opens in May</span>", ALONE, None),
    ],
)
def test_title_in_a_heading(inner, title, found):
    """In the heading's form, but what separates the parts on the screen only is taken from the title."""
    assert said_in(fromstring(f"<h1>{inner}</h1>"), title) == found


@pytest.mark.parametrize(
    ("inner", "title", "found"),
    [
        (f"<span>{KICKER}</span> <span>{ALONE}</span>", f"City: {ALONE}", ALONE),
        (f"<span>{KICKER}</span> <span>{ALONE}</span>", f"{KICKER}: {ALONE}", None),
        (f"<span>{KICKER}</span> <span>{ALONE}</span>", f"New {ALONE}", None),
        (f"<span>{KICKER}</span> <span>{ALONE}</span>", ALONE, None),
        (f"{KICKER} {ALONE}", f"City: {ALONE}", None),
    ],
)
def test_one_headline_below_two_kickers(inner, title, found):
    """The kicker of the page and that of og:title differ, and so neither belongs to the headline."""
    assert common_end(fromstring(f"<h1>{inner}</h1>"), title) == found


@pytest.mark.parametrize(
    ("shared", "said", "expected"),
    [
        (ALONE, f"{KICKER}: {ALONE}", ALONE),
        (f"{KICKER} – {ALONE}", ALONE, f"{KICKER} – {ALONE}"),
        (None, ALONE, ALONE),
        (f"City: {ALONE}", None, ALONE),
        ("The bridge is open", None, f"{KICKER} {ALONE}"),
    ],
)
def test_kicker_with_an_element_of_its_own(shared, said, expected):
    """Whether it belongs to the title og:title says, and JSON-LD where og:title does not."""
    og = f'<meta property="og:title" content="{shared}">' if shared else ""
    page = f"<title>Bridge</title>{og}<body><h1><span>{KICKER}</span> <span>{ALONE}</span></h1></body>"
    tree = fromstring(f"<html><head>{page}</html>")
    head, structured = read_meta_tags(tree, None), JsonLd(headline=said, kind="NewsArticle")
    assert title_of(headline_element(tree, head, structured, (), None), head, structured, ()) == expected


def test_short_headline_behind_the_site_and_its_section():
    """It is longer than both, and so no logo."""
    page = fromstring(
        "<html><head><title>Port – News – Harbour authority reorganised</title></head><body>{}</body></html>"
    )
    body = page.find("body")
    body.append(fromstring("<h1>Harbour authority reorganised</h1>"))
    head = read_meta_tags(page, "https://example.com/a")
    heading = headline_element(page, head, JsonLd(), (), "https://example.com/a")
    assert heading is not None
    assert heading.tag == "h1"
