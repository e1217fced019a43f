"""A database's file that is taken away while it is written."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from sqlalchemy import Engine

from newscrawl.storage.backends import location
from newscrawl.storage.errors import StorageError
from newscrawl.text import printable


@dataclass(frozen=True, slots=True)
class Presence:
    """The file that was opened: SQLite goes on writing to one that has lost its name, and nobody finds it again."""

    path: Path | None
    _file: os.stat_result | None

    @classmethod
    def of(cls, engine: Engine) -> Self:
        """Remember the file of a database, where it is a file."""
        if engine.dialect.name != "sqlite":
            return cls(None, None)
        path = Path(location(engine.url))
        return cls(path, _look(path))

    def check(self) -> None:
        """Raise StorageError where the file is not the one that was opened."""
        if self.path is None or self._file is None:
            return
        now = _look(self.path)
        if now is None or not os.path.samestat(now, self._file):
            raise StorageError(
                f"database {printable(str(self.path))} was removed or replaced while it was written "
                "(the next crawl makes it anew; restore a backup first)"
            )


def _look(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None
