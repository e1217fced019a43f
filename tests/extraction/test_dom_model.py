"""The judge that ships, and its card."""

from __future__ import annotations

import json
from importlib import resources

import numpy as np
import pytest
from lxml.html import document_fromstring

import newscrawl.extraction
from newscrawl.extraction.dom_blocks import parse_blocks
from newscrawl.extraction.dom_containers import Containers
from newscrawl.extraction.dom_features import Opinions, covers
from newscrawl.extraction.dom_keep import best_threshold
from newscrawl.extraction.dom_model import Measured, first_matrix, load_page_judge, second_matrix
from newscrawl.extraction.dom_names import name_features
from tests.extraction.pages import ENGLISH, cards, page

PACKAGE = resources.files(newscrawl.extraction)


def measured(html: str) -> Measured:
    """A page as numbers."""
    return Measured.of(parse_blocks(document_fromstring(html)), ENGLISH.title, Opinions())


def test_the_judge_fits_the_features():
    """A forest asks for no column that is not there, and the card says how many there are."""
    judge, numbers = load_page_judge(), measured(page(ENGLISH))
    first = first_matrix(numbers, judge.lines, judge.odds)
    second = second_matrix(numbers, first, judge.first.chances(first))
    card = json.loads(PACKAGE.joinpath("dom_model.json").read_text("utf-8"))
    assert judge.first.feature.max() < first.shape[1]
    assert judge.second.feature.max() < second.shape[1]
    assert card["features"] == {"first": judge.first.feature.max() + 1, "second": judge.second.feature.max() + 1}
    assert card["names"] == len(judge.odds)


def test_the_judges_are_small():
    """Together under one megabyte."""
    assert sum(len(PACKAGE.joinpath(f"{name}_model.npz").read_bytes()) for name in ("dom", "dump")) < 1_000_000


def test_a_judgement_is_the_same_every_time():
    """And of the article alone: the box around the same lines does not make them part of it."""
    numbers = measured(page(ENGLISH, after=f"<section>{cards(ENGLISH)}</section>"))
    chances = load_page_judge().chances(numbers)
    assert np.array_equal(chances, load_page_judge().chances(numbers))
    for line, chance in zip(numbers.blocks.lines, chances, strict=True):
        assert (chance > 0.5) == (line.text in ENGLISH.paragraphs), line.text


def test_containers_hold_what_stands_between_their_tags():
    """Lines of a node stand together; a wrapper of one line is no group."""
    blocks = parse_blocks(
        document_fromstring(
            "<html><body><div><p>a</p><p>b</p></div><section><div><p>c</p></div></section></body></html>"
        )
    )
    held = Containers.of(blocks)
    tags = [node.tag for node in blocks.nodes]
    spans = {tag: (int(held.first[i]), int(held.last[i])) for i, tag in enumerate(tags) if tag in ("body", "section")}
    assert spans == {"body": (0, 3), "section": (2, 3)}
    assert [tags[held.group[owner]] for owner in blocks.owners] == ["div", "div", "body"]
    ones = held.sums(np.ones((3, 1)), np.arange(len(tags)))[:, 0]
    assert dict(zip(tags, ones, strict=True))["body"] == 3


def test_class_names_speak_for_what_stands_below_them():
    """The line's own element by one table, it and its containers by the other; unknown words say nothing."""
    blocks = parse_blocks(
        document_fromstring(
            "<html><body><div class='related'><p class='teaser'>a</p></div><p class=new>b</p></body></html>"
        )
    )
    inside, outside = name_features(blocks, {"related": (-1.0, -2.0), "teaser": (-0.5, -0.25)})
    own, _, around, lowest = inside[:4]
    assert (own, around, lowest) == pytest.approx((-0.5, -0.25, -2.0))
    assert not outside.any()


def test_covers_counts_runs_of_four_words():
    """Whole lines count whole; without a text nothing is known."""
    blocks = parse_blocks(document_fromstring("<html><body><p>one two three four five</p><p>six</p></body></html>"))
    assert covers(blocks, "one two three four\nsix").tolist() == [0.5, 1.0]
    assert covers(blocks, None).tolist() == [-1.0, -1.0]


def test_the_threshold_is_the_best_expected_f1():
    """Sure pages keep what is likelier than not; an unsure page keeps its best lines."""
    words = np.full(4, 10.0)
    assert best_threshold(np.array([0.99, 0.98, 0.1, 0.01]), words) == 0.5
    assert best_threshold(np.array([0.3, 0.28, 0.02, 0.01]), words) == pytest.approx(0.28)
