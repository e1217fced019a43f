"""A single writer thread, so that nothing else waits for the disk."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from threading import Thread
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class Writer(Generic[Item, Result]):
    """Group commit: write everything that is queued as one batch, then resolve its futures.

    A single item is written at once. Because a transaction costs as much as two articles, batches start at least
    `spacing` seconds apart, and items that arrive in between share one. With a tenth of a second, workers ran out of
    pages, because a page holds its slot in the crawl until it is stored.
    """

    def __init__(
        self, write: Callable[[Sequence[Item]], Sequence[Result]], max_batch: int = 500, spacing: float = 0.03
    ) -> None:
        """`spacing` is in seconds, from the end of one batch to the start of the next."""
        self._write = write
        self._max_batch = max_batch
        self._spacing = spacing
        self._ended = -spacing
        self._queue: queue.SimpleQueue[tuple[Item, Future[Result]] | None] = queue.SimpleQueue()
        self._thread = Thread(target=self._run, name="newscrawl-writer", daemon=True)
        self._thread.start()

    def submit(self, item: Item) -> Future[Result]:
        """Queue an item; its future is resolved once its transaction is durable, or has failed."""
        future: Future[Result] = Future()
        self._queue.put((item, future))
        return future

    def close(self) -> None:
        """Write what is queued, and stop the thread."""
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        while batch := self._next_batch():
            if not self._write_batch(batch) and len(batch) > 1:
                for entry in batch:
                    self._write_batch([entry])
            self._ended = time.monotonic()

    def _write_batch(self, batch: list[tuple[Item, Future[Result]]]) -> bool:
        """Write a batch and return whether that worked.

        If a batch of several fails, their futures stay open and each is tried alone: one bad item fails only itself.
        """
        items, futures = zip(*batch, strict=True)
        try:
            results = self._write(items)
        except Exception as error:  # noqa: BLE001 - handed to the caller that awaits the future
            if len(batch) == 1:
                futures[0].set_exception(error)
            return False
        for future, result in zip(futures, results, strict=True):
            future.set_result(result)
        return True

    def _next_batch(self) -> list[tuple[Item, Future[Result]]]:
        batch: list[tuple[Item, Future[Result]]] = []
        while len(batch) < self._max_batch:
            left = self._ended + self._spacing - time.monotonic()
            try:
                entry = self._queue.get(block=not batch or left > 0, timeout=left if batch else None)
            except queue.Empty:
                break
            if entry is None:
                if batch:
                    self._queue.put(None)
                break
            if entry[1].set_running_or_notify_cancel():
                batch.append(entry)
        return batch
