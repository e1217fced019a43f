"""Replace files atomically: readers see the old or the new content, never a part."""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO

_MOST_LINKS = 40
"""As many as Linux follows."""


def followed(path: Path) -> Path:
    """Return where the symbolic links of a path lead, for a file that is to be replaced behind them.

    As the kernel does in shared folders (`protected_symlinks`), it follows only links of this user, of root, and of the
    owner of their folder: in `/tmp` a stranger's link would lead to a file that only this user may write. Raises
    OSError.
    """
    waiting, real = [*reversed(path.absolute().parts)], Path("/")
    left = _MOST_LINKS
    while waiting:
        part = waiting.pop()
        if part == "..":
            real = real.parent
            continue
        step = real / part
        if not step.is_symlink():
            real = step
            continue
        left -= 1
        if not left:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        if step.lstat().st_uid not in {os.geteuid(), 0, real.stat().st_uid}:
            raise PermissionError(errno.EACCES, f"{step} is a symbolic link of another user")
        target = step.readlink()
        if target.is_absolute():
            real = Path("/")
        waiting += reversed(target.parts)
    return real


@contextmanager
def replaced(path: Path) -> Iterator[BinaryIO]:
    """Open a file for writing that replaces `path` once it is complete and on disk.

    A symbolic link at `path` is itself replaced. Raises OSError, and then leaves `path` as it was.
    """
    partial = path.with_name(f".{path.name}.{token_hex(4)}")
    try:
        with partial.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if path.is_file():
            shutil.copymode(path, partial)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def replace_file(path: Path, content: bytes) -> None:
    """Replace the content of a file. Raises OSError, and then leaves it as it was."""
    with replaced(path) as file:
        file.write(content)


# https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file, "Naming Conventions"
RESERVED_NAME = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
"""Names in lower case that Windows gives to devices."""
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}")


def is_safe_name(name: object) -> bool:
    """Say whether a name is a plain file name on every file system, and leads nowhere else."""
    return isinstance(name, str) and bool(_SAFE.fullmatch(name)) and not RESERVED_NAME.fullmatch(name.lower())
