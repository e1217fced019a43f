"""Free disk space: a run ends before it is used up, while what was stored is whole."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from newscrawl.text import printable

_SHARE = 0.05
"""Of a small disk that need not be more than this free, whatever the setting."""
_INTERVAL = 5.0
"""Seconds between two looks."""


def lack_of_space(folders: Iterable[Path], megabytes: float) -> str | None:
    """Return in a line which disk has less than so many megabytes left; None if all have more, or cannot be asked."""
    for folder in folders:
        try:
            disk = shutil.disk_usage(folder)
        except OSError:
            continue
        needed = min(megabytes * 1e6, _SHARE * disk.total)
        if disk.free < needed:
            left, wanted = disk.free / 1e6, needed / 1e6
            return f"{left:.0f} MB of disk space are left at {printable(str(folder))}, and {wanted:.0f} MB are wanted"
    return None


@dataclass(slots=True)
class DiskWatch:
    """Looks every few seconds."""

    folders: tuple[Path, ...]
    megabytes: float
    """0 to look at nothing."""
    _looked: float = field(default=float("-inf"))

    def look(self) -> str | None:
        """Return what `lack_of_space` does; None if it looked just now."""
        now = time.monotonic()
        if not self.megabytes or now - self._looked < _INTERVAL:
            return None
        self._looked = now
        return lack_of_space(self.folders, self.megabytes)
