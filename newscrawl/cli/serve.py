"""`newscrawl serve`: the database in a browser."""

from __future__ import annotations

import os
from pathlib import Path

import click

from newscrawl.cli.listening import listen
from newscrawl.cli.options import address, archive_folder, archive_option, database_option, one_line, refuse

_PORT = 8370
_SHORTEST_TOKEN = 16
"""Characters of a token that lets others start processes."""


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65_535), default=_PORT, show_default=True, help="Port; 0: any free one.")
@click.option(
    "--allow-host", "names", metavar="NAME", multiple=True, help="Another name under which it is asked, as by a proxy."
)
@click.option("--public-read", is_flag=True, help="Let everybody who can reach the address read, without a token.")
@click.option(
    "--actions", is_flag=True, help="Let who gives the token crawl sites, accept alarms and re-extract in the browser."
)
@archive_option
@database_option
def serve(
    *,
    host: str,
    port: int,
    names: tuple[str, ...],
    public_read: bool,
    actions: bool,
    archive: str | None,
    database: str | None,
) -> None:
    """Serve the database to a browser: search, read, compare, and see how sites are doing.

    \b
    newscrawl serve                                  http://127.0.0.1:8370
    newscrawl serve --host 0.0.0.0 --public-read     everybody in the network may read

    Only this machine is served, unless an address is named. Others need the token in NEWSCRAWL_SERVE_TOKEN, as
    password or bearer token, or --public-read. It only reads, unless --actions lets who gives the token do more; crawls
    may run meanwhile. It needs pip install 'newscrawl[serve]'.
    """
    try:
        import jinja2  # noqa: F401, PLC0415
        import starlette  # noqa: F401, PLC0415
        import uvicorn  # noqa: F401, PLC0415
    except ImportError as error:
        refuse("serve", f"it needs {error.name}; run: pip install 'newscrawl[serve]'")
    from newscrawl.project import setting  # noqa: PLC0415
    from newscrawl.serve.app import create_app  # noqa: PLC0415
    from newscrawl.serve.guard import allowed_hosts, is_loopback  # noqa: PLC0415
    from newscrawl.serve.processes import TOKEN, Processes  # noqa: PLC0415
    from newscrawl.serve.served import Acting, Served  # noqa: PLC0415
    from newscrawl.storage.backends import location  # noqa: PLC0415
    from newscrawl.workers.pool import Limits, lease  # noqa: PLC0415

    token = os.environ.get(TOKEN) or None
    is_open = not is_loopback(host)
    if is_open and token is None and not public_read:
        refuse("serve", f"{host} can be reached by others: set {TOKEN}, or let everybody read with --public-read")
    if actions and len(token or "") < _SHORTEST_TOKEN:
        refuse("serve", f"--actions needs a token of at least {_SHORTEST_TOKEN} characters in {TOKEN}")
    with one_line("serve"):
        url = address(database)
        options = (url,) if database else ()
        acting = Acting(Processes({"NEWSCRAWL_DATABASE_URL": url}), options) if actions else None
        limits = Limits(1, setting("EXTRACT_MAX_SECONDS"), setting("EXTRACT_MAX_MEGABYTES"))
        most = setting("DOWNLOAD_MAXSIZE")
        logs = Path(setting("LOG_DIR")) if setting("LOG_DIR") else None
        raw = archive_folder(archive)
        served = Served(url, raw, logs=logs, max_size=most, workers=lease(limits), is_public=is_open, acting=acting)
        guarded = {"any_address": is_open, "public_read": public_read}
        app = create_app(served, allowed_hosts(host, names), token=token, **guarded)
        where = location(url)
    listen("serve", app, host, port, what=where)
