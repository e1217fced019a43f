"""When to ask for a page again: often while it is young, seldom later, and less and less after errors."""

from __future__ import annotations

from datetime import datetime, timedelta

FIRST_REVISIT = timedelta(hours=2)
REVISIT_FACTOR = 3
LONGEST_REVISIT = timedelta(days=7)
YOUNG = timedelta(days=30)
"""An article older than this is left alone, unless a feed or sitemap says that it was modified."""

FIRST_RETRY = timedelta(minutes=30)
RETRY_FACTOR = 4.0
LONGEST_RETRY = timedelta(days=7)
MOST_FAILURES = 6
"""Failures in a row after which a page is left alone, unless it is listed anew: 13 days."""

SECOND_LOOK = timedelta(days=1)
"""When to ask once more for an article that its site has taken away."""

SHORTEST_LISTING = timedelta(minutes=30)
LONGEST_LISTING = timedelta(days=1)


def after_visit(now: datetime, last_visit: datetime | None, born: datetime, *, changed: bool) -> datetime | None:
    """When to revisit an article: the time since the last visit, three times over, or soon where it changed.

    `born` is its publication, or else when it was first seen.
    """
    if now - born > YOUNG:
        return None
    if changed or last_visit is None or last_visit > now:
        return now + FIRST_REVISIT
    return now + min(max((now - last_visit) * REVISIT_FACTOR, FIRST_REVISIT), LONGEST_REVISIT)


def after_failure(now: datetime, failures: int, retry_at: datetime | None = None) -> datetime | None:
    """When to try again after so many failures in a row; not before the server asked for."""
    if failures > MOST_FAILURES:
        return None
    again = now + min(FIRST_RETRY * RETRY_FACTOR ** max(failures - 1, 0), LONGEST_RETRY)
    return max(again, retry_at) if retry_at else again


def after_listing(now: datetime, last_visit: datetime | None, news: int) -> datetime:
    """When to read a listing again: in the next run while it brings news, else after twice the time since the last."""
    if news:
        return now
    if last_visit is None or last_visit > now:
        return now + SHORTEST_LISTING
    return now + min(max((now - last_visit) * 2, SHORTEST_LISTING), LONGEST_LISTING)
