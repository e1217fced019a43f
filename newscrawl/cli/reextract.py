"""`newscrawl reextract`: a progress bar on a terminal, lines elsewhere, and what changed."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import click

from newscrawl.base_spiders import ArgumentError
from newscrawl.base_spiders.arguments import window
from newscrawl.base_spiders.registry import rules_for
from newscrawl.cli.options import address, archive_folder
from newscrawl.crawl.reextraction import reextract
from newscrawl.project import setting
from newscrawl.rules import RulesError
from newscrawl.storage.errors import StorageError
from newscrawl.storage.reextractions import Reextraction, Relearned, Scope, relearn
from newscrawl.storage.revisions import Tally
from newscrawl.text import printable
from newscrawl.workers.pool import Limits, lease, release

_STARTED = 2
"""The exit code of what began, and could not go on."""
_LINES = 10
"""Lines about the progress, where there is no terminal."""


class StoppedError(Exception):
    """A signal ended the pass; what is done is stored."""

    def __init__(self, number: int) -> None:
        super().__init__("stopped; the same command goes on where this one was")
        self.number = number


def main(
    *,
    database: str | None,
    archive: Path | None,
    source: str | None,
    days: Mapping[str, str],
    sample: int | None,
    workers: int | None,
    restart: bool,
    templates_only: bool = False,
) -> int:
    """Run the command; return its exit code: 1 not started, 2 the database gave up, 130 or 143 after a signal."""
    code = 1
    try:
        if templates_only:
            decide_again(relearn(address(database), source), is_terminal=sys.stdout.isatty())
            return 0
        folder = archive or archive_folder() or Path()
        if not folder.is_dir():
            raise StorageError(f"archive: there is no folder {printable(str(folder))}; name it by --archive")
        scope = Scope(source, window(days, None))
        url = address(database)
        if sample is None:
            work = Reextraction.begin(url, scope, restart=restart)
        else:
            work = Reextraction.dry_run(url, scope, sample)
        code = _STARTED
        count = int(setting("EXTRACT_WORKERS")) if workers is None else workers
        limits = Limits(count, setting("EXTRACT_MAX_SECONDS"), setting("EXTRACT_MAX_MEGABYTES"))
        try:
            reextract_articles(work, folder, limits, is_terminal=sys.stdout.isatty())
        finally:
            work.close()
    except StoppedError as error:
        print(f"newscrawl reextract: {error}", file=sys.stderr)  # noqa: T201
        return 128 + error.number
    except KeyboardInterrupt:  # before or after the pages
        return 128 + signal.SIGINT
    except (ArgumentError, RulesError, StorageError) as error:
        print(f"newscrawl reextract: {error}", file=sys.stderr)  # noqa: T201
        return code
    return 0


def reextract_articles(work: Reextraction, folder: Path, limits: Limits, *, is_terminal: bool) -> None:
    """Read again, tell how far it is, and say what changed. Raises StorageError and StoppedError."""
    total = len(work.chosen) if work.chosen is not None else work.total
    if work.tally.pages:
        click.echo(f"going on with the pass that was stopped after {_pages(work.tally.pages)}")
    reason = "shutdown"
    try:
        with _progress("reading pages again", total, work.tally.pages, is_terminal=is_terminal) as tell:
            _run(work, folder, limits, tell)
        decide_again(work.relearn(), is_terminal=is_terminal)
        reason = "finished"
    finally:
        work.finish(reason)
    of = f" of {work.total}" if work.chosen is not None else ""
    for line in (*_said(work.tally, of, is_done=work.chosen is None), *_without_page(work)):
        click.echo(line)


def decide_again(steps: Iterator[Relearned], *, is_terminal: bool) -> None:
    """Decide anew what sites repeat, and say how many texts that changed. Raises StorageError."""
    last = next(steps, None)
    if last is None:
        return
    with _progress("what sites repeat", last.total, 0, is_terminal=is_terminal) as tell:
        for last in steps:
            tell(last.done)
    click.echo(f"{last.changed} texts changed by what their sites repeat")


def _run(work: Reextraction, folder: Path, limits: Limits, tell: Callable[[int], None]) -> None:
    received: list[int] = []

    async def run() -> None:
        task = asyncio.current_task()
        assert task is not None

        def stop(number: int) -> None:
            received.append(number)
            task.cancel()

        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop, number)
        workers = lease(limits)
        try:
            await reextract(work, folder, workers, rules_for, tell)
        finally:
            release(workers)

    try:
        asyncio.run(run())
    except asyncio.CancelledError:
        raise StoppedError(received[0] if received else signal.SIGINT) from None


@contextmanager
def _progress(label: str, total: int, done: int, *, is_terminal: bool) -> Iterator[Callable[[int], None]]:
    if is_terminal:
        with click.progressbar(length=max(total, 1), label=label, show_eta=True) as bar:
            bar.update(done)
            yield lambda now: bar.update(now - bar.pos)
        return
    told = done * _LINES // max(total, 1)

    def tell(now: int) -> None:
        nonlocal told
        share = now * _LINES // max(total, 1)
        if share != told:
            click.echo(f"{label}: {now} of {total}")
        told = share

    yield tell


def _said(tally: Tally, of: str, *, is_done: bool) -> Iterator[str]:
    outcomes = tally.outcomes
    changed = "changed" if is_done else "would change"
    articles = f"{outcomes['changed']} articles {changed}, {outcomes['unchanged']} stay"
    yield f"{_pages(tally.pages)}{of} read again: {articles}"
    if tally.reasons:
        reasons = ", ".join(f"{printable(reason)} {count}" for reason, count in tally.reasons.most_common())
        yield f"{outcomes['left']} left as they are, for want of a page or an article: {reasons}"
    if tally.fields:
        yield f"{'field':<20}{'gained':>8}{'lost':>8}{'changed':>8}"
    for name, counts in sorted(tally.fields.items(), key=lambda item: -item[1].total()):
        line = f"{name:<20}{counts['gained']:>8}{counts['lost']:>8}{counts['changed']:>8}"
        words = f"   {tally.words['gained']} words gained, {tally.words['lost']} lost" if name == "text" else ""
        yield line + words


def _without_page(work: Reextraction) -> Iterator[str]:
    if count := work.without_page:
        yield f"{count} articles have no raw page in the archive, and stay"


def _pages(count: int) -> str:
    return f"{count} page" + ("" if count == 1 else "s")
