"""Maintain a database: upgrade, check, vacuum, back up, delete articles, prune old data."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, exists, func, or_, select, update

from newscrawl.archive import (
    ArchiveError,
    ArchiveFolder,
    delete_record,
    files_of,
    old_files,
    read_stored,
    remove_file,
)
from newscrawl.storage import runs as run_log
from newscrawl.storage.backends import backend_of, location, parse_url
from newscrawl.storage.backends.sqlite import BUSY_TIMEOUT
from newscrawl.storage.boilerplate import uncount_blocks
from newscrawl.storage.duplicates import remove_links
from newscrawl.storage.engine import explained, open_engine, read_connection, require, write_transaction
from newscrawl.storage.errors import StorageError
from newscrawl.storage.forgetting import forget_pages
from newscrawl.storage.rows import DELETED, blocks_of, room_of
from newscrawl.storage.schema import article_revisions, article_urls, article_words, articles, pages, runs, search_queue
from newscrawl.storage.search_index import count_queued, index_queued
from newscrawl.text import printable
from newscrawl.urls import url_key

_BATCH = 200


@dataclass(frozen=True, slots=True)
class IndexProgress:
    """Number of articles indexed so far, and to be indexed in all."""

    done: int
    total: int


def upgrade(url: str, *, reindex: bool = False) -> Iterator[IndexProgress]:
    """Migrate the tables of an existing database, and index queued articles, or with `reindex` all of them.

    It works in short transactions, so that a crawl may run meanwhile. Raises StorageError.
    """
    require(url)
    engine = open_engine(url)
    try:
        with explained(engine):
            if reindex:
                with write_transaction(engine) as connection:
                    backend_of(url).queue_all(connection)
            with engine.connect() as connection:
                waiting = count_queued(connection)
                everything = connection.execute(select(func.count()).select_from(articles)).scalar_one()
            total = everything if reindex else waiting
            done = total - waiting
            yield IndexProgress(done, total)
            while done < total:
                with write_transaction(engine) as connection:
                    indexed = index_queued(connection, _BATCH)
                if not indexed:
                    break
                done += indexed
                yield IndexProgress(min(done, total), total)
                time.sleep(0.01)  # lets a waiting crawl write
    finally:
        engine.dispose()


def check(url: str) -> Iterator[str]:
    """Yield what is wrong with a database, one line each. Raises StorageError."""
    backend = backend_of(url)
    with read_connection(url) as connection:
        yield from backend.find_damage(connection)
        waiting = count_queued(connection)
        if waiting:
            yield f"{waiting} articles are not indexed for search yet; run: newscrawl db upgrade"
        is_indexed = exists().where(article_words.c.article_id == articles.c.id)
        is_waiting = exists().where(search_queue.c.article_id == articles.c.id)
        missing = connection.execute(
            select(func.count()).select_from(articles).where(~is_indexed, ~is_waiting)
        ).scalar_one()
        if missing:
            yield f"{missing} articles are missing from the search index; run: newscrawl db upgrade --reindex"
    engine = open_engine(url)
    try:
        with explained(engine):
            if not backend.is_index_whole(engine):
                yield "the search index is inconsistent; run: newscrawl db upgrade --reindex"
    finally:
        engine.dispose()


def vacuum(url: str) -> tuple[int, int]:
    """Compact a database; return its size in bytes before and after.

    Raises StorageError, also if a crawl is writing.
    """
    require(url)
    backend, engine = backend_of(url), open_engine(url)
    try:
        with explained(engine):
            with engine.connect() as connection:
                before = backend.size(connection)
            backend.compact(engine)
            with engine.connect() as connection:
                return before, backend.size(connection)
    finally:
        engine.dispose()


def back_up(url: str, target: Path) -> int:
    """Write a snapshot of an SQLite database to a new file, and return its size in bytes. A crawl may run meanwhile.

    The copy is checked before it gets its final name. Raises StorageError, and then leaves no file behind.
    """
    require(url)
    if parse_url(url).get_backend_name() != "sqlite":
        raise StorageError(f"{printable(location(url))} is not an SQLite database; back it up with pg_dump")
    source = Path(location(url))
    shown = printable(str(target))
    if target.exists():
        raise StorageError(f"{shown} already exists and is not overwritten; choose another file")
    part = target.with_name(f"{target.name}.part")
    try:
        part.unlink(missing_ok=True)
        with (
            closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True, timeout=BUSY_TIMEOUT)) as original,
            closing(sqlite3.connect(part)) as copy,
        ):
            original.backup(copy)
            copy.execute("pragma journal_mode = delete")  # no -wal file beside it
            wrong = [row[0] for row in copy.execute("pragma quick_check") if row[0] != "ok"]
        if wrong:
            raise StorageError(f"the copy of {printable(str(source))} is corrupt: {printable(wrong[0])}")
        with part.open("rb") as file:
            os.fsync(file.fileno())
        try:
            os.link(part, target)  # fails if it was created meanwhile
            part.unlink()
        except OSError:
            if target.exists():
                raise
            part.rename(target)  # a file system without hard links
    except (OSError, sqlite3.Error) as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise StorageError(f"cannot write {shown}: {printable(str(error))}") from None
    return target.stat().st_size


@dataclass(frozen=True, slots=True)
class Deleted:
    """What was deleted with an article."""

    revisions: int
    records: int
    """Raw pages in the archive."""
    run_id: int
    """The row of `runs` that records the deletion."""


def delete_article(url: str, article_id: int, archive: ArchiveFolder | None) -> Deleted | None:
    """Delete an article from the database at `url`, and its raw pages below `archive`; return None if there is none.

    Its URLs stay in `pages`, as not to be fetched. Raw pages are deleted before the commit, so that a failed deletion
    can be repeated. Raises StorageError.
    """
    require(url)
    engine = open_engine(url)
    try:
        with explained(engine), engine.connect() as connection:
            columns = [articles.c[name] for name in ("id", "url_key", "archive_file", "archive_offset")]
            row = connection.execute(select(*columns).where(articles.c.id == article_id)).first()
            saved = select(func.count()).where(article_revisions.c.article_id == article_id)
            revisions = connection.execute(saved).scalar_one()
            others = select(article_urls.c.url_key).where(article_urls.c.article_id == article_id)
            keys = frozenset(connection.execute(others).scalars())
        if row is None:
            return None
        places = _places(row, keys, revisions, archive)
        with explained(engine), write_transaction(engine) as connection:
            _delete_rows(connection, article_id, row.url_key)
            arguments = {"article": str(row.id), "url_key": row.url_key, "archive_records": str(len(places))}
            run_id = run_log.begin(connection, "delete", arguments)
            run_log.finish(connection, run_id, "finished")
            for place in places:
                assert archive is not None
                delete_record(archive, *place)
    except ArchiveError as error:
        raise StorageError(f"archive: {error}; nothing was deleted from the database") from error
    finally:
        engine.dispose()
    return Deleted(revisions, len(places), run_id)


def _places(
    row: Row[Any], other_keys: frozenset[str], revisions: int, archive: ArchiveFolder | None
) -> list[tuple[str, int]]:
    """Return file and offset of an article's raw pages; with revisions or alternate URLs, search the whole archive."""
    if archive is None and row.archive_file is not None:
        raise StorageError(f"its raw page is archived in {row.archive_file}; name the archive folder with --archive")
    places = {(row.archive_file, row.archive_offset)} if row.archive_file is not None else set()
    # An earlier version may be archived though the last one is not.
    if archive is not None and archive.is_dir() and (revisions or other_keys):
        for file in files_of(archive):
            if file.name.endswith((".warc", ".warc.gz")):
                places |= {
                    (file.name, record.offset)
                    for record in read_stored(archive, file.name)
                    if record.page is not None and _is_of(record.page.url, other_keys | {row.url_key})
                }
    return sorted(places)


