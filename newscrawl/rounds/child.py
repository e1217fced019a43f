"""The process of one crawl of a round: its events and log, how it is stopped, and what became of it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from newscrawl.crawl.exit_status import DONE, INCOMPLETE, NOT_STARTED, worst

Stopped = Literal["time_limit", "signal"]
"""Why the round itself stopped a crawl."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A crawl process that has ended, as seen by its parent."""

    spider: str
    code: int
    """Exit code; negative for the signal that ended it."""
    seconds: float
    run_id: int | None = None
    busy: str = ""
    """How another crawl has the site, if one has it."""
    is_stuck: bool = False
    """Whether that crawl has had the site for too long."""
    log: Sequence[str] = ()
    """Last lines of its stderr."""
    stopped: Stopped | None = None
    was_killed: bool = False
    """It did not end in time and was killed."""


@dataclass(frozen=True, slots=True)
class SiteResult:
    """Result of one site."""

    spider: str
    exit_code: int
    """Contribution of this site to the exit code of the round."""
    reason: str
    """A run reason, or `busy`, `time_limit`, `no_time`, `not_started`."""
    seconds: float = 0.0
    error: str | None = None
    run_id: int | None = None
    outcomes: Mapping[str, int] = field(default_factory=dict)
    revisions: int = 0
    requests: int | None = None
    bytes: int | None = None
    log: Sequence[str] = ()
    """Last lines of its log, if it failed."""

    def as_json(self) -> dict[str, Any]:
        """Return the result as a JSON object."""
        return asdict(self) | {"outcomes": dict(self.outcomes), "log": list(self.log)}


def judge(ended: Ended, record: Mapping[str, Any] | None) -> SiteResult:
    """Combine how a process ended with its record in `runs`."""
    if ended.busy:
        return SiteResult(ended.spider, INCOMPLETE if ended.is_stuck else DONE, "busy", ended.seconds, ended.busy)
    code, reason, error = _end(ended, record)
    counts = record["counts"] if record else {}
    return SiteResult(
        ended.spider,
        code,
        reason,
        seconds=record["seconds"] or ended.seconds if record else ended.seconds,
        error=error,
        run_id=ended.run_id,
        outcomes=counts.get("outcomes", {}),
        revisions=counts.get("revisions", 0),
        requests=record["requests"] if record else None,
        bytes=record["bytes"] if record else None,
        log=tuple(ended.log) if code else (),
    )


def no_time(spider: str) -> SiteResult:
    """Return the result of a site that did not start before the time limit."""
    error = "not started before the time limit; it comes first in the next round (raise --time-limit or --jobs)"
    return SiteResult(spider, INCOMPLETE, "no_time", error=error)


def interrupted(spider: str, number: int) -> SiteResult:
    """Return the result of a site that did not start before a signal stopped the round."""
    return SiteResult(spider, 128 + number, "shutdown")


def summary(results: Iterable[SiteResult], signal_number: int) -> int:
    """Return the exit code of a round."""
    return 128 + signal_number if signal_number else worst(result.exit_code for result in results)


def _end(ended: Ended, record: Mapping[str, Any] | None) -> tuple[int, str, str | None]:
    """Return exit code, reason and error."""
    reason = record["reason"] or "killed" if record else "not_started"
    said = record["error"] if record else None
    if ended.was_killed:
        return INCOMPLETE, "killed", "it did not stop when asked to, and was killed"
    if ended.stopped == "time_limit" and ended.code in {-signal.SIGTERM, 128 + signal.SIGTERM}:
        return DONE, "time_limit", None
    if ended.code < 0:
        name = signal.Signals(-ended.code).name if -ended.code in list(signal.Signals) else str(-ended.code)
        code = 128 - ended.code if ended.stopped else INCOMPLETE
        return code, "shutdown" if ended.stopped else "killed", f"its process was ended by {name}"
    if ended.code > 128 and not ended.stopped:
        return INCOMPLETE, reason, f"stopped by signal {ended.code - 128} from outside"
    if record is None and ended.code:
        return (NOT_STARTED if ended.code == NOT_STARTED else INCOMPLETE), reason, last_word(ended.log)
    return ended.code, reason, said


def last_word(log: Sequence[str]) -> str:
    """Return the log line that says why a process ended."""
    refusals = [line for line in log if line.startswith("newscrawl crawl: ")]
    return (refusals or list(log) or ["it ended without a message"])[-1].removeprefix("newscrawl crawl: ")


LOG_KEPT = 12
"""Number of log lines shown for a failed crawl."""
LONGEST_LINE = 2_000
"""Maximum characters of a line."""


class Child:
    """A crawl in its own process and session, so that Ctrl-C reaches it only through the round."""

    def __init__(self, spider: str, arguments: Sequence[str], handle: Callable[[str, dict[str, Any]], None]) -> None:
        self.spider = spider
        self._arguments = arguments
        self._handle = handle
        self._process: asyncio.subprocess.Process | None = None
        self._log: deque[str] = deque(maxlen=LOG_KEPT)
        self._facts: dict[str, Any] = {}
        self.stopped: Stopped | None = None
        self.was_killed = False

    async def run(self) -> Ended:
        """Start the process, and handle its output until it ends."""
        began = time.monotonic()
        command = [sys.executable, "-P", "-m", "newscrawl", "crawl", "--in-round", self.spider, *self._arguments]
        self._process = process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,  # when it closes, the crawl knows that this process is gone
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        if self.stopped is not None:  # before the process existed
            self.stop(signal.SIGTERM, self.stopped)
        assert process.stdout is not None
        assert process.stderr is not None
        listening = asyncio.gather(self._hear(process.stdout), self._read_log(process.stderr))
        code = await process.wait()
        with contextlib.suppress(TimeoutError):  # an orphaned child of the crawl may hold the pipes open
            await asyncio.wait_for(listening, 5)
        is_busy = self._facts.get("event") == "busy"
        return Ended(
            self.spider,
            code,
            time.monotonic() - began,
            self._facts.get("run_id"),
            busy=str(self._facts["message"]) if is_busy else "",
            is_stuck=bool(self._facts.get("is_stuck")),
            log=tuple(self._log),
            stopped=self.stopped,
            was_killed=self.was_killed,
        )

    def stop(self, number: int, why: Stopped) -> None:
        """Ask the crawl to stop, with a signal."""
        self.stopped = self.stopped or why
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(number)

    def kill(self) -> None:
        """Kill the crawl and its child processes."""
        if self._process is not None and self._process.returncode is None:
            self.was_killed = True
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)

    async def _hear(self, stream: asyncio.StreamReader) -> None:
        async for line in _lines(stream):
            try:
                said = json.loads(line)
                event = str(said["event"])
            except (ValueError, TypeError, KeyError):
                self._note(line)  # printed by a spider
                continue
            self._facts |= said
            self._handle(event, said)

    async def _read_log(self, stream: asyncio.StreamReader) -> None:
        async for line in _lines(stream):
            self._note(line)

    def _note(self, line: str) -> None:
        self._log.append(line)
        self._handle("log", {"line": line})


async def _lines(stream: asyncio.StreamReader) -> AsyncIterator[str]:
    """Yield the lines of a stream, truncated to LONGEST_LINE bytes."""
    rest = b""
    while piece := await stream.read(1 << 16):
        *whole, rest = (rest + piece).split(b"\n")
        for line in whole:
            yield line[:LONGEST_LINE].decode("utf-8", "replace")
        rest = rest[:LONGEST_LINE]
    if rest:
        yield rest.decode("utf-8", "replace")
