"""Delete pages and old files from the archive, while the offsets of all other records stay valid."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import tempfile
import uuid
import zlib
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from newscrawl.archive.pages import DELETED
from newscrawl.archive.reader import read_place
from newscrawl.archive.records import ArchiveError, failure, open_inside, path_inside, shown
from newscrawl.archive.shared import ArchiveFolder, SharedFolder, Stored, files_of

_RECORD = (
    "WARC/1.1\r\nWARC-Type: metadata\r\nWARC-Record-ID: <urn:uuid:{id}>\r\nWARC-Date: {date:%Y-%m-%dT%H:%M:%SZ}\r\n"
    "{field}: page\r\nContent-Type: text/plain\r\nContent-Length: {size:010}\r\n\r\n"
)
_BLOCK_SIZE = 65535
"""Maximum length of a stored deflate block (RFC 1951, 3.2.4)."""


def delete_record(folder: ArchiveFolder, file: str, offset: int) -> None:
    """Overwrite the records of a page with deletion records of the same length; repeating this is no error.

    What is overwritten is written down beside the file first, as ``FILE.deleting``: after a crash any deletion in that
    file finishes it. A run may go on writing to the file. A file in a store is replaced as a whole, so two of its pages
    must not be deleted at a time. Raises ArchiveError.
    """
    if isinstance(folder, SharedFolder):
        _delete_shared(folder, file, offset)
    else:
        _delete_local(folder, file, offset)


def _delete_shared(folder: SharedFolder, file: str, offset: int) -> None:
    folder.check(file)
    if (folder.spool / file).exists():
        try:
            _delete_local(folder.spool, file, offset)
        except ArchiveError as error:
            if error.reason != "missing":
                raise
        else:
            return
    with tempfile.TemporaryDirectory(prefix="newscrawl-") as name:
        folder.open(file).close()  # says where to look for one that is missing
        copy = Path(name, file)
        copy.parent.mkdir(parents=True)
        folder.download(file, copy)
        before = copy.read_bytes()
        _delete_local(Path(name), file, offset)
        if copy.read_bytes() != before:
            folder.replace(file, copy)


def _delete_local(folder: Path, file: str, offset: int) -> None:
    journal = path_inside(folder, file + ".deleting")
    with open_inside(folder, file, os.O_RDWR) as opened:
        try:
            fcntl.flock(opened, fcntl.LOCK_EX)
            if not os.fstat(opened.fileno()).st_nlink:  # uploaded meanwhile
                raise ArchiveError("missing", f"{shown(file)} does not exist")
            finish_deletion(opened, journal)
            places = _places(folder, file, offset)
            _write_journal(journal, places)
            finish_deletion(opened, journal)
        except OSError as error:
            raise failure("cannot be changed", file, error) from None


def _places(folder: Path, file: str, offset: int) -> list[tuple[int, int]]:
    try:
        records = read_place(folder, file, offset)[1]
    except ArchiveError as error:
        if error.reason == "deleted":
            return []
        raise
    places = [(record.offset, record.length) for record in records]
    if not all(record.is_alone and record.length >= _shortest() for record in records):
        raise ArchiveError(
            "unusable", f"{shown(file)}, byte {offset}: the record has no room of its own to be deleted in"
        )
    return places


def _write_journal(journal: Path, places: list[tuple[int, int]]) -> None:
    descriptor = os.open(journal, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
    with open(descriptor, "wb") as file:  # noqa: PTH123 - made without following links
        file.write(json.dumps(places).encode() + b"\n")
        file.flush()
        os.fsync(descriptor)
    above = os.open(journal.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(above)
    finally:
        os.close(above)


def finish_deletion(file: BinaryIO, journal: Path) -> None:
    """Apply the journal of a file, if there is one.

    A truncated journal is ignored, because nothing is overwritten before it is complete.
    """
    try:
        text = journal.read_bytes()
    except FileNotFoundError:
        return
    if text.endswith(b"\n"):
        for offset, length in json.loads(text):
            os.pwrite(file.fileno(), deleted_record(length), offset)
        os.fsync(file.fileno())
    journal.unlink()


def _shortest() -> int:
    return len(_record(0)) + 23


def deleted_record(length: int) -> bytes:
    """Return a gzip member of exactly `length` bytes whose record says that a page was deleted."""
    room = length - 18  # gzip header and trailer
    blocks = -(-room // (_BLOCK_SIZE + 5))
    record = _record(room - 5 * blocks - len(_record(0)))
    member = bytearray(b"\x1f\x8b\x08\0\0\0\0\0\0\xff")
    for number in range(blocks):
        piece = record[number * _BLOCK_SIZE : (number + 1) * _BLOCK_SIZE]
        size = len(piece)
        member += bytes([number == blocks - 1]) + size.to_bytes(2, "little") + (size ^ 0xFFFF).to_bytes(2, "little")
        member += piece
    return bytes(member) + zlib.crc32(record).to_bytes(4, "little") + len(record).to_bytes(4, "little")


def _record(size: int) -> bytes:
    head = _RECORD.format(id=uuid.uuid4(), date=datetime.now(UTC), field=DELETED, size=size)
    return head.encode() + b" " * size + b"\r\n\r\n"


_WRITTEN = re.compile(r"(\d{8}T\d{6}Z)-.*-\d{5}\.warc\.gz")
"""Names of files written by `ArchiveWriter`; other files are never removed."""


def old_files(folder: ArchiveFolder, before: datetime) -> list[Stored]:
    """Find files written by newscrawl that were last modified before a given time, and have no newer records.

    Files that wait for their upload are none of them. Raises ArchiveError.
    """
    found = []
    try:
        for file in folder.files() if isinstance(folder, SharedFolder) else files_of(folder):
            named = _WRITTEN.fullmatch(PurePosixPath(file.name).name)
            if named is None:
                continue
            began = datetime.strptime(named[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            # A copied archive may have lost modification times; such files are kept for longer.
            if max(began, file.modified_at) < before:
                found.append(file)
    except (OSError, ValueError) as error:
        raise failure(
            "cannot be read", str(folder), error if isinstance(error, OSError) else OSError(str(error))
        ) from None
    return found


def remove_file(folder: ArchiveFolder, file: str) -> bool:
    """Remove a file of the archive; return False while a page in it is being deleted. A missing file is no error.

    Nothing tells whether a run still writes to it: its next `ArchiveWriter.sync` fails, so that it acknowledges nothing
    that went with the file. `old_files` names none that was written to lately.
    """
    if isinstance(folder, SharedFolder):
        folder.remove(file)
        return True
    with contextlib.ExitStack() as stack:
        try:
            if not (folder / file).exists():
                return True
            opened = stack.enter_context(open_inside(folder, file))
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
            (folder / file).unlink()
            (folder / f"{file}.deleting").unlink(missing_ok=True)
        except BlockingIOError:
            return False
        except OSError as error:
            raise failure("cannot be removed", file, error) from None
    return True
