"""`newscrawl mcp`: the database as tools for a language model."""

from __future__ import annotations

import click

from newscrawl.cli.options import address, database_option, one_line, refuse


@click.command()
@database_option
def mcp(database: str | None) -> None:
    """Serve the database to a language model over standard input and output, by the Model Context Protocol.

    A program that speaks it starts this command: newscrawl mcp --database sqlite:////srv/news/newscrawl.db. The tools
    only read. It needs pip install 'newscrawl[mcp]'.
    """
    try:
        from newscrawl.serve.tools import make_server  # noqa: PLC0415
    except ImportError as error:
        refuse("mcp", f"it needs {error.name}; run: pip install 'newscrawl[mcp]'")
    with one_line("mcp"):
        from newscrawl.storage.engine import require  # noqa: PLC0415

        url = address(database)
        require(url)
    make_server(url).run("stdio")
