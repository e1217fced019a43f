"""Serve a newspaper until SIGTERM; one line on standard output, its address, says that it listens."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import signal
import sys
from pathlib import Path

import click

from testing.newspaper.answers import Desk
from testing.newspaper.control import Control
from testing.newspaper.faults import Faults
from testing.newspaper.options import Options
from testing.newspaper.paper import Newspaper
from testing.newspaper.server import Server
from testing.newspaper.state import State


@click.command(help=__doc__)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=0, help="0 takes a free one.")
@click.option("--sections", type=int)
@click.option("--articles", type=int)
@click.option("--seed", type=int)
@click.option("--now", help="The first instant of the site's clock, with its zone.")
@click.option("--language")
@click.option("--options", "more", default="{}", help="Any of the options, as JSON.")
@click.option("--base", help="What the site calls itself, where it is not the address it listens on.")
@click.option("--state", type=click.Path(path_type=Path), help="Where changes outlive the process.")
@click.option("--token", help="Of control requests; without it there are none.")
@click.option("--attached", is_flag=True, help="End when standard input ends.")
def main(
    *,
    host: str,
    port: int,
    more: str,
    base: str | None,
    state: Path | None,
    token: str | None,
    attached: bool,
    **given: int | str | None,
) -> None:
    """Read the options and serve."""
    try:
        values = json.loads(more) | {name: value for name, value in given.items() if value is not None}
        options = Options.from_json(values)
        held = State.load(state) if state is not None and state.exists() else None
        asyncio.run(_serve(options, held, (host, port), base=base, path=state, token=token, attached=attached))
    except (ValueError, TypeError, OSError) as error:
        sys.exit(f"newspaper: {error}")


async def _serve(
    options: Options,
    held: State | None,
    address: tuple[str, int],
    *,
    base: str | None,
    path: Path | None,
    token: str | None,
    attached: bool,
) -> None:
    paper = Newspaper(options, "", held)
    control = Control(paper, Faults(list(options.faults)), [], path)
    if path is not None:
        paper.state.save(path)
    public = Server(Desk(paper), control, token)
    listening = await asyncio.start_server(public.connected, *address, limit=1 << 17, backlog=512)
    host, port = listening.sockets[0].getsockname()[:2]
    paper.base = base or f"http://{host}:{port}"
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, over.set)
    if attached:
        loop.add_reader(0, lambda: None if os.read(0, 1) else over.set())
    gc.freeze()
    print(f"http://{host}:{port}", flush=True)
    await over.wait()
    listening.close()
    os._exit(0)  # connections that hang by design are not waited for


if __name__ == "__main__":
    main()
