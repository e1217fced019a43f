"""What a crawl that is one of several tells the process that started it: JSON lines on standard output."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from threading import Thread

from scrapy import signals
from scrapy.crawler import Crawler

_EVERY = 1.0
"""Seconds between two lines on how far it is."""


def tell(event: str, **facts: object) -> None:
    """Write a line; nobody may be there to read it any more."""
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.write(json.dumps({"event": event, **facts}) + "\n")
        sys.stdout.flush()


def end_with_parent() -> None:
    """End the crawl, as SIGTERM does, when whoever started it is gone: nobody would keep its time limit."""

    def wait() -> None:
        with contextlib.suppress(OSError):
            while os.read(0, 1 << 10):
                pass
        os.kill(os.getpid(), signal.SIGTERM)

    Thread(target=wait, name="newscrawl-parent", daemon=True).start()


class Progress:
    """Tells how far a crawl is, every second."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._task: asyncio.Task[None] | None = None
        crawler.signals.connect(self._begin, signals.spider_opened)
        crawler.signals.connect(self._end, signals.spider_closed)

    def _begin(self) -> None:
        self._task = asyncio.ensure_future(self._go_on())

    def _end(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _go_on(self) -> None:
        assert self._crawler.stats is not None
        value = self._crawler.stats.get_value
        while True:
            await asyncio.sleep(_EVERY)
            tell("progress", requests=value("downloader/request_count", 0), stored=value("newscrawl/stored", 0))
