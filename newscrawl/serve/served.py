"""What is served, and how the database is asked for it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import ParamSpec, TypeVar

import anyio.to_thread
from starlette.exceptions import HTTPException

from newscrawl.archive import ArchiveFolder
from newscrawl.serve.processes import Processes
from newscrawl.serve.question import LARGEST_ID
from newscrawl.serve.recent import Recent
from newscrawl.storage.engine import time_limit
from newscrawl.storage.sites import SiteState, Space, site_states, space
from newscrawl.workers.pool import Workers

P = ParamSpec("P")
T = TypeVar("T")

MOST_SECONDS = 10.0
"""How long a question may take the database."""


@dataclass(frozen=True, slots=True)
class Acting:
    """What is needed to change something; there is one for each server."""

    processes: Processes
    database_options: tuple[str, ...] = ()
    """The address of the database, for commands that are started; empty where the project names it."""
    secret: str = field(default_factory=partial(secrets.token_urlsafe, 32))
    """Stands in every form, and nowhere else."""


@dataclass(frozen=True, slots=True)
class Served:
    """A database, the raw pages that belong to it, and the workers that read those."""

    database: str
    """Its address."""
    archive: ArchiveFolder | None
    """Folder of raw pages; None if none are kept."""
    max_size: int
    """Bytes of a raw page that are shown."""
    workers: Workers
    is_public: bool = False
    """Whether others than this machine's users may read: they are not told where the database is."""
    logs: Path | None = None
    """Folder with a log file for each site; None if there is none."""
    acting: Acting | None = None
    """None if nothing may be changed here."""

    states: Recent[list[SiteState]] = field(init=False)
    """The state of all sites."""
    space: Recent[Space] = field(init=False)
    """What the database and the archive take."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "states", Recent(lambda: site_states(self.database, datetime.now(UTC))))
        object.__setattr__(self, "space", Recent(partial(space, self.database, self.archive)))

    async def ask(self, question: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Ask the database in a thread, within the time limit. Raises what the function raises."""
        return await anyio.to_thread.run_sync(partial(_within_limit, question, *args, **kwargs))


def _within_limit(question: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    with time_limit(MOST_SECONDS):
        return question(*args, **kwargs)


def id_of(given: int) -> int:
    """Return the id in a path. Raises HTTPException 404 for one that no row can have."""
    if not 0 < given <= LARGEST_ID:
        raise HTTPException(404)
    return given
