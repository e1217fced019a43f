"""Runs `newscrawl`, `scrapy` and modules in real processes that start at once.

Starting Python and importing Scrapy and the extractor takes most of a short crawl's processor time. A server that has
imported them forks a process for each command, which then is what a new process would be: its own working folder,
environment, arguments, streams, import path and settings. Its world ends at loopback. Linux only, for it waits on
process file descriptors.

All workers of a run of the tests share one server: the first that needs it starts it, and it ends when nobody is
connected any more.
"""

from __future__ import annotations

import atexit
import fcntl
import gc
import importlib
import json
import os
import pkgutil
import re
import runpy
import select
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import IO, Any

from testing import closed_world, compiled_statements

ROOT = Path(__file__).parent.parent
REPORT_VARIABLE = "CLOSED_WORLD_REPORT"
"""The environment variable that names a file for the report of `testing.closed_world`."""
FOLDER_VARIABLE = "FORK_SERVER_FOLDER"
"""The environment variable that names the folder in which those who share a server find it."""
_CLASS = re.compile(r"(scrapy|newscrawl)(\.\w+)+\.[A-Z]\w+")
_STARTED = re.compile(r"\.(__main__|versions|env|tests?)\b")
"""Modules that are programs."""
_LARGEST = 1 << 18
"""Bytes of a request."""


class Forked:
    """A process that was forked: what a test needs of Popen."""

    def __init__(self, command: Sequence[str], pid: int, control: socket.socket) -> None:
        self.command = command
        self.pid = pid
        self.returncode: int | None = None
        self._control = control

    def poll(self) -> int | None:
        """Return the exit code, minus the signal's number if one killed it; None while it runs."""
        with suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float = 90) -> int:
        """Return the exit code when it has ended. Raises TimeoutExpired."""
        if self.returncode is None:
            self._control.settimeout(timeout)
            try:
                self.returncode = int(self._control.recv(64))
            except (TimeoutError, BlockingIOError):
                raise subprocess.TimeoutExpired(list(self.command), timeout) from None
            self._control.close()
        return self.returncode

    def kill(self) -> None:
        """Kill it, and all that it has started, unless it has ended."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)


class ForkServer:
    """The side of the tests: starts the server where there is none yet, and hands it commands."""

    def __init__(self, folder: Path) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        place = str(_place(folder))
        with _alone(folder):
            try:
                self._socket.connect(place)
            except (FileNotFoundError, ConnectionRefusedError):
                self._process = _start(folder)
                self._socket.connect(place)

    def run(
        self, command: Sequence[str], *, cwd: Path, env: Mapping[str, str], given: str = "", timeout: float = 90
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end, with `given` as its standard input.

        Raises TimeoutExpired, and ends the process then.
        """
        with tempfile.TemporaryFile() as read, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            read.write(given.encode())
            read.seek(0)
            process = self.start(command, cwd=cwd, env=env, streams=(read, out, err))
            try:
                code = process.wait(timeout)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
            return subprocess.CompletedProcess(command, code, _text(out), _text(err))

    def start(
        self, command: Sequence[str], *, cwd: Path, env: Mapping[str, str], streams: Iterable[IO[bytes]] = ()
    ) -> Forked:
        """Start a command as the leader of a process group; without streams (in, out, errors), nothing is read."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        request = json.dumps({"command": list(command), "cwd": str(cwd), "env": dict(env)}).encode()
        with theirs, Path(os.devnull).open("r+b") as nothing:
            files = [stream.fileno() for stream in streams or (nothing,) * 3]
            socket.send_fds(self._socket, [request], [theirs.fileno(), *files])
        return Forked(command, int(ours.recv(64)), ours)

    def close(self) -> None:
        """Need the server no more; who started it waits until nobody does."""
        self._socket.close()
        if self._process is not None:
            self._process.wait()


def _text(stream: IO[bytes]) -> str:
    stream.seek(0)
    return stream.read().decode("utf-8", "replace")


@cache
def fork_server() -> ForkServer:
    """Return the server of this process, or of all that share it."""
    return ForkServer(Path(os.environ.get(FOLDER_VARIABLE) or tempfile.mkdtemp(prefix="fork")))


def _place(folder: Path) -> Path:
    return folder / "socket"


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Be the only one who connects, or ends the server."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _start(folder: Path) -> subprocess.Popen[bytes]:
    """Start a server to which one can connect at once; it answers when it has imported everything."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment["OPENBLAS_NUM_THREADS"] = "1"  # a thread would not be there after the fork
    _place(folder).unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listening:
        listening.bind(str(_place(folder)))
        listening.listen()
        command = [sys.executable, "-m", "testing.forkserver", str(listening.fileno()), str(folder)]
        return subprocess.Popen(command, cwd=ROOT, env=environment, pass_fds=[listening.fileno()])


