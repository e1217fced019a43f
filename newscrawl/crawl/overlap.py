"""A site that another process is crawling: two crawls that overlap, or one that is stuck."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from newscrawl.storage.locks import Holder, held_since, holder_of
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
    """As the lock file says, which may be wrong. The age is that of the file, and the limit comes from the database."""
    age: timedelta
    limit: timedelta

    @classmethod
    def of(cls, lock: Path, url: str, spider: str) -> Self:
        """Look at a lock that is held, and at the past runs of the spider in the database. Raises StorageError."""
        since = held_since(lock)
        age = datetime.now(UTC) - since if since else timedelta()
        longest = longest_run(url, spider)
        limit = _MOST if longest is None else min(max(_TIMES * longest, _LEAST), _MOST)
        return cls(holder_of(lock), age, limit)

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


def _hours(time: timedelta) -> str:
    minutes = int(time / timedelta(minutes=1))
    return f"{minutes // 60} hours" if minutes >= 120 else f"{minutes} minutes"
