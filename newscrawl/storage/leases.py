"""Leases: with PostgreSQL a site belongs to one process at a time, on whichever machine.

A lease ends by the database's clock unless it is renewed, and whoever takes the site then gets a higher token. Every
write transaction of a crawl asks for its own token first (`Lease.fence`), so a process that was stopped, or cut off
from the network, writes nothing more once another one has its site. Without such a token no lock is safe: between the
moment when a process looks at its lease and the one when its transaction is committed, any time may pass
(https://martin.kleppmann.com/2016/02/08/how-to-do-distributed-locking.html).

With SQLite there is one machine, and the file lock of the site is enough.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, tuple_, update

from newscrawl.storage.backends import backend_of, parse_url
from newscrawl.storage.clocks import ahead_of
from newscrawl.storage.engine import explained, open_engine, read_connection
from newscrawl.storage.errors import StorageError
from newscrawl.storage.locks import Holder, host_name, is_left, site_lock
from newscrawl.storage.schema import leases, runs
from newscrawl.text import printable

logger = logging.getLogger(__name__)

LEASE_LOST = "lease_lost"
"""Reason of a run whose site another process took over."""
RENEWALS = 3
"""How often a lease is renewed in the time that it lasts, so that one or two renewals may fail."""
MOST_MINUTES_OFF = 2
"""Minutes by which the clocks of a machine and of the database may differ without a warning."""
_DEAD = "its process died: it was killed, or the machine stopped"
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


class LeaseLost(StorageError):  # noqa: N818 - it is what happened
    """Another process has taken over the site. What this one wanted to write was refused."""


@dataclass(frozen=True, slots=True)
class Occupied:
    """Another process has the site."""

    holder: Holder | None
    """None if it has only just begun."""
    age: timedelta
    """How long it has had it, by the database's clock."""


@dataclass(slots=True, eq=False)
class Lease:
    """A site that this process has for now; a thread renews it. Every method may be called from any thread."""

    url: str
    source: str
    token: int
    seconds: float
    free_since: float
    """When the process before this one certainly sent its last request to the site, by the monotonic clock."""
    clock_ahead: timedelta
    """How far the clock of this machine is ahead of the database's; 0 where it is right."""
    _sure_until: float
    """Until when nobody else can have the site, by a clock that goes on while a machine sleeps."""
    _renewed_until: float
    """When renewing ends, by the same clock: a crawl that takes so long is stuck."""
    on_lost: Callable[[LeaseLost], None] | None = None
    """Called once, in some thread, when it is known that another process has the site."""
    lost: LeaseLost | None = None

    @property
    def is_sure(self) -> bool:
        """Whether nobody else can have the site yet. False after a pause; only the database knows then."""
        return self.lost is None and _now() < self._sure_until

    @property
    def is_overdue(self) -> bool:
        """Whether the crawl takes longer than any should, so that its lease is left to expire."""
        return _now() > self._renewed_until

    def renew(self) -> None:
        """Renew the lease now. Raises LeaseLost if that cannot be, StorageError if the database cannot be asked."""
        if self.lost is None:
            self._keeper.renew([self])
        if self.lost is not None:
            raise self.lost

    def fence(self, connection: Connection) -> None:
        """Raise LeaseLost if another process has the site; until the transaction ends, none can take it.

        The lock of the row does not keep it from being renewed. A process that stops in its transaction holds up all
        others that write, so the server ends it when it has done nothing for as long as a lease lasts.
        """
        row = connection.execute(_FENCE, {"source": self.source, "idle": str(round(1000 * self.seconds))}).first()
        if row is None or row.token != self.token:
            raise self._lose(_taken_over(self.source, row))

    def serve(self, run_id: int) -> None:
        """Say which run has the lease, so that who takes it over can close its record. Raises StorageError."""
        own = leases.c.source == self.source, leases.c.token == self.token
        with self._keeper.transaction() as connection:
            connection.execute(update(leases).where(*own).values(run_id=run_id))
        _of_runs[_canonical(self.url), run_id] = self

    def release(self) -> None:
        """Give the site back at once; if the database cannot be asked, the lease expires."""
        for key in [key for key, lease in _of_runs.items() if lease is self]:
            del _of_runs[key]
        self._keeper.release(self)

    @property
    def _keeper(self) -> _Keeper:
        return _keeper_of(self.url, self.seconds)

    def _lose(self, why: str) -> LeaseLost:
        if self.lost is None:
            self.lost = LeaseLost(why)
            if self.on_lost is not None:
                self.on_lost(self.lost)
        return self.lost


