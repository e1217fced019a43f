"""The hash of a text."""

from __future__ import annotations

import unicodedata

from newscrawl.dedupe import content_hash
from newscrawl.dedupe.fingerprints import words_of


def test_hash_is_that_of_the_words():
    """Spacing, punctuation, case and the composition of letters make no difference."""
    text = "Hà Nội: hoà nhạc hôm nay."
    assert content_hash(unicodedata.normalize("NFD", f"  {text.upper()}\n!")) == content_hash(text)


def test_tone_placement_makes_no_difference():
    """Both ways to write a Vietnamese tone are one word."""
    assert content_hash("Hòa, khỏe, thủy và quý") == content_hash("Hoà, khoẻ, thuỷ và qúy")


def test_tones_and_numbers_do_make_one():
    """Another tone is another word, and another number another text."""
    assert len({content_hash(text) for text in ("hòa 1", "họa 1", "hòa 2", "hoa 1")}) == 4


def test_hash_is_fixed_for_ever():
    """Databases hold it for years."""
    assert content_hash("Hà Nội, ngày 10/9.") == "199c4e17cf03ec5e928d9dae21a8db1e"


def test_scripts_without_spaces_are_read_by_character():
    """Japanese, Chinese and Thai have words too, and Latin ones among them stay whole."""
    assert words_of("東京でNHK 2024年") == ["東", "京", "で", "nhk", "2024", "年"]
    assert words_of("กรุง") == ["ก", "ร", "ุ", "ง"]


def test_text_without_words_has_a_hash_of_its_own():
    """Two of them are not copies."""
    assert content_hash("…") != content_hash("!!!")
