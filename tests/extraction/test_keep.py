"""When trafilatura is asked, and what its text is worth, with the judge's opinion given."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from lxml.html import document_fromstring

from newscrawl.extraction.blocks import parse_blocks
from newscrawl.extraction.judge import Judgement, Measured
from newscrawl.extraction.keep import Kept, keep_lines
from newscrawl.extraction.second_opinion import MOST_LINES, SecondOpinion
from newscrawl.extraction.tree_features import Opinions
from tests.extraction.pages import ENGLISH, cards, page

TEXT = "\n".join(ENGLISH.paragraphs)


@dataclass
class Opinion:
    """A judge that gives the article's paragraphs one chance and all else another, and is moved by nobody."""

    body: float
    rest: float

    def judge(self, measured: Measured) -> Judgement:
        texts = [line.text for line in measured.blocks.lines]
        chances = np.array([self.body if text in ENGLISH.paragraphs else self.rest for text in texts])
        return Judgement(chances, measured.matrix)

    def reconsider(self, measured: Measured, judgement: Judgement, covered: object) -> np.ndarray:
        return judgement.chances


def kept(html: str, judge: Opinion, answer: SecondOpinion | None) -> tuple[Kept, list[str]]:
    """What is kept of a page; None for a page about which nobody may be asked."""

    def ask() -> SecondOpinion:
        assert answer is not None, "trafilatura was asked"
        return answer

    measured = Measured.of(parse_blocks(document_fromstring(html)), ENGLISH.title, Opinions())
    found = keep_lines(measured, judge, ENGLISH.title, None, ask)  # type: ignore[arg-type]
    lines = zip(measured.blocks.lines, found.reasons, strict=True)
    return found, [line.text for line, reason in lines if reason is None]


def test_a_sure_judge_asks_nobody():
    found, text = kept(page(ENGLISH, outside=cards(ENGLISH)), Opinion(0.99, 0.001), None)
    assert text == ENGLISH.paragraphs
    assert not found.asked


def test_what_trafilatura_finds_is_the_floor():
    """A judge that would keep next to nothing of it is not believed."""
    found, text = kept(page(ENGLISH, outside=cards(ENGLISH)), Opinion(0.07, 0.3), SecondOpinion(TEXT, TEXT))
    assert found.asked
    assert found.from_floor
    assert text == ENGLISH.paragraphs


def test_a_very_unsure_judge_agrees_to_what_it_holds_possible():
    """Where its own chances promise little, lines that trafilatura has are kept too; those that nobody has are not."""
    answer = SecondOpinion(TEXT, TEXT)
    found, text = kept(page(ENGLISH, outside=cards(ENGLISH)), Opinion(0.22, 0.1), answer)
    assert found.asked
    assert not found.from_floor
    assert text == ENGLISH.paragraphs


def test_the_likeliest_line_of_a_page_is_no_teaser_beside_other_headlines():
    """A brief of one paragraph between the headlines of other articles, of which trafilatura has everything."""
    brief, others = ENGLISH.paragraphs[0], cards(ENGLISH)
    html = f"<body><h1>{ENGLISH.title}</h1>{others}<p>{brief}</p>{others}</body>"
    everything = document_fromstring(html).text_content()
    found, text = kept(html, Opinion(0.1, 0.01), SecondOpinion(f"{everything}\n{brief}", everything))
    assert text == [brief]
    assert not found.from_floor


def test_the_floor_does_not_bring_back_the_headline_nor_comments():
    talk = "".join(f"<p>{text} That is what I think of it.</p>" for text in ENGLISH.paragraphs[:2])
    html = page(ENGLISH, outside=f"<div class=comments>{talk}</div>")
    everything = "\n".join(
        [ENGLISH.title, TEXT, *[f"{text} That is what I think of it." for text in ENGLISH.paragraphs[:2]]]
    )
    _, text = kept(html, Opinion(0.1, 0.05), SecondOpinion(everything, everything))
    assert text == ENGLISH.paragraphs


def test_a_label_of_advertisements_is_no_text_unless_the_judge_is_sure_of_it():
    html = page(ENGLISH, middle="<h4>Advertisement</h4><p>Advertisement for rooms of the old mill.</p>")
    answer = SecondOpinion("", "")
    _, text = kept(html, Opinion(0.99, 0.6), answer)
    assert "Advertisement" not in text
    assert "Advertisement for rooms of the old mill." in text
    assert "Advertisement" in kept(html, Opinion(0.99, 0.98), None)[1]


@pytest.mark.parametrize("answer", ["", "Something else that stands nowhere on the page, at length and in vain."])
def test_an_answer_that_is_not_on_the_page_changes_nothing(answer: str):
    found, text = kept(page(ENGLISH), Opinion(0.7, 0.2), SecondOpinion(answer, answer))
    assert found.asked
    assert not found.from_floor
    assert text == ENGLISH.paragraphs


def test_nobody_is_asked_about_huge_pages():
    """Trafilatura would need seconds."""
    rows = "".join(f"<p>Row {number} of the timetable</p>" for number in range(MOST_LINES))
    found, _ = kept(page(ENGLISH, outside=f"<div>{rows}</div>"), Opinion(0.6, 0.3), None)
    assert not found.asked


@pytest.mark.parametrize(("rest", "from_floor"), [(0.01, False), (0.05, True)])
def test_boxes_that_the_judge_is_sure_of_are_no_floor(rest: float, from_floor: bool):
    """Of a page whose article is short trafilatura takes the boxes around it; the judge knows them."""
    boxes = [f"{text} So says box {number}." for number in range(4) for text in ENGLISH.paragraphs]
    html = page(ENGLISH, outside="".join(f"<div><p>{text}</p></div>" for text in boxes))
    everything = "\n".join([TEXT, *boxes])
    found, text = kept(html, Opinion(0.7, rest), SecondOpinion(everything, everything))
    assert found.asked
    assert found.from_floor is from_floor
    assert text[: len(ENGLISH.paragraphs)] == ENGLISH.paragraphs
    assert (len(text) > len(ENGLISH.paragraphs)) is from_floor
