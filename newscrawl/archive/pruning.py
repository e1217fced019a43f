"""Whole files of the archive that have become old."""

from __future__ import annotations

import contextlib
import fcntl
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from newscrawl.archive.place import failure, open_inside

_WRITTEN = re.compile(r"(\d{8}T\d{6}Z)-.*-\d{5}\.warc\.gz")
"""The name of a file that `ArchiveWriter` has made; others are somebody's own."""


@dataclass(frozen=True, slots=True)
class OldFile:
    """A file of the archive in which nothing is younger than a moment."""

    file: str
    """As in `Place.file`."""
    size: int


def old_files(folder: Path, before: datetime) -> list[OldFile]:
    """Find the files that runs of ours wrote, and wrote last, before a moment. Raises ArchiveError."""
    found = []
    try:
        for path in sorted(folder.rglob("*.warc.gz")):
            named = _WRITTEN.fullmatch(path.name)
            facts = path.lstat()
            if named is None or path.is_symlink():
                continue
            began = datetime.strptime(named[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            # A copy of an archive may have lost the times of its files: such a file is kept for longer.
            if max(began, datetime.fromtimestamp(facts.st_mtime, UTC)) < before:
                found.append(OldFile(path.relative_to(folder).as_posix(), facts.st_size))
    except (OSError, ValueError) as error:
        raise failure("cannot be read", folder, error if isinstance(error, OSError) else OSError(str(error))) from None
    return found


def remove_file(folder: Path, file: str) -> bool:
    """Remove a file of the archive; False where somebody is changing it. One that is gone is no error."""
    with contextlib.ExitStack() as stack:
        try:
            if not (folder / file).exists():
                return True
            opened = stack.enter_context(open_inside(folder, file))
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
            (folder / file).unlink()
            (folder / f"{file}.deleting").unlink(missing_ok=True)
        except BlockingIOError:
            return False
        except OSError as error:
            raise failure("cannot be removed", file, error) from None
    return True
