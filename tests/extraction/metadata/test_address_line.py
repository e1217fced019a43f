"""The line of a page that its address spells."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from lxml.html import document_fromstring, fromstring

from newscrawl.extraction.metadata import read_metadata
from newscrawl.extraction.metadata.address_line import element_in_address, element_with

LINE = "Đường ven biển mở: “Vì sao chậm?”"
SPELLED = "duong-ven-bien-mo-vi-sao-cham"


@pytest.mark.parametrize(
    ("path", "found"),
    [
        (f"xa-hoi/{SPELLED}", True),
        (f"xa-hoi/{SPELLED}.html", True),
        (f"xa-hoi/{SPELLED}-2014021509250334717ca32.chn", True),
        (f"xa-hoi/{SPELLED}/724115.html", True),
        (f"{SPELLED}/tin-moi.html", False),
        (f"xa-hoi/{SPELLED}-qua.html", False),
        ("xa-hoi/724115.html", False),
        ("", False),
    ],
)
def test_address(path, found):
    """Accents, case, punctuation and the number of the article do not count; every word does."""
    element = element_in_address(fromstring(f"<div><p>Tin khác</p><b>{LINE}</b></div>"), f"https://bao.example/{path}")
    assert (None if element is None else element.text) == (LINE if found else None)


def test_short_addresses_name_sections():
    """Four words and less are not looked for."""
    tree = fromstring("<div><b>Chính trị xã hội</b></div>")
    assert element_in_address(tree, "https://bao.example/chinh-tri-xa-hoi/") is None


def test_broken_address():
    """What is no address spells nothing."""
    assert element_in_address(fromstring(f"<b>{LINE}</b>"), f"http://[bao/{SPELLED}") is None
    assert element_in_address(fromstring(f"<b>{LINE}</b>"), None) is None
    assert element_in_address(fromstring(f"<b>{LINE}</b>"), f"https://bao.example/{'1' * 10_000}x-{SPELLED}") is None


def test_a_title_in_an_element_of_any_kind():
    """The first with its words alone, which leads nowhere and stands in no path."""
    shown = f"<nav>{LINE}</nav><p><a href='/x'>{LINE}</a></p><p>{LINE} Vì mưa.</p><span class='t'>{LINE}</span>"
    tree = fromstring(f"<div>{shown}</div>")
    element = element_with(tree, [None, LINE])
    assert element is not None
    assert element.get("class") == "t"
    assert element_with(tree, ["Another line of six words here"]) is None
    assert element_with(fromstring("<div><b>Chính trị xã hội</b></div>"), ["Chính trị xã hội"]) is None


def test_headline_that_was_cut_for_the_title():
    """It goes on where the title ends; a link and a sentence do not count."""
    page = (
        "<html><head><title>Old swing bridge to</title></head><body><table><tr><td>{}</td></tr></table></body></html>"
    )
    for line, title in (
        ("<b>Old swing bridge to open</b><p>Text.</p>", "Old swing bridge to open"),
        ("<a href='/b'><b>Old swing bridge to open</b></a><p>Text.</p>", "Old swing bridge to"),
        ("<p>Old swing bridge to go.</p><p>Text.</p>", "Old swing bridge to"),
    ):
        tree = document_fromstring(page.format(line))
        assert read_metadata(tree, "https://example.com/a", datetime.now(UTC)).title == title
