"""An article taken out everywhere: rows, earlier texts, index, copies' links, raw pages; and never fetched again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, delete, func, or_, select, update

from newscrawl.archive import ArchiveError, delete_record, read_archive
from newscrawl.storage import runs
from newscrawl.storage.counts import Counts
from newscrawl.storage.duplicates import remove_links
from newscrawl.storage.engine import explained, open_engine, write_transaction
from newscrawl.storage.errors import StorageError
from newscrawl.storage.mending import blocks_of
from newscrawl.storage.reading import require
from newscrawl.storage.schema import article_revisions, article_urls, articles, pages
from newscrawl.storage.site_blocks import leave
from newscrawl.urls import url_key

DELETED = "deleted"
"""The `reason` of a page whose article was taken out: no listing queues it again."""


@dataclass(frozen=True, slots=True)
class Deleted:
    """What was taken out."""

    revisions: int
    records: int
    """Raw pages in the archive."""
    run_id: int
    """The row of `runs` that says so."""


def delete_article(url: str, article_id: int, archive: Path | None) -> Deleted | None:
    """Delete an article from the database at `url`, and its raw pages below `archive`; None where there is none.

    The page's address stays, as one not to be fetched. The raw pages go before the rows are committed: what fails can
    be done again. Raises StorageError.
    """
    require(url)
    engine = open_engine(url)
    try:
        with explained(engine), engine.connect() as connection:
            row = _article(connection, article_id)
            revisions = _revisions(connection, article_id)
            others = select(article_urls.c.url_key).where(article_urls.c.article_id == article_id)
            keys = frozenset(connection.execute(others).scalars())
        if row is None:
            return None
        places = _places(row, keys, revisions, archive)
        with explained(engine), write_transaction(engine) as connection:
            _take_out(connection, article_id, row.url_key)
            run_id = _log(connection, row, len(places))
            for place in places:
                assert archive is not None
                delete_record(archive, *place)
    except ArchiveError as error:
        raise StorageError(f"archive: {error}; nothing was deleted from the database") from error
    finally:
        engine.dispose()
    return Deleted(revisions, len(places), run_id)


def _article(connection: Connection, article_id: int) -> Row[Any] | None:
    columns = [articles.c[name] for name in ("id", "url_key", "archive_file", "archive_offset")]
    return connection.execute(select(*columns).where(articles.c.id == article_id)).first()


def _revisions(connection: Connection, article_id: int) -> int:
    return connection.execute(select(func.count()).where(article_revisions.c.article_id == article_id)).scalar_one()


def _places(row: Row[Any], other_keys: frozenset[str], revisions: int, archive: Path | None) -> list[tuple[str, int]]:
    """Where its raw pages lie. Of an article with earlier texts or other addresses only the archive knows them all."""
    if row.archive_file is None:
        return []
    if archive is None:
        raise StorageError(f"its page is in the archive, at {row.archive_file}; say where that is with --archive")
    places = {(row.archive_file, row.archive_offset)}
    if revisions or other_keys:
        for path in sorted(archive.rglob("*.warc*")):
            if path.suffix in {".gz", ".warc"}:
                places |= {
                    (str(path.relative_to(archive)), record.offset)
                    for record in read_archive(path, max_size=0)
                    if record.page is not None and _is_of(record.page.url, other_keys | {row.url_key})
                }
    return sorted(places)


def _is_of(url: str | None, keys: frozenset[str]) -> bool:
    try:
        return url is not None and url_key(url) in keys
    except ValueError:
        return False


def _take_out(connection: Connection, article_id: int, key: str) -> None:
    remove_links(connection, article_id)
    row = connection.execute(select(articles.c.source, articles.c.blocks).where(articles.c.id == article_id)).one()
    if row.source is not None:
        leave(connection, row.source, blocks_of(row.blocks))
    tombstone = {
        "outcome": "skipped",
        "reason": DELETED,
        **dict.fromkeys(("error", "article_id", "etag", "last_modified", "discovered_from", "next_fetch_at")),
    }
    led = or_(pages.c.article_id == article_id, pages.c.url_key == key)
    connection.execute(update(pages).where(led).values(**tombstone))
    connection.execute(delete(articles).where(articles.c.id == article_id))


def _log(connection: Connection, row: Row[Any], records: int) -> int:
    arguments = {"article": str(row.id), "url_key": row.url_key, "archive_records": str(records)}
    run_id = runs.begin(connection, "delete", arguments, Counts().as_json())
    runs.finish(connection, run_id, "finished")
    return run_id
