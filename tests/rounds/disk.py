"""A disk of a test's own: small, so that it can be full, and sometimes only to be read."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

MEGABYTES = 96


def _mount(*arguments: object) -> bool:
    done = subprocess.run(["mount", *map(str, arguments)], capture_output=True, check=False)
    return done.returncode == 0


class Disk:
    """A folder; where this machine lets us mount, a file system in memory."""

    def __init__(self, folder: Path, *, is_mounted: bool) -> None:
        self.folder = folder
        self.is_mounted = is_mounted
        self._filler = folder / "filler"

    @contextlib.contextmanager
    def full(self, left: int) -> Iterator[None]:
        """Have room for so many bytes on it."""
        with self._filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(1 << 16))
        with self._filler.open("r+b") as file:
            file.truncate(max(file.seek(0, 2) - left, 0))
        try:
            yield
        finally:
            self._filler.unlink()

    @contextlib.contextmanager
    def read_only(self) -> Iterator[None]:
        """Let nobody write to it."""
        assert _mount("-o", "remount,ro", self.folder)
        try:
            yield
        finally:
            assert _mount("-o", "remount,rw", self.folder)


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[Disk]:
    """Make a disk at a folder."""
    folder.mkdir()
    is_mounted = _mount("-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", folder)
    try:
        yield Disk(folder, is_mounted=is_mounted)
    finally:
        if is_mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)
