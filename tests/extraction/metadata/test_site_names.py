"""Titles without the name of their site, and without labels."""

from __future__ import annotations

import pytest

from newscrawl.extraction.metadata.site_names import longest_part, without_label


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Bridge opens in May | Opinion", "Bridge opens in May"),
        ("Bridge opens in May | City | Harrow Daily News", "Bridge opens in May"),
        ("Bridge opens in May | The works had taken two years", "Bridge opens in May | The works had taken two years"),
        ("Harrow | Bridge opens in May", "Harrow | Bridge opens in May"),
        ("港の橋が五月に開通｜地域", "港の橋が五月に開通"),
        ("地域｜港の橋が五月に開通", "地域｜港の橋が五月に開通"),
        ("Bridge opens in May - Opinion", "Bridge opens in May - Opinion"),
        ("Bridge opens in May", "Bridge opens in May"),
        ("x" * 500, "x" * 500),
    ],
)
def test_labels_behind_a_bar(title, expected):
    """Few words each, and shorter than the title before them; a dash is as often part of a headline."""
    assert without_label(title) == expected


def test_longest_part():
    """A dash counts where it is the last."""
    assert longest_part("Harrow – Bridge opens - in May") == "Harrow – Bridge opens"
    assert longest_part("City · Bridge opens in May") == "Bridge opens in May"
    assert longest_part("旧桥五月重新开放(图)_港城房产") == "旧桥五月重新开放(图)"
    assert longest_part("Bridge opens in May « Harrow") == "Bridge opens in May"
    assert longest_part("The bridge « of May » is open") == "The bridge « of May » is open"
    assert longest_part(None) is None
