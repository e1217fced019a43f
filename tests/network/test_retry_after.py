"""Tests of the header Retry-After."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from newscrawl.network.retry import LONGEST, retry_after

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("120", timedelta(seconds=120)),
        (b" 0 ", timedelta()),
        ("Thu, 01 Jan 2026 12:30:00 GMT", timedelta(minutes=30)),
        ("Thu, 01 Jan 2026 19:30:00 +0700", timedelta(minutes=30)),
        ("Thursday, 01-Jan-26 12:30:00 GMT", timedelta(minutes=30)),
        ("Wed, 01 Jan 2020 00:00:00 GMT", timedelta()),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST),
        ("9" * 5000, LONGEST),
    ],
)
def test_seconds_and_dates_are_read_and_bounded(value: str | bytes, wait: timedelta):
    """Never before now, never later than LONGEST."""
    assert retry_after(value, NOW) == NOW + wait


@pytest.mark.parametrize("value", [None, "", "soon", "-1", "1.5", "١٢", "Thu, 99 Jan 2026 99:99:99 GMT", "\x00" * 5000])
def test_nonsense_says_nothing(value: str | None):
    """As if the header were not there."""
    assert retry_after(value, NOW) is None
