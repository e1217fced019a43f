"""What a command takes with all its processes: time, CPU time, memory, and how idle the machine is meanwhile."""

from __future__ import annotations

import ctypes
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36
_TICK = os.sysconf("SC_CLK_TCK")
_EVERY = 0.25
"""Seconds between two looks."""


@dataclass(frozen=True, slots=True)
class Look:
    """The processes at one moment."""

    at: float
    cpu: float
    """Seconds, of those that are there and of those that they have waited for."""
    idle: float
    """Seconds, of all processors since the machine began."""
    memory: Mapping[int, int]
    """Megabytes by process id; what processes share is divided among them."""


@dataclass(slots=True)
class Spent:
    """What a command took."""

    exit_code: int = 0
    output: str = field(default="", repr=False)
    wall: float = 0
    cpu: float = 0
    looks: list[Look] = field(default_factory=list, repr=False)

    @property
    def peak(self) -> int:
        """The most memory of all processes together, in megabytes."""
        return max((sum(look.memory.values()) for look in self.looks), default=0)

    def busy(self, begin: float, end: float) -> tuple[float, float]:
        """Share of the processors' time between two moments that the command took, and that nobody took."""
        within = [look for look in self.looks if begin <= look.at <= end]
        if len(within) < 2:
            return 0, 0
        first, last = within[0], within[-1]
        whole = (last.at - first.at) * (os.cpu_count() or 1)
        return (last.cpu - first.cpu) / whole, (last.idle - first.idle) / whole


def run(command: Sequence[str | Path], cwd: Path, environment: Mapping[str, str] | None = None) -> Spent:
    """Run a command to its end, and to that of all its processes."""
    # Those whose parent has ended become ours, so that their time is counted to the last.
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)
    spent = Spent()
    began = time.monotonic()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            command, cwd=cwd, env={**os.environ, **(environment or {})}, stdout=output, stderr=output, process_group=0
        )
        over = threading.Event()
        watching = threading.Thread(target=_watch, args=(process.pid, spent, over))
        watching.start()
        while True:
            try:
                pid, status, usage = os.wait4(-process.pid, 0)
            except ChildProcessError:
                break
            spent.cpu += usage.ru_utime + usage.ru_stime
            if pid == process.pid:
                spent.exit_code = process.returncode = os.waitstatus_to_exitcode(status)
                spent.wall = time.monotonic() - began
        over.set()
        watching.join()
        output.seek(0)
        spent.output = output.read().decode("utf-8", "replace")
    return spent


def _watch(group: int, spent: Spent, over: threading.Event) -> None:
    while not over.wait(_EVERY):
        spent.looks.append(_look(group))


def _look(group: int) -> Look:
    cpu, memory = 0.0, {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            fields = (folder / "stat").read_text("ascii", "replace").rpartition(")")[2].split()
            if int(fields[2]) != group:
                continue
            cpu += sum(map(int, fields[11:15])) / _TICK
            rollup = (folder / "smaps_rollup").read_text("ascii")
            memory[int(folder.name)] = int(rollup.partition("\nPss:")[2].split()[0]) // 1024
        except (OSError, IndexError):  # it has ended
            continue
    machine = Path("/proc/stat").read_text("ascii").split("\n", 1)[0].split()
    return Look(time.monotonic(), cpu, (int(machine[4]) + int(machine[5])) / _TICK, memory)
