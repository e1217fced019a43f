"""Sites of which nothing can be read: since when, and when one counts as dead.

As in feed readers, a site that is gone (its name is not known, its server is, or all its pages are 404) is given up
after some weeks, but never forgotten: now and then it is asked once more, and comes back by itself.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Row, select, update

from newscrawl.storage.engine import database_clock, write_connection
from newscrawl.storage.leases import lease_of
from newscrawl.storage.schema import runs, sites

GONE = frozenset({"dns", "refused", "http_404", "http_410"})
"""Reasons of pages that may mean that a site is no more."""
LEAST_ROUNDS = 5
"""Rounds in which nothing but these was found before a site counts as dead, however many days they took."""
NEXT_TRY = timedelta(days=1)
"""A site that cannot be read is asked again after this time at the latest, though all its pages were given up."""

NO_OUTAGE: Mapping[str, Any] = {"failing_since": None, "failing_rounds": 0, "failing_reason": None, "dead_at": None}
"""Columns of a site that can be read, or whose state a person has chosen."""

_NEIGHBOURS = 200
"""Last runs that may show that the network works here."""
_RECENTLY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Patience:
    """When a site counts as dead, and when it is asked again."""

    dead_after: timedelta
    """How long nothing of it could be read; 0: no site ever counts as dead."""
    check: timedelta
    """After which time a dead site is asked once more."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a run changed about a site, for people."""

    state: Literal["dead", "active"]
    message: str
    """One line."""


def note_round(url: str, run_id: int, robots: Collection[str], patience: Patience) -> Change | None:
    """Do as `note_round_within`, in a transaction of its own. Raises StorageError."""
    with write_connection(url) as connection:
        return note_round_within(connection, run_id, robots, patience)


def note_round_within(
    connection: Connection, run_id: int, robots: Collection[str], patience: Patience
) -> Change | None:
    """Record whether a run that has ended could read anything of its site; return what that changed.

    `robots`: the reasons why its robots.txt could not be fetched. Raises LeaseLost if another process has the site.
    """
    lease = lease_of(connection.engine.url.render_as_string(hide_password=False), run_id)
    if lease is not None:
        lease.fence(connection)
    run = connection.execute(select(runs).where(runs.c.id == run_id)).one()
    site = connection.execute(select(sites).where(sites.c.name == run.spider)).first()
    if site is None:
        return None
    outcomes, reasons = run.counts["outcomes"], run.counts["reasons"]
    failed = outcomes.get("failed", 0) + outcomes.get("gone", 0)
    if sum(outcomes.values()) - failed - reasons.get("not_there", 0) > 0:
        return _recover(connection, site)
    is_round = run.reason in {"finished", "unreachable"} and not run.arguments
    if not failed or not is_round:
        return None
    return _fail(connection, run, site, _reasons_of(reasons, robots), patience)


def _reasons_of(reasons: Mapping[str, int], robots: Collection[str]) -> list[str]:
    """Return why pages could not be read, an unreachable robots.txt by what was wrong with it."""
    found = {name for name, count in reasons.items() if count and name != "not_there"}
    if "robots_unreachable" in found and robots:
        found = found - {"robots_unreachable"} | set(robots)
    return sorted(found)


def _recover(connection: Connection, site: Row[Any]) -> Change | None:
    if site.failing_since is None:
        return None
    is_back = site.state == "dead" and site.dead_at is not None
    state = {"state": "active"} if is_back else {}
    connection.execute(update(sites).where(sites.c.id == site.id).values(**NO_OUTAGE, **state))
    if not is_back:
        return None
    return Change("active", f"it answers again, having been dead since {site.dead_at:%Y-%m-%d}; it is active")


def _fail(
    connection: Connection, run: Row[Any], site: Row[Any], reasons: list[str], patience: Patience
) -> Change | None:
    now = database_clock(connection)
    since: datetime = site.failing_since or run.started_at
    is_gone = GONE.issuperset(reasons)
    counts = is_gone and (any(name.startswith("http_") for name in reasons) or _is_network_up(connection, run, now))
    # What is not gone may be mended by whoever runs it: the rounds are counted from the beginning then.
    rounds = site.failing_rounds + counts if is_gone else 0
    reason = ", ".join(reasons)
    values = {"failing_since": since, "failing_rounds": rounds, "failing_reason": reason}
    is_dead = site.dead_at is not None
    dies = bool(patience.dead_after) and rounds >= LEAST_ROUNDS and now - since >= patience.dead_after
    change = None
    if site.state == "active" and counts and dies:
        is_dead = True
        values |= {"state": "dead", "dead_at": now}
        change = Change("dead", f"it counts as dead: {in_words(reason, rounds, since)}")
    if is_dead:
        values["next_crawl_at"] = now + patience.check
    elif site.next_crawl_at is None or site.next_crawl_at > now + NEXT_TRY:
        values["next_crawl_at"] = now + NEXT_TRY
    connection.execute(update(sites).where(sites.c.id == site.id).values(**values))
    return change


def in_words(reason: str | None, rounds: int, since: datetime) -> str:
    """Say what is wrong with a site that cannot be read."""
    return f"{reason} and nothing else in {rounds} rounds since {since:%Y-%m-%d}"


def _is_network_up(connection: Connection, run: Row[Any], now: datetime) -> bool:
    """Whether another site has answered lately: if none did, the network of this machine may be at fault."""
    latest = select(runs.c.spider, runs.c.bytes, runs.c.started_at).order_by(runs.c.id.desc()).limit(_NEIGHBOURS)
    others = latest.subquery()
    answered = (others.c.spider != run.spider) & (others.c.bytes > 0) & (others.c.started_at > now - _RECENTLY)
    return connection.execute(select(others.c.spider).where(answered).limit(1)).first() is not None
