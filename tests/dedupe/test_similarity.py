"""The verdict on two texts."""

from __future__ import annotations

import pytest

from newscrawl.dedupe import Reading, compare
from newscrawl.dedupe.similarity import particulars
from tests.dedupe.test_fingerprints import made_text


def is_copy(one: str, other: str) -> bool:
    """The verdict, which must not depend on which text comes first."""
    likeness = compare(Reading(one), Reading(other))
    assert likeness == compare(Reading(other), Reading(one))
    return likeness.is_copy


WORDS = made_text(1).split()
"""Three hundred words that are no names."""


@pytest.mark.parametrize(("kept", "copy"), [(270, True), (210, True), (180, False), (90, False)])
def test_texts_that_share_a_part_in_one_piece(kept, copy):
    """Two thirds in common make a copy; a background of half does not."""
    one = " ".join([*WORDS[:kept], *made_text(2, 300 - kept).split()])
    assert is_copy(one, " ".join(WORDS)) is copy


@pytest.mark.parametrize(("every", "copy"), [(10, True), (7, True), (3, False)])
def test_texts_with_scattered_changes(every, copy):
    """Every seventh word in another spelling is still the text, every third is not."""
    other = [f"{word}x" if place % every == 0 else word for place, word in enumerate(WORDS)]
    assert is_copy(" ".join(other), " ".join(WORDS)) is copy


@pytest.mark.parametrize(("share", "copy"), [(0.6, True), (0.4, False)])
def test_text_that_holds_another(share, copy):
    """A shortened story is a copy, a brief in a roundup is none."""
    assert is_copy(" ".join(WORDS), " ".join(WORDS[: round(300 * share)])) is copy


def test_numbers_make_another_day():
    """The same words around other numbers; one corrected number among many is no other day."""
    text = "giá {} đồng ở chợ sáng nay, {} con ở bến chiều qua, mua {} cân thóc mới, bán {} thúng cam to"
    assert not is_copy(text.format(1, 2, 3, 4), text.format(5, 6, 7, 8))
    assert is_copy(text.format(1, 2, 3, 4), text.format(1, 2, 3, 5))


def test_names_make_another_notice():
    """The same words about other people."""
    text = "hôm qua công an đã bắt {} tại phố {} vì trộm xe, chiều nay ông {} bị đưa ra tòa án ở {} để hỏi cung"
    text += ", vụ việc còn được điều tra làm rõ thêm theo quy định của pháp luật hiện hành"
    one = text.format("Nguyễn An", "Huế", "Nguyễn An", "Quảng Trị")
    other = text.format("Trần Bình", "Vinh", "Trần Bình", "Nghệ Tĩnh")
    assert compare(Reading(one), Reading(other)).shares_enough
    assert not is_copy(one, other)
    assert is_copy(one, one + " Theo TTXVN.")


def test_empty_texts_are_no_copies():
    """They say nothing that could be the same."""
    assert not is_copy("", "")
    assert not is_copy("", " ".join(WORDS))


def test_word_at_the_beginning_of_a_sentence_is_no_name():
    """A capital says nothing there; elsewhere, and beside another, it makes a name."""
    found = particulars("Sáng nay ông Nguyễn Văn An đến. Chiều qua họ về Huế ngay!")
    assert {context: dict(names) for context, names in found.items()} == {
        ("name", "after", "nay", "ông"): {"nguyễn": 1},
        ("name", "before", "đến", ""): {"an": 1},
        ("name", "after", "họ", "về"): {"huế": 1},
        ("name", "before", "ngay", ""): {"huế": 1},
    }
