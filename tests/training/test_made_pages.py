"""Pages that are made to learn from."""

from __future__ import annotations

import random

from lxml.html import document_fromstring

from newscrawl.extraction.dom_blocks import parse_blocks
from newscrawl.extraction.dom_containers import Containers
from newscrawl.extraction.dom_features import Opinions
from tests.extraction.pages import ENGLISH, GERMAN, News, cards, page
from training.dump_labels import BODY, SIDEBAR
from training.made_pages import boxes, make_page
from training.page_data import LabelledPage


def labelled(news: News) -> LabelledPage:
    """A page with its answer."""
    blocks = parse_blocks(document_fromstring(page(news, after=f"<section class=related>{cards(news)}</section>")))
    labels = [BODY if line.text in news.paragraphs else SIDEBAR for line in blocks.lines]
    text = "\n".join(news.paragraphs)
    return LabelledPage(news.language, "vn", "news.example", news.title, None, blocks, Opinions(), text, "", labels)


def test_boxes_hold_nothing_of_the_article():
    """The list of other articles is one, the body is not."""
    one = labelled(GERMAN)
    found = boxes(one)
    assert "section" in {one.blocks.nodes[node].tag for node, *_ in found}
    assert all(one.labels[first:last] == [SIDEBAR] * (last - first) for _, first, last, _ in found)


def test_a_made_page_is_a_page_with_more_in_it():
    """The article's lines stay in order, every list has an entry a line, and containers come before what they hold."""
    one, other = labelled(ENGLISH), labelled(GERMAN)
    grown = 0
    for seed in range(30):
        made = make_page(one, [(other, boxes(other))], random.Random(seed))
        if made is None:
            continue
        blocks = made.blocks
        size = len(blocks.lines)
        assert [len(part) for part in (blocks.owners, blocks.bold, blocks.inline, made.labels)] == [size] * 4
        body = [line.text for line, label in zip(blocks.lines, made.labels, strict=True) if label == BODY]
        assert body == ENGLISH.paragraphs
        assert all(node.parent < index for index, node in enumerate(blocks.nodes))
        held = Containers.of(blocks)
        for owner in blocks.owners:
            assert held.first[owner] < held.last[owner]
        grown += size > len(one.blocks.lines)
    assert grown > 20
