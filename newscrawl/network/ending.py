"""Detects that a crawl is stopping, so that nothing delays it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from scrapy import signals
from scrapy.crawler import Crawler

from newscrawl.network.refusals import Ending
from newscrawl.network.scrapy_internals import is_closing, lift_delays

_LOOK = 0.2
GRACE = 3.0
"""Seconds that a download under way may take to finish."""
READING_GRACE = 4.0
"""Seconds after which a fetched page that is still being read, or a listing that is still being written, is left to the
next run."""

_T = TypeVar("_T")
_watches: WeakKeyDictionary[Crawler, EndWatch] = WeakKeyDictionary()


class EndWatch:
    """Polls the engine, because Scrapy has no signal for the moment when a crawl starts to stop.

    Scrapy waits for every request that the downloader has, one delay after the other, before it closes a spider. So the
    delays are lifted then; no request leaves for it, because what waits for its turn ends with `Ending`.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self._ended = asyncio.Event()
        self._ended_at = 0.0
        self._task: asyncio.Task[None] | None = None
        self.gates: list[Callable[[], Awaitable[None]]] = []
        """Awaited before each request is sent; they raise Ending if that may not be sent any more."""
        crawler.signals.connect(self._watch, signals.spider_opened)
        crawler.signals.connect(self._close, signals.spider_closed)

    @classmethod
    def of(cls, crawler: Crawler) -> EndWatch:
        """Return the watch of a crawl, which is created once."""
        if crawler not in _watches:
            _watches[crawler] = cls(crawler)
        return _watches[crawler]

    @classmethod
    def forget(cls, crawler: Crawler) -> None:
        """Drop the watch of a crawl, which would keep it in memory."""
        _watches.pop(crawler, None)

    @property
    def has_ended(self) -> bool:
        """Whether the crawl is stopping."""
        return self._ended.is_set() or is_closing(self.crawler.engine)

    @property
    def is_overdue(self) -> bool:
        """Whether what is still being read must be left to the next run. May be asked in any thread."""
        return self._ended.is_set() and time.monotonic() - self._ended_at > READING_GRACE

    def _watch(self) -> None:
        self._task = asyncio.ensure_future(self._look())

    async def _look(self) -> None:
        while not self.has_ended:
            await asyncio.sleep(_LOOK)
        self.end()
        assert self.crawler.engine is not None
        while True:  # a request still in the middlewares may create a new slot
            lift_delays(self.crawler.engine.downloader)
            await asyncio.sleep(_LOOK)

    def end(self) -> None:
        """Say that the crawl is stopping: nothing of it is sent any more."""
        if not self._ended.is_set():
            self._ended_at = time.monotonic()
            self._ended.set()

    def _close(self) -> None:
        self.end()
        if self._task is not None:
            self._task.cancel()

    async def unless_ended(self, work: Coroutine[Any, Any, _T], grace: float = 0.0) -> _T:
        """Await some work; cancel it and raise Ending `grace` seconds after the crawl started to stop."""
        task = asyncio.ensure_future(work)
        end = asyncio.ensure_future(self._ended.wait())
        try:
            await asyncio.wait({task, end}, return_when=asyncio.FIRST_COMPLETED)
            left = self._ended_at + grace - time.monotonic()
            if not task.done() and left > 0:
                await asyncio.wait({task}, timeout=left)
            if task.done():
                return task.result()
            raise Ending
        finally:
            end.cancel()
            if not task.done():
                task.cancel()
                await asyncio.wait({task}, timeout=1)
