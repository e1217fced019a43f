"""The judge that ships, and its card."""

from __future__ import annotations

import json
from importlib import resources

import numpy as np
import pytest
from lxml.html import document_fromstring

import newscrawl.extraction
from newscrawl.extraction.blocks import parse_blocks
from newscrawl.extraction.class_names import name_features
from newscrawl.extraction.containers import Containers
from newscrawl.extraction.judge import Measured, first_matrix, load_page_judge, third_matrix
from newscrawl.extraction.keep import best_threshold
from newscrawl.extraction.second_opinion import NO_OPINION, SecondOpinion, coverage
from newscrawl.extraction.tree_features import Opinions, covers
from newscrawl.extraction.verdict import EVIDENCE
from tests.extraction.pages import ENGLISH, cards, page

PACKAGE = resources.files(newscrawl.extraction)


def measured(html: str) -> Measured:
    """A page as numbers."""
    return Measured.of(parse_blocks(document_fromstring(html)), ENGLISH.title, Opinions())


def test_the_judge_fits_the_features():
    """A forest asks for no column that is not there, and the card says how many there are."""
    judge, numbers = load_page_judge(), measured(page(ENGLISH))
    first = first_matrix(numbers, judge.odds)
    judgement = judge.judge(numbers)
    third = third_matrix(numbers, judgement, coverage(numbers.blocks, NO_OPINION))
    card = json.loads(PACKAGE.joinpath("page_judge.json").read_text("utf-8"))
    asked = {
        "first": int(judge.first.feature.max()) + 1,
        "second": int(judge.second.feature.max()) + 1,
        "third": int(judge.third.feature.max()) + 1,
    }
    assert asked["first"] <= first.shape[1]
    assert asked["second"] <= judgement.matrix.shape[1]
    assert asked["third"] <= third.shape[1]
    assert judge.verdict.feature.max() < len(EVIDENCE)
    assert card["features"] == asked
    assert card["names"] == len(judge.odds)


def test_the_judges_are_small():
    """Together under two megabytes."""
    assert sum(len(PACKAGE.joinpath(f"{name}_judge.npz").read_bytes()) for name in ("page", "text")) < 2_000_000


def test_a_judgement_is_the_same_every_time():
    """And of the article alone: the box around the same lines does not make them part of it."""
    numbers = measured(page(ENGLISH, after=f"<section>{cards(ENGLISH)}</section>"))
    chances = load_page_judge().judge(numbers).chances
    assert np.array_equal(chances, load_page_judge().judge(numbers).chances)
    for line, chance in zip(numbers.blocks.lines, chances, strict=True):
        assert (chance > 0.5) == (line.text in ENGLISH.paragraphs), line.text


def test_trafilatura_has_a_say_where_it_is_asked():
    """Its text moves the chances of the lines that it holds, and nothing is held against a page that it cannot read."""
    numbers = measured(page(ENGLISH))
    judge = load_page_judge()
    judgement = judge.judge(numbers)
    text = "\n".join(ENGLISH.paragraphs)
    agreed = judge.reconsider(numbers, judgement, coverage(numbers.blocks, SecondOpinion(text, text)))
    unread = judge.reconsider(numbers, judgement, coverage(numbers.blocks, NO_OPINION))
    body = [line.text in ENGLISH.paragraphs for line in numbers.blocks.lines]
    assert (agreed[body] > 0.5).all()
    assert (unread[body] > 0.5).all()


def test_siblings_are_the_lines_of_what_is_repeated():
    """Entries of a live blog are siblings with all their lines; a lone box keeps to the container around it."""
    entry = "<div class=entry><h3>Title</h3><p>Text</p></div>"
    blocks = parse_blocks(document_fromstring(f"<body><section>{entry * 3}</section><p>End</p></body>"))
    groups = Containers.of(blocks).siblings().tolist()
    assert len(set(groups[:6])) == 1
    assert groups[6] != groups[0]


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
    """Sure pages keep what is likelier than not; an unsure page keeps its best lines, and expects less of them."""
    words = np.full(4, 10.0)
    sure = best_threshold(np.array([0.99, 0.98, 0.1, 0.01]), words)
    unsure = best_threshold(np.array([0.3, 0.28, 0.02, 0.01]), words)
    assert sure.chance == pytest.approx(0.98)
    assert unsure.chance == pytest.approx(0.28)
    assert unsure.expected_f1 < 0.7 < 0.9 < sure.expected_f1
