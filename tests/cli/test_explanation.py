"""An article's facts and blocks in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from newscrawl.cli.explanation import Explanation
from newscrawl.items import Article, Block, Extraction, Image, kept_text

BLOCKS = (
    Block("paragraph", "Một đoạn văn."),
    Block("list_item", "Tin khác", "related"),
    Block("list_item", "Tin khác nữa", "related"),
    Block("paragraph", "Theo TTXVN", "byline"),
)
ARTICLE = Article(
    title="Tiêu đề",
    text=kept_text(BLOCKS),
    url="https://bao.example/a.html",
    canonical_url="https://bao.example/b.html",
    source="bao",
    description="Sapo.",
    authors=("A", "B"),
    section="Kinh tế",
    tags=("x", "y"),
    language="vi",
    image_url="https://bao.example/0.jpg",
    images=(Image("https://bao.example/1.jpg", "Ảnh: C"), Image("https://bao.example/2.jpg")),
    published_at=datetime(2020, 9, 10, 10, 18, tzinfo=UTC),
    published_raw="10/09/2020 17:18",
    published_source="byline",
    published_precision="minute",
    modified_at=datetime(2020, 9, 10, 12, tzinfo=UTC),
    paywalled=False,
)


def explained(article: Article, blocks: tuple[Block, ...] = BLOCKS) -> Explanation:
    """Explain an article."""
    return Explanation("a.html", Extraction(article, blocks, "test 1"))


def test_every_fact_is_shown():
    """By its column's name; nothing is said to be missing where nothing is."""
    facts = explained(ARTICLE).facts
    assert facts[4:6] == [
        ("published_at", "2020-09-10 10:18 UTC, from byline: 10/09/2020 17:18"),
        ("modified_at", "2020-09-10 12:00:00 UTC"),
    ]
    assert facts[-5:] == [
        ("image_url", "https://bao.example/0.jpg"),
        ("text_source", "page"),
        ("images", "https://bao.example/1.jpg Ảnh: C"),
        ("images", "https://bao.example/2.jpg"),
        ("extractor", "test 1"),
    ]
    assert ("authors", "A, B") in facts
    assert ("paywalled", "no") in facts
    assert "not said" not in dict(facts)


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"published_precision": "day"}, "2020-09-10, from byline: 10/09/2020 17:18"),
        ({"published_source": None, "published_precision": "second"}, "2020-09-10 10:18:00 UTC"),
        ({"published_at": None}, None),
    ],
)
def test_date_is_no_more_exact_than_the_page(changes, shown):
    """And says where it stands, where that is known."""
    assert dict(explained(replace(ARTICLE, **changes)).facts).get("published_at") == shown


def test_what_a_page_does_not_say_is_named():
    """A missing date is as telling as a wrong one."""
    facts = dict(explained(Article(text=ARTICLE.text, paywalled=True)).facts)
    assert facts["paywalled"] == "yes"
    assert facts["not said"] == (
        "url, canonical_url, source, authors, published_at, modified_at, section, tags, language, description, "
        "image_url, images"
    )


def test_summary_counts_by_reason():
    """Blocks and words, the most frequent reason first, and says when the text is not that of the blocks."""
    summary = "kept 1 block, 3 words; dropped 3 blocks, 7 words (related 5, byline 2)"
    assert explained(ARTICLE).summary == summary
    adjusted = explained(replace(ARTICLE, text="Một đoạn."))
    assert adjusted.summary == f"{summary}; the site's own `adjust` changed the text after that"
    assert explained(ARTICLE, BLOCKS[:1]).summary == "kept 1 block, 3 words; dropped 0 blocks, 0 words"
