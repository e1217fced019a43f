"""Python imports this first where its folder is on PYTHONPATH: a process whose world ends at loopback.

No name is known, and every connection that would leave the machine fails and is written down as a leak, into the file
that WORLD_REPORT names, with the most memory that the process had.
"""

from __future__ import annotations

import atexit
import ipaddress
import json
import os
import re
import socket
from pathlib import Path

LEAKS: list[str] = []
LOOKUPS: list[str] = []


def getaddrinfo(host, port, family=0, type=0, proto=0, flags=0):  # noqa: A002
    host = host.decode() if isinstance(host, bytes) else host
    try:
        ipaddress.ip_address(host)
    except ValueError:
        LOOKUPS.append(host)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known") from None
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port))]


def guarded(method):
    def connect(self, address, *rest):
        if self.family in {socket.AF_INET, socket.AF_INET6} and not ipaddress.ip_address(address[0]).is_loopback:
            LEAKS.append(address[0])
            raise OSError("a connection to the outside")
        return method(self, address, *rest)

    return connect


def report() -> None:
    peak = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text("ascii"))
    seen = {"leaks": LEAKS, "lookups": LOOKUPS, "megabytes": int(peak[1]) // 1024 if peak else 0}
    Path(os.environ["WORLD_REPORT"]).write_text(json.dumps(seen), "utf-8")


if "WORLD_REPORT" in os.environ:
    socket.getaddrinfo = getaddrinfo
    socket.gethostbyname = lambda host: getaddrinfo(host, 0)[0][4][0]
    socket.socket.connect = guarded(socket.socket.connect)
    socket.socket.connect_ex = guarded(socket.socket.connect_ex)
    atexit.register(report)
