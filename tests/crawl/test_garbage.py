"""When a crawl looks for cyclic garbage."""

import asyncio
import gc
from collections.abc import Iterator

import pytest

from newscrawl.crawl import garbage
from newscrawl.crawl.garbage import FEW, MOST_LEFT, GarbageCollection


@pytest.fixture
def collection() -> Iterator[GarbageCollection]:
    """Searches that have begun, without an event loop that goes on."""
    thresholds = gc.get_threshold()
    collection = GarbageCollection()

    async def begin() -> None:
        collection.begin()
        collection.end()

    asyncio.run(begin())
    yield collection
    gc.set_threshold(*thresholds)
    gc.unfreeze()


def full_searches() -> int:
    """How often all objects were searched."""
    return int(gc.get_stats()[2]["collections"])


class Knot:
    """An object that refers to itself."""

    alive = 0

    def __init__(self) -> None:
        self.itself = self
        Knot.alive += 1

    def __del__(self) -> None:
        Knot.alive -= 1


def test_many_objects_are_not_searched_by_themselves(collection: GarbageCollection):
    """A full search of so many holds up all threads."""
    before = full_searches()
    many = [[number] for number in range(3 * FEW)]
    assert not collection.search()
    assert full_searches() == before
    assert len(many) == 3 * FEW


def test_garbage_goes_when_there_are_few_objects(collection: GarbageCollection):
    """Knots that have grown old are found too."""
    knots = [Knot() for _ in range(10)]
    gc.collect(1)
    gc.collect(1)
    knots.clear()
    assert Knot.alive == 10
    assert collection.search()
    assert Knot.alive == 0


def test_a_search_is_not_left_out_for_ever(collection: GarbageCollection, monkeypatch: pytest.MonkeyPatch):
    """Otherwise a process that always has many objects would grow."""
    monkeypatch.setattr(garbage, "FEW", 0)
    assert [collection.search() for _ in range(MOST_LEFT + 2)] == [False] * MOST_LEFT + [True, False]
