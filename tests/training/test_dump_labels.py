"""The labels that the text dump benchmark and its training stands on."""

from __future__ import annotations

import pytest

from newscrawl.extraction.text_lines import Line
from training.dump_labels import BODY, SIDEBAR, UNKNOWN, label_lines

GOLD = """The harbour was closed on Monday after the storm had torn away a part of the old pier.
Costs
The council expects to pay two million pounds for the repair, half of it from the state.
Boats may land again in May."""


def _lines(*texts: str) -> list[Line]:
    return [Line(text, "paragraph") for text in texts]


def test_short_line_is_body_only_in_its_place() -> None:
    """A short line is body where the gold has it, and not where a menu has the same word."""
    first, heading, second, last = GOLD.split("\n")
    labels, _ = label_lines(_lines("Costs", "Home", first, heading, second, last, "Costs"), GOLD)
    assert labels == [SIDEBAR, SIDEBAR, BODY, BODY, BODY, BODY, SIDEBAR]


def test_the_lead_is_the_articles_and_half_covered_lines_are_left_open() -> None:
    """A gold without the lead does not say that the lead is another thing's; half a line teaches nothing."""
    lead = "A storm has hit the small harbour town of Harrow Bay on its busiest day."
    mixed = "The council expects to pay two million pounds, wrote another paper in a comment that was long and dull."
    labels, covers = label_lines(_lines(lead, mixed), GOLD, lead)
    assert labels == [BODY, UNKNOWN]
    assert covers[1] == pytest.approx(6 / 16, abs=0.1)
