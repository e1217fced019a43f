"""Interrupt a callback that holds up all crawls of the process."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from types import FrameType

from newscrawl.rounds.site_log import CURRENT, SiteLog

PATIENCE = 30.0
"""Seconds that the code of one crawl may hold up the others."""
SECOND_LOOK = 3.0
"""Seconds after which it is interrupted. A machine that was suspended is past its time, and goes on by itself."""
_BEAT = 5.0


class CallbackStuck(Exception):  # noqa: N818 - it is what happened
    """Code of a site ran for so long that it was interrupted."""


class StuckWatch:
    """Raises CallbackStuck in the code of a crawl that does not let the reactor go on.

    A timer of the system is put off while the reactor runs. When it goes off, Python calls the handler in the midst of
    whatever runs in the main thread, which is told by its context: loops, sleeps and regular expressions can be
    interrupted so, calls into other libraries only when they return.
    """

    def __init__(self, on_stuck: Callable[[SiteLog], None], patience: float = PATIENCE) -> None:
        """`on_stuck` is told of which crawl it is, just before its code is interrupted."""
        self._on_stuck = on_stuck
        self._patience = patience
        self._suspect: tuple[SiteLog, int] | None = None
        self._beats = 0
        self._handle: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """Watch the reactor from now on."""
        signal.signal(signal.SIGALRM, self._receive)
        self._beat()

    def end(self) -> None:
        """Watch no more."""
        if self._handle is not None:
            self._handle.cancel()
        signal.setitimer(signal.ITIMER_REAL, 0)

    def _beat(self) -> None:
        self._beats += 1
        signal.setitimer(signal.ITIMER_REAL, self._patience)
        self._handle = asyncio.get_running_loop().call_later(min(_BEAT, self._patience / 3), self._beat)

    def _receive(self, number: int, frame: FrameType | None) -> None:
        site = CURRENT.get()
        signal.setitimer(signal.ITIMER_REAL, min(SECOND_LOOK, self._patience))
        if site is None:  # the reactor itself, which waits or was asleep
            return
        before, self._suspect = self._suspect, (site, self._beats)
        if before == self._suspect:
            self._suspect = None
            self._on_stuck(site)
            raise CallbackStuck(
                f"code of {site.spider} held up all crawls for {self._patience:g} s, and was interrupted"
            )
