"""`newscrawl dedupe --rebuild`: rebuild with a progress bar on a terminal, or lines elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

import click

from newscrawl.base_spiders.registry import load_sites
from newscrawl.storage.rebuilding import Progress, count_stories, rebuild

_LABELS = {
    "clear": "deleting old keys",
    "keys": "computing keys",
    "links": "linking duplicates",
    "addresses": "merging alternate URLs",
}
_LINES = 10
"""Progress lines per stage without a terminal."""


def rebuild_links(database: str, *, is_terminal: bool) -> None:
    """Rebuild the duplicate links and report progress. Raises RulesError and StorageError."""
    load_sites()
    is_first, merged = True, 0

    def counted() -> Iterator[Progress]:
        nonlocal merged
        for progress in rebuild(database):
            merged = progress.merged
            yield progress

    for stage, steps in groupby(counted(), lambda progress: progress.stage):
        if is_terminal:
            _draw(_LABELS[stage], steps)
        else:
            for line in _lines(_LABELS[stage], steps, is_first=is_first):
                click.echo(line)
        is_first = False
    if merged:
        click.echo(f"{merged} articles merged as alternate URLs")
    stories = count_stories(database)
    click.echo(f"{stories.articles} articles, {stories.articles - stories.copies} stories, {stories.copies} copies")


def _draw(label: str, steps: Iterable[Progress]) -> None:
    with click.progressbar(length=1, label=label, show_eta=True) as bar:
        for progress in steps:
            bar.length = max(progress.total, 1)
            bar.update(progress.done - bar.pos)
        bar.update((bar.length or 1) - bar.pos)


def _lines(label: str, steps: Iterable[Progress], *, is_first: bool) -> Iterable[str]:
    told = None
    for progress in steps:
        if is_first and told is None and progress.resumed:
            yield "resuming an interrupted rebuild"
        share = progress.done * _LINES // max(progress.total, 1)
        if share != told:
            yield f"{label}: {progress.done} of {progress.total} articles"
        told = share
