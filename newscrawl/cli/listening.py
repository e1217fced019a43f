"""Serve an application over HTTP until Ctrl-C."""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click

from newscrawl.cli.options import refuse

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


_WAITING = 128
"""Connections that wait to be accepted."""


def listen(
    command: str, app: Callable[..., Awaitable[Any]], host: str, port: int, *, what: str, path: str = ""
) -> None:
    """Serve an ASGI application, and say where; refuse a port that cannot be used with one line."""
    import uvicorn  # noqa: PLC0415 - of an extra

    config = uvicorn.Config(
        app, host, port, log_level="warning", access_log=False, server_header=False, date_header=True, lifespan="on"
    )
    server = uvicorn.Server(config)
    try:
        listening = bound_socket(host, port)
    except OSError as error:
        refuse(command, f"port {port} of {host} cannot be used ({error.strerror}); choose another with --port")
    shown = f"[{host}]" if ":" in host else host
    click.echo(f"{what} is served at http://{shown}:{listening.getsockname()[1]}{path}; stop with Ctrl-C", err=True)
    with suppress(KeyboardInterrupt):
        server.run([listening])


def bound_socket(host: str, port: int) -> socket.socket:
    """Return a socket that listens. Raises OSError.

    Only where it names its protocol does asyncio switch off Nagle's algorithm, which holds answers back for 40 ms.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(_WAITING)
    except OSError:
        listening.close()
        raise
    return listening
