"""Passages with what was searched for."""

from __future__ import annotations

from newscrawl.search.query import parse
from newscrawl.search.snippets import Marked, mark, snippet

LONG = "xin chào " * 60 + "Ở Đà Nẵng trời mưa to" + " và gió" * 60


def shown(text: str, typed: str, **options) -> str:
    """A snippet with its matches in brackets."""
    return snippet(text, parse(typed).phrases, **options).shown("[", "]")


def test_passage_is_the_one_with_the_most_of_the_words():
    """As the text has them, cut between words."""
    passage = shown(f"mưa {LONG}", '"da nang" mua')
    assert "Ở [Đà Nẵng] trời [mưa] to" in passage
    assert passage.startswith("… ")
    assert passage.endswith((" và …", " gió …"))
    assert len(passage) < 180


def test_better_passage_is_found_wherever_it_stands():
    """Behind many that have a part of it; one that has all is the first of those."""
    far = "mưa rào. " * 400 + LONG
    assert "Ở [Đà Nẵng] trời [mưa] to" in shown(far, '"da nang" mua')
    assert shown(far + far, "mua rao").startswith("[mưa] [rào]. [mưa] [rào].")


def test_phrase_is_marked_whole_and_only_where_it_stands():
    """Its words by themselves are no matches."""
    assert shown("Nẵng Đà. Đà Nẵng", '"da nang"') == "Nẵng Đà. [Đà Nẵng]"
    assert shown("Tokyo 東京都", "東京") == "Tokyo [東京]都"


def test_without_a_match_it_is_the_beginning():
    """Of a short text all of it."""
    assert shown("Một hai ba", "bốn") == "Một hai ba"
    assert shown(LONG, "").startswith("xin chào xin")
    assert shown(LONG, "").endswith("…")
    assert snippet(None, ()) == Marked("")


def test_text_without_spaces_is_cut_anywhere():
    """And stays within its width."""
    assert len(shown("x" * 5000, "y")) <= 165
    assert len(shown("東" * 5000 + "京", "京")) <= 170


def test_title_is_marked_everywhere():
    """Overlapping matches become one mark."""
    assert mark("Đà Nẵng: da nang", parse('nang "da nang"').phrases).shown("[", "]") == "[Đà Nẵng]: [da nang]"
