"""An answer about everything there is, given again for some seconds."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

SECONDS = 10.0
"""How old an answer may be."""


class Recent(Generic[T]):
    """Asks at most once in `SECONDS`. While one thread asks again, others are given the earlier answer."""

    def __init__(self, question: Callable[[], T]) -> None:
        self._question = question
        self._lock = threading.Lock()
        self._answer: tuple[float, T] | None = None

    def get(self) -> T:
        """Return an answer. Raises what the question raises."""
        answer = self._answer
        if answer is not None and (_is_fresh(answer) or self._lock.locked()):
            return answer[1]
        with self._lock:
            answer = self._answer
            if answer is None or not _is_fresh(answer):  # no other thread has asked meanwhile
                began = time.monotonic()
                answer = self._answer = (began, self._question())
            return answer[1]

    def forget(self) -> None:
        """Ask again at the next call, because something was changed."""
        with self._lock:
            self._answer = None


def _is_fresh(answer: tuple[float, object]) -> bool:
    return time.monotonic() - answer[0] < SECONDS
