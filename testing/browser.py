"""A real browser and a real server for pages: Chromium as the system has it, driven by Playwright."""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from playwright.sync_api import Browser, sync_playwright

from newscrawl.serve.app import create_app
from newscrawl.serve.guard import allowed_hosts
from newscrawl.serve.processes import Processes
from newscrawl.serve.served import Acting, Served
from newscrawl.workers.pool import Limits, lease


def chromium() -> str | None:
    """Return the path of the system's Chromium; None if it has none."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@contextmanager
def browser() -> Iterator[Browser]:
    """Run Chromium. It is told of no proxy and asks nobody for updates."""
    quiet = ["--no-sandbox", "--no-proxy-server", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium(), args=quiet)
        yield running
        running.close()


@contextmanager
def serving(url: str, archive: Path | None = None, token: str | None = None) -> Iterator[str]:
    """Serve a database in a thread of this process, with actions for who has the token; give the address."""
    acting = Acting(Processes({"NEWSCRAWL_DATABASE_URL": url})) if token else None
    served = Served(url, archive, 1 << 20, lease(Limits(0)), acting=acting)
    app = create_app(served, allowed_hosts("127.0.0.1"), token=token, public_read=True)
    config = uvicorn.Config(app, log_level="warning", lifespan="on")
    server = uvicorn.Server(config)
    listening = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(30)
    listening.close()
