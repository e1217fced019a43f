"""How far a round is: a bar on a terminal, a line for each site elsewhere."""

from __future__ import annotations

import shutil
import sys
from typing import Any

import click

from newscrawl.cli.round_summary import in_words
from newscrawl.cli.table import cell, fitted
from newscrawl.rounds import SiteResult

_WIDTH = 24


class Silent:
    """Says nothing before the end."""

    def heard(self, spider: str, event: str, facts: dict[str, Any]) -> None:
        """Nothing."""

    def ended(self, result: SiteResult) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""


class Lines(Silent):
    """A line for each site that is done, and what the crawls write to their logs."""

    def heard(self, spider: str, event: str, facts: dict[str, Any]) -> None:
        """Pass on a line of a log."""
        if event == "log":
            click.echo(f"{spider}: {cell(facts['line'])}", err=True)

    def ended(self, result: SiteResult) -> None:
        """Say what came of a site."""
        click.echo(in_words(result), err=True)


class Bar(Lines):
    """A bar of the sites that are done, with what the others have stored so far."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0
        self._running: dict[str, str] = {}
        self._draw()

    def heard(self, spider: str, event: str, facts: dict[str, Any]) -> None:
        """Show how far a crawl is."""
        if event == "log":
            self._clear()
            super().heard(spider, event, facts)
        else:
            self._running[spider] = f"{spider} {facts.get('stored', 0)}"
        self._draw()

    def ended(self, result: SiteResult) -> None:
        """Say what came of a site, above the bar."""
        self._clear()
        self._running.pop(result.spider, None)
        self._done += 1
        super().ended(result)
        self._draw()

    def close(self) -> None:
        """Take the bar away."""
        self._clear()

    def _draw(self) -> None:
        full = _WIDTH * self._done // max(self._total, 1)
        bar = f"[{'#' * full}{'-' * (_WIDTH - full)}] {self._done}/{self._total}  {', '.join(self._running.values())}"
        sys.stderr.write(f"\r\x1b[K{fitted(bar, shutil.get_terminal_size().columns - 1)}")
        sys.stderr.flush()

    def _clear(self) -> None:
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()
