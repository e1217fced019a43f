"""Replace files atomically: readers see the old or the new content, never a part."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO


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
