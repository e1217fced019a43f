"""Commands as tasks of a Dask cluster: one each, run again elsewhere if its worker dies."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from threading import Thread
from typing import IO, Any

from newscrawl.crawl.exit_status import DONE, INCOMPLETE
from newscrawl.text import printable

_LINES = 12
"""Last lines of what a command says that are kept."""
_BUSY_PAUSE = 1.0
"""Seconds until a file is tried again that another process holds: one whose worker died, and which is ending."""
_MOST_BUSY = 600.0
_CONNECT_SECONDS = 10
_RETRIES = 2
"""How often a command is run again that ended by a signal."""


class ClusterError(Exception):
    """There is no cluster. The message is one line for the user."""


class ClusterLost(ClusterError):  # noqa: N818 - what became of the cluster
    """The scheduler was lost, and with it what it had to do."""


@dataclass(frozen=True, slots=True)
class TaskEnd:
    """How a command ended on a worker."""

    code: int
    log: tuple[str, ...] = ()
    """Its last lines."""


Progress = Callable[[str, TaskEnd], None]
"""Is told the name of a task that ended, and how."""


def run_tasks(address: str, tasks: Mapping[str, Sequence[str]], variables: Mapping[str, str], done: Progress) -> None:
    """Run `newscrawl` with some arguments for each name on the workers of a cluster; return when all have ended.

    `variables` are set in the environment of the commands. Raises ClusterError, and ClusterLost after that began.
    """
    try:
        from distributed import Client, as_completed  # noqa: PLC0415
    except ImportError:
        raise ClusterError("--scheduler needs Dask; run: pip install 'newscrawl[dask]'") from None
    shown = printable(address)
    try:
        client: Any = Client(address, timeout=_CONNECT_SECONDS)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, ImportError) as error:
        cause = printable(" ".join(str(error).split()))[:200]
        raise ClusterError(f"no Dask scheduler answers at {shown} ({cause})") from None
    left = set(tasks)
    with client:
        futures = {
            client.submit(run_command, list(arguments), dict(variables), pure=False, retries=_RETRIES): name
            for name, arguments in tasks.items()
        }
        for future in as_completed(futures):  # type: ignore[no-untyped-call]
            if future.status == "finished":
                done(futures[future], future.result())
            elif future.status == "error":
                done(futures[future], TaskEnd(INCOMPLETE, (printable(str(future.exception())),)))
            else:  # cancelled: the scheduler is gone, and with it all that it knew
                break
            left.discard(futures[future])
    if left:
        raise ClusterLost(f"the scheduler at {shown} was lost; run the same command again for what is left")


def run_command(arguments: Sequence[str], variables: Mapping[str, str]) -> TaskEnd:
    """Run a command on a worker, in a process that ends with the worker's. Raises RuntimeError if a signal ended it."""
    ends = time.monotonic() + _MOST_BUSY
    while True:
        code, is_busy, log = _run(arguments, variables)
        if not is_busy or time.monotonic() > ends:
            break
        time.sleep(_BUSY_PAUSE)
    if code < 0:
        raise RuntimeError(f"its process was ended by signal {-code}")
    return TaskEnd(INCOMPLETE if is_busy else code, tuple(log) if code != DONE or is_busy else ())


def _run(arguments: Sequence[str], variables: Mapping[str, str]) -> tuple[int, bool, Sequence[str]]:
    process = subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-P", "-m", "newscrawl", *arguments],
        stdin=subprocess.PIPE,  # when it closes, the command knows that this process is gone
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **variables},
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    log: deque[str] = deque(maxlen=_LINES)
    reading = Thread(target=lambda: log.extend(_lines(process.stderr)), daemon=True)
    reading.start()
    is_busy = False
    for line in _lines(process.stdout):
        with suppress(ValueError, TypeError, KeyError):
            is_busy = is_busy or json.loads(line)["event"] == "busy"
    reading.join()
    return process.wait(), is_busy, log


def _lines(stream: IO[bytes] | Any) -> Iterator[str]:
    for line in stream:
        yield printable(line[:2000].decode("utf-8", "replace").rstrip("\n"))