class _Forks:
    """The side of the server: who is connected, and the processes that they asked for."""

    def __init__(self, listening: socket.socket, folder: Path) -> None:
        self._listening = listening
        self._folder = folder
        self._clients: set[socket.socket] = set()
        self._events = selectors.DefaultSelector()
        self._events.register(listening, selectors.EVENT_READ)

    def serve(self) -> dict[str, Any] | None:
        """Fork a process for each request until nobody is connected; in such a process, return its request."""
        while True:
            for key, _ in self._events.select():
                if key.fileobj is self._listening:
                    client, _ = self._listening.accept()
                    self._clients.add(client)
                    self._events.register(client, selectors.EVENT_READ)
                elif not isinstance(key.fileobj, socket.socket):
                    self._tell_the_end(key.fd, *key.data)
                elif (request := self._next_request(key.fileobj)) is not None:
                    return request
                elif self._is_over():
                    return None

    def _tell_the_end(self, process: int, pid: int, control: socket.socket) -> None:
        self._events.unregister(process)
        os.close(process)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        with control:
            control.send(str(code).encode())

    def _next_request(self, client: socket.socket) -> dict[str, Any] | None:
        """Fork for the request that a client has sent; return it in the new process."""
        message, files, _, _ = socket.recv_fds(client, _LARGEST, 4)
        if not message:
            self._events.unregister(client)
            self._clients.remove(client)
            client.close()
            return None
        control = socket.socket(fileno=files[0])
        pid = os.fork()
        if not pid:
            control.close()
            self._close()
            os.setpgid(0, 0)
            for number, file in enumerate(files[1:]):
                os.dup2(file, number)
                os.close(file)
            request: dict[str, Any] = json.loads(message)
            return request
        for file in files[1:]:
            os.close(file)
        with suppress(OSError):  # it has done so itself, and may have ended
            os.setpgid(pid, pid)
        control.send(str(pid).encode())
        self._events.register(os.pidfd_open(pid), selectors.EVENT_READ, (pid, control))
        return None

    def _close(self) -> None:
        """Leave to a new process nothing of what is open here."""
        for key in list(self._events.get_map().values()):
            if isinstance(key.fileobj, socket.socket):
                key.fileobj.close()
            else:
                os.close(key.fd)
                key.data[1].close()
        self._events.close()

    def _is_over(self) -> bool:
        """Whether nobody is connected; then nobody can connect any more."""
        if self._clients:
            return False
        with _alone(self._folder):
            is_over = not select.select([self._listening], [], [], 0)[0]
            if is_over:
                _place(self._folder).unlink()
            return is_over


def load() -> ModuleType:
    """Import what any command needs: all of newscrawl, and what its settings and Scrapy's name. Return the settings.

    Read the table of publishers as well, and compile the SQL of a crawl: each takes longer than fetching a page.
    """
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
    newscrawl.base_spiders.publishers.publishers_by_host()
    compiled_statements.share()
    with tempfile.TemporaryDirectory() as folder:
        _store_an_article(f"sqlite:///{folder}/out.db")
    return newscrawl.settings


def _store_an_article(url: str) -> None:
    """Open a database as a crawl does, and store a page there."""
    from newscrawl.items import Link, Listing, Page, Visit  # noqa: PLC0415
    from newscrawl.rules import NO_RULES  # noqa: PLC0415
    from newscrawl.storage.engine import close_readers  # noqa: PLC0415
    from newscrawl.storage.runs import report_run  # noqa: PLC0415
    from newscrawl.storage.store import Store  # noqa: PLC0415
    from newscrawl.workers.candidates import make  # noqa: PLC0415

    home = "https://news.example/"
    page = Page.of(next((ROOT / "fixtures" / "bnews").glob("*.html")).read_bytes(), f"{home}1")
    seen = Visit(home, "section", 200, ())
    store = Store.open(url, "site", {})
    store.write([Listing(home, home, "news.example", seen, page.fetched_at, (Link(f"{home}1"),))])
    store.write([make(page, NO_RULES).of(page)])
    store.finish("finished")
    report_run(url, store.run_id)
    store.close()
    close_readers()


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
    """Serve; the arguments are the number of the socket that listens, and the folder it is in."""
    listening = socket.socket(fileno=int(sys.argv[1]))
    folder = Path(sys.argv[2])
    closed_world.close()
    settings = load()
    assert "twisted.internet.reactor" not in sys.modules, "a reactor does not outlive a fork"
    path = [folder for folder in sys.path if folder and Path(folder).resolve() != ROOT]
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.collect()
    gc.freeze()
    request = _Forks(listening, folder).serve()
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