def _is_of(url: str | None, keys: frozenset[str]) -> bool:
    try:
        return url is not None and url_key(url) in keys
    except ValueError:
        return False


def _delete_rows(connection: Connection, article_id: int, key: str) -> None:
    remove_links(connection, article_id)
    row = connection.execute(
        select(articles.c.source, articles.c.origin, articles.c.blocks).where(articles.c.id == article_id)
    ).one()
    if row.source is not None:
        uncount_blocks(connection, room_of(row.source, row.origin), blocks_of(row.blocks))
    tombstone = {
        "outcome": "skipped",
        "reason": DELETED,
        **dict.fromkeys(("error", "article_id", "etag", "last_modified", "discovered_from", "next_fetch_at")),
    }
    led = or_(pages.c.article_id == article_id, pages.c.url_key == key)
    connection.execute(update(pages).where(led).values(**tombstone))
    connection.execute(delete(articles).where(articles.c.id == article_id))


@dataclass(slots=True)
class Pruned:
    """What was pruned, or in a dry run would be."""

    runs: int = 0
    files: int = 0
    bytes: int = 0
    articles: int = 0
    """Articles that lost their raw page; their `archive_file` is now NULL."""
    pages: Counter[str] = field(default_factory=Counter)
    """Rows of pages without an article, by outcome."""


def prune(
    url: str,
    *,
    archive: ArchiveFolder | None,
    archive_days: int | None,
    runs_days: int | None,
    pages_days: int | None = None,
    dry_run: bool = False,
) -> Pruned:
    """Delete archive files, run records and pages without an article, older than so many days before the last run.

    Age is measured from the last run rather than from now, so that neither a wrong clock nor a pause makes data old.
    Rows lose their reference before the file is deleted, so none ever dangles; an interrupted prune can be repeated.
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
            if pages_days is not None:
                done.pages = forget_pages(engine, now - timedelta(days=pages_days), dry_run=dry_run)
    except ArchiveError as error:
        raise StorageError(f"archive: {error}") from error
    finally:
        engine.dispose()
    return done


def _prune_runs(engine: Engine, before: datetime, *, dry_run: bool) -> int:
    """Delete old runs, except the last of each spider: without any it would count as never crawled."""
    last = select(func.max(runs.c.id)).group_by(runs.c.spider)
    old = select(runs.c.id).where(runs.c.finished_at < before, runs.c.id.not_in(last)).order_by(runs.c.id)
    with engine.connect() as connection:
        ids = list(connection.execute(old).scalars())
    for start in range(0, 0 if dry_run else len(ids), _BATCH):
        with write_transaction(engine) as connection:
            connection.execute(delete(runs).where(runs.c.id.in_(ids[start : start + _BATCH])))
    return len(ids)


def _prune_archive(engine: Engine, folder: ArchiveFolder, before: datetime, done: Pruned, *, dry_run: bool) -> None:
    for old in old_files(folder, before):
        if dry_run:
            with engine.connect() as connection:
                found = connection.execute(select(func.count()).where(articles.c.archive_file == old.name))
                done.articles += found.scalar_one()
        else:
            done.articles += _clear_place(engine, old.name)
            if not remove_file(folder, old.name):
                continue
            done.articles += _clear_place(engine, old.name)  # rows stored meanwhile
        done.files += 1
        done.bytes += old.size


def _clear_place(engine: Engine, file: str) -> int:
    values = {"archive_file": None, "archive_offset": None}
    with write_transaction(engine) as connection:
        return connection.execute(update(articles).where(articles.c.archive_file == file).values(**values)).rowcount
