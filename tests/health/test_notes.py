"""What a run found, without an alarm."""

from __future__ import annotations

from collections import Counter
from typing import Any

from newscrawl.health import Measures, notes_of


def measures(stored: int = 0, **facts: Any) -> Measures:
    counters = {name: Counter(value) for name, value in facts.items() if isinstance(value, dict)}
    rest = {name: value for name, value in facts.items() if name not in counters}
    fresh = counters.pop("fresh", Counter()) + Counter(stored=stored)
    return Measures(fresh=fresh, **counters, **rest)


def test_a_field_that_no_article_has():
    """From the first run on, and by all runs of these weeks."""
    assert notes_of(measures(45, without={"any_date": 45})) == ("none of 45 articles has a date",)
    assert notes_of(measures(45, without={"any_date": 44})) == ()
    assert notes_of(measures(4, without={"title": 4})) == ()
    one = measures(4, without={"title": 4, "section": 3})
    assert notes_of(one, [one]) == ("none of 8 articles has a title",)
    assert notes_of(measures(), [measures(9, without={"authors": 9})]) == ("none of 9 articles has an author",)


def test_a_site_that_needs_rendering():
    """Where nearly all pages that could be read have no text, front page and all."""
    line = "9 of 9 pages have no text in their HTML: this site needs rendering"
    assert notes_of(measures(fresh={"needs_rendering": 8, "http_503": 3}, shells=9)) == (line,)
    assert notes_of(measures(shells=1)) == ("1 of 1 pages have no text in their HTML: this site needs rendering",)
    assert notes_of(measures(8, fresh={"needs_rendering": 1}, shells=2)) == ()


def test_notes_are_made_of_what_is_stored():
    """The measures of a run go through JSON."""
    made = measures(9, fresh={"needs_rendering": 1}, shells=1, without={"any_date": 9})
    assert Measures.from_json(made.as_json()) == made
