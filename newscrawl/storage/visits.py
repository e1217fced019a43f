"""Record visits in `pages`: how each ended, and when the next one is due."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from newscrawl.health import Visited
from newscrawl.items import Candidate, Outcome, Page, Visit
from newscrawl.storage.duplicates import heads_of, reelect_head
from newscrawl.storage.frontier import facts_of_keys, make_due
from newscrawl.storage.rows import DELETED
from newscrawl.storage.schema import articles, pages
from newscrawl.storage.statistics import Result
from newscrawl.text import printable
from newscrawl.urls import url_key

FIRST_REVISIT = timedelta(hours=2)
REVISIT_FACTOR = 3
LONGEST_REVISIT = timedelta(days=7)
YOUNG = timedelta(days=30)
"""Articles older than this are refetched if a feed or sitemap says that they were modified; where it says no dates,
whenever they are twice as old as before."""
OLD = timedelta(days=365)
"""Age from which no article is refetched without such a date."""

FIRST_RETRY = timedelta(minutes=30)
RETRY_FACTOR = 4.0
LONGEST_RETRY = timedelta(days=7)
MOST_FAILURES = 6
"""Consecutive failures, over 13 days, after which a page is given up unless a listing names it as modified."""

SECOND_LOOK = timedelta(days=1)
"""Delay before an article that is gone is requested once more."""

SHORTEST_LISTING = timedelta(minutes=30)
LONGEST_LISTING = timedelta(days=1)

_BY_KEY = select(pages).where(pages.c.url_key == bindparam("key"))
_LISTED = select(pages.c.queued_at).where(pages.c.url_key.in_(bindparam("keys", expanding=True)))
_ADDED = insert(pages).returning(pages.c.id)

_JUST_NOW = timedelta(minutes=10)


def after_visit(
    now: datetime, last_visit: datetime | None, born: datetime, *, changed: bool, is_dated: bool = True
) -> datetime | None:
    """Return when to revisit an article: after three times the last interval, or soon if it changed; None for never.

    `born` is when it was published, else first seen; `is_dated` says that its site's listings give its date, and so
    will say that it was modified.
    """
    if now - born > YOUNG:
        return None if is_dated or now - born > OLD else now + (now - born)
    if changed or last_visit is None or last_visit > now:
        return now + FIRST_REVISIT
    return now + min(max((now - last_visit) * REVISIT_FACTOR, FIRST_REVISIT), LONGEST_REVISIT)


def after_failure(now: datetime, failures: int, retry_at: datetime | None = None) -> datetime | None:
    """Return when to retry after so many consecutive failures, not before `retry_at`; None to give up."""
    if failures > MOST_FAILURES:
        return None
    again = now + min(FIRST_RETRY * RETRY_FACTOR ** max(failures - 1, 0), LONGEST_RETRY)
    return max(again, retry_at) if retry_at else again


def after_listing(now: datetime, last_visit: datetime | None, news: int) -> datetime:
    """Return when to reread a listing: in the next run if it had news, else after twice the last interval."""
    if news:
        return now
    if last_visit is None or last_visit > now:
        return now + SHORTEST_LISTING
    return now + min(max((now - last_visit) * 2, SHORTEST_LISTING), LONGEST_LISTING)


def is_older_copy(page: Page | Outcome, known: datetime | None, now: datetime) -> bool:
    """Whether a page was saved before the known version. A page fetched just now is not older than a future date."""
    if page.url is None or known is None or page.fetched_at >= known:
        return False
    return known <= now or now - page.fetched_at > _JUST_NOW


def first_sight(connection: Connection, page: Page, now: datetime) -> datetime | None:
    """Return when newscrawl first saw a page: when a listing first named it, or when it was fetched.

    None for a local page, which says itself when that was.
    """
    if page.origin != "fetched":
        return None
    keys = {page.key, *([url_key(page.visit.requested_url)] if page.visit is not None else [])}
    listed = connection.execute(_LISTED, {"keys": list(keys)}).scalars()
    moments: list[datetime] = [moment for moment in listed if moment is not None]
    return min(now, page.fetched_at, *moments)


def record_article(connection: Connection, item: Candidate, result: Result, run_id: int, now: datetime) -> Visited:
    """Record a visit that found an article, under the page's key and, after a redirect, under the requested one."""
    page = item.page
    values = {
        "url": page.url,
        "source": page.source,
        "outcome": "stored",  # also if this visit found it unchanged
        "reason": None,
        "error": None,
        "article_id": result.article_id,
        "fetched_at": page.fetched_at,
        "run_id": run_id,
    }
    known = _page_of(connection, page.key)
    is_known = known is not None and known.article_id is not None
    if known is not None and is_older_copy(page, known.fetched_at, now):
        # Newer facts of the page stay; only an earlier "skipped" is corrected.
        names = ("article_id", "run_id", *(("outcome", "reason", "error") if known.outcome == "skipped" else ()))
        changed_too = {name: values[name] for name in names}
        return Visited(_put(connection, page.key, known.id, changed_too), is_known)
    page_id = known.id if known is not None else None
    if page.visit is None:
        return Visited(_put(connection, page.key, page_id, values), is_known)
    born = item.extraction.article.published_at or (known.queued_at if known else None) or now
    changed = result.outcome == "stored"
    is_dated = known is None or known.listed_at is not None
    again = after_visit(now, known.fetched_at if known else None, born, changed=changed, is_dated=is_dated)
    visited = values | _answer(page.visit) | {"failures": 0, "taken_by": run_id}
    visited["next_fetch_at"] = None if result.is_elsewhere else again
    page_id = _put(connection, page.key, page_id, visited)
    requested = url_key(page.visit.requested_url)
    if requested != page.key:
        # A URL that redirects here is not scheduled itself again.
        asked = visited | {"url": page.visit.requested_url, "next_fetch_at": None}
        own = connection.execute(select(articles.c.id).where(articles.c.url_key == requested)).scalar()
        if own is not None and (result.article_id is None or len(heads_of(connection, {own, result.article_id})) > 1):
            error = f"{page.visit.requested_url} redirects to another text, {page.url}; the stored text stays"
            asked |= {"article_id": own, "outcome": "no_article", "reason": "redirected", "error": printable(error)}
        _write(connection, requested, asked)
    return Visited(page_id, is_known)


