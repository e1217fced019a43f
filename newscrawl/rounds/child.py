"""The process of one crawl of a round: its events and log, and how it is stopped."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from typing import Any

from newscrawl.rounds.result import Ended, Stopped

LOG_KEPT = 12
"""Number of log lines shown for a failed crawl."""
_LONGEST = 2_000
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
        since = self._facts.get("since")
        return Ended(
            self.spider,
            code,
            time.monotonic() - began,
            self._facts.get("run_id"),
            busy=self._facts.get("event") == "busy",
            holder=str(self._facts.get("holder") or ""),
            since=datetime.fromisoformat(since) if since else None,
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
    """Yield the lines of a stream, truncated to _LONGEST bytes."""
    rest = b""
    while piece := await stream.read(1 << 16):
        *whole, rest = (rest + piece).split(b"\n")
        for line in whole:
            yield line[:_LONGEST].decode("utf-8", "replace")
        rest = rest[:_LONGEST]
    if rest:
        yield rest.decode("utf-8", "replace")
