"""Pages that are made to learn from."""

from __future__ import annotations

import random

from lxml.html import document_fromstring

from newscrawl.extraction.blocks import parse_blocks
from newscrawl.extraction.containers import Containers
from newscrawl.extraction.second_opinion import NO_OPINION
from newscrawl.extraction.tree_features import Opinions
from newscrawl.items import Article
from tests.extraction.pages import ENGLISH, GERMAN, News, cards, page
from training.dump_labels import BODY, SIDEBAR
from training.made_pages import boxes, empty, lengthen, make_listing, make_page, make_wall, shorten
from training.page_data import LabelledPage


def labelled(news: News) -> LabelledPage:
    """A page with its answer."""
    blocks = parse_blocks(document_fromstring(page(news, after=f"<section class=related>{cards(news)}</section>")))
    labels = [BODY if line.text in news.paragraphs else SIDEBAR for line in blocks.lines]
    text = "\n".join(news.paragraphs)
    facts = Article(text="", title=news.title, authors=("Ann Lee",), url="https://news.example/harwick-floods")
    return LabelledPage(
        news.language, "vn", "news.example", facts, True, blocks, Opinions(), NO_OPINION, text, "", labels
    )


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


def body_of(made: LabelledPage) -> list[str]:
    """The lines that are labelled as the article."""
    return [line.text for line, label in zip(made.blocks.lines, made.labels, strict=True) if label == BODY]


def test_an_article_is_cut_to_its_first_lines():
    made = shorten(labelled(ENGLISH), random.Random(1))
    assert body_of(made) == ENGLISH.paragraphs[: len(body_of(made))]
    assert 0 < len(body_of(made)) < len(ENGLISH.paragraphs)


def test_an_article_is_made_long_by_paragraphs_built_like_its_own():
    one, other = labelled(ENGLISH), labelled(GERMAN)
    made = lengthen(one, [other], random.Random(1))
    assert made is not None
    assert body_of(made)[: len(ENGLISH.paragraphs)] == ENGLISH.paragraphs
    assert sum(len(text.split()) for text in body_of(made)) > 2000
    owners = {
        made.blocks.nodes[owner][:4]
        for owner, label in zip(made.blocks.owners, made.labels, strict=True)
        if label == BODY
    }
    assert len(owners) == 1


def test_pages_without_their_article_have_none_of_it():
    one, other = labelled(ENGLISH), labelled(GERMAN)
    notices = [f"Notice {number} of the site to those who want to read its pages today." for number in range(6)]
    for seed in range(10):
        dice = random.Random(seed)
        listing, wall = make_listing(one, [(other, boxes(other))], dice), make_wall(one, notices, dice)
        assert listing is not None
        assert wall is not None
        for made in (empty(one), listing, wall):
            assert not {line.text for line in made.blocks.lines} & set(ENGLISH.paragraphs)
        assert len(listing.blocks.lines) > len(empty(one).blocks.lines)
        assert wall.title
        assert wall.title in " ".join(notices)


def test_scripts_without_spaces_have_boxes_and_are_cut_short():
    """Two characters are a word there."""
    text = "市议会在四个小时的辩论之后否决了这项计划，一名潜水员在二百名志愿者的帮助下找到了一箱旧信。"
    paragraphs = "\n\n".join(f"{number}：{text}" for number in range(8))
    news = News("zh", "市议会否决了这项计划", paragraphs, "相关阅读", (text[:20], text[4:30]), "订阅", "评论")
    one = labelled(news)
    assert boxes(one)
    assert 0 < len(body_of(shorten(one, random.Random(1)))) < 6
