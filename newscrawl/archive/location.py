"""Places of records in an archive, and opening its files without leaving its folder."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from newscrawl.text import printable


class ArchiveError(Exception):
    """An archive that cannot be written or read: ``reason`` is a word to count by, the message one line."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(reason, message)
        self.reason = reason
        self.message = message

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True, slots=True)
class Place:
    """Place of an archived page."""

    file: str
    """Path relative to the archive folder, with ``/`` as separator."""
    offset: int
    """Offset of its first record, in bytes of the file as stored."""
    length: int
    """Length of all its records in bytes; an article in several pages has several records."""


def shown(path: Path | str) -> str:
    """Return a path for use in a message."""
    return printable(str(path))


def failure(action: str, path: Path | str, error: OSError) -> ArchiveError:
    """Return an ArchiveError for an error of the operating system."""
    return ArchiveError("unusable", f"{shown(path)} {action} ({error.strerror or error})")


def open_archive(path: Path, flags: int = os.O_RDONLY) -> BinaryIO:
    """Open a regular file named by the user. Raises ArchiveError."""
    try:
        # A pipe would block forever.
        descriptor = os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise ArchiveError("missing", f"{shown(path)} does not exist") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise ArchiveError("unusable", f"{shown(path)} cannot be opened ({error})") from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise ArchiveError("unusable", f"{shown(path)} is not a regular file")
    return open(descriptor, "rb" if flags == os.O_RDONLY else "r+b", buffering=0)  # noqa: PTH123 - it has no path


def open_inside(folder: Path, file: str, flags: int = os.O_RDONLY) -> BinaryIO:
    """Open a file of the archive in `folder`. Raises ArchiveError, also if it is outside, directly or by a link."""
    return open_archive(path_inside(folder, file), flags)


def path_inside(folder: Path, file: str) -> Path:
    """Return the real path of a file of the archive in `folder`. Raises ArchiveError."""
    name = PurePosixPath(file)
    outside = ArchiveError("outside", f"{shown(file)} is outside of the archive folder {shown(folder)}")
    if name.is_absolute() or ".." in name.parts or not name.parts or "\0" in file:
        raise outside
    root = Path(os.path.realpath(folder))
    real = Path(os.path.realpath(root / name))
    if not real.is_relative_to(root):
        raise outside
    return real
