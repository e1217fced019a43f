"""What a feed, sitemap or section page brings: new pages are queued in the transaction that stores its ETag."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from newscrawl.items import Link, Listing
from newscrawl.revisits import after_listing
from newscrawl.storage.frontier import CHUNK, EVER, Window, count_waiting
from newscrawl.storage.schema import pages
from newscrawl.urlforms import plainer_keys
from newscrawl.urls import url_key

MOST_WAITING = 2_000
"""Articles of a source that wait for their first visit at a time. What is older than these is known, and left to a
run that asks for its dates: a site's whole past is no business of an hourly crawl."""

_FEW = 20
"""Pages that may vanish from a sitemap at a time, however small it is."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a run wants of the pages that its listings name."""

    window: Window = EVER
    everything: bool = False
    """Also what is known and not due."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """One reading of a listing."""

    connection: Connection
    listing: Listing
    page_id: int
    run_id: int
    wanted: Wanted
    now: datetime


def record_listing(
    connection: Connection, listing: Listing, run_id: int, wanted: Wanted, now: datetime
) -> tuple[int, int]:
    """Queue what a listing names; return the id of its page, and how many articles of it are new or modified."""
    before = connection.execute(select(pages).where(pages.c.url_key == listing.key)).first()
    page_id: int = before.id if before else _add(connection, listing, now)
    reading = _Reading(connection, listing, page_id, run_id, wanted, now)
    links = {url_key(link.url): link for link in listing.links}
    known = {row.url_key: row for row in _known(connection, links) if row.id != page_id}
    new = {key: link for key, link in links.items() if key not in known and key != listing.key}
    news = _queue(reading, _without_other_forms(connection, new))
    news += sum(_renew(reading, row, links[key]) for key, row in known.items())
    if listing.visit.kind == "sitemap" and listing.complete:
        _notice_vanished(reading, links.keys())
    last_visit = before.fetched_at if before else None
    values = {
        "url": listing.url,
        "source": listing.source,
        "kind": listing.visit.kind,
        "outcome": "listed",
        "reason": None,
        "error": None,
        "status": listing.visit.status,
        "etag": listing.visit.header("ETag"),
        "last_modified": listing.visit.header("Last-Modified"),
        "fetched_at": listing.fetched_at,
        "next_fetch_at": after_listing(now, last_visit, news),
        "failures": 0,
        "taken_by": run_id,
        "run_id": run_id,
    }
    connection.execute(update(pages).where(pages.c.id == page_id).values(**values))
    return page_id, news


def _add(connection: Connection, listing: Listing, now: datetime) -> int:
    values = {"url": listing.url, "source": listing.source, "outcome": "queued", "queued_at": now}
    added = insert(pages).values(url_key=listing.key, kind=listing.visit.kind, **values).returning(pages.c.id)
    page_id: int = connection.execute(added).scalar_one()
    return page_id


def _known(connection: Connection, keys: Iterable[str]) -> list[Row[Any]]:
    wanted: list[str] = list(keys)
    origin = pages.alias()
    columns = select(*pages.c, origin.c.kind.label("origin_kind"))
    joined = columns.select_from(pages.outerjoin(origin, origin.c.id == pages.c.discovered_from))
    rows: list[Any] = []
    for start in range(0, len(wanted), CHUNK):
        rows += connection.execute(joined.where(pages.c.url_key.in_(wanted[start : start + CHUNK]))).all()
    return rows


def _without_other_forms(connection: Connection, links: dict[str, Link]) -> dict[str, Link]:
    """Leave out addresses for AMP, telephones or print of articles that are known or named by their plain ones."""
    plainer = {key: plainer_keys(key) for key, link in links.items() if link.kind == "article"}
    wanted = {plain for plains in plainer.values() for plain in plains}
    if not wanted:
        return links
    there = {row.url_key for row in _known(connection, wanted) if row.kind == "article"} | links.keys()
    return {key: link for key, link in links.items() if there.isdisjoint(plainer.get(key, ()))}


def _queue(reading: _Reading, links: dict[str, Link]) -> int:
    """Queue new pages, the youngest first; return how many are articles to visit."""
    window, now = reading.wanted.window, reading.now
    room = MOST_WAITING - count_waiting(reading.connection, reading.listing.source)
    has_room = bool(window) or reading.wanted.everything
    rows: dict[str, dict[str, Any]] = {}
    queued = 0
    # What has no date may be of today.
    for key, link in sorted(links.items(), key=lambda item: item[1].modified_at or now, reverse=True):
        is_article = link.kind == "article"
        is_wanted = window.holds(link.modified_at) if is_article else _may_hold(window, link)
        is_wanted = is_wanted and (has_room or queued < room)
        queued += is_article and is_wanted
        rows[key] = {
            "url_key": key,
            "url": link.url,
            "source": reading.listing.source,
            "kind": link.kind,
            "outcome": "queued" if is_wanted else "skipped",
            "reason": None if is_wanted else "older",
            "discovered_from": reading.page_id,
            "listed_at": link.modified_at,
            "queued_at": now,
            "next_fetch_at": now if is_wanted else None,
        }
    if rows:
        # In the order of the listing, which is mostly that of importance.
        reading.connection.execute(insert(pages), [rows[key] for key in links])
    return queued


def _may_hold(window: Window, link: Link) -> bool:
    """Whether a listing that was last changed then can name anything as young as the window."""
    return window.since is None or link.modified_at is None or link.modified_at >= window.since


def _renew(reading: _Reading, row: Row[Any], link: Link) -> int:
    """Note what a listing says of a page that is known; return 1 for an article that is to be visited for it."""
    if row.reason == "deleted":  # by a person, for good
        return 0
    changes: dict[str, Any] = {}
    wanted, date = reading.wanted, link.modified_at
    last_known = row.listed_at or row.fetched_at
    is_modified = date is not None and last_known is not None and date > last_known
    is_asked_for = wanted.everything or (row.outcome == "skipped" and wanted.window and wanted.window.holds(date))
    if date is not None and (row.listed_at is None or date > row.listed_at):
        changes["listed_at"] = date
    if (is_modified or is_asked_for) and row.taken_by != reading.run_id:
        changes |= {"next_fetch_at": reading.now, "failures": 0}
        if row.outcome == "skipped":
            changes |= {"outcome": "queued", "reason": None}
    # A sitemap that drops a page says that it is gone; a feed does so with everything.
    if reading.listing.visit.kind == "sitemap" and row.origin_kind != "sitemap":
        changes["discovered_from"] = reading.page_id
    if changes:
        reading.connection.execute(update(pages).where(pages.c.id == row.id).values(**changes))
    return int(row.kind == "article" and "next_fetch_at" in changes)


def _notice_vanished(reading: _Reading, keys: Iterable[str]) -> None:
    """Visit articles that a sitemap no longer names, once; one that lost most of them is a list of the latest."""
    listed = select(pages.c.id, pages.c.url_key).where(
        pages.c.discovered_from == reading.page_id, pages.c.kind == "article", pages.c.fetched_at.is_not(None)
    )
    rows = reading.connection.execute(listed).all()
    named = set(keys)
    vanished = [row.id for row in rows if row.url_key not in named]
    values: dict[str, Any] = {"discovered_from": None}
    if len(vanished) <= max(_FEW, len(rows) // 2):
        values["next_fetch_at"] = reading.now
    for start in range(0, len(vanished), CHUNK):
        some = pages.c.id.in_(vanished[start : start + CHUNK])
        reading.connection.execute(update(pages).where(some).values(**values))
