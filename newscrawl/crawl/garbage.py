"""When the interpreter looks for garbage: a full search holds up all threads, the longer the more objects there are.

A listing of fifty thousand links, or a robots.txt of twenty thousand rules, is some hundred thousand objects, which
takes 0.1 s; on a busy machine the reactor was 0.8 s late for it. So while there are many none happens by itself.
"""

from __future__ import annotations

import asyncio
import gc

YOUNG = (5_000, 10, 100_000)
"""Thresholds of `gc`: what is new is searched as often as by default, or more rarely, and all there is hardly ever."""
FEW = 100_000
"""Objects that are searched in 40 ms."""
INTERVAL = 20.0
"""Seconds between two looks."""
MOST_LEFT = 9
"""Searches that are left out in a row; then memory comes first."""


class GarbageCollection:
    """Searches all objects when there are few of them: between two long listings."""

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None
        self._left = 0

    def begin(self) -> None:
        """Begin, in a running event loop. What there is by now stays for ever, and is never searched."""
        gc.freeze()
        gc.set_threshold(*YOUNG)
        self._task = asyncio.ensure_future(self._go_on())

    def end(self) -> None:
        """Search no more."""
        if self._task is not None:
            self._task.cancel()

    def search(self) -> bool:
        """Search now, unless there are many objects and not too many searches were left out; return whether."""
        if len(gc.get_objects()) > FEW and self._left < MOST_LEFT:
            self._left += 1
            return False
        self._left = 0
        gc.collect()
        return True

    async def _go_on(self) -> None:
        while True:
            await asyncio.sleep(INTERVAL)
            self.search()
