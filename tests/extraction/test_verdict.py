"""Whether a text is an article, with the judge's opinion given."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from newscrawl.extraction.dom_keep import judge_lines
from newscrawl.extraction.dom_model import Measured
from newscrawl.extraction.html import read_page
from newscrawl.extraction.verdict import FEWEST_WORDS, refuse_listings
from newscrawl.items import NoArticle

NOTICE = (
    "The building office of Harwick answers questions about permits on weekdays, and inspections can be asked for at "
    "its desk on the ground floor or by telephone until noon. Bring the plan of the house, the name of the builder and "
    "the number of the permit, which is printed on the back of the letter. Those who build without one are asked to "
    "stop until the office has seen the site."
)
LINKS = "".join(f"<li><a href='/{part}'>Something else that the town does, part {part}</a></li>" for part in range(20))


def refused(body: str) -> str | None:
    """Why a page that says nothing of itself is no article, where the judge is sure of its one paragraph."""
    page = read_page(f"<html><body>{body}<ul>{LINKS}</ul></body></html>", None, datetime(2026, 11, 1, tzinfo=UTC))
    title = page.facts.title or ""
    measured = Measured.of(page.blocks, title, page.opinions)
    chances = np.array([0.9 if line.text == NOTICE else 0.01 for line in page.blocks.lines])
    reasons = judge_lines(measured, chances, title, None)
    try:
        refuse_listings(measured, chances, reasons, page.facts, claims_article=page.claims_article)
    except NoArticle as error:
        return error.reason
    return None


def test_the_notice_is_short():
    """Enough for a page that says that it is an article, too little for one that says nothing."""
    assert FEWEST_WORDS[1] <= len(NOTICE.split()) < FEWEST_WORDS[0]


def test_a_text_below_its_headline_may_be_short():
    """It says the words of the title, and stands in the headline's container."""
    assert refused(f"<div><h1>Building permits and inspections</h1><p>{NOTICE}</p></div>") is None


@pytest.mark.parametrize(
    "body",
    [
        f"<div><h1>Welcome to our new website</h1><p>{NOTICE}</p></div>",
        f"<div><h1>Building permits and inspections</h1><p>Hello</p></div><div><p>{NOTICE}</p></div>",
    ],
    ids=["other words", "elsewhere"],
)
def test_a_short_text_that_nothing_speaks_for_is_refused(body):
    """It has nothing to do with the headline, or stands elsewhere."""
    assert refused(body) == "too_short"
