"""A server that speaks S3, of the tests' own: moto's, which keeps objects in memory, on a port of loopback."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

BUCKET = "news-archive"
SECRET = "a-secret-that-nobody-may-read"
_SIGNED = "AWS4-HMAC-SHA256 Credential=tests/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"


def program() -> str | None:
    """Where moto's server is; it is installed apart, since what it needs does not go with what newscrawl does."""
    return shutil.which("moto_server")


@dataclass
class ObjectServer:
    """A server with one bucket, BUCKET; it can be stopped and started, and has forgotten all objects then."""

    port: int = 0
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def environment(self) -> dict[str, str]:
        """By which a program finds the server."""
        return {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}",
            "AWS_ACCESS_KEY_ID": "tests",
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_REGION": "us-east-1",
        }

    def start(self) -> None:
        """Start the server, and wait until it has its bucket."""
        place = program()
        assert place is not None
        if not self.port:
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                self.port = free.getsockname()[1]
        command = [place, "-H", "127.0.0.1", "-p", str(self.port)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        address = f"http://127.0.0.1:{self.port}/{BUCKET}"
        for _ in range(600):
            request = urllib.request.Request(address, method="PUT", headers={"Authorization": _SIGNED})
            try:
                urllib.request.urlopen(request, timeout=10).close()
            except OSError:
                assert self._process.poll() is None, "moto_server has ended"
                time.sleep(0.1)
            else:
                return
        raise AssertionError("moto_server does not answer")

    def stop(self) -> None:
        """Stop the server."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@contextmanager
def object_server() -> Iterator[ObjectServer]:
    """A new server, which ends with the block."""
    server = ObjectServer()
    server.start()
    try:
        yield server
    finally:
        server.stop()
