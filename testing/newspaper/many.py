"""Many newspapers in one process, each at an address of its own: for tests and benchmarks of many sites."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence

from testing.newspaper.answers import Desk
from testing.newspaper.client import Site
from testing.newspaper.control import Control
from testing.newspaper.faults import Faults
from testing.newspaper.options import Options
from testing.newspaper.paper import Newspaper
from testing.newspaper.process import ROOT
from testing.newspaper.server import Server

_PER_BLOCK = 250


def host_of(number: int) -> str:
    """Return the address of a paper, the first being 127.0.1.1."""
    return f"127.0.{1 + number // _PER_BLOCK}.{1 + number % _PER_BLOCK}"


@contextlib.contextmanager
def many_running(papers: Sequence[Options]) -> Iterator[list[Site]]:
    """Serve so many newspapers on loopback, from one process, for as long as the block lasts."""
    sites = [Site(options, host_of(number), 0, None) for number, options in enumerate(papers)]
    given = [{"host": site.host, "token": site.token, "options": site.options.as_json()} for site in sites]
    command = [sys.executable, "-m", "testing.newspaper.many"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(given) + "\n")
        process.stdin.flush()
        ports = json.loads(process.stdout.readline() or "[]")
        for site, port in zip(sites, ports, strict=True):
            site.port = port
        try:
            yield sites
        finally:
            process.kill()


async def _serve() -> None:
    ports = []
    for given in json.loads(sys.stdin.readline()):
        options = Options.from_json(given["options"])
        paper = Newspaper(options, "")
        control = Control(paper, Faults(list(options.faults)), [], None)
        public = Server(Desk(paper), control, given["token"])
        listening = await asyncio.start_server(public.connected, given["host"], 0, limit=1 << 17, backlog=128)
        port = listening.sockets[0].getsockname()[1]
        paper.base = f"http://{given['host']}:{port}"
        ports.append(port)
    gc.freeze()
    print(json.dumps(ports), flush=True)
    over = asyncio.Event()
    asyncio.get_running_loop().add_reader(0, lambda: None if os.read(0, 1) else over.set())
    await over.wait()


if __name__ == "__main__":
    asyncio.run(_serve())
