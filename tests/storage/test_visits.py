"""When an article is looked at again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from newscrawl.storage.visits import FIRST_REVISIT, LONGEST_REVISIT, after_visit

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("age", "last", "changed", "wait"),
    [
        (1, None, False, FIRST_REVISIT),
        (1, timedelta(hours=6), False, timedelta(hours=18)),
        (1, timedelta(hours=6), True, FIRST_REVISIT),
        (29, timedelta(days=7), False, LONGEST_REVISIT),
    ],
)
def test_a_young_article(age: int, last: timedelta | None, changed: bool, wait: timedelta):
    """After three times the last interval, within bounds."""
    again = after_visit(NOW, last and NOW - last, NOW - timedelta(days=age), changed=changed)
    assert again == NOW + wait


@pytest.mark.parametrize(("age", "wait"), [(32, 32), (200, 200), (366, None)])
def test_an_old_article_of_a_site_without_dates(age: int, wait: int | None):
    """Whenever it is twice as old; a site that gives dates says itself what was modified."""
    born = NOW - timedelta(days=age)
    again = after_visit(NOW, NOW - timedelta(days=1), born, changed=False, is_dated=False)
    assert again == (None if wait is None else NOW + timedelta(days=wait))
    assert after_visit(NOW, NOW - timedelta(days=1), born, changed=False) is None
