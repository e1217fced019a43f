"""The writing thread."""

from __future__ import annotations

import threading

import pytest

from newscrawl.storage.writer import Writer


def test_what_waits_is_written_as_one_batch():
    """While one batch is written the next gathers; nothing waits for a batch to fill."""
    batches, first_began, go_on = [], threading.Event(), threading.Event()

    def write(items):
        batches.append(list(items))
        first_began.set()
        go_on.wait(10)
        return [item * 2 for item in items]

    writer = Writer(write)
    futures = [writer.submit(1)]
    first_began.wait(10)
    futures += [writer.submit(number) for number in (2, 3, 4)]
    go_on.set()
    assert [future.result(10) for future in futures] == [2, 4, 6, 8]
    assert batches == [[1], [2, 3, 4]]
    writer.close()


def test_one_bad_item_takes_no_other_along():
    """A batch that fails is written again item by item, and only the bad one gets the error."""

    def write(items):
        if 0 in items:
            raise ZeroDivisionError
        return [1 / item for item in items]

    writer = Writer(write)
    futures = [writer.submit(item) for item in (1, 0, 2)]
    assert futures[0].result(10) == 1
    assert futures[2].result(10) == 0.5
    with pytest.raises(ZeroDivisionError):
        futures[1].result(10)
    writer.close()


def test_close_writes_what_waits():
    """Nothing submitted is forgotten."""
    written = []
    writer = Writer(lambda items: [written.append(item) for item in items], max_batch=7)
    futures = [writer.submit(number) for number in range(100)]
    writer.close()
    assert written == list(range(100))
    assert all(future.done() for future in futures)


def test_cancelled_item_is_passed_over():
    """Whoever no longer waits does not stop the thread."""
    hold = threading.Event()
    writer = Writer(lambda items: [hold.wait(10) for _ in items])
    writer.submit(1)
    cancelled, last = writer.submit(2), writer.submit(3)
    cancelled.cancel()
    hold.set()
    assert last.result(10)
    writer.close()
