"""One crawl of a site at a time: a process claims a site, or hears who has it and whether that one is stuck."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from newscrawl.storage.errors import StorageError
from newscrawl.storage.leases import Lease, Occupied, needs_lease, take_lease
from newscrawl.storage.locks import Holder, Lock, held_since, holder_of, site_lock
from newscrawl.storage.runs import longest_run

_LEAST = timedelta(minutes=30)
"""A site may always be held for as long as this."""
_MOST = timedelta(hours=24)
"""A site is never held for longer than this; also the limit of a site whose runs are not known yet."""
_TIMES = 3
"""A site may be held for as many times the longest of its last runs."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """Who crawls a site, for how long, and how long that may last."""

    holder: Holder | None
    """As the lock file or the lease says. The age is that of the file or lease, the limit is from the database."""
    age: timedelta
    limit: timedelta

    @classmethod
    def of(cls, lock: Path, url: str, spider: str) -> Self:
        """Look at a lock that is held, and at the past runs of the spider in the database. Raises StorageError."""
        since = held_since(lock)
        return cls(holder_of(lock), datetime.now(UTC) - since if since else timedelta(), _limit(url, spider))

    @property
    def is_stuck(self) -> bool:
        """Whether the site is held for longer than it should be."""
        return self.age > self.limit

    def __str__(self) -> str:
        by = f"by {self.holder}" if self.holder else "by another process"
        said = f"is already being crawled {by}"
        if not self.is_stuck:
            return said
        return f"{said}, for {_hours(self.age)}, which is more than {_hours(self.limit)}; it may be stuck"


def _limit(url: str, spider: str) -> timedelta:
    longest = longest_run(url, spider)
    return _MOST if longest is None else min(max(_TIMES * longest, _LEAST), _MOST)


@dataclass(frozen=True, slots=True)
class Claim:
    """A site that this process crawls alone, until it releases the claim or dies; an empty one excludes nobody."""

    lock: Lock | None = None
    """None if another process of this machine has stopped without giving it back, and its lease has expired."""
    lease: Lease | None = None
    """None with SQLite, which only one machine can use."""

    def serve(self, run_id: int) -> None:
        """Bind the claim to a run of this process: its store then writes nothing once the site is lost."""
        if self.lease is not None:
            self.lease.serve(run_id)

    def release(self) -> None:
        """Give the site back."""
        if self.lease is not None:
            self.lease.release()
        if self.lock is not None:
            self.lock.release()


def claim_site(url: str, site: str, spider: str, seconds: float, minutes: float = 0) -> Claim | Overlap:
    """Claim a site for a crawl into the database at `url`; return who has it if that cannot be. Raises StorageError.

    In a file database the file lock decides, which the system releases when its process ends. In PostgreSQL a lease
    of so many seconds does, which is renewed while the process runs, for `minutes` and half an hour at most, or for a
    day if `minutes` is 0. There the file lock only shows that a holder on this machine is dead, whose lease need not
    expire.
    """
    path = site_lock(url, site)
    lock = Lock.take(path)
    if not needs_lease(url):
        return Overlap.of(path, url, spider) if lock is None else Claim(lock, None)
    most = timedelta(minutes=minutes) + _LEAST if minutes else _MOST
    nonce, before = (lock.nonce, lock.before) if lock is not None else ("", None)
    try:
        taken = take_lease(url, site, seconds, most, nonce=nonce, dead=before)
    except StorageError:
        if lock is not None:
            lock.release()
        raise
    if isinstance(taken, Occupied):
        if lock is not None:
            lock.release()
        return Overlap(taken.holder, taken.age, _limit(url, spider))
    return Claim(lock, taken)


def _hours(time: timedelta) -> str:
    minutes = int(time / timedelta(minutes=1))
    return f"{minutes // 60} hours" if minutes >= 120 else f"{minutes} minutes"