def record_local_article(connection: Connection, item: Candidate, result: Result, run_id: int) -> Visited:
    """Record an article that a local page holds. It is no visit: its address is fetched as if it had not been read."""
    page, known = item.page, _page_of(connection, item.page.key)
    if known is not None and not _is_local(known):
        if known.article_id is None:
            _put(connection, page.key, known.id, {"article_id": result.article_id})
        return Visited(known.id, known.article_id is not None)
    values: dict[str, Any] = {
        "url": page.url,
        "source": page.source,
        "outcome": "stored",
        "reason": None,
        "error": None,
        "article_id": result.article_id,
        "fetched_at": _saved_at(page),
        "run_id": run_id,
    }
    page_id = _put(connection, page.key, known.id if known is not None else None, values)
    return Visited(page_id, known is not None and known.article_id is not None)


def _is_local(known: Row[Any]) -> bool:
    """Whether a row stands for a file, or for a page of which only a local copy was read."""
    was_read = known.outcome not in {"queued", "skipped"} and known.reason != DELETED
    return known.url is None or (was_read and known.fetched_at is None and known.next_fetch_at is None)


def _saved_at(page: Page | Outcome) -> datetime | None:
    return page.fetched_at if page.url is None else None


def _record_local_outcome(connection: Connection, item: Outcome, known: Row[Any] | None, run_id: int) -> Visited:
    if known is not None and not (_is_local(known) and (known.article_id is None or known.url is None)):
        return Visited(None)
    names = ("url", "source", "outcome", "reason", "error")
    values = {name: getattr(item, name) for name in names} | {"run_id": run_id, "fetched_at": _saved_at(item)}
    return Visited(_put(connection, item.key, known.id if known is not None else None, values))


