"""What is a change of a text, and what changed."""

from __future__ import annotations

import unicodedata

import pytest

from newscrawl.storage.revisions import Change, changes, is_same

TEXT = "Hà Nội chống ngập.\nCuộc họp sáng nay.\nKết luận."


@pytest.mark.parametrize(
    "other",
    [
        unicodedata.normalize("NFD", TEXT),
        TEXT.replace(" ", " \u00a0 "),
        TEXT.replace("\n", "\n\n"),
        f"{TEXT}\n12 bình luận",
        f"Bình luận (1.204)\n{TEXT}",
        f"{TEXT}\n3 Comments",
        f"{TEXT}\nコメント 15",
    ],
)
def test_how_it_is_written_is_no_change(other):
    """Composition of letters, white space, and how many readers have commented."""
    assert is_same(TEXT, other)
    assert not list(changes(TEXT, other))


@pytest.mark.parametrize(
    "other",
    [
        TEXT.replace("ngập", "hạn"),
        TEXT.upper(),
        f"{TEXT}\n12 người chết",
        f"{TEXT}\nTrong 3 bình luận có 2 ý kiến phản đối",
        f"{TEXT}\nGiá vàng: 66",
    ],
)
def test_what_it_says_is_a_change(other):
    """Numbers too, where they count anything but comments."""
    assert not is_same(TEXT, other)
    assert list(changes(TEXT, other))


def test_nothing_is_the_same_as_nothing():
    """A page may have no title."""
    assert is_same(None, None)
    assert is_same(None, "")
    assert not is_same(None, "Tiêu đề")


def test_changes_are_the_paragraphs_that_went_and_came():
    """In the order of the text; what stayed is not among them."""
    later = "Hà Nội chống ngập.\nCuộc họp chiều nay.\nKết luận.\nCập nhật."
    assert list(changes(TEXT, later)) == [
        Change("removed", "Cuộc họp sáng nay."),
        Change("added", "Cuộc họp chiều nay."),
        Change("added", "Cập nhật."),
    ]
    assert list(changes(None, "Một.")) == [Change("added", "Một.")]
