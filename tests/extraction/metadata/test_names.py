"""Names in a byline."""

from __future__ import annotations

import pytest

from newscrawl.extraction.metadata.names import chosen, is_label, is_person, names_in, starts_as_byline


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("By Ada Byron", ["Ada Byron"]),
        ("Ada Byron <ada@harrow.vn>", ["Ada Byron"]),
        ("Von Jo Roth und Eva Lind", ["Jo Roth", "Eva Lind"]),
        ("Par Zoé Roy et Luc Petit", ["Zoé Roy", "Luc Petit"]),
        ("Av Kari Dahl og Ola Moe", ["Kari Dahl", "Ola Moe"]),
        ("Tác giả: Nguyễn Văn An", ["Nguyễn Văn An"]),
        ("Theo TTXVN", ["TTXVN"]),
        ("Written by: Ada Byron", ["Ada Byron"]),
        ("Ada Byron, Bo Ek and Cy Fox", ["Ada Byron", "Bo Ek", "Cy Fox"]),
        ("Ada Byron; Bo Ek", ["Ada Byron", "Bo Ek"]),
        ("Ada Byron, dpa", ["Ada Byron", "dpa"]),
        ("Byron, Ada", ["Byron, Ada"]),
        ("Sammy Davis, Jr.", ["Sammy Davis Jr."]),
        ("Ada Byron, Science Editor", ["Ada Byron"]),
        ("Ada Byron (special envoy)", ["Ada Byron"]),
        ("Ada Byron, PhD", ["Ada Byron"]),
        ("Ada Byron | 3 May 2024", ["Ada Byron"]),
        ("Ada Byron May 3, 2024", ["Ada Byron"]),
        ("Ada Byron on Tuesday, May 3", ["Ada Byron"]),
        ("By Ada Byron, in City, Traffic", ["Ada Byron"]),
        ("Ada Byron Senior Writer", ["Ada Byron"]),
        ("dpa", ["dpa"]),
        ("Ada Ada", ["Ada"]),
        ("Harrow Zed Harrow Zed", ["Harrow Zed"]),
        ("afp/ib; ks", ["afp/ib", "ks"]),
        ("Autor:in Ada Byron", ["Ada Byron"]),
        ("Von", []),
        ("Editor: Bo Ek", []),
        ("https://example.com/ada", []),
        ("@ada", []),
        ("admin", []),
        ("12.05.2024", []),
        ("", []),
        ("word " * 100, []),
    ],
)
def test_names(text, names):
    """Labels, roles, degrees, dates and links are no part of a name, and a family name stays with its first name."""
    assert names_in(text) == names


def test_long_list_is_cut():
    """Nobody reads the names of a page that lists thousands."""
    assert len(names_in("; ".join(f"Ada {chr(65 + i)}." for i in range(26)) * 100)) <= 30


@pytest.mark.parametrize(
    ("name", "person"),
    [
        ("Ada Byron", True),
        ("Nguyễn Văn An", True),
        ("dpa", False),
        ("Harrow News", False),
        ("Deutsche Presse-Agentur", False),
        ("Harrow", False),
        ("The Bridge", False),
        ("ada byron", False),
    ],
)
def test_persons(name, person):
    """Two words or more that begin as names do, none of which is that of an office."""
    assert is_person(name) == person


def test_the_site_is_an_author_only_where_nobody_else_is():
    """Under any of its names; other domains never are."""
    sites = {"harrownews", "harrowcom"}
    assert chosen(["Harrow News", "Ada Byron", "ADA BYRON"], sites) == ("Ada Byron",)
    assert chosen(["Harrow News", "publisher.com"], sites) == ("Harrow News",)
    assert chosen(["harrow.com"], sites) == ("harrow.com",)


def test_labels():
    """A label alone says that the name stands in the next line."""
    assert (starts_as_byline("By Ada"), starts_as_byline("Bystanders saw it")) == (True, False)
    assert (is_label("Written by"), is_label("By Ada")) == (True, False)
