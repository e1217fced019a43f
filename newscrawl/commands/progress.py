"""Events that a crawl reports to `newscrawl crawl` when it is one of several: JSON lines on standard output."""

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

_INTERVAL = 1.0
"""Seconds between two `progress` events."""


def report_event(event: str, **facts: object) -> None:
    """Write an event as one line; a reader that is gone is ignored."""
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.write(json.dumps({"event": event, **facts}) + "\n")
        sys.stdout.flush()


def end_with_parent() -> None:
    """Stop the crawl as SIGTERM does when its parent process dies, because nothing would enforce its time limit."""

    def wait() -> None:
        with contextlib.suppress(OSError):
            while os.read(0, 1 << 10):
                pass
        os.kill(os.getpid(), signal.SIGTERM)

    Thread(target=wait, name="newscrawl-parent", daemon=True).start()


class Progress:
    """Reports the progress of a crawl every second."""

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
            await asyncio.sleep(_INTERVAL)
            report_event("progress", requests=value("downloader/request_count", 0), stored=value("newscrawl/stored", 0))
