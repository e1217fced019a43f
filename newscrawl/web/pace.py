"""When the next request to a host may leave: one clock for all crawls of a process."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class _Host:
    last: float = float("-inf")
    paused_until: float = float("-inf")
    delays: dict[tuple[object, str], float] = field(default_factory=dict)

    @property
    def next(self) -> float:
        return max(self.last + max(self.delays.values(), default=0.0), self.paused_until)


class Pace:
    """Keeps the starts of requests to one host as far apart as the slowest of its crawls wants. Times are monotonic."""

    def __init__(self) -> None:
        self._hosts: dict[str, _Host] = {}

    def want(self, host: str, crawl: object, delay: float, why: str = "") -> None:
        """Take note of the delay that a crawl wants, in the place of what it wanted before for the same reason."""
        self._hosts.setdefault(host, _Host()).delays[crawl, why] = delay

    def wait(self, host: str, now: float) -> float:
        """Return how many seconds are left until the next request may leave; 0 when it may."""
        return max(0.0, self._hosts[host].next - now) if host in self._hosts else 0.0

    def sent(self, host: str, now: float) -> None:
        """Take note that a request leaves now."""
        self._hosts.setdefault(host, _Host()).last = now

    def pause(self, host: str, until: float) -> None:
        """Let no request leave before then, whoever asks."""
        state = self._hosts.setdefault(host, _Host())
        state.paused_until = max(state.paused_until, until)

    def forget(self, crawl: object, now: float) -> None:
        """Forget what a crawl wanted that has ended, but not that its last requests are still fresh."""
        for host, state in list(self._hosts.items()):
            state.paused_until = max(state.paused_until, state.next)
            state.delays = {key: delay for key, delay in state.delays.items() if key[0] is not crawl}
            if not state.delays and state.next <= now:
                del self._hosts[host]
