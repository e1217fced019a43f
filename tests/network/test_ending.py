"""SIGTERM ends a crawl, whatever it is waiting for."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import time

import pytest

from tests.network.crawling import COMMAND, ROOT, Server, order, response, serving
from tests.network.test_faults import drip, hang
from tests.projects import environment

pytestmark = pytest.mark.slow


def busy(connection: socket.socket, path: str) -> None:
    """Ask for a minute."""
    connection.sendall(response(b"", "503 Service Unavailable", Retry_After=60))


def end(server: Server, count: int, **settings: object) -> tuple[float, dict[str, list]]:
    """Start a crawl of ten pages, end it once so many requests came; return how long that took, and what it saw."""
    task = order([server.url(f"/{number}") for number in range(10)], [], {}, settings, {})
    options = {"cwd": ROOT, "env": environment(), "text": True}
    with subprocess.Popen(COMMAND, stdin=-1, stdout=-1, stderr=-1, **options) as process:
        try:
            process.stdin.write(task)
            process.stdin.close()
            process.stdin = None
            while len(server.arrivals) < count:
                assert process.poll() is None
                time.sleep(0.05)
            time.sleep(0.5)  # for the answer to be dealt with
            process.send_signal(signal.SIGTERM)
            begin = time.monotonic()
            out, log = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 0, log
    assert "Traceback" not in log, log
    assert "Unhandled" not in log, log
    return time.monotonic() - begin, json.loads(out)


@pytest.mark.parametrize(
    ("answers", "count"),
    [
        ({"/robots.txt": hang}, 1),
        ({"/robots.txt": response(b"User-agent: *\nCrawl-delay: 50", Content_Type="text/plain"), "*": response()}, 1),
        ({"*": busy, "/robots.txt": response(b"")}, 2),
        ({"*": hang, "/robots.txt": response(b"")}, 2),
        ({"*": drip, "/robots.txt": response(b"")}, 2),
        ({"*": response()}, 1),
    ],
    ids=["robots.txt hangs", "crawl-delay", "retry-after", "a page hangs", "a page drips", "scrapy's own delay"],
)
def test_sigterm_ends_a_crawl_within_ten_seconds(answers: dict, count: int):
    """What waits for its turn ends at once and without a request; what is under way is given a few seconds."""
    with serving(answers) as server:
        delay = 20 if count == 1 else 0.05
        seconds, seen = end(server, count, DOWNLOAD_DELAY=delay, DOWNLOAD_TIMEOUT=60, RETRY_TIMES=2)
    assert seconds < 10
    assert len(server.arrivals) == count
    assert seen["results"]
    assert {result.get("reason") for result in seen["results"]} == {"ending"}
