"""The record of every request."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable
from typing import NamedTuple


class Request(NamedTuple):
    """One request, and what became of it."""

    started: float
    """Seconds of a clock that never goes back, the same for all processes of the machine."""
    wall: float
    """Seconds since 1970, by the machine's clock."""
    method: str
    path: str
    """As it was asked for, query included."""
    status: int
    """0 where no status was sent."""
    sent: int
    """Bytes of the body."""
    user_agent: str
    if_none_match: str | None
    if_modified_since: str | None
    host: str


def peak(requests: Iterable[Request]) -> int:
    """The most requests that began within any one second."""
    within: deque[float] = deque()
    most = 0
    for moment in sorted(request.started for request in requests):
        within.append(moment)
        while moment - within[0] >= 1:
            within.popleft()
        most = max(most, len(within))
    return most


def by_path(requests: Iterable[Request]) -> Counter[str]:
    """How often each path was asked for, query included."""
    return Counter(request.path for request in requests)
