"""Pacing of requests per host, shared by all crawls of a process."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic

from newscrawl.network.ending import EndWatch
from newscrawl.network.refusals import Ending


@dataclass(slots=True)
class _Host:
    last: float = float("-inf")
    paused_until: float = float("-inf")
    delays: dict[tuple[object, str], float] = field(default_factory=dict)

    @property
    def next(self) -> float:
        return max(self.last + max(self.delays.values(), default=0.0), self.paused_until)


class Pace:
    """Keeps requests to one host apart by the longest delay of its crawls. Times are monotonic, in seconds."""

    def __init__(self) -> None:
        self._hosts: dict[str, _Host] = {}

    def want(self, host: str, crawl: object, delay: float, why: str = "") -> None:
        """Set the delay of a crawl, replacing its earlier one for the same reason."""
        self._hosts.setdefault(host, _Host()).delays[crawl, why] = delay

    def wait(self, host: str, now: float) -> float:
        """Return the seconds until the next request may be sent; 0 for now."""
        return max(0.0, self._hosts[host].next - now) if host in self._hosts else 0.0

    def sent(self, host: str, now: float) -> None:
        """Record that a request is sent now."""
        self._hosts.setdefault(host, _Host()).last = now

    def pause(self, host: str, until: float) -> None:
        """Send no request of any crawl before then."""
        state = self._hosts.setdefault(host, _Host())
        state.paused_until = max(state.paused_until, until)

    def forget(self, crawl: object, now: float) -> None:
        """Forget the delays of a crawl that ended, but not the time of the last request."""
        for host, state in list(self._hosts.items()):
            state.paused_until = max(state.paused_until, state.next)
            state.delays = {key: delay for key, delay in state.delays.items() if key[0] is not crawl}
            if not state.delays and state.next <= now:
                del self._hosts[host]


@dataclass(slots=True)
class _Queue:
    """Requests waiting for a host, first come, first served."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    holder: object = None
    members: int = 0

    def release(self) -> None:
        self.holder = None
        self.lock.release()


class Turns:
    """Gives turns to the requests of a host; a turn is held until the request is written.

    So no slow name server and no slow handshake brings two requests together that set out apart.
    """

    def __init__(self) -> None:
        self.pace = Pace()
        self._queues: defaultdict[str, _Queue] = defaultdict(_Queue)

    @asynccontextmanager
    async def turn(self, host: str, watch: EndWatch) -> AsyncIterator[None]:
        """Wait until a request may be sent. Raises Ending if the crawl stops before that."""
        queue = self._queues[host]
        queue.members += 1
        me = object()
        try:
            await watch.unless_ended(queue.lock.acquire())
            queue.holder = me
            while seconds := self.pace.wait(host, monotonic()):
                await watch.unless_ended(asyncio.sleep(seconds))
            for gate in watch.gates:
                await gate()
            if watch.has_ended:
                raise Ending
            try:
                yield
            finally:
                if queue.holder is me:  # nothing was sent, but a connection may have been opened
                    self.pace.sent(host, monotonic())
        finally:
            if queue.holder is me:
                queue.release()
            queue.members -= 1
            if not queue.members:
                self._queues.pop(host, None)

    def sent(self, host: str) -> None:
        """Record that the request that has the turn is being written; the next one may start."""
        self.pace.sent(host, monotonic())
        queue = self._queues.get(host)
        if queue is not None and queue.holder is not None:
            queue.release()

    def forget(self, crawl: object) -> None:
        """Forget the delays of a crawl that ended."""
        self.pace.forget(crawl, monotonic())

    def pause(self, host: str, seconds: float) -> None:
        """Send no request to a host for so many seconds."""
        self.pace.pause(host, monotonic() + seconds)


TURNS = Turns()
"""Shared by the process, because a host does not care which of its crawls sends a request."""