def record_outcome(connection: Connection, item: Outcome, run_id: int, now: datetime) -> Visited:
    """Record a visit that found no article; an older copy of a known page changes nothing."""
    known = _page_of(connection, item.key)
    if item.origin != "fetched":
        return _record_local_outcome(connection, item, known, run_id)
    if known is not None and is_older_copy(item, known.fetched_at, now):
        return Visited(None)
    if item.visit is None:
        names = ("url", "source", "outcome", "reason", "error", "fetched_at")
        page_id = _write(connection, item.key, {**{name: getattr(item, name) for name in names}, "run_id": run_id})
        return Visited(page_id)
    requested = url_key(item.visit.requested_url)
    is_redirected = requested != item.key
    if is_redirected and (item.may_pass or (known is not None and known.kind != item.visit.kind)):
        # An article URL that redirects to the home page, or to a notice, says nothing about that page.
        item = replace(item, key=requested, url=item.visit.requested_url)
        known = _page_of(connection, item.key)
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
            _restore(connection, known.article_id)
    else:
        failures = known.failures + 1 if known else 1
        values |= {"outcome": item.outcome, "reason": item.reason, "error": item.error, "failures": failures}
        values["next_fetch_at"] = _after(item, item.visit, known, failures, now)
    if item.outcome == "gone" and known is not None and known.article_id is not None:
        _take_away(connection, known.article_id, now)
    page_id = _write(connection, item.key, values)
    is_known = known is not None and known.article_id is not None
    if requested != item.key:
        is_known |= _record_requested(connection, item, requested, values, now)
    if not item.visit.had_text:
        told = facts_of_keys(connection, [requested])
        make_due(connection, [key for key, facts in told.items() if facts.content], now)
    return Visited(page_id, is_known)


def _record_requested(
    connection: Connection, item: Outcome, requested: str, values: dict[str, Any], now: datetime
) -> bool:
    """Record an outcome under the URL that redirected to it; return whether that has an article.

    It is not scheduled itself again, unless it has: then the redirect may have taken the place of a missing page.
    """
    assert item.visit is not None
    values = values | {"url": item.visit.requested_url, "next_fetch_at": None}
    asked = _page_of(connection, requested)
    has_article = asked is not None and asked.article_id is not None
    if asked is not None and has_article and item.outcome == "no_article":
        failures = asked.failures + 1
        values |= {"failures": failures, "next_fetch_at": _after(item, item.visit, asked, failures, now)}
    _write(connection, requested, values)
    return has_article


def _page_of(connection: Connection, key: str) -> Row[Any] | None:
    return connection.execute(_BY_KEY, {"key": key}).first()


def _after(item: Outcome, visit: Visit, known: Row[Any] | None, failures: int, now: datetime) -> datetime | None:
    if item.outcome == "failed":
        return after_failure(now, failures, visit.retry_at)
    if item.outcome == "gone":
        # Once more, in case it is back.
        return now + SECOND_LOOK if known is not None and known.article_id and failures == 1 else None
    # The page had an article before, so this may be an error page with status 200.
    had_article = known is not None and known.article_id is not None
    return after_failure(now, failures) if had_article or item.may_pass else None


def _next_visit(connection: Connection, known: Row[Any], now: datetime) -> datetime | None:
    if known.kind != "article":
        return after_listing(now, known.fetched_at, 0)
    born = select(articles.c.published_at, articles.c.first_seen_at).where(articles.c.id == known.article_id)
    row = connection.execute(born).first()
    first = (row.published_at or row.first_seen_at) if row else now
    return after_visit(now, known.fetched_at, first, changed=False, is_dated=known.listed_at is not None)


def _take_away(connection: Connection, article_id: int, now: datetime) -> None:
    is_there = (articles.c.id == article_id) & articles.c.gone_at.is_(None)
    if connection.execute(update(articles).where(is_there).values(gone_at=now, updated_at=now)).rowcount:
        reelect_head(connection, article_id)


def _restore(connection: Connection, article_id: int) -> None:
    was_gone = (articles.c.id == article_id) & articles.c.gone_at.is_not(None)
    if connection.execute(update(articles).where(was_gone).values(gone_at=None)).rowcount:
        reelect_head(connection, article_id)


def _answer(visit: Visit) -> dict[str, Any]:
    validators = {"etag": visit.header("ETag"), "last_modified": visit.header("Last-Modified")}
    return {"kind": visit.kind, "status": visit.status, **validators}


def _write(connection: Connection, key: str, values: dict[str, Any]) -> int:
    return _put(connection, key, connection.execute(select(pages.c.id).where(pages.c.url_key == key)).scalar(), values)


def _put(connection: Connection, key: str, page_id: int | None, values: dict[str, Any]) -> int:
    if page_id is None:
        added: int = connection.execute(_ADDED, {"url_key": key, **values}).scalar_one()
        return added
    connection.execute(update(pages).where(pages.c.id == page_id), values)
    return page_id
