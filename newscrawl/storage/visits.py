"""What is remembered of a visit: how it ended, and when the next one is due."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from newscrawl.health import Visited
from newscrawl.items import Candidate, Outcome, Page, Visit
from newscrawl.storage.duplicates import change_lead
from newscrawl.storage.schema import articles, pages
from newscrawl.storage.statistics import Result
from newscrawl.urls import url_key

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


_BY_KEY = select(pages).where(pages.c.url_key == bindparam("key"))
_ADDED = insert(pages).returning(pages.c.id)

_JUST_NOW = timedelta(minutes=10)


def is_older_copy(page: Page | Outcome, known: datetime | None, now: datetime) -> bool:
    """Whether a page was saved before what is known. What was fetched just now is older than no moment to come."""
    if page.url is None or known is None or page.fetched_at >= known:
        return False
    return known <= now or now - page.fetched_at > _JUST_NOW


def page_of(connection: Connection, key: str) -> Row[Any] | None:
    """Return what is known of a page."""
    return connection.execute(_BY_KEY, {"key": key}).first()


def record_article(connection: Connection, item: Candidate, result: Result, run_id: int, now: datetime) -> Visited:
    """Record a visit that found an article: under the page's own key, and under the one that was asked for."""
    page = item.page
    values = {
        "url": page.url,
        "source": page.source,
        # What stands in the database for this page, whichever visit put it there.
        "outcome": "stored",
        "reason": None,
        "error": None,
        "article_id": result.article_id,
        "fetched_at": page.fetched_at,
        "run_id": run_id,
    }
    known = page_of(connection, page.key)
    is_known = known is not None and known.article_id is not None
    if known is not None and is_older_copy(page, known.fetched_at, now):
        # Of the page itself more is known since; that a run skipped it is made good.
        names = ("article_id", "run_id", *(("outcome", "reason", "error") if known.outcome == "skipped" else ()))
        changed_too = {name: values[name] for name in names}
        return Visited(_put(connection, page.key, known.id, changed_too), is_known)
    page_id = known.id if known is not None else None
    if page.visit is None:
        return Visited(_put(connection, page.key, page_id, values), is_known)
    born = item.extraction.article.published_at or (known.queued_at if known else None) or now
    changed = result.outcome == "stored"
    again = after_visit(now, known.fetched_at if known else None, born, changed=changed)
    visited = values | _answer(page.visit) | {"failures": 0, "taken_by": run_id}
    visited["next_fetch_at"] = None if result.is_elsewhere else again
    page_id = _put(connection, page.key, page_id, visited)
    asked = _asked(page, page.visit)
    if asked is not None:
        # The address that redirects here is not visited for its own sake again.
        _write(connection, asked, visited | {"url": page.visit.requested_url, "next_fetch_at": None})
    return Visited(page_id, is_known)


def record_outcome(connection: Connection, item: Outcome, run_id: int, now: datetime) -> Visited:
    """Record a visit that found no article; an older copy of a page says nothing about what is known of it since."""
    known = page_of(connection, item.key)
    if known is not None and is_older_copy(item, known.fetched_at, now):
        return Visited(None)
    if item.visit is None:
        names = ("url", "source", "outcome", "reason", "error", "fetched_at")
        page_id = _write(connection, item.key, {**{name: getattr(item, name) for name in names}, "run_id": run_id})
        return Visited(page_id)
    asked = url_key(item.visit.requested_url)
    if known is not None and known.kind != item.visit.kind and asked != item.key:
        # An address that leads to the home page says nothing about the home page.
        item = replace(item, key=asked, url=item.visit.requested_url)
        known = page_of(connection, item.key)
    assert item.visit is not None
    values: dict[str, Any] = {
        "url": item.url,
        "source": item.source,
        "kind": item.visit.kind,
        "status": item.visit.status,
        "fetched_at": item.fetched_at,
        "retry_at": item.visit.retry_at,
        "taken_by": run_id,
        "run_id": run_id,
    }
    if item.outcome == "unchanged" and known is not None:
        values |= {"failures": 0, "reason": None, "error": None, "next_fetch_at": _next_visit(connection, known, now)}
        values["outcome"] = "listed" if known.kind != "article" else "stored" if known.article_id else known.outcome
        if known.article_id is not None:
            _come_back(connection, known.article_id)
    else:
        failures = known.failures + 1 if known else 1
        values |= {"outcome": item.outcome, "reason": item.reason, "error": item.error, "failures": failures}
        values["next_fetch_at"] = _after(item, item.visit, known, failures, now)
    if item.outcome == "gone" and known is not None and known.article_id is not None:
        is_there = (articles.c.id == known.article_id) & articles.c.gone_at.is_(None)
        if connection.execute(update(articles).where(is_there).values(gone_at=now, updated_at=now)).rowcount:
            change_lead(connection, known.article_id)
    page_id = _write(connection, item.key, values)
    if asked != item.key:
        _write(connection, asked, values | {"url": item.visit.requested_url, "next_fetch_at": None})
    return Visited(page_id, known is not None and known.article_id is not None)


def _after(item: Outcome, visit: Visit, known: Row[Any] | None, failures: int, now: datetime) -> datetime | None:
    if item.outcome == "failed":
        return after_failure(now, failures, visit.retry_at)
    if item.outcome == "gone":
        # Once more, for what is only away for a while.
        return now + SECOND_LOOK if known is not None and known.article_id and failures == 1 else None
    # A page that has had an article may be a notice that comes with status 200.
    return after_failure(now, failures) if known is not None and known.article_id else None


def _next_visit(connection: Connection, known: Row[Any], now: datetime) -> datetime | None:
    if known.kind != "article":
        return after_listing(now, known.fetched_at, 0)
    born = select(articles.c.published_at, articles.c.first_seen_at).where(articles.c.id == known.article_id)
    row = connection.execute(born).first()
    return after_visit(now, known.fetched_at, (row.published_at or row.first_seen_at) if row else now, changed=False)


def _come_back(connection: Connection, article_id: int) -> None:
    was_gone = (articles.c.id == article_id) & articles.c.gone_at.is_not(None)
    if connection.execute(update(articles).where(was_gone).values(gone_at=None)).rowcount:
        change_lead(connection, article_id)


def _answer(visit: Visit) -> dict[str, Any]:
    validators = {"etag": visit.header("ETag"), "last_modified": visit.header("Last-Modified")}
    return {"kind": visit.kind, "status": visit.status, **validators}


def _asked(page: Page, visit: Visit) -> str | None:
    key = url_key(visit.requested_url)
    return key if key != page.key else None


def _write(connection: Connection, key: str, values: dict[str, Any]) -> int:
    return _put(connection, key, connection.execute(select(pages.c.id).where(pages.c.url_key == key)).scalar(), values)


def _put(connection: Connection, key: str, page_id: int | None, values: dict[str, Any]) -> int:
    if page_id is None:
        added: int = connection.execute(_ADDED, {"url_key": key, **values}).scalar_one()
        return added
    connection.execute(update(pages).where(pages.c.id == page_id), values)
    return page_id
