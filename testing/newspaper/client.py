"""A newspaper in a process of its own, for tests and benchmarks."""

from __future__ import annotations

import contextlib
import http.client
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from testing.newspaper import journal
from testing.newspaper.control import PREFIX, TOKEN_HEADER
from testing.newspaper.options import Options
from testing.newspaper.process import Process
from testing.newspaper.story import Gold

PATIENCE = 60.0
"""Seconds until a control request is given up."""


class Site(Process):
    """A running newspaper. What it is asked for in vain raises ValueError with the site's own words."""

    # Changes: each returns the addresses of the articles it fell on

    def edit(self, n: int = 1, *, urls: Sequence[str] = ()) -> list[str]:
        """Change the text of articles."""
        return list(self._ask("edit", n=n, urls=list(urls)))

    def publish(self, n: int = 1) -> list[str]:
        """Bring new articles, dated by the site's clock."""
        return list(self._ask("publish", n=n))

    def delete(self, n: int = 1, *, urls: Sequence[str] = (), status: int = 410) -> list[str]:
        """Take articles away."""
        return list(self._ask("delete", n=n, urls=list(urls), status=status))

    def retitle(self, n: int = 1, *, urls: Sequence[str] = ()) -> list[str]:
        """Change headlines; addresses stay."""
        return list(self._ask("retitle", n=n, urls=list(urls)))

    def comment(self, n: int = 1, *, urls: Sequence[str] = ()) -> list[str]:
        """Change a number on the page of articles, and not the article."""
        return list(self._ask("comment", n=n, urls=list(urls)))

    def rotate(self) -> None:
        """Turn the boxes of most read and latest articles on every page."""
        self._ask("rotate")

    def tick(self, seconds: float) -> datetime:
        """Move the site's clock and return it."""
        return datetime.fromisoformat(self._ask("tick", seconds=seconds))

    def now(self) -> datetime:
        """The site's clock."""
        return datetime.fromisoformat(self._ask("now"))

    def fault(self, path: str, kind: str, **arguments: Any) -> None:
        """Let the addresses whose path fits a glob misbehave: see `Fault`. It lasts until healed or restarted."""
        self._ask("fault", path=path, kind=kind, **arguments)

    def heal(self, path: str | None = None) -> None:
        """Take the faults of a path away; all of them without one."""
        self._ask("heal", path=path)

    def set(self, **options: Any) -> None:
        """Change options that are no facts of the articles: see `SWITCHES`."""
        self._ask("set", **options)

    # Looking at it

    def urls(self, first: int | None = None) -> list[str]:
        """The canonical addresses of all articles there are or the first of them, the newest first."""
        return list(self._ask("urls", first=first))

    def gold(self, article: str | int) -> Gold:
        """What an extractor should find at an address, or in an article by its number."""
        return self.golds([article])[0]

    def golds(self, articles: Sequence[str | int]) -> list[Gold]:
        """The same for many."""
        return [Gold.from_json(values) for values in self._ask("gold", urls=[str(article) for article in articles])]

    def requests(self) -> list[journal.Request]:
        """All requests so far but those that control; those that were answered before this one are in it."""
        return [journal.Request(*values) for values in self._ask("requests")]

    def forget(self) -> None:
        """Begin the record of requests anew."""
        self._ask("forget")

    def by_path(self) -> Counter[str]:
        """How often each path was asked for, query included."""
        return journal.by_path(self.requests())

    def count(self, path: str | None = None) -> int:
        """How often a path was asked for, or anything at all."""
        return self.by_path()[path] if path is not None else len(self.requests())

    def peak(self) -> int:
        """The most requests that began within any one second."""
        return journal.peak(self.requests())

    def _ask(self, name: str, **arguments: Any) -> Any:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=PATIENCE)
        with contextlib.closing(connection):
            connection.request("POST", PREFIX + name, json.dumps(arguments), {TOKEN_HEADER: self.token})
            response = connection.getresponse()
            result = json.loads(response.read())
        if response.status != 200:
            raise ValueError(f"{self.url}: {result}")
        return result


@contextlib.contextmanager
def running(
    options: Options | None = None, *, host: str = "127.0.0.1", port: int = 0, state: Path | None = None
) -> Iterator[Site]:
    """Serve a newspaper on loopback for as long as the block lasts.

    Another host (127.0.0.2 and so on) is another site. With ``state`` its changes outlive the process.
    """
    site = Site(options or Options(), host, port, state)
    site.start()
    try:
        yield site
    finally:
        site.stop()
