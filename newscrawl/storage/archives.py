"""Which web archives were loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, select

from newscrawl.items import ArchiveRead
from newscrawl.storage.backends import backend_of
from newscrawl.storage.engine import read_connection
from newscrawl.storage.schema import loaded_archives


def record_archive(connection: Connection, read: ArchiveRead, run_id: int | None) -> None:
    """Record that a run has stored all pages of a web archive."""
    values: dict[str, Any] = {"size": read.size, "arguments": dict(read.arguments)}
    values |= {"loaded_at": datetime.now(UTC), "run_id": run_id}
    added = backend_of(connection.engine.url).insert(loaded_archives).values(file=read.file, **values)
    connection.execute(added.on_conflict_do_update(index_elements=["file"], set_=values))


@dataclass(frozen=True, slots=True)
class Loaded:
    """The web archives that were loaded, by their real paths."""

    files: Mapping[str, tuple[int, Mapping[str, str]]]
    """Size in bytes, and the arguments with which it was read."""

    def holds(self, read: ArchiveRead) -> bool:
        """Whether a file of this size was read with these arguments."""
        return self.files.get(read.file) == (read.size, dict(read.arguments))


def loaded(url: str) -> Loaded:
    """Return which web archives were loaded into the database at `url`. Raises StorageError."""
    columns = loaded_archives.c.file, loaded_archives.c.size, loaded_archives.c.arguments
    with read_connection(url) as connection:
        return Loaded({row.file: (row.size, row.arguments) for row in connection.execute(select(*columns))})
