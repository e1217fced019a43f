"""Machines that share a PostgreSQL: each a tree of processes with a host name and file locks of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from tests.rounds.papers import Newsroom

WRONG_CLOCK = Path(__file__).parent / "wrong_clock"


class Machine:
    """Runs a command of newscrawl for as long as it is up; its log is `log`."""

    def __init__(self, name: str, room: Newsroom, folder: Path, command: Sequence[str], clock: int = 0) -> None:
        self.name = name
        self._room = room
        self._folder = folder / name
        self._command = list(command)
        self._clock = clock
        """Seconds by which its clock is ahead."""
        self._process: subprocess.Popen[bytes] | None = None
        self._reader: threading.Thread | None = None
        self.log: list[str] = []

    def start(self) -> None:
        """Switch it on."""
        ours = {"NEWSCRAWL_HOST_NAME": self.name, "XDG_STATE_HOME": str(self._folder)}
        if self._clock:
            ours |= {"PYTHONPATH": str(WRONG_CLOCK), "CLOCK_OFFSET": str(self._clock)}
        environment = self._room.variables | {"NEWSCRAWL_EXTRACT_WORKERS": "1"} | ours
        self._process = subprocess.Popen(
            self._command, cwd=self._room.project, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        self._reader = threading.Thread(target=self._read, args=(self._process,), daemon=True)
        self._reader.start()

    def _read(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stderr is not None
        with process.stderr:
            self.log += (line.decode("utf-8", "replace") for line in process.stderr)

    @property
    def is_up(self) -> bool:
        """Whether its command goes on."""
        return self._process is not None and self._process.poll() is None

    def signal(self, number: int) -> None:
        """Send a signal to all its processes, as a machine that loses its power or is paused does at once."""
        assert self._process is not None
        for pid in [self._process.pid, *_descendants(self._process.pid)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def kill(self) -> None:
        """Cut its power."""
        if self._process is not None:
            self.signal(signal.SIGSTOP)  # so that no process is started meanwhile
            self.signal(signal.SIGKILL)
            self._process.wait()
            assert self._reader is not None
            self._reader.join(timeout=10)

    def stop(self) -> None:
        """Shut it down: all its processes are told, and given half a minute."""
        assert self._process is not None
        pids = [self._process.pid, *_descendants(self._process.pid)]
        self.signal(signal.SIGTERM)
        deadline = time.monotonic() + 30
        self._process.wait(timeout=60)
        while any(Path(f"/proc/{pid}").exists() for pid in pids) and time.monotonic() < deadline:
            time.sleep(0.1)


def _descendants(pid: int) -> list[int]:
    found: list[int] = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in map(int, (task / "children").read_text().split()):
                found += [child, *_descendants(child)]
    return found
