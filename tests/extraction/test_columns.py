"""Every column that a forest sees is declared, with its meaning."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from lxml.html import document_fromstring

from newscrawl.extraction import columns
from newscrawl.extraction.blocks import parse_blocks
from newscrawl.extraction.context_features import features, second_features
from newscrawl.extraction.judge import Judgement, Measured, first_matrix, load_page_judge, second_matrix, third_matrix
from newscrawl.extraction.line_features import BASE, SLOT
from newscrawl.extraction.text_lines import parse_lines
from newscrawl.extraction.tree_features import Opinions
from tests.extraction.pages import ENGLISH, page

ALL = {
    "a dump, first": columns.DUMP_FIRST,
    "a dump, second": columns.DUMP_SECOND,
    "a page, first": columns.PAGE_FIRST,
    "a page, second": columns.PAGE_SECOND,
    "a page, third": columns.PAGE_THIRD,
}


@pytest.mark.parametrize("groups", ALL.values(), ids=ALL.keys())
def test_every_column_has_a_name_of_its_own_and_a_meaning(groups: Sequence[columns.Group]):
    """Within a group; another forest's opinion has the same measures again."""
    for group in groups:
        names = [column.name for column in group.columns]
        assert len(names) == len(set(names))
        assert group.columns[0].meaning


def test_the_columns_are_as_many_as_the_matrices_have():
    """What is computed is what is declared, in number and, where names are used to find a column, in order."""
    lines = parse_lines("\n".join(ENGLISH.paragraphs))
    dump = features(ENGLISH.title, lines)
    chances = np.full(len(lines), 0.5)
    measured = Measured.of(parse_blocks(document_fromstring(page(ENGLISH))), ENGLISH.title, Opinions())
    size = len(measured.blocks.lines)
    first = first_matrix(measured, load_page_judge().odds)
    judgement = Judgement(np.full(size, 0.5), second_matrix(measured, first, np.full(size, 0.5)))
    third = third_matrix(measured, judgement, (np.zeros(size), np.zeros(size)))
    widths = [dump.shape[1], second_features(dump, chances).shape[1], first.shape[1], judgement.matrix.shape[1]]
    assert [len(columns.names(groups)) for groups in ALL.values()] == [*widths, third.shape[1]]
    assert columns.names(columns.PAGE_FIRST)[: len(BASE)] == list(SLOT)


def test_the_shipped_forests_look_at_declared_columns():
    """A model that was trained on other columns would judge by the wrong ones."""
    judge = load_page_judge()
    for forest, groups in (
        (judge.first, columns.PAGE_FIRST),
        (judge.second, columns.PAGE_SECOND),
        (judge.third, columns.PAGE_THIRD),
    ):
        assert forest.feature.max() < len(columns.names(groups))
