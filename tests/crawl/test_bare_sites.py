"""Sites of which nothing can be read, and what their run says of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from testing.forkserver import fork_server
from tests.conftest import ROOT
from tests.crawl.site_crawl import allowed, command
from tests.database import query
from tests.network.crawling import Server, response, serving
from tests.projects import invoke


@dataclass
class Bare:
    """A server as the crawls of a newspaper know one."""

    server: Server

    @property
    def url(self) -> str:
        return self.server.url("")

    @property
    def host(self) -> str:
        return self.server.host


def test_a_site_that_scripts_draw(tmp_path: Path):
    """Its run fails with the line that says why; what was only guessed is no failure and is not asked for again."""
    shell = b"<html><head><title>News</title></head><body><div id='app'></div><script src='/app.js'></script></body>"
    with serving({"/": response(shell)}) as server:
        database = tmp_path / "out.db"
        site = Bare(server)
        arguments = command(site, database, EXTRACT_WORKERS=0, DOWNLOAD_TIMEOUT=5)  # type: ignore[arg-type]
        done = fork_server().run(arguments, cwd=ROOT, env=allowed(site), timeout=100)  # type: ignore[arg-type]
        assert done.returncode == 2
        assert "1 of 1 pages have no text in their HTML: this site needs rendering" in done.stdout
        assert "the server answered 404" not in done.stderr
        guessed = [path for path in server.paths if path not in {"/", "/robots.txt"}]
        assert "/sitemap.xml" in guessed
        rows = query(database, "select distinct outcome, reason from pages order by 1")
        assert rows == [("failed", "needs_rendering"), ("skipped", "not_there")]
        told = invoke("health", "--database", f"sqlite:///{database}", cwd=tmp_path)
        assert told.returncode == 1
        assert "it has never given an article; its last visits ended with needs_rendering 1\n" in told.stdout
        server.arrivals.clear()
        fork_server().run(arguments, cwd=ROOT, env=allowed(site), timeout=100)  # type: ignore[arg-type]
        assert set(server.paths) <= {"/", "/robots.txt"}
