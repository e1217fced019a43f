"""A process whose world ends at loopback: the only names are those in `NAMES`, and nothing connects to the outside.

Import it before anything that opens connections; `close` closes the world.
"""

from __future__ import annotations

import ipaddress
import json
import re
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

NAMES: dict[str, list[Any]] = {}
"""The addresses of a name; or lists of addresses, of which each look-up takes the next."""
LATE: dict[str, float] = {}
"""Seconds after which a name is answered for."""
LEAKS: list[str] = []
"""Addresses outside that something tried to connect to."""
LOOKUPS: list[str] = []
"""What was looked up, addresses included."""


def close() -> None:
    """Leave nothing but loopback to this process and those that it forks."""
    if socket.getaddrinfo is _getaddrinfo:
        return
    socket.getaddrinfo = _getaddrinfo  # type: ignore[assignment]
    socket.gethostbyname = lambda host: _getaddrinfo(host, 0)[0][4][0]
    socket.socket.connect = _guarded(socket.socket.connect)  # type: ignore[method-assign]
    socket.socket.connect_ex = _guarded(socket.socket.connect_ex)  # type: ignore[method-assign]


def report() -> dict[str, Any]:
    """Return what the process did, and the most memory it had, in megabytes."""
    peak = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text("ascii"))
    return {"leaks": LEAKS, "lookups": LOOKUPS, "megabytes": int(peak[1]) // 1024 if peak else 0}


def write_report(path: str) -> None:
    """Write the report as JSON."""
    Path(path).write_text(json.dumps(report()), "utf-8")


def _getaddrinfo(host: str | bytes, port: int, *_: object, **__: object) -> list[tuple[Any, ...]]:
    name = host.decode() if isinstance(host, bytes) else host
    LOOKUPS.append(name)
    time.sleep(LATE.get(name, 0))
    try:
        addresses = [str(ipaddress.ip_address(name))]
    except ValueError:
        addresses = NAMES.get(name, [])
        if addresses and isinstance(addresses[0], list):
            addresses = addresses.pop(0) if len(addresses) > 1 else addresses[0]
    if not addresses:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    return [
        (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, port, 0, 0))
        if ":" in address
        else (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
        for address in addresses
    ]


def _guarded(method: Callable[..., Any]) -> Callable[..., Any]:
    def connect(self: socket.socket, address: Any, *rest: Any) -> Any:
        if self.family in {socket.AF_INET, socket.AF_INET6} and not ipaddress.ip_address(address[0]).is_loopback:
            LEAKS.append(address[0])
            raise OSError("a connection to the outside")
        return method(self, address, *rest)

    return connect
