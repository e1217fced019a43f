"""Crawls of a newspaper that misbehaves, and what its user sees of them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from testing.forkserver import REPORT_VARIABLE, fork_server
from testing.newspaper import Options, Site, running
from tests.conftest import ROOT
from tests.crawl.site_crawl import allowed, command
from tests.database import tables

SMALL: dict[str, Any] = {"sections": 2, "articles": 12, "copies": 0, "multipage": 0, "live": 0}
"""A paper that is crawled in two seconds, with nothing odd about it."""


@dataclass(frozen=True)
class Ended:
    """A crawl that has ended."""

    code: int
    out: str
    err: str = field(repr=False)
    megabytes: int

    @property
    def summary(self) -> str:
        """The line that says what the run did."""
        return next(line for line in self.out.splitlines() if "; words kept " in line)


class Crawls:
    """Crawls of one site into one database."""

    def __init__(self, site: Site, folder: Path) -> None:
        self.site = site
        self.database = folder / "out.db"
        if not self.database.exists():
            self.database.write_bytes(tables())
        self._report = folder / "report.json"

    def __call__(self, *arguments: str, **settings: object) -> Ended:
        """Crawl to the end; no packet leaves loopback, and nothing ends in a traceback."""
        done = fork_server().run(
            command(self.site, self.database, *arguments, **{"EXTRACT_WORKERS": 0} | settings),
            cwd=ROOT,
            env=allowed(self.site) | {REPORT_VARIABLE: str(self._report)},
            timeout=100,
        )
        world = json.loads(self._report.read_text("utf-8"))
        assert not world["leaks"]
        assert "Traceback" not in done.stderr, done.stderr
        assert "Unhandled" not in done.stderr, done.stderr
        return Ended(done.returncode, done.stdout, done.stderr, world["megabytes"])

    def query(self, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Ask the database."""
        with closing(sqlite3.connect(self.database)) as connection:
            return connection.execute(statement, parameters).fetchall()

    def change(self, statement: str, *parameters: object) -> None:
        """Change the database."""
        with closing(sqlite3.connect(self.database)) as connection, connection:
            connection.execute(statement, parameters)

    @property
    def stored(self) -> set[str]:
        """The addresses of the articles in the database."""
        return {url for (url,) in self.query("select url from articles")}

    @property
    def ended(self) -> str | None:
        """Why the last run ended."""
        return self.query("select reason from runs order by id desc limit 1")[0][0]

    def outcome(self, path: str) -> tuple[str, str | None]:
        """How the visit to a path ended, and why."""
        rows = self.query("select outcome, reason from pages where url = ?", self.site.url + path)
        return rows[0] if rows else ("unknown", None)


@contextmanager
def paper(folder: Path, **options: Any) -> Iterator[tuple[Site, Crawls]]:
    """A small newspaper, and crawls of it."""
    with running(Options(**SMALL | options)) as site:
        yield site, Crawls(site, folder)
