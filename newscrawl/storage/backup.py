"""A copy of a database that is being written."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from newscrawl.storage.backends import location, parse_url
from newscrawl.storage.backends.sqlite import BUSY_TIMEOUT
from newscrawl.storage.errors import StorageError
from newscrawl.storage.reading import require
from newscrawl.text import printable


def back_up(url: str, target: Path) -> int:
    """Write the state of a moment to a new file, whole or not at all, and return its bytes. A crawl may go on.

    The copy is read through before it has its name. Raises StorageError.
    """
    require(url)
    if parse_url(url).get_backend_name() != "sqlite":
        raise StorageError(f"{printable(location(url))} is no file; back it up with pg_dump")
    source = Path(location(url))
    shown = printable(str(target))
    if target.exists():
        raise StorageError(f"{shown} is there already; a backup replaces nothing: name another file")
    part = target.with_name(f"{target.name}.part")
    try:
        part.unlink(missing_ok=True)
        with (
            closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True, timeout=BUSY_TIMEOUT)) as original,
            closing(sqlite3.connect(part)) as copy,
        ):
            original.backup(copy)
            copy.execute("pragma journal_mode = delete")  # one file, without others beside it
            wrong = [row[0] for row in copy.execute("pragma quick_check") if row[0] != "ok"]
        if wrong:
            raise StorageError(f"the copy of {printable(str(source))} is damaged: {printable(wrong[0])}")
        with part.open("rb") as file:
            os.fsync(file.fileno())
        try:
            os.link(part, target)  # fails where somebody has made it meanwhile
            part.unlink()
        except OSError:
            if target.exists():
                raise
            part.rename(target)  # a file system without hard links
    except (OSError, sqlite3.Error) as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise StorageError(f"{shown} cannot be written: {printable(str(error))}") from None
    return target.stat().st_size