def _taken_over(source: str, row: Any) -> str:
    holder = _holder_of(row)
    now = f": {holder} crawls it" if holder else ""
    return f"{printable(source)} was taken over while this process had stopped or was cut off{now}"


def lease_of(url: str, run_id: int) -> Lease | None:
    """Return the lease under which a run of this process writes; None if it needs none."""
    return _of_runs.get((_canonical(url), run_id)) if _of_runs else None


def _canonical(url: str) -> str:
    return parse_url(url).render_as_string(hide_password=False)


def needs_lease(url: str) -> bool:
    """Whether several machines may crawl into a database, so that a file lock is not enough."""
    return not url.startswith("sqlite:")


def take_lease(
    url: str, source: str, seconds: float, most: timedelta, *, nonce: str = "", dead: str | None = None
) -> Lease | Occupied:
    """Take a site for so many seconds, and renew that until it is released, but for no longer than `most`.

    `nonce` is the file lock of the site that this process holds, if it does; `dead` is the one that was held before,
    whose process is certainly gone: its lease need not expire. Raises StorageError.
    """
    keeper = _keeper_of(url, seconds)
    asked = _now()
    own = leases.c.source == source
    with keeper.transaction() as connection:
        first = {"source": source, "token": 0, "host": "", "pid": 0, "nonce": ""}
        never = dict.fromkeys(("taken_at", "renewed_at", "expires_at"), _EPOCH)
        connection.execute(backend_of(url).insert(leases).values(**first, **never).on_conflict_do_nothing())
        # Stronger than the lock of a fenced transaction: while one is open, the site cannot be taken.
        row = connection.execute(_ROW.where(own).with_for_update(skip_locked=True)).first()
        is_dead = row is not None and dead is not None and row.nonce == dead
        if row is None or (row.left > 0 and not is_dead):
            row = connection.execute(_ROW.where(own)).one()
            return Occupied(_holder_of(row), timedelta(seconds=max(float(row.age), 0.0)))
        by = f"its lease ended, and process {os.getpid()} on {host_name()} took the site over"
        why = ("killed", _DEAD) if is_dead else (LEASE_LOST, by)
        _close_run(connection, row.run_id, *why)
        now = func.clock_timestamp()
        values = {"token": row.token + 1, "host": host_name(), "pid": os.getpid(), "nonce": nonce, "run_id": None}
        times = {"taken_at": now, "renewed_at": now, "expires_at": _after(seconds)}
        connection.execute(update(leases).where(own).values(**values, **times))
    _warn_of_clock(row.clock)
    free_since = time.monotonic() - max(-float(row.left), 0.0)
    until = asked + seconds, asked + most.total_seconds()
    lease = Lease(url, source, row.token + 1, seconds, free_since, ahead_of(row.clock), *until)
    keeper.add(lease)
    return lease


def lease_holders(url: str) -> dict[str, str]:
    """Return who crawls what at the moment, in words, by source. Raises StorageError.

    A holder of this machine that is dead crawls nothing, though its lease has not expired.
    """
    held = _ROW.where(leases.c.expires_at > func.clock_timestamp())
    with read_connection(url) as connection:
        rows = connection.execute(held).all()
    return {row.source: str(_holder_of(row)) for row in rows if not is_left(site_lock(url, row.source), row.nonce)}


_of_runs: dict[tuple[str, int], Lease] = {}
"""By database URL and run id."""

_HELD_BY = leases.c.host, leases.c.pid, leases.c.taken_at
_ROW = select(
    leases.c.source,
    leases.c.token,
    leases.c.nonce,
    leases.c.run_id,
    *_HELD_BY,
    func.extract("epoch", leases.c.expires_at - func.clock_timestamp()).label("left"),
    func.extract("epoch", func.clock_timestamp() - leases.c.taken_at).label("age"),
    func.clock_timestamp().label("clock"),
)
_FENCE = (
    select(
        leases.c.token,
        *_HELD_BY,
        func.set_config("idle_in_transaction_session_timeout", bindparam("idle"), True),
    )
    .where(leases.c.source == bindparam("source"))
    .with_for_update(read=True, key_share=True)
)


