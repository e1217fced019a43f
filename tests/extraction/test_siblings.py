"""Which lines sure ones vouch for, with the judge's opinion given."""

from __future__ import annotations

import numpy as np
import pytest
from lxml.html import document_fromstring

from newscrawl.extraction.blocks import parse_blocks
from newscrawl.extraction.judge import Measured
from newscrawl.extraction.siblings import below_headline, between, enclosed, vouched
from newscrawl.extraction.tree_features import Opinions, words_and_prose
from tests.extraction.pages import ENGLISH

SURE, LAST = ENGLISH.paragraphs[:-1], ENGLISH.paragraphs[-1]
QUESTION = "What happened after that?"
PARAGRAPHS = "".join(f"<p>{text}</p>" for text in SURE)


def vouches(html: str, chance: float) -> bool:
    """Whether the last paragraph is vouched for that has this chance, where the others are sure and all else is not."""
    blocks = parse_blocks(document_fromstring(html))
    measured = Measured.of(blocks, ENGLISH.title, Opinions())
    words, prose = words_and_prose(measured.matrix)
    chances = np.array([0.99 if line.text in SURE else chance if line.text == LAST else 0.01 for line in blocks.lines])
    found = vouched(blocks, measured.held, chances, words, prose)
    return bool(found[[line.text for line in blocks.lines].index(LAST)])


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (f"<div><div>{PARAGRAPHS}</div><div><p>{LAST}</p></div></div>", True),
        (f"<div><div>{PARAGRAPHS}</div><aside><p>{LAST}</p></aside></div>", False),
        (f"<div><div>{PARAGRAPHS}</div><div><p class=promo>{LAST}</p></div></div>", False),
        (f"<div><div>{PARAGRAPHS}</div><div><img src=a.jpg><p>{LAST}</p></div></div>", False),
        (f"<div><div>{PARAGRAPHS}</div><div><h4>The Briefing</h4><p>{LAST}</p></div></div>", False),
        (f"<div>{PARAGRAPHS}</div><ul>{'<li>Another story of the day</li>' * 99}</ul><div><p>{LAST}</p></div>", False),
    ],
    ids=["last part", "aside", "of another build", "below a picture", "below a heading", "in a page of other things"],
)
def test_the_last_part_of_a_body_belongs_to_the_first(html: str, expected: bool):
    assert vouches(f"<body>{html}</body>", 0.07) is expected
    assert not vouches(f"<body>{html}</body>", 0.05)


@pytest.mark.parametrize(
    ("name", "chance", "expected"), [("body", 0.03, True), ("body", 0.01, False), ("", 0.03, False)]
)
def test_lines_of_one_build_and_class_are_one_text_wherever_they_stand(name: str, chance: float, expected: bool):
    """Boxes between them are no reason to drop one."""
    boxes = "<aside><h3>Latest</h3><p>Another story of the day</p></aside>"
    parts = boxes.join(f'<div class="part"><p class="{name}">{text}</p></div>' for text in ENGLISH.paragraphs)
    assert vouches(f"<body><main>{parts}</main></body>", chance) is expected


@pytest.mark.parametrize(("chance", "expected"), [(0.4, True), (0.3, False)])
def test_what_stands_between_likely_lines_is_half_as_likely_and_kept(chance: float, expected: bool):
    """No half of a list is lost because it is nested."""
    first, second, *rest = SURE
    html = f"<body><p>{first}</p><ul><li>{second}<ol><li>{LAST}</li></ol></li></ul>"
    assert vouches(f"{html}{''.join(f'<p>{text}</p>' for text in rest)}</body>", chance) is expected


