"""Pages made to cost time or memory: an article or NoArticle comes of each, in bounded time and memory.

The product promises 5 seconds of CPU time and 500 MB a page, which ``python -m testing.hostile`` measures. Here a
page is given up after 20 seconds, so that a slow machine passes and quadratic time does not.
"""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import numpy as np
import pytest

from newscrawl.extraction import extract_page
from newscrawl.extraction.judge import load_page_judge
from newscrawl.extraction.parse import LONGEST_ATTRIBUTE, MOST_ATTRIBUTES, MOST_TAGS, parse_page
from newscrawl.items import NoArticle, Page, UnreadablePage
from newscrawl.text import MOST_MARKS, nfc
from testing.hostile import MOST_MEGABYTES, costs_of
from testing.hostile_pages import GROUPS

SHARES = [
    pytest.param([case.name for case in cases[first::3]], id=f"{group}-{first}", marks=[pytest.mark.soak] * bool(first))
    for group, cases in GROUPS.items()
    for first in range(3)
]


@pytest.mark.slow
@pytest.mark.parametrize("names", SHARES)
def test_hostile_pages_are_bounded(names):
    """A third of a group in a process of its own: one in the slow tests, the others in the long ones."""
    costs = costs_of(names, seconds=20)
    print("\n".join(map(str, costs)))  # noqa: T201 - shown where the test fails
    assert [cost.name for cost in costs] == names
    assert {cost.name: cost.fault for cost in costs if cost.fault} == {}
    assert {cost.name: cost.megabytes for cost in costs if cost.megabytes > MOST_MEGABYTES} == {}


def test_too_many_tags_are_refused():
    """With a reason to count by, and the number for a person."""
    with pytest.raises(UnreadablePage, match=str(MOST_TAGS)) as caught:
        parse_page("<p>" * (MOST_TAGS + 1))
    assert caught.value.reason == "too_large"
    assert parse_page("<p>word</p><p>" + "a < b " * (MOST_TAGS + 1)) is not None


def test_crowds_of_attributes_are_dropped():
    """An element with very many loses them, wherever its tag seems to end; the others keep theirs."""
    crowd = " ".join(f"a{n}='>'" for n in range(2 * MOST_ATTRIBUTES))
    tree = parse_page(f"<html><body><div class=a {crowd}>one</div><p class=b title='1 > 0'>two</p></body></html>")
    assert [(node.tag, dict(node.attrib), node.text) for node in tree.iter("div", "p")] == [
        ("div", {}, "one"),
        ("p", {"class": "b", "title": "1 > 0"}, "two"),
    ]


@pytest.mark.parametrize("crowd", ['t=a"b {}', '"t {}', "t='a' {}"])
@pytest.mark.parametrize("attribute", ["a{}={}", 'a{}="x"', '"a{}', "a{}='x"])
def test_crowds_of_broken_attributes_are_dropped(crowd, attribute):
    """A quotation mark that begins or ends nothing hides none of them."""
    many = " ".join(attribute.replace("{}", str(number)) for number in range(2 * MOST_ATTRIBUTES))
    tree = parse_page(f"<html><body><p {crowd.replace('{}', many)}>one</p><p>two</p></body></html>")
    assert max(len(element.attrib) for element in tree.iter("*")) < 1.1 * MOST_ATTRIBUTES


def test_long_attributes_are_dropped():
    """A picture written into its tag goes, what else the tag says stays."""
    data = "A" * LONGEST_ATTRIBUTE
    tree = parse_page(
        f"<html><body><img src='data:image/png;base64,{data}' data-src='/a.jpg' alt='{data}'></body></html>"
    )
    assert dict(next(tree.iter("img")).attrib) == {"data-src": "/a.jpg", "alt": data}


@pytest.mark.parametrize("form", ["<a '", '<a "', "<a '\"", "<a b=\"'", "<a", "'<a\"", "<a '>\"'"])
def test_tags_are_found_in_linear_time(form):
    """Whatever quotation marks are left open; in quadratic time the test's own would not do."""
    assert parse_page("<html><body><p>word</p>" + form * (MOST_TAGS // 3)) is not None


class KeepsAll:
    """A judge that takes every line for the article."""

    def judge(self, page):
        judged = load_page_judge().judge(page)
        return replace(judged, chances=np.ones_like(judged.chances))

    def reconsider(self, page, judgement, covered):
        return judgement.chances

    @property
    def verdict(self):
        return self

    def chances(self, matrix):
        return np.ones(len(matrix))


@pytest.mark.parametrize("text", ["| " * 2000 + "word", "½", "_", "²" * 100, "\u0301" * 100 + "a"])
def test_line_without_words_is_no_article(text):
    """Even where the judge keeps it."""
    with pytest.raises(NoArticle) as caught:
        extract_page(Page.of(f"<html><body><p>{text}</p><p>{text}</p></body></html>"), judge=KeepsAll())
    assert caught.value.reason in ("no_text", "too_short")


@pytest.mark.parametrize("form", ["<p>{}</p>", "<p>ê{}</p>", "<p class='lead'>{}</p>"])
def test_text_is_in_nfc_however_it_is_written(form):
    """Marks that are written as entities meet their letters only in the tree."""
    mark = "e&#x323;&#x302; \u200b"
    said = "The ferry sails at noon and comes back in the evening, as it always did in summer. "
    body = form.format(said * 3 + mark) + f"<p>{said * 3}{mark}</p>"
    head = f"<meta name='description' content='{said * 3}{mark}'>"
    found = extract_page(Page.of(f"<html><head>{head}</head><body>{body}</body></html>"), judge=KeepsAll()).article
    assert "ệ" in found.text
    for text in (found.text, found.description):
        assert unicodedata.is_normalized("NFC", text)
        assert "\u200b" not in text


def test_letters_keep_what_marks_a_language_writes():
    """Marks beyond thirty on a letter go before the text is put in order."""
    crowd = "a" + "\u0315\u0301\u0323" * 1000
    assert nfc(crowd + "b") == unicodedata.normalize("NFC", crowd[: 1 + MOST_MARKS] + "b")
    assert nfc("e\u0323\u0302" * 40) == "ệ" * 40
    assert nfc("e\u0302" + "😀" * 100 + "—" * 100) == "ê" + "😀" * 100 + "—" * 100
