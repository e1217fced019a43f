"""The same function on many things, in processes that inherit what it needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any, TypeVar

Thing = TypeVar("Thing")
Result = TypeVar("Result")

_WORK: tuple[Callable[[Any], Any], Sequence[Any]] | None = None


def side_by_side(function: Callable[[Thing], Result], things: Sequence[Thing], jobs: int) -> list[Result]:
    """Call the function on each thing, in so many processes; the results are in the order of the things.

    Function and things are not sent but inherited, so that they may be large and need not be picklable.
    """
    global _WORK  # noqa: PLW0603 - how a forked process gets what it inherits
    _WORK = (function, things)
    try:
        with ProcessPoolExecutor(jobs, mp_context=get_context("fork")) as pool:
            return list(pool.map(_call, range(len(things)), chunksize=max(len(things) // (8 * jobs), 1)))
    finally:
        _WORK = None


def _call(number: int) -> Any:
    assert _WORK is not None
    function, things = _WORK
    return function(things[number])
