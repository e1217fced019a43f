"""The record of every run, from its first second."""

from __future__ import annotations

import os
import socket
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from newscrawl import __version__
from newscrawl.storage.schema import runs

_PROCESS_BEGAN = datetime.now(UTC)


def begin(connection: Connection, spider: str, arguments: dict[str, str], counts: dict[str, Any]) -> int:
    """Record that a run begins, close the records of runs that died, and return the new run's id."""
    host = socket.gethostname()
    _close_dead(connection, host)
    values = {
        "spider": spider,
        "arguments": arguments,
        "version": __version__,
        "host": host,
        "pid": os.getpid(),
        "started_at": datetime.now(UTC),
        "counts": counts,
    }
    run_id: int = connection.execute(insert(runs).values(**values).returning(runs.c.id)).scalar_one()
    return run_id


def count(connection: Connection, run_id: int, counts: dict[str, Any]) -> None:
    """Store what the run has done so far."""
    connection.execute(update(runs).where(runs.c.id == run_id).values(counts=counts))


def finish(connection: Connection, run_id: int, reason: str) -> None:
    """Record that a run ended, and how."""
    connection.execute(update(runs).where(runs.c.id == run_id).values(finished_at=datetime.now(UTC), reason=reason))


def _close_dead(connection: Connection, host: str) -> None:
    columns = select(runs.c.id, runs.c.pid, runs.c.started_at)
    unfinished = columns.where(runs.c.finished_at.is_(None), runs.c.host == host)
    for run_id, pid, started_at in connection.execute(unfinished).all():
        # In a container every run may have the same process id.
        is_alive = started_at >= _PROCESS_BEGAN if pid == os.getpid() else _is_alive(pid)
        if not is_alive:
            finish(connection, run_id, "killed")


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
