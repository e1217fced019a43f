"""Pages whose mark-up does not begin as a page's does."""

from __future__ import annotations

import pytest

from newscrawl.extraction.parse import parse_page

PAGE = "<html><head><title>Notes</title></head><body><h1>Bridge opens in May</h1><p>They said so.</p></body></html>"


@pytest.mark.parametrize(
    "before",
    [
        "<script>function check() { return document.forms.length > 0 && window.name; }</script>\n",
        "<script>document.write('a')</script><!DOCTYPE html>\n",
        "<!-- made at noon by the publishing system of the harbour office, third floor -->\n",
        "\x01\x02<style>p { color: red; margin: 0 auto; padding: 0 auto 0 auto }</style>",
    ],
)
def test_what_stands_before_a_page_does_not_empty_it(before):
    """Scripts, comments and styles before the document."""
    tree = parse_page(before + PAGE)
    assert tree is not None
    assert [element.text for element in tree.iter("h1", "p")] == ["Bridge opens in May", "They said so."]


@pytest.mark.parametrize("text", ["", "\x01\x02"])
def test_what_is_no_page(text):
    """Has no tree."""
    assert parse_page(text) is None