def _warn_of_clock(database: datetime) -> None:
    """Say that this machine's clock is wrong: nothing here depends on it, but logs and what pages are taken for do."""
    minutes = (datetime.now(UTC) - database).total_seconds() / 60
    if abs(minutes) >= MOST_MINUTES_OFF:
        word = "ahead of" if minutes > 0 else "behind"
        logger.warning(
            "the clock of this machine is %.0f minutes %s the database's, whose times are written; set it",
            abs(minutes),
            word,
        )


def _after(seconds: float) -> Any:
    return func.clock_timestamp() + func.make_interval(0, 0, 0, 0, 0, 0, seconds)


def _now() -> float:
    """Seconds by a clock that also counts the time in which the machine was suspended."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


def _holder_of(row: Any) -> Holder | None:
    return None if row is None or not row.pid else Holder(row.pid, row.host, row.taken_at)


def _close_run(connection: Connection, run_id: int | None, reason: str, error: str) -> None:
    """Close the record of a run that had a site and did not end; so the pages that it had taken are free."""
    unfinished = runs.c.id == run_id, runs.c.finished_at.is_(None)
    values = {"finished_at": func.clock_timestamp(), "reason": reason, "error": error}
    if run_id is not None:
        connection.execute(update(runs).where(*unfinished).values(**values))


class _Keeper:
    """Renews the leases of this process in one database, all in one statement, from a thread.

    The thread waits for nothing but the database: neither a busy reactor nor a long transaction delays it.
    """

    def __init__(self, url: str, seconds: float) -> None:
        self._seconds = seconds
        self._engine = open_engine(url)
        self._engine.dispose()  # of the connection that looked at the tables
        self._leases: set[Lease] = set()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Run a short transaction on a connection of its own, so that none is left open in between."""
        with explained(self._engine), self._engine.connect() as connection:
            connection.detach()
            with connection.begin():
                yield connection

    def add(self, lease: Lease) -> None:
        """Renew a lease from now on."""
        with self._lock:
            self._leases.add(lease)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="newscrawl-leases", daemon=True)
                self._thread.start()

    def release(self, lease: Lease) -> None:
        """End a lease."""
        with self._lock:
            self._leases.discard(lease)
        own = leases.c.source == lease.source, leases.c.token == lease.token
        with suppress(StorageError), self.transaction() as connection:
            row = connection.execute(_ROW.where(*own)).first()
            if row is None:
                return
            # Finished by now, unless the database could not be reached then; its pages would wait for this process.
            _close_run(connection, row.run_id, "storage_failed", "the database failed when the run ended")
            values = {"expires_at": func.clock_timestamp(), "run_id": None}
            connection.execute(update(leases).where(*own).values(**values))

    def renew(self, some: Sequence[Lease]) -> None:
        """Renew leases, and tell those that are lost. Raises StorageError if the database cannot be asked."""
        asked = _now()
        wanted = [(lease.source, lease.token) for lease in some if not lease.is_overdue]
        times = {"renewed_at": func.clock_timestamp(), "expires_at": _after(self._seconds)}
        with self.transaction() as connection:
            own = tuple_(leases.c.source, leases.c.token).in_(wanted)
            connection.execute(update(leases).where(own).values(**times))
            of_these = _ROW.where(leases.c.source.in_([lease.source for lease in some]))
            rows = {row.source: row for row in connection.execute(of_these).all()}
        for lease in some:
            row = rows.get(lease.source)
            if row is None or row.token != lease.token:
                lease._lose(_taken_over(lease.source, row))
            elif (lease.source, lease.token) in wanted:
                lease._sure_until = asked + lease.seconds
            else:
                lease._lose(f"the crawl of {printable(lease.source)} takes longer than any should; others may crawl it")

    def _run(self) -> None:
        while True:
            time.sleep(self._seconds / RENEWALS)
            with self._lock:
                if not self._leases:
                    self._thread = None
                    return
                some = [lease for lease in self._leases if lease.lost is None]
            try:
                if some:
                    self.renew(some)
            except Exception as error:  # noqa: BLE001 - a thread that ended would renew nothing ever after
                logger.warning("leases could not be renewed, which is tried again: %s", printable(str(error)))


_keepers: dict[tuple[str, float], _Keeper] = {}
_keepers_lock = threading.Lock()


def _keeper_of(url: str, seconds: float) -> _Keeper:
    with _keepers_lock:
        if (url, seconds) not in _keepers:
            _keepers[url, seconds] = _Keeper(url, seconds)
        return _keepers[url, seconds]
