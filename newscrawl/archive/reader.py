"""Read pages from WARC files: one by its offset, or all of a file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from newscrawl.archive.http import SkippedPage
from newscrawl.archive.pages import note_of, page_of
from newscrawl.archive.records import ArchiveError, open_archive, open_inside, shown
from newscrawl.archive.shared import ArchiveFolder, SharedFolder
from newscrawl.archive.stream import WARC, BrokenRecord, RawRecord, Unpacked, never, read_record
from newscrawl.archive.wacz import ZIP, BrokenZip, archives_inside
from newscrawl.items import Page
from newscrawl.urls import without_password

FAULTS = frozenset({"truncated", "damaged", "incomplete", "undecodable", "too_large", "bad_date", "bad_url"})
"""Reasons for which a page is lost; with other reasons, a record simply has no wanted page."""


@dataclass(frozen=True, slots=True)
class Record:
    """Result of reading a record: a page, or the reason why there is none."""

    page: Page | None = field(repr=False)
    reason: str | None
    """The type of a record that never holds a page (``request``, ``revisit``), ``status_404``, or one of FAULTS."""
    offset: int
    """Offset of the record, in bytes of the file as stored."""
    length: int
    """Position in the file after the record. If the file is a single gzip stream, both are approximate."""
    url: str | None = None
    """URL as given by the record, for messages."""
    is_findable: bool = False
    """Whether `read_page` can read the page by this offset."""
    rest: int = field(default=0, repr=False)
    part: int = field(default=0, repr=False)


def read_page(folder: ArchiveFolder, file: str, offset: int, *, max_size: int = 0) -> Page:
    """Read the page at a place of the archive in `folder`, with the further pages of its article.

    `max_size` is in bytes a page; 0 sets no limit. Raises ArchiveError, whose reason is that of a `Record`, or
    ``missing``, ``outside``, ``unusable``.
    """
    return read_place(folder, file, offset, max_size)[0]


def read_place(folder: ArchiveFolder, file: str, offset: int, max_size: int = 0) -> tuple[Page, list[RawRecord]]:
    """Read a page and its following records, as `read_page` does."""
    where = f"{shown(file)}, byte {offset}"
    with _opened(folder, file) as opened:
        stream = Unpacked(opened)
        if offset < 0 or not stream.begin_at(offset):
            raise ArchiveError("damaged", f"{where}: no record starts here")
        try:
            record = _expect_record(stream, max_size)
            note = note_of(record)
            if note is not None and note.part:
                raise ArchiveError("unexpected", f"{where}: the record is a further page of the article before it")
            records = [record]
            pages = [page_of(record, max_size)]
            for part in range(1, 1 + (note.rest if note else 0)):
                record = _expect_record(stream, max_size)
                further = note_of(record)
                if further is None or further.part != part:
                    raise SkippedPage("incomplete")
                records.append(record)
                pages.append(page_of(record, max_size))
        except (BrokenRecord, SkippedPage) as error:
            raise ArchiveError(error.reason, f"{where}: {_said(error.reason)}") from None
    return replace(pages[0], rest=tuple(pages[1:])), records


def _opened(folder: ArchiveFolder, file: str) -> BinaryIO:
    return folder.open(file) if isinstance(folder, SharedFolder) else open_inside(folder, file)


def _expect_record(stream: Unpacked, max_size: int) -> RawRecord:
    record = read_record(stream, max_size)
    if record is None:
        raise BrokenRecord("truncated")
    return record


def _said(reason: str) -> str:
    return {
        "truncated": "the record is truncated",
        "damaged": "the record is damaged",
        "deleted": "the page was deleted",
        "incomplete": "the article's further pages are missing",
        "too_large": "the page is larger than allowed",
    }.get(reason, f"the record holds no page ({reason})")


ENDINGS = (".warc", ".warc.gz", ".warc.zst", ".arc", ".arc.gz")
"""How the names of archive files end."""


def read_archive(
    path: Path, *, max_size: int, offset: int = 0, is_over: Callable[[], bool] = never
) -> Iterator[Record]:
    """Read all records of a WARC, ARC or WACZ file, compressed or not, in bounded memory.

    `offset` is where to go on: the sum of the offset and length of the last record that was dealt with. In a file that
    is one gzip stream this reads again from its beginning, and gives a few records a second time.
    `max_size` is in bytes a page; 0 sets no limit. Raises ArchiveError for a file that is none, on the first record,
    and ReadingStopped once `is_over` says so, also in the middle of a record.
    """
    with open_archive(path) as file:
        size = os.fstat(file.fileno()).st_size
        if file.read(len(ZIP)) == ZIP:
            yield from _inside(file, size, path, max_size, offset, is_over)
        elif offset < size or not size:
            yield from _read(file, path, max_size, offset, is_over)


def read_stored(folder: ArchiveFolder, file: str) -> Iterator[Record]:
    """Read all records of a WARC file of an archive, without a limit of size. Raises ArchiveError."""
    with _opened(folder, file) as opened:
        yield from _read(opened, Path(file), 0, 0)


def _inside(  # noqa: PLR0917 - as `read_archive`
    file: BinaryIO, size: int, path: Path, max_size: int, offset: int, is_over: Callable[[], bool]
) -> Iterator[Record]:
    is_any = False
    try:
        for name, start, inner in archives_inside(file, size, ENDINGS, is_over):
            is_any = True
            for record in _read(inner, Path(f"{path}:{name}"), max_size, 0, is_over):
                if record.offset + start + record.length >= offset:
                    yield replace(record, offset=record.offset + start, is_findable=False)
    except BrokenZip as error:
        raise ArchiveError(error.reason, f"{shown(path)}: {error}") from None
    if not is_any:
        raise ArchiveError("no_warc", f"{shown(path)} is a zip file without a WARC file inside")


def _read(
    file: BinaryIO, path: Path, max_size: int, offset: int, is_over: Callable[[], bool] = never
) -> Iterator[Record]:
    stream = Unpacked(file, is_over)
    is_one = stream.is_packed or stream.is_arc or WARC.startswith(stream.beginning[: len(WARC)])
    if not is_one:
        raise ArchiveError("no_warc", f"{shown(path)} is not a WARC file")
    if offset:
        stream.begin_at(offset)  # otherwise the file is a single packed stream, which cannot be entered midway
    for record in _whole(_records(stream, path, max_size)):
        if record.offset + record.length >= offset:
            yield record


def _records(stream: Unpacked, path: Path, max_size: int) -> Iterator[Record]:
    has_any = bool(stream.position)
    while True:
        offset = stream.position
        try:
            record = read_record(stream, max_size)
            if record is None:
                return
            yield _record(record, max_size)
        except BrokenRecord as error:
            goes_on = stream.find_record(offset + 1)
            if error.reason == "damaged" and not goes_on and not has_any:
                message = f"{shown(path)} is not a WARC file, or its beginning is damaged"
                raise ArchiveError("no_warc", message) from None
            yield Record(None, error.reason, offset, max(stream.position - offset, 1))
            if not goes_on:
                return
        has_any = True


def _record(record: RawRecord, max_size: int) -> Record:
    """Return the result of a readable record."""
    url = without_password(record.fields.get("warc-target-uri", "").strip("<> ")) or None
    result = Record(None, None, record.offset, record.length, url, record.is_findable)
    try:
        page = page_of(record, max_size)
        note = note_of(record)
    except (SkippedPage, BrokenRecord) as error:
        return replace(result, reason=error.reason)
    return replace(result, page=page, rest=note.rest if note else 0, part=note.part if note else 0)


def _whole(records: Iterable[Record]) -> Iterator[Record]:
    """Join the pages of an article; an article with a missing page is an error."""
    waiting: list[Record] = []
    for record in records:
        if waiting:
            if record.page is not None and record.part == len(waiting):
                waiting.append(record)
                if record.part == waiting[0].rest:
                    yield _joined(waiting)
                    waiting = []
                continue
            yield _joined(waiting, "incomplete")
            waiting = []
        if record.rest:
            waiting = [record]
        else:
            yield replace(record, page=None, reason="incomplete") if record.part else record
    if waiting:
        yield _joined(waiting, "incomplete")


def _joined(records: list[Record], reason: str | None = None) -> Record:
    first, last = records[0], records[-1]
    pages = [record.page for record in records[1:] if record.page is not None]
    page = replace(first.page, rest=tuple(pages)) if first.page is not None and reason is None else None
    return replace(first, page=page, reason=reason, length=last.offset + last.length - first.offset, rest=0)
