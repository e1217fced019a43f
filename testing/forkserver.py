"""Runs `newscrawl`, `scrapy` and modules in real processes that start at once.

Starting Python and importing Scrapy and the extractor takes most of a short crawl's processor time. A server that has
imported them forks a process for each command, which then is what a new process would be: its own working folder,
environment, arguments, streams, import path and settings. Its world ends at loopback. Linux only, for it waits on
process file descriptors.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import pkgutil
import re
import runpy
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import IO, Any

from testing import closed_world

ROOT = Path(__file__).parent.parent
REPORT_VARIABLE = "CLOSED_WORLD_REPORT"
"""The environment variable that names a file for the report of `testing.closed_world`."""
_CLASS = re.compile(r"(scrapy|newscrawl)(\.\w+)+\.[A-Z]\w+")
_STARTED = re.compile(r"\.(__main__|versions|env|tests?)\b")
"""Modules that are programs."""
_LARGEST = 1 << 18
"""Bytes of a request."""


class ForkServer:
    """The side of the tests: starts the server, and hands it commands."""

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = [sys.executable, "-m", "testing.forkserver", str(theirs.fileno())]
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        environment["OPENBLAS_NUM_THREADS"] = "1"  # a thread would not be there after the fork
        self._process = subprocess.Popen(command, cwd=ROOT, env=environment, pass_fds=[theirs.fileno()])
        theirs.close()

    def run(
        self, command: Sequence[str], *, cwd: Path, env: Mapping[str, str], given: str = "", timeout: float = 90
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end, with `given` as its standard input.

        Raises TimeoutExpired, and ends the process then.
        """
        with tempfile.TemporaryFile() as read, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            read.write(given.encode())
            read.seek(0)
            code = self._wait(command, cwd, env, (read, out, err), timeout)
            return subprocess.CompletedProcess(command, code, _text(out), _text(err))

    def _wait(
        self, command: Sequence[str], cwd: Path, env: Mapping[str, str], streams: Iterable[IO[bytes]], timeout: float
    ) -> int:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with ours:
            request = json.dumps({"command": list(command), "cwd": str(cwd), "env": dict(env)}).encode()
            with theirs:
                files = [theirs.fileno(), *(stream.fileno() for stream in streams)]
                socket.send_fds(self._socket, [request], files)
            pid = int(ours.recv(64))
            ours.settimeout(timeout)
            try:
                return int(ours.recv(64))
            except TimeoutError:
                os.kill(pid, signal.SIGKILL)
                raise subprocess.TimeoutExpired(list(command), timeout) from None

    def close(self) -> None:
        """End the server."""
        self._socket.close()
        self._process.wait()


def _text(stream: IO[bytes]) -> str:
    stream.seek(0)
    return stream.read().decode("utf-8", "replace")


@cache
def fork_server() -> ForkServer:
    """Return the server of this process."""
    return ForkServer()


def serve(requests: socket.socket) -> dict[str, Any] | None:
    """Fork a process for each request until no more can come; in such a process, return its request."""
    running = selectors.DefaultSelector()
    running.register(requests, selectors.EVENT_READ)
    while True:
        for key, _ in running.select():
            if key.data is not None:
                pid, control = key.data
                running.unregister(key.fd)
                os.close(key.fd)
                code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
                with control:
                    control.send(str(code).encode())
                continue
            message, files, _, _ = socket.recv_fds(requests, _LARGEST, 4)
            if not message:
                return None
            control = socket.socket(fileno=files[0])
            pid = os.fork()
            if not pid:
                running.close()
                requests.close()
                control.close()
                for number, file in enumerate(files[1:]):
                    os.dup2(file, number)
                    os.close(file)
                request: dict[str, Any] = json.loads(message)
                return request
            for file in files[1:]:
                os.close(file)
            control.send(str(pid).encode())
            running.register(os.pidfd_open(pid), selectors.EVENT_READ, (pid, control))


def load() -> ModuleType:
    """Import what any command needs: all of newscrawl, and what its settings and Scrapy's name. Return the settings."""
    import scrapy.settings.default_settings  # noqa: PLC0415 - only in the server

    import newscrawl.settings  # noqa: PLC0415

    for module in pkgutil.walk_packages(newscrawl.__path__, "newscrawl."):
        if not _STARTED.search(module.name):
            importlib.import_module(module.name)
    for settings in (scrapy.settings.default_settings, newscrawl.settings):
        for value in vars(settings).values():
            names = [value] if isinstance(value, str) else [*value, *value.values()] if isinstance(value, dict) else []
            for name in names:
                if isinstance(name, str) and _CLASS.fullmatch(name):
                    importlib.import_module(name.rpartition(".")[0])
    return newscrawl.settings


def become(request: dict[str, Any], path: list[str], settings: ModuleType) -> None:
    """Be the process that was asked for, up to its end."""
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    sys.stdin = sys.__stdin__ = open(0, encoding="utf-8")  # noqa: SIM115
    sys.stdout = sys.__stdout__ = open(1, "w", encoding="utf-8")  # noqa: SIM115
    sys.stderr = sys.__stderr__ = open(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1)  # noqa: SIM115
    program, *arguments = request["command"]
    is_python = Path(program).name.startswith("python")
    added = [folder for folder in request["env"].get("PYTHONPATH", "").split(os.pathsep) if folder]
    sys.path[:] = [request["cwd"] if is_python else str(Path(program).parent), *added, *path]
    if path_of_report := os.environ.pop(REPORT_VARIABLE, None):
        atexit.register(closed_world.write_report, path_of_report)
    importlib.reload(settings)  # they read the environment
    if is_python and arguments[0] == "-c":
        sys.argv = ["-c", *arguments[2:]]
        exec(arguments[1], {"__name__": "__main__"})
    elif is_python:
        sys.argv = arguments[1:]
        runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = [program, *arguments]
        sys.modules["__main__"] = script = ModuleType("__main__")
        script.__file__ = program
        name = {"newscrawl": "newscrawl.cli:main", "scrapy": "scrapy.cmdline:execute"}[Path(program).name]
        module, _, function = name.partition(":")
        getattr(importlib.import_module(module), function)()


def _end(code: object) -> None:
    """End as a process does, but for taking its modules apart."""
    if code is not None and not isinstance(code, int):
        print(code, file=sys.stderr)
        code = 1
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code or 0)


def main() -> None:
    """Serve; the argument is the socket's number."""
    requests = socket.socket(fileno=int(sys.argv[1]))
    closed_world.close()
    settings = load()
    assert "twisted.internet.reactor" not in sys.modules, "a reactor does not outlive a fork"
    path = [folder for folder in sys.path if folder and Path(folder).resolve() != ROOT]
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.collect()
    gc.freeze()
    request = serve(requests)
    if request is None:
        return
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        become(request, path, settings)
    except SystemExit as ended:
        _end(ended.code)
    except BaseException:  # noqa: BLE001 - the end of a process
        sys.excepthook(*sys.exc_info())
        _end(1)
    _end(0)


if __name__ == "__main__":
    main()
