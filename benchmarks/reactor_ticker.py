"""A Scrapy extension: how long the reactor is held up, and what the main process takes, as JSON in TICKER_FILE."""

from __future__ import annotations

import asyncio
import json
import os
import threading
import time
from pathlib import Path
from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler

EVERY = 0.005
"""Seconds between two ticks."""
NOTED = 0.02
"""What is late by more is kept."""


def _spent(thread: threading.Thread) -> float:
    """CPU time of a thread."""
    try:
        fields = Path(f"/proc/self/task/{thread.native_id}/stat").read_text("ascii", "replace")
    except OSError:  # it has ended
        return 0.0
    return sum(map(int, fields.rpartition(")")[2].split()[11:13])) / os.sysconf("SC_CLK_TCK")


class Ticker:
    """Ticks from when the spider is open; what is late after the last page is not counted."""

    def __init__(self, crawler: Crawler) -> None:
        self.path = Path(crawler.settings["TICKER_FILE"])
        self.late: list[tuple[float, float, float]] = []
        """When, by how much, and the CPU time of the reactor's thread meanwhile."""
        self.pages: list[float] = []
        crawler.signals.connect(self.begin, signals.spider_opened)
        for signal in (signals.item_scraped, signals.item_dropped, signals.item_error):
            crawler.signals.connect(self.note, signal)
        crawler.signals.connect(self.end, signals.engine_stopped)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Tick for the one crawl."""
        return cls(crawler)

    def begin(self) -> None:
        """Tick."""
        self.began = time.monotonic()
        self.cpu_before = time.process_time()
        self.threads = self.threads_before = {thread.name: _spent(thread) for thread in threading.enumerate()}
        self.ticking = asyncio.ensure_future(self._tick())

    async def _tick(self) -> None:
        at, cpu = time.monotonic(), time.thread_time()
        while True:
            await asyncio.sleep(EVERY)
            now, spent = time.monotonic(), time.thread_time()
            if now - at - EVERY > NOTED:
                self.late.append((now, now - at - EVERY, spent - cpu))
            at, cpu = now, spent

    def note(self) -> None:
        """Note when a page was done."""
        self.pages.append(time.monotonic())
        self.cpu = time.process_time()
        if len(self.pages) % 50 == 0:  # before the threads end
            self.threads = {thread.name: _spent(thread) for thread in threading.enumerate()}

    def end(self) -> None:
        """Write it down."""
        self.ticking.cancel()
        figures: dict[str, Any] = {"began": self.began, "pages": self.pages}
        if self.pages:
            late = [entry for entry in self.late if entry[0] <= self.pages[-1]]
            figures |= {
                "late": late,
                "main_cpu": self.cpu - self.cpu_before,
                "threads": {name: spent - self.threads_before.get(name, 0) for name, spent in self.threads.items()},
                "noted": len(self.pages) // 50 * 50,
            }
        self.path.write_text(json.dumps(figures), "utf-8")
