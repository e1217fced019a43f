"""What is kept for so many days: raw pages, and records of runs. Articles and their revisions are kept for good."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, delete, func, select, update

from newscrawl.archive import ArchiveError, old_files, remove_file
from newscrawl.storage.engine import explained, open_engine, write_transaction
from newscrawl.storage.errors import StorageError
from newscrawl.storage.reading import require
from newscrawl.storage.schema import articles, runs

_BATCH = 200


@dataclass(slots=True)
class Pruned:
    """What went, or would go."""

    runs: int = 0
    files: int = 0
    bytes: int = 0
    articles: int = 0
    """That have no raw page any more, and say so: their `archive_file` is NULL."""


def prune(
    url: str, *, archive: Path | None, archive_days: int | None, runs_days: int | None, dry_run: bool = False
) -> Pruned:
    """Remove raw pages and records of runs that are older than so many days before the last run.

    Before the last run, and not before now: neither a clock that is wrong nor a pause makes anything old. The rows
    lose their pointer before the file goes, so that none ever points to nothing; stopped, it can be done again.
    Raises StorageError.
    """
    require(url)
    engine = open_engine(url)
    try:
        with explained(engine):
            with engine.connect() as connection:
                last = connection.execute(select(func.max(runs.c.started_at))).scalar()
            now = min(datetime.now(UTC), last) if last is not None else datetime.now(UTC)
            done = Pruned()
            if runs_days is not None:
                done.runs = _prune_runs(engine, now - timedelta(days=runs_days), dry_run=dry_run)
            if archive_days is not None and archive is not None:
                _prune_archive(engine, archive, now - timedelta(days=archive_days), done, dry_run=dry_run)
    except ArchiveError as error:
        raise StorageError(f"archive: {error}") from error
    finally:
        engine.dispose()
    return done


def _prune_runs(engine: Engine, before: datetime, *, dry_run: bool) -> int:
    """Forget runs, but the last of each spider: a site without any would count as one that was never crawled."""
    last = select(func.max(runs.c.id)).group_by(runs.c.spider)
    old = select(runs.c.id).where(runs.c.finished_at < before, runs.c.id.not_in(last)).order_by(runs.c.id)
    with engine.connect() as connection:
        ids = list(connection.execute(old).scalars())
    for start in range(0, 0 if dry_run else len(ids), _BATCH):
        with write_transaction(engine) as connection:
            connection.execute(delete(runs).where(runs.c.id.in_(ids[start : start + _BATCH])))
    return len(ids)


def _prune_archive(engine: Engine, folder: Path, before: datetime, done: Pruned, *, dry_run: bool) -> None:
    for old in old_files(folder, before):
        if dry_run:
            with engine.connect() as connection:
                found = connection.execute(select(func.count()).where(articles.c.archive_file == old.file))
                done.articles += found.scalar_one()
        else:
            done.articles += _let_go(engine, old.file)
            if not remove_file(folder, old.file):
                continue
            done.articles += _let_go(engine, old.file)  # of rows that were given it meanwhile
        done.files += 1
        done.bytes += old.size


def _let_go(engine: Engine, file: str) -> int:
    nowhere = {"archive_file": None, "archive_offset": None}
    with write_transaction(engine) as connection:
        return connection.execute(update(articles).where(articles.c.archive_file == file).values(**nowhere)).rowcount
