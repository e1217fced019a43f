"""Files that a reader finds old or new, and never in part."""

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
    """Open a file to be written, which takes the place of an earlier one when it is whole and on disk.

    A link at `path` is replaced itself. Raises OSError, and leaves what was there.
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
    """Put content into the place of a file. Raises OSError, and leaves what was there."""
    with replaced(path) as file:
        file.write(content)
