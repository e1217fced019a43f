"""The pages of WARC files among local files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from newscrawl.archive import FAULTS, ArchiveError, Record, read_archive
from newscrawl.files import FoundFile, place_of
from newscrawl.items import Outcome, Page
from newscrawl.manifest import file_key
from newscrawl.text import printable
from newscrawl.urls import is_article_url, site_of, url_key


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A record that holds no page that is wanted. ``reason`` is a word to count by."""

    reason: str


def load_archive(found: FoundFile, max_size: int, archive: Path | None = None) -> Iterator[Page | Outcome | PassedOver]:
    """Read a WARC file record by record; a page that is lost is an outcome, known by its place in the file.

    So a damaged copy of a page says nothing about the page. `max_size` is in bytes a page; 0 sets no limit. Pages of
    files below the folder `archive` know their place there.
    """
    path, fault = place_of(found)
    inside = _place_inside(path, archive)
    if fault is not None:
        yield _lost(found, path, "unreadable", fault)
        return
    try:
        for record in read_archive(path, max_size=max_size):
            if record.page is not None:
                place = (inside, record.offset) if inside and record.is_findable else None
                yield replace(_of_its_site(record.page), archived=place)
            elif record.reason in FAULTS:
                yield _lost_record(found, path, record)
            else:
                yield PassedOver(record.reason or "unknown")
    except ArchiveError as error:
        yield _lost(found, path, "unreadable" if error.reason in {"missing", "unusable"} else error.reason, str(error))
    except OSError as error:  # a disk that fails halfway
        yield _lost(found, path, "unreadable", f"cannot be read ({error.strerror})")


def _place_inside(path: Path, archive: Path | None) -> str | None:
    root = Path(os.path.realpath(archive)) if archive is not None else None
    return path.relative_to(root).as_posix() if root is not None and path.is_relative_to(root) else None


def _of_its_site(page: Page) -> Page:
    """Leave it to the sites of the project whose page this is, where the record only says its domain.

    Its key is the one that it has today: since it was recorded the site's spider may have learned about parameters.
    """
    if not page.url or not is_article_url(page.url):
        return page
    source = None if page.source == site_of(page.url) else page.source
    return replace(page, key=url_key(page.url), source=source)


def _lost_record(found: FoundFile, path: Path, record: Record) -> Outcome:
    where = f"byte {record.offset}" + (f", {record.url}" if record.url else "")
    url = record.url if record.url and is_article_url(record.url) else None
    outcome = _lost(found, path, record.reason or "damaged", f"{where}: the page is lost ({record.reason})")
    return replace(outcome, key=f"{outcome.key}#byte={record.offset}", url=url)


def _lost(found: FoundFile, path: Path, reason: str, detail: str) -> Outcome:
    message = f"{printable(str(found.path))}: {printable(detail)}"
    return Outcome(file_key(path), "failed", reason, message, _saved_at(path))


def _saved_at(path: Path) -> datetime:
    now = datetime.now(UTC)
    try:
        return min(datetime.fromtimestamp(path.lstat().st_mtime, UTC), now)
    except OSError:
        return now
