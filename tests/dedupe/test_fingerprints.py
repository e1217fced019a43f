"""What is compared of a text: its words, their hash, and the keys of near-duplicates."""

from __future__ import annotations

import random
import unicodedata

import numpy as np
import pytest

from newscrawl.dedupe import content_hash, near_duplicate_keys
from newscrawl.dedupe.fingerprints import (
    BANDS,
    BRIEF,
    FEW_WORDS,
    FEW_WORDS_OF_A_SITE,
    SENTENCES,
    is_distinctive,
    shingles_of,
    titles_agree,
    words_of,
)


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


def test_a_line_says_little_and_a_site_repeats_more_of_them():
    """From so many words on a text speaks for itself."""
    assert [is_distinctive(words, is_of_one_site=False) for words in (FEW_WORDS - 1, FEW_WORDS)] == [False, True]
    assert [is_distinctive(words, is_of_one_site=True) for words in (FEW_WORDS_OF_A_SITE - 1, FEW_WORDS_OF_A_SITE)] == [
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("one", "other", "verdict"),
    [
        ("Bridge closed after storm", "BRIDGE CLOSED after the storm of Sunday", True),
        ("Bridge closed after storm", "Council elects new mayor", False),
        ("Hoà Bình mưa lớn", "Hòa Bình: mưa lớn", True),
        ("東京の雨", "東京の大雨", True),
        (None, None, True),
        (None, "", True),
        (None, "Bridge closed", False),
    ],
)
def test_titles_agree_where_half_of_the_shorter_one_is_in_the_other(one, other, verdict):
    """Whichever comes first; a missing one agrees with a missing one."""
    assert titles_agree(one, other) is titles_agree(other, one) is verdict


def made_text(seed: int, words: int = 300) -> str:
    """Sentences of words that nobody else uses."""
    rng = random.Random(seed)
    made = ["".join(rng.choices("abcdefghij", k=6)) for _ in range(words)]
    return " ".join(word + "." * (place % 12 == 11) for place, word in enumerate(made))


def test_keys_are_fixed_for_ever():
    """Databases hold them for years, on every machine."""
    keys = near_duplicate_keys("Một hai ba bốn năm sáu bảy tám chín mười, hoà bình.")
    assert (len(keys), keys[0], keys[-1]) == (25, 800047217404, 279631822659038)


def test_keys_fit_into_six_bytes_of_the_database():
    """And each is given once, in order."""
    keys = near_duplicate_keys(made_text(1))
    assert len(keys) == BANDS
    assert list(keys) == sorted(set(keys))
    assert 0 <= keys[0] <= keys[-1] < 2**48


def test_copies_meet_and_strangers_do_not():
    """A text with a replaced beginning shares keys with the original; a hundred others share none."""
    text = made_text(1)
    copy = made_text(2, 30) + " " + " ".join(text.split()[40:])
    assert set(near_duplicate_keys(text)) & set(near_duplicate_keys(copy))
    strangers = {key for seed in range(10, 110) for key in near_duplicate_keys(made_text(seed))}
    assert not strangers & set(near_duplicate_keys(text))


def test_briefs_meet_by_a_sentence():
    """A short text is found by one long sentence of its own, whatever stands around it."""
    sentence = made_text(3, 12)
    one, other = f"{made_text(4, 40)}. {sentence}", f"{sentence} {made_text(5, 40)}."
    common = set(near_duplicate_keys(one)) & set(near_duplicate_keys(other))
    assert common
    assert len(near_duplicate_keys(one)) <= BANDS + SENTENCES


def test_long_texts_are_not_found_by_a_sentence():
    """A quotation does not make a copy."""
    sentence = made_text(3, 30).replace(".", "")
    one, other = (f"{made_text(seed, BRIEF)}. {sentence}." for seed in (4, 5))
    assert not set(near_duplicate_keys(one)) & set(near_duplicate_keys(other))


def test_texts_of_one_word_and_of_none():
    """The shortest have keys, the empty has none."""
    assert near_duplicate_keys("") == near_duplicate_keys("…!") == ()
    assert len(near_duplicate_keys("một")) == len(near_duplicate_keys("một hai")) == BANDS
    assert near_duplicate_keys("một") != near_duplicate_keys("hai")


def test_lone_surrogates_do_no_harm():
    """A text from anywhere has keys."""
    assert near_duplicate_keys("một \ud800hai ba bốn")


def test_words_beyond_the_limit_change_nothing():
    """A text of any length takes bounded work."""
    text = made_text(1, 20_000)
    assert near_duplicate_keys(text + " thêm") == near_duplicate_keys(text)


def test_shingles_are_a_sorted_set():
    """Each run counts once."""
    shingles = shingles_of(words_of("a b c a b c a b c"))
    assert len(shingles) == 3
    assert np.array_equal(shingles, np.unique(shingles))
