"""Differences between two texts."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from newscrawl.serve.word_diff import Piece, Row, compare

BEFORE = "Giá xăng tăng 500 đồng từ chiều nay.\nNgười dân xếp hàng.\nHết."
AFTER = "Giá xăng giảm 500 đồng từ chiều nay.\nThêm một đoạn mới.\nHết."


def test_words_are_marked_in_reworded_paragraphs():
    """What has no counterpart stands alone; equal paragraphs are side by side."""
    same = Piece("same", "Hết.")
    assert compare(BEFORE, AFTER) == [
        Row(
            (Piece("same", "Giá xăng "), Piece("removed", "tăng "), Piece("same", "500 đồng từ chiều nay.")),
            (Piece("same", "Giá xăng "), Piece("added", "giảm "), Piece("same", "500 đồng từ chiều nay.")),
        ),
        Row((Piece("removed", "Người dân xếp hàng."),), None),
        Row(None, (Piece("added", "Thêm một đoạn mới."),)),
        Row((same,), (same,)),
    ]
    assert [row.is_changed for row in compare("東京都で雨。", "東京都で雪。")] == [True]
    assert compare("東京都で雨。", "東京都で雪。")[0].before == (Piece("same", "東京都で"), Piece("removed", "雨。"))
    assert compare(None, "") == []


LINES = st.lists(st.text(alphabet="ab ế\u0301京,.", max_size=12), max_size=8).map("\n".join)


@settings(max_examples=40)
@given(LINES, LINES)
def test_pieces_are_all_of_both_texts(before, after):
    """Whatever the texts are."""
    rows = compare(before, after)
    for side, kind, text in (("before", "added", before), ("after", "removed", after)):
        cells = [getattr(row, side) for row in rows if getattr(row, side) is not None]
        plain = compare(text, text)
        assert ["".join(piece.text for piece in cell) for cell in cells] == [row.before[0].text for row in plain]
        assert not any(piece.kind == kind for cell in cells for piece in cell)


def test_long_repetitive_texts_are_shown_as_replaced():
    """Rather than compared for minutes."""
    rows = compare("a b " * 500 + "x", "b a " * 500 + "y")
    assert [len(side) for row in rows for side in (row.before, row.after)] == [1, 1]
    assert len(compare("a b c\n" * 300 + "x", "c b a\n" * 300 + "y")) == 602
