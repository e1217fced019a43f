"""Crawls of a tiny spider, each in a process of its own, and the servers that they meet."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from testing.forkserver import fork_server
from tests.projects import environment

ROOT = Path(__file__).parent.parent.parent

Answer = Callable[[socket.socket, str], None]


class Server:
    """Answers each request by a function that is handed the socket and the path, and writes down who came when."""

    def __init__(self, answers: dict[str, Answer | bytes], host: str = "127.0.0.1") -> None:
        self.answers = answers
        self.arrivals: list[tuple[float, str]] = []
        self.on_request: Callable[[bytes], object] = bytes
        self.tls: ssl.SSLContext | None = None
        self.is_open = True
        self._socket = socket.create_server((host, 0))
        self.host, self.port = self._socket.getsockname()[:2]
        threading.Thread(target=self._accept, daemon=True).start()

    def url(self, path: str, host: str | None = None) -> str:
        """An address on this server."""
        return f"http://{host or self.host}:{self.port}{path}"

    @property
    def paths(self) -> list[str]:
        """What was asked for, in order."""
        return [path for _, path in self.arrivals]

    def gaps(self, path: str = "") -> list[float]:
        """The seconds between the arrivals of one request and the next."""
        times = [when for when, what in self.arrivals if what.startswith(path)]
        return [after - before for before, after in pairwise(times)]

    def close(self) -> None:
        """Take no more connections."""
        self.is_open = False
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes accept up
        self._socket.close()

    def _accept(self) -> None:
        while self.is_open:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            if self.tls is not None:
                connection = self.tls.wrap_socket(connection, server_side=True)
            self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            received = b""
            while True:
                while b"\r\n\r\n" not in received:
                    part = connection.recv(1 << 16)
                    if not part:
                        return
                    received += part
                head, _, received = received.partition(b"\r\n\r\n")
                path = head.split(b" ")[1].decode()
                self.arrivals.append((time.monotonic(), path))
                self.on_request(head)
                answer = self.answers.get(path, self.answers.get("*", NOT_FOUND))
                if isinstance(answer, bytes):
                    connection.sendall(answer)
                else:
                    answer(connection, path)
                    return


def response(body: bytes = b"<p>page", status: str = "200 OK", **headers: str | int) -> bytes:
    """A whole response; header names are written with underscores."""
    fields = {"Content-Type": "text/html", "Content-Length": len(body)}
    fields |= {name.replace("_", "-"): str(value) for name, value in headers.items()}
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in fields.items() if value != "")]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def redirect(location: str) -> bytes:
    """A redirect."""
    return response(b"", "302 Found", Location=location)


NOT_FOUND = response(b"", "404 Not Found")


@contextlib.contextmanager
def serving(answers: dict[str, Answer | bytes], host: str = "127.0.0.1") -> Iterator[Server]:
    """A server while a test needs it."""
    server = Server(answers, host)
    try:
        yield server
    finally:
        server.close()


class Crawled:
    """What came of one or more crawls in one process."""

    def __init__(self, seen: dict[str, Any], log: str) -> None:
        self.log = log
        self.results: list[dict[str, Any]] = seen["results"]
        self.leaks: list[str] = seen["leaks"]
        self.lookups: list[str] = seen["lookups"]
        self.stats: dict[str, Any] = seen["stats"][0]
        self.megabytes: int = seen["megabytes"]

    @property
    def only(self) -> dict[str, Any]:
        """The one result."""
        (result,) = self.results
        return result


def order(
    urls: list[str],
    spiders: list[dict[str, Any]],
    names: dict[str, Any],
    settings: dict[str, Any],
    late: dict[str, float],
) -> str:
    """What the driver is to do."""
    settings = {"ALLOW_PRIVATE_ADDRESSES": "127.0.0.1", "RETRY_TIMES": 0} | settings
    settings = {name: value for name, value in settings.items() if value is not None}  # None: as newscrawl has it
    return json.dumps({"spiders": spiders or [{"urls": urls}], "names": names, "settings": settings, "late": late})


COMMAND = [sys.executable, "-m", "tests.network.driver"]


def crawl(
    *urls: str,
    spiders: list[dict[str, Any]] | None = None,
    names: dict[str, Any] | None = None,
    variables: dict[str, str] | None = None,
    late: dict[str, float] | None = None,
    **settings: Any,
) -> Crawled:
    """Ask for some URLs; no connection leaves loopback, or the test fails."""
    task = order(list(urls), spiders or [], names or {}, settings, late or {})
    done = fork_server().run(COMMAND, cwd=ROOT, env=environment(**(variables or {})), given=task, timeout=100)
    assert done.returncode == 0, done.stderr
    crawled = Crawled(json.loads(done.stdout), done.stderr)
    assert not crawled.leaks
    assert "Traceback" not in crawled.log, crawled.log
    assert "Unhandled" not in crawled.log, crawled.log
    return crawled
