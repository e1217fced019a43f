"""`newscrawl reextract`: re-extract with a progress bar on a terminal or lines elsewhere, and report what changed."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from newscrawl.archive import ArchiveFolder
from newscrawl.base_spiders import ArgumentError
from newscrawl.base_spiders.arguments import window
from newscrawl.base_spiders.registry import rules_for
from newscrawl.cli.cluster import ClusterError, TaskEnd, run_tasks
from newscrawl.cli.options import address, archive_folder
from newscrawl.commands.progress import end_with_parent
from newscrawl.crawl.reextraction import reextract
from newscrawl.project import setting
from newscrawl.rules import RulesError
from newscrawl.storage.errors import StorageError
from newscrawl.storage.reextractions import Reextraction, Relearned, Scope, relearn
from newscrawl.storage.revisions import Tally
from newscrawl.text import printable
from newscrawl.workers.pool import Limits, lease, release

_STARTED = 2
"""Exit code of a pass that started but failed."""
_LINES = 10
"""Progress lines without a terminal."""


class StoppedError(Exception):
    """A signal stopped the pass; the articles done so far are stored."""

    def __init__(self, number: int) -> None:
        super().__init__("stopped; run the same command to resume")
        self.number = number


def main(
    *,
    database: str | None,
    archive: str | None,
    source: str | None,
    days: Mapping[str, str],
    sample: int | None,
    workers: int | None,
    restart: bool,
    templates_only: bool = False,
    scheduler: str | None = None,
    part: tuple[str, int] | None = None,
) -> int:
    """Run the command; return its exit code: 1 not started, 2 failed midway, 130 or 143 stopped by a signal.

    `part` is the archive file that is a task of the pass with that number.
    """
    code = 1
    try:
        if templates_only:
            report_relearning(relearn(address(database), source), is_terminal=sys.stdout.isatty())
            return 0
        folder = archive_folder(archive) or Path()
        if not folder.is_dir():
            raise StorageError(f"archive: no folder {printable(str(folder))}; name it with --archive")
        scope = Scope(source, window(days, "UTC"), *(part or ()))
        url = address(database)
        if part is not None:
            end_with_parent()
        if sample is None:
            work = Reextraction.begin(url, scope, restart=restart)
        else:
            work = Reextraction.dry_run(url, scope, sample)
        code = _STARTED
        count = int(setting("EXTRACT_WORKERS")) if workers is None else workers
        limits = Limits(count, setting("EXTRACT_MAX_SECONDS"), setting("EXTRACT_MAX_MEGABYTES"))
        try:
            if scheduler is None:
                reextract_articles(work, folder, limits, is_terminal=sys.stdout.isatty())
            else:
                place = os.path.abspath(folder) if isinstance(folder, Path) else str(folder)  # noqa: PTH100
                options = ["--archive", place, *(["--source", source] if source else [])]
                options += [] if workers is None else ["--workers", str(workers)]
                options += [part for name, day in days.items() for part in (f"--{name}", day)]
                _reextract_files(work, scheduler, options, database)
        finally:
            work.close()
    except StoppedError as error:
        print(f"newscrawl reextract: {error}", file=sys.stderr)  # noqa: T201
        return 128 + error.number
    except KeyboardInterrupt:  # outside of the page loop, which handles signals itself
        return 128 + signal.SIGINT
    except (ArgumentError, ClusterError, RulesError, StorageError) as error:
        print(f"newscrawl reextract: {error}", file=sys.stderr)  # noqa: T201
        return code
    return 0


def reextract_articles(work: Reextraction, folder: ArchiveFolder, limits: Limits, *, is_terminal: bool) -> None:
    """Re-extract, report progress and print what changed. Raises StorageError and StoppedError."""
    total = len(work.chosen) if work.chosen is not None else work.total
    if work.tally.pages:
        click.echo(f"resuming a pass that was interrupted after {_pages(work.tally.pages)}")
    reason = "shutdown"
    try:
        with _progress("re-extracting", total, work.tally.pages, is_terminal=is_terminal) as report_progress:
            _run(work, folder, limits, report_progress)
        if work.scope.part_of is None:
            report_relearning(work.relearn(), is_terminal=is_terminal)
        reason = "finished"
    finally:
        work.finish(reason)
    of = f" of {work.total}" if work.chosen is not None else ""
    for line in (*_summary(work.tally, of, is_done=work.chosen is None), *_without_page(work)):
        click.echo(line)


def _reextract_files(work: Reextraction, scheduler: str, options: Sequence[str], database: str | None) -> None:
    """Re-extract each archive file as a task of a cluster. Raises ClusterError and StorageError."""
    reason, failed = "shutdown", 0
    try:
        common = ["reextract", "--part-of", str(work.id), *options]
        tasks = {file: [*common, "--file", file] for file in work.files()}

        def note(file: str, end: TaskEnd) -> None:
            nonlocal failed
            failed += end.code != 0
            if end.code:
                why = end.log[-1] if end.log else "it ended without a message"
                click.echo(f"{printable(file)}: exit code {end.code}: {why}", err=True)

        run_tasks(scheduler, tasks, {"NEWSCRAWL_DATABASE_URL": database} if database else {}, note)
        if failed:
            raise ClusterError(f"{failed} of {len(tasks)} files were not re-extracted; run the same command again")
        work.add_up()
        report_relearning(work.relearn(), is_terminal=sys.stdout.isatty())
        reason = "finished"
    finally:
        work.finish(reason)
    for line in (*_summary(work.tally, "", is_done=True), *_without_page(work)):
        click.echo(line)


def report_relearning(steps: Iterator[Relearned], *, is_terminal: bool) -> None:
    """Relearn boilerplate, report progress and print how many texts changed. Raises StorageError."""
    last = next(steps, None)
    if last is None:
        return
    with _progress("relearning boilerplate", last.total, 0, is_terminal=is_terminal) as report_progress:
        for last in steps:
            report_progress(last.done)
    click.echo(f"{last.changed} texts changed by relearned boilerplate")


def _run(work: Reextraction, folder: ArchiveFolder, limits: Limits, report_progress: Callable[[int], None]) -> None:
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
            await reextract(work, folder, workers, rules_for, report_progress)
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
    reported = done * _LINES // max(total, 1)

    def report_progress(now: int) -> None:
        nonlocal reported
        share = now * _LINES // max(total, 1)
        if share != reported:
            click.echo(f"{label}: {now} of {total}")
        reported = share

    yield report_progress


def _summary(tally: Tally, of: str, *, is_done: bool) -> Iterator[str]:
    outcomes = tally.outcomes
    changed = "changed" if is_done else "would change"
    articles = f"{outcomes['changed']} articles {changed}, {outcomes['unchanged']} unchanged"
    yield f"{_pages(tally.pages)}{of} re-extracted: {articles}"
    if tally.reasons:
        reasons = ", ".join(f"{printable(reason)} {count}" for reason, count in tally.reasons.most_common())
        yield f"{outcomes['left']} left unchanged, because their page or its article is missing: {reasons}"
    if tally.fields:
        yield f"{'field':<20}{'gained':>8}{'lost':>8}{'changed':>8}"
    for name, counts in sorted(tally.fields.items(), key=lambda item: -item[1].total()):
        line = f"{name:<20}{counts['gained']:>8}{counts['lost']:>8}{counts['changed']:>8}"
        words = f"   {tally.words['gained']} words gained, {tally.words['lost']} lost" if name == "text" else ""
        yield line + words


def _without_page(work: Reextraction) -> Iterator[str]:
    if count := work.without_page:
        yield f"{count} articles have no raw page in the archive and were left unchanged"


def _pages(count: int) -> str:
    return f"{count} page" + ("" if count == 1 else "s")
