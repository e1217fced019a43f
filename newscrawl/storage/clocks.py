"""What a machine with a wrong clock writes has the times of the database's clock, by which all machines plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from sqlalchemy import Connection, Engine

from newscrawl.items import Candidate, Listing, Outcome, Page, Visit
from newscrawl.storage.engine import database_clock, explained
from newscrawl.storage.frontier import Defer

MOST_OFF = timedelta(minutes=1)
"""A clock that differs by less is right: some of it is the time that asking takes."""

_Item = TypeVar("_Item")


def clock_ahead(connection: Connection) -> timedelta:
    """Return how far the clock of this machine is ahead of the database's; 0 where it is right."""
    database = database_clock(connection)
    return ahead_of(database)


def engine_clock_ahead(engine: Engine) -> timedelta:
    """Return the same, in a connection of its own; SQLite has the clock of this machine. Raises StorageError."""
    if engine.dialect.name == "sqlite":
        return timedelta()
    with explained(engine), engine.connect() as connection:
        return clock_ahead(connection)


def ahead_of(database: datetime) -> timedelta:
    """Return the same, by what the database's clock said just now."""
    ahead = datetime.now(UTC) - database
    return ahead if abs(ahead) > MOST_OFF else timedelta()


def by_database_clock(item: _Item, ahead: timedelta) -> _Item:
    """Return an item of a run with the times by the database's clock that this machine's clock told.

    What local files and archives say of their time stays as it is.
    """
    match item:
        case Candidate(page=Page(visit=Visit(), origin="fetched") as page):
            return replace(item, page=_page(page, ahead))
        case Outcome(visit=Visit() as visit, origin="fetched") | Listing(visit=visit):
            return replace(item, fetched_at=item.fetched_at - ahead, visit=_visit(visit, ahead))
        case Defer(until=until):
            return replace(item, until=until - ahead)
    return item


def _page(page: Page, ahead: timedelta) -> Page:
    assert page.visit is not None
    rest = tuple(replace(one, fetched_at=one.fetched_at - ahead) for one in page.rest)
    return replace(page, fetched_at=page.fetched_at - ahead, visit=_visit(page.visit, ahead), rest=rest)


def _visit(visit: Visit, ahead: timedelta) -> Visit:
    return visit if visit.retry_at is None else replace(visit, retry_at=visit.retry_at - ahead)
