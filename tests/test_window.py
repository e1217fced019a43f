"""Which articles are of the days of a run."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from newscrawl.base_spiders.arguments import window
from newscrawl.items import Article

GIVEN = {"since": "2026-11-27", "until": "2026-11-28"}


def article(published: str, raw: str | None = None, precision: Any = "minute") -> Article:
    moment = datetime.fromisoformat(published).replace(tzinfo=UTC)
    return Article(text="x", published_at=moment, published_raw=raw, published_precision=precision)


@pytest.mark.parametrize(
    ("published", "raw", "holds"),
    [
        ("2026-11-26T16:59", None, False),
        ("2026-11-26T17:00", None, True),
        ("2026-11-28T16:59", None, True),
        ("2026-11-28T17:00", None, False),
    ],
)
def test_days_are_the_sites(published: str, raw: str | None, holds: bool):
    """Of its zone, where that is known."""
    assert window(GIVEN, "Asia/Ho_Chi_Minh").holds_article(article(published, raw)) is holds


def test_days_are_those_that_the_page_writes():
    """By the offset of its date, or by the day alone; where it says neither, what may be of the days is."""
    days = window(GIVEN, None)
    assert days.holds_article(article("2026-11-26T17:00", "2026-11-27T00:00:00+07:00"))
    assert not days.holds_article(article("2026-11-26T17:00", "2026-11-26T17:00:00+00:00"))
    assert not days.holds_article(article("2026-11-28T23:00", "Sun, 29 Nov 2026 00:00:00 +0100"))
    assert days.holds_article(article("2026-11-28T00:00", "28 November", "day"))
    assert not days.holds_article(article("2026-11-29T00:00", "29 November", "day"))
    assert days.holds_article(article("2026-11-29T05:00"))
    assert not days.holds_article(article("2026-11-30T00:00"))


def test_a_day_of_the_zone_is_that_day_in_any():
    """A page that gives a day alone is not moved into the next one by its zone."""
    assert window(GIVEN, "America/Lima").holds_article(article("2026-11-27T00:00", None, "day"))
    assert not window(GIVEN, "Asia/Ho_Chi_Minh").holds_article(article("2026-11-29T00:00", None, "day"))
