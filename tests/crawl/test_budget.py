"""Failures in a row, by the order in which a site answered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from newscrawl.crawl.budget import LEAST_LOST, MOST_FAILURES, Budget
from newscrawl.items import Outcome

BEGIN = datetime(2026, 1, 5, tzinfo=UTC)


def answer(second: int, outcome: str = "failed", reason: str = "http_500") -> Outcome:
    """Return a page as it was answered."""
    return Outcome(f"page {second}", outcome, reason, "", BEGIN + timedelta(seconds=second))  # type: ignore[arg-type]


def test_page_answered_before_the_failures_ends_no_row():
    """A slow page is stored after failures that came later, and says nothing about the site since."""
    budget = Budget()
    for second in range(1, MOST_FAILURES + 1):
        budget.count(answer(second), stored=False)
        budget.count(answer(0, "unchanged", "http_304"), stored=False)
    assert budget.is_unreachable


def test_page_answered_after_failures_begins_the_row_anew():
    """Nine failures, a page, nine failures: the site is there."""
    budget = Budget()
    for second in range(1, 2 * MOST_FAILURES):
        budget.count(answer(second) if second != MOST_FAILURES else answer(second, "unchanged"), stored=False)
    assert not budget.is_unreachable
    assert len(budget.failures) == MOST_FAILURES - 1


def test_what_a_run_stores_is_limited():
    """In megabytes of texts and addresses."""
    budget = Budget(max_stored=2)
    budget.stored = 1_999_999
    assert budget.check(0, 0, 1)
    budget.stored += 1
    assert not budget.check(0, 0, 1)
    assert budget.end() == "max_stored"


def test_failure_of_the_page_alone_is_not_counted():
    """Missing pages say nothing about their site."""
    budget = Budget()
    for second in range(2 * MOST_FAILURES):
        budget.count(answer(second, reason="http_404"), stored=False)
    assert not budget.is_unreachable


@pytest.mark.parametrize(
    ("lost", "seconds", "spent"),
    [
        (LEAST_LOST - 1, LEAST_LOST, None),
        (LEAST_LOST, 2 * LEAST_LOST, "slow_failures"),
        (LEAST_LOST, 2 * LEAST_LOST + 1, None),
        (5 * LEAST_LOST, 9 * LEAST_LOST, "slow_failures"),
    ],
)
def test_failures_may_take_half_of_the_time(lost, seconds, spent):
    """Whatever their reason, and though others succeed between them; a few slow pages end no run."""
    budget = Budget()
    budget.count(answer(1, "unchanged"), stored=False)
    assert budget.check(0, lost, seconds) is (spent is None)
    assert budget.end() == spent
