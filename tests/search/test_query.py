"""Words as they are searched."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newscrawl.search import query
from newscrawl.search.query import MOST_WORDS, QueryError, fold, folded, parse, words_of
from tests.vietnamese import decomposed


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Thành phố Đà Nẵng", "thanh pho da nang"),
        ("hoà bình, hòa bình; thuý thúy", "hoa binh hoa binh thuy thuy"),
        ("COVID-19 tại TP.HCM", "covid 19 tai tp hcm"),
        ("Straße Łódź İzmir Æsir cœur", "strasse lodz izmir aesir coeur"),
        ("東京都で", "東 京 都 で"),
        ("대구에서", "대 구 에 서"),
        ("Ёлка й", "елка й"),
        ("हिन्दी", "हिन्दी"),
        ("שָׁלוֹם العَرَبِيَّة", "שלום العربية"),
        ("ＡＢＣ ﬁn", "abc fin"),
        ("a_b 🎉 x\u200by", "a b xy"),
        ("", ""),
    ],
)
def test_words_are_folded(text, words):
    """Case, accents, tone placement and compatibility forms make no difference; scripts keep their own letters."""
    assert folded(text) == words
    assert folded(decomposed(text)) == words


def test_places_are_those_of_the_text():
    """So that a match can be shown as it is written."""
    text = "Ở Đà Nẵng, 東京."
    assert [text[start:end] for _, start, end in words_of(text)] == ["Ở", "Đà", "Nẵng", "東", "京"]


def test_long_words_are_cut():
    """As databases take them."""
    assert len(fold("a" * 10_000)) == len(fold("đ" * 10_000)) == 100


@pytest.mark.parametrize(
    ("typed", "phrases", "without"),
    [
        ("Đà Nẵng", [("da",), ("nang",)], []),
        ('"Đà Nẵng" mưa', [("da", "nang"), ("mua",)], []),
        ("“da nang” «x y»", [("da", "nang"), ("x", "y")], []),
        ("covid-19 東京", [("covid", "19"), ("東", "京")], []),
        ('a -b -"c d" a-b', [("a",), ("a", "b")], [("b",), ("c", "d")]),
        ('foo"bar', [("foo",), ("bar",)], []),
        ('"', [], []),
        ("-- - * 🎉 \x00", [], []),
        ("NEAR(a b) title:x", [("near", "a"), ("b",), ("title", "x")], []),
        ("\u202eabc\u202c \u200fשלום", [("abc",), ("שלום",)], []),
        ("x x X", [("x",)], []),
    ],
)
def test_what_is_typed_is_words_phrases_and_exclusions(typed, phrases, without):
    """And nothing else: no operators, no syntax."""
    query = parse(typed)
    assert (list(query.phrases), list(query.without)) == (phrases, without)


def test_text_is_no_query():
    """More words than a person types are refused, in a line."""
    with pytest.raises(QueryError, match="up to 200 words; this one has 10000"):
        parse(" ".join(f"w{number}" for number in range(10_000)))
    assert len(parse(" ".join(f"w{number}" for number in range(MOST_WORDS))).phrases) == MOST_WORDS


@given(st.text())
def test_anything_can_be_typed_and_indexed(text):
    """A folded word is letters and digits, whatever it was, and folding it again changes nothing."""
    for word in folded(text).split():
        assert '"' not in word
        assert not set(word) & set("*:^()-+ \x00'")
    parse(text)


def test_simple_texts_have_the_words_that_any_text_has():
    """The short way to them takes every character as the long way does, alone, in a word and behind one."""
    characters = [char for char in map(chr, range(0x20000)) if query._SIMPLE.fullmatch(char)]
    assert {"a", "ữ", "²", "_", "–", "й", "ή", "→", "🔬"} < set(characters)
    assert not {"\u0301", "\u00ad", "\u200b", "京", "ก"} & set(characters)
    for text in (form for one in characters for form in (one, f"a{one}b", f"a {one}", f"9{one}", f"{one}\ufe0fb")):
        if query._SIMPLE.fullmatch(text):
            assert query._SIMPLE_WORD.findall(text) == query._WORD.findall(text)
    assert query._SIMPLE.fullmatch("👩\u200d🔬 ✅\ufe0f")
    assert not query._SIMPLE.fullmatch("a\ufe0fb")
