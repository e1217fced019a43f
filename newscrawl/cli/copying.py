"""`newscrawl db copy`: a progress bar a table on a terminal, lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from itertools import groupby

import click

from newscrawl.storage import Copying, copy_database

_WORDS = {"copy": "copying", "link": "linking", "verify": "verifying"}


def tell(origin: str, target: str, *, is_terminal: bool) -> dict[str, int]:
    """Copy, tell on stderr how far it is, and return the rows of each table. Raises StorageError."""
    rows = {}
    for (stage, table), steps in groupby(copy_database(origin, target), lambda step: (step.stage, step.table)):
        label = f"{_WORDS[stage]} {table}"
        done = 0
        for step in _drawn(label, steps) if is_terminal else steps:
            done = step.done
            if stage == "copy":
                rows[table] = step.total
        if not is_terminal:
            click.echo(f"{label}: {done} rows", err=True)
    return rows


def _drawn(label: str, steps: Iterable[Copying]) -> Iterator[Copying]:
    with click.progressbar(length=1, label=label, show_eta=True, file=sys.stderr) as bar:
        for step in steps:
            bar.length = max(step.total, 1)
            bar.update(step.done - bar.pos)
            yield step
        bar.update((bar.length or 1) - bar.pos)
