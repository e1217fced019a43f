"""What a line shows by itself, in scripts with and without spaces."""

from __future__ import annotations

import pytest

from newscrawl.extraction.line_features import SLOT, base_features
from newscrawl.extraction.rules import is_other_headline
from newscrawl.extraction.text_lines import Line

TITLE = {"en": "The council rejected the plan", "zh": "市议会否决了这项计划", "ja": "市議会はこの計画を否決した"}
TEXTS = {
    "en": ("The council, in the end, rejected the plan. “Nobody was hurt,” she said.", "Photo by Ann Lee"),
    "zh": ("最后，市议会在辩论之后否决了这项计划。“没有人受伤。”她说。", "周二上午的照片"),
    "ja": ("最後に、市議会は議論の末にこの計画を否決した。「けが人はいない。」", "海の写真です"),
}


@pytest.mark.parametrize("language", sorted(TEXTS))
def test_a_sentence_is_one_in_any_script(language: str):
    """It shares words with its title, ends with a stop, and holds commas, quotation marks and the end of a sentence."""
    text, other = TEXTS[language]
    matrix = base_features(TITLE[language], [Line(text, "paragraph"), Line(other, "paragraph")])
    values, others = (dict(zip(SLOT, row.tolist(), strict=True)) for row in matrix)
    assert values["stop"] == values["quotes"] == 1
    assert values["stops"] >= 1
    assert values["commas"] > 0
    assert values["of_title"] > 0.6
    assert others["of_title"] < 0.2
    assert others["stop"] == others["stops"] == others["commas"] == 0


@pytest.mark.parametrize("text", ["2024年3月5日", "2024년 3월 5일", "5.3.2024"])
def test_a_date_is_one_in_any_script(text: str):
    assert base_features("", [Line(text, "paragraph")])[0, SLOT["date"]] > 0


@pytest.mark.parametrize(
    ("text", "is_headline"),
    [("The council rejected it", True), ("The council", False), ("市议会否决了这项计划", True), ("市议会", False)],
)
def test_a_link_that_is_long_enough_is_a_headline(text: str, is_headline: bool):
    """Two characters of a script without spaces are a word."""
    assert is_other_headline(Line(text, "paragraph", linked=len(text))) is is_headline
