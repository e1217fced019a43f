"""Whether titles are asked, and what they say."""

from __future__ import annotations

import pytest

from newscrawl.dedupe.fingerprints import FEW_WORDS, FEW_WORDS_OF_A_SITE, agree, is_telling


def test_a_line_says_little_and_a_site_repeats_more_of_them():
    """From so many words on a text speaks for itself."""
    assert [is_telling(words, is_of_one_site=False) for words in (FEW_WORDS - 1, FEW_WORDS)] == [False, True]
    assert [is_telling(words, is_of_one_site=True) for words in (FEW_WORDS_OF_A_SITE - 1, FEW_WORDS_OF_A_SITE)] == [
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
    assert agree(one, other) is agree(other, one) is verdict