@pytest.mark.parametrize(
    ("inner", "chance", "expected"),
    [
        (f"<p>{QUESTION}</p>", 0.07, True),
        (f"<p>{QUESTION}</p>", 0.04, False),
        (f"<h3>{QUESTION}</h3><p>{QUESTION}</p>", 0.07, True),
        (f"<p><a href=/a>{QUESTION}</a></p>", 0.07, False),
        (f"<div><p>{QUESTION}</p></div>", 0.07, False),
        (f"<p>{QUESTION}</p><p>Stories that are read the most</p>", 0.07, False),
        (f"<p>{QUESTION}</p><p>Advertisement</p>", 0.07, False),
    ],
    ids=["question", "unlikely", "two", "link", "box", "beside what is unlikely", "beside a word"],
)
def test_what_stands_between_two_lines_of_one_element_is_text(inner: str, chance: float, expected: bool):
    """The short questions of an interview are, but no box and no link."""
    blocks = parse_blocks(document_fromstring(f"<body><div><p>{SURE[0]}</p>{inner}<p>{SURE[1]}</p></div></body>"))
    texts = [line.text for line in blocks.lines]
    likely = dict.fromkeys(SURE, 0.99) | {QUESTION: chance, "Advertisement": 0.5}
    chances = np.array([likely.get(text, 0.01) for text in texts])
    measured = Measured.of(blocks, ENGLISH.title, Opinions())
    words, _ = words_and_prose(measured.matrix)
    found = between(blocks, measured.held, chances, words, chances > 0.9)
    kept = [text for text, is_text in zip(texts, found, strict=True) if is_text]
    assert kept == [QUESTION] * texts.count(QUESTION) * expected


@pytest.mark.parametrize(
    ("box", "chance", "expected"),
    [
        ("<table><tr><td>Single<td>2.40<tr><td>Month<td>41.00</table>", 0.11, True),
        ("<figure><table><tr><td>Single<td>2.40<tr><td>Month<td>41.00</table></figure>", 0.11, True),
        ("<ul><li>Single<li>Month</ul>", 0.11, True),
        ("<ul><li>Single<li>Month</ul>", 0.09, False),
        ("<ul><li>Single<li><a href=/x>Month</a></ul>", 0.9, False),
        ("<ul><li>Single<li>Month</ul><p>Other</p>", 0.9, False),
        ("<div>Single<div>Month</div></div>", 0.9, False),
    ],
    ids=["table", "in a figure", "list", "unlikely", "a link", "not alone", "not called so"],
)
def test_a_list_between_two_lines_of_one_element_is_text(box: str, chance: float, expected: bool):
    """However short its lines are."""
    first, second, *_ = SURE
    blocks = parse_blocks(document_fromstring(f"<body><div><p>{first}</p>{box}<p>{second}</p></div></body>"))
    measured = Measured.of(blocks, ENGLISH.title, Opinions())
    is_sure = np.array([line.text in (first, second) for line in blocks.lines])
    found = enclosed(blocks, measured.held, np.where(is_sure, 0.99, chance), is_sure)
    assert found[~is_sure].all() == expected
    assert found[~is_sure].any() == expected


def test_what_stands_between_is_measured_in_words_also_without_spaces():
    """Chinese lines have no four words to a program that looks for spaces."""
    body = f"<p>{SURE[0]}</p><p>变速箱：国产手动五速</p><p>{SURE[1]}</p>"
    blocks = parse_blocks(document_fromstring(f"<body><div>{body}</div></body>"))
    measured = Measured.of(blocks, ENGLISH.title, Opinions())
    words, _ = words_and_prose(measured.matrix)
    chances = np.array([0.99, 0.07, 0.99])
    assert between(blocks, measured.held, chances, words, chances > 0.9).tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("above", "chance", "expected"),
    [
        (f"<h1>A title</h1><ul><li>{LAST}</li></ul>", 0.07, True),
        (f"<h1>A title</h1><ul><li>{LAST}</li></ul>", 0.04, False),
        (f"<ul><li>{LAST}</li></ul>", 0.07, False),
        (f"<h1>A title</h1><p>{LAST}</p><p>By Ada Byron</p>", 0.07, False),
        (f"<h1>A title</h1><figure><img src=a.jpg></figure><p>{LAST}</p>", 0.07, False),
        (f"<h1>A title</h1><p><a href=/a>{LAST}</a></p>", 0.07, False),
    ],
    ids=["points", "unlikely", "no headline", "above a byline", "below a picture", "link"],
)
def test_what_stands_between_headline_and_text_is_text(above: str, chance: float, expected: bool):
    """Points that sum it up are, but nothing above the byline."""
    blocks = parse_blocks(document_fromstring(f"<body>{above}<div><p>{SURE[0]}</p><p>{SURE[1]}</p></div></body>"))
    measured = Measured.of(blocks, "A title", Opinions())
    chances = np.array([{LAST: chance}.get(line.text, 0.99 if line.text in SURE else 0.01) for line in blocks.lines])
    words, _ = words_and_prose(measured.matrix)
    found = below_headline(blocks, measured.base, chances, words, chances > 0.9)
    assert [line.text for line, is_text in zip(blocks.lines, found, strict=True) if is_text] == [LAST] * expected
