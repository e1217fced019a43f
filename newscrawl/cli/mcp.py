"""`newscrawl mcp`: the database as tools for a language model."""

from __future__ import annotations

import os

import click

from newscrawl.cli.listening import listen
from newscrawl.cli.options import address, database_option, one_line, refuse

_HOST = "127.0.0.1"
_PORT = 8371


@click.command()
@click.option("--http", "over_http", is_flag=True, help="Serve programs of this machine at http://127.0.0.1:PORT/mcp.")
@click.option("--port", type=click.IntRange(0, 65_535), default=_PORT, show_default=True, help="Port; 0: any free one.")
@database_option
def mcp(*, over_http: bool, port: int, database: str | None) -> None:
    """Serve the database to a language model, by the Model Context Protocol.

    \b
    newscrawl mcp --database sqlite:////srv/news/newscrawl.db    standard input and output
    newscrawl mcp --http                                         http://127.0.0.1:8371/mcp

    A program that speaks the protocol starts the first; several programs at a time may ask the second, with the token
    in NEWSCRAWL_SERVE_TOKEN as bearer token, if it is set. The tools only read. It needs pip install 'newscrawl[mcp]'.
    """
    try:
        from newscrawl.serve.tools import make_http_app, make_server  # noqa: PLC0415
    except ImportError as error:
        refuse("mcp", f"it needs {error.name}; run: pip install 'newscrawl[mcp]'")
    with one_line("mcp"):
        from newscrawl.serve.processes import TOKEN  # noqa: PLC0415
        from newscrawl.storage.backends import location  # noqa: PLC0415
        from newscrawl.storage.engine import require  # noqa: PLC0415

        url = address(database)
        require(url)
        where = location(url)
    if over_http:
        listen("mcp", make_http_app(url, os.environ.get(TOKEN) or None), _HOST, port, what=where, path="/mcp")
    else:
        make_server(url).run("stdio")
