"""Write raw pages to WARC files."""

from __future__ import annotations

import fcntl
import os
import re
import socket
import time
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from newscrawl.archive.records import ArchiveError, Place, failure, page_records, shown, warcinfo_record
from newscrawl.archive.shared import BEING_WRITTEN, ArchiveFolder, SharedFolder
from newscrawl.archive.uploads import uploads_of
from newscrawl.items import Page

MAX_BYTES = 1 << 30
"""Maximum size of a file, as recommended by the WARC specification (annex C)."""
SHARED_BYTES = 64 << 20
"""Maximum size of a file in a shared archive: it is uploaded once it is complete."""
SHARED_SECONDS = 600.0
"""Time after which a file of a shared archive is complete, however small, when something is stored next."""


class ArchiveWriter:
    """Writes the pages of one run, from one thread, to files of its own.

    A file is made with its first page, and is followed by another before it grows beyond `max_bytes`. What is written
    is durable after `sync`. Where something fails, ArchiveError says it, and what was written before stays readable.
    With `host`, the name of this machine, the folder of the spider is in one of that name. To a shared folder they are
    written by way of its spool.
    """

    def __init__(self, folder: ArchiveFolder, spider: str, *, host: str = "", max_bytes: int = 0) -> None:
        self.folder = folder.spool if isinstance(folder, SharedFolder) else folder
        self._uploads = uploads_of(folder) if isinstance(folder, SharedFolder) else None
        self._spider = f"{_safe(host)}/{_safe(spider)}" if host else _safe(spider)
        self._max_bytes = max_bytes or (SHARED_BYTES if self._uploads is not None else MAX_BYTES)
        self._run = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{_safe(socket.gethostname())}-{os.getpid()}"
        self._number = 0
        self._file: _File | None = None

    def write(self, page: Page) -> Place:
        """Append a page with its further pages; return its place. Raises ArchiveError."""
        if self._file is None:
            self._file = self._next_file()
        records = page_records(page, self._file.warcinfo_id)
        if self._file.has_pages and self._file.size + len(records) > self._max_bytes:
            self.close()
            self._file = self._next_file()
            records = page_records(page, self._file.warcinfo_id)
        offset = self._file.size
        try:
            self._file.append(records)
        except ArchiveError:
            if not self._file.is_sound:
                self._abandon()
            raise
        self._file.has_pages = True
        return Place(self._file.name, offset, len(records))

    def sync(self) -> None:
        """Wait until everything written is on disk. Raises ArchiveError."""
        if self._file is not None:
            try:
                self._file.sync()
            except ArchiveError:
                # The system may have dropped what it could not write, so nothing is appended to this file.
                self._abandon()
                raise
            if self._uploads is not None and self._file.has_pages and self._file.age > SHARED_SECONDS:
                self._abandon()

    def close(self) -> None:
        """Sync and close the file."""
        self.sync()
        self._abandon()

    def _abandon(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
            if self._uploads is not None:
                self._uploads.begin()

    def _next_file(self) -> _File:
        while True:
            self._number += 1
            name = f"{self._spider}/{self._run}-{self._number:05}.warc.gz"
            try:
                return _File(self.folder, name, is_spooled=self._uploads is not None)
            except FileExistsError:
                continue


_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC


class _File:
    """A file of the archive that always ends with a complete record."""

    def __init__(self, folder: Path, name: str, *, is_spooled: bool = False) -> None:
        self.name = name
        self._began = time.monotonic()
        self._lock: int | None = None
        self.path = folder / name
        self.size = 0
        self.is_sound = True
        self.has_pages = False
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if is_spooled:
                self._lock = os.open(f"{self.path}{BEING_WRITTEN}", _NEW, 0o666)
                fcntl.flock(self._lock, fcntl.LOCK_EX)
            self._descriptor = os.open(self.path, _NEW, 0o666)
        except FileExistsError:
            self._unlock()
            if self.path.parent.is_dir():
                raise
            message = f"{shown(self.path.parent)} is not a folder, so pages cannot be archived"
            raise ArchiveError("unusable", message) from None
        except OSError as error:
            self._unlock()
            raise failure("cannot be made", self.path, error) from None
        record, self.warcinfo_id = warcinfo_record(self.path.name, datetime.now(UTC))
        try:
            self.append(record)
            # Otherwise, after a system crash rows could refer to a file without a directory entry.
            for above in (*(folder / part for part in PurePosixPath(name).parents), folder.absolute().parent):
                _sync_folder(above)
        except ArchiveError:
            self.close()
            raise

    @property
    def age(self) -> float:
        """Seconds since it was made."""
        return time.monotonic() - self._began

    def append(self, records: bytes) -> None:
        """Append data completely, or leave the file as it was."""
        try:
            written = 0
            while written < len(records):
                written += os.pwrite(self._descriptor, memoryview(records)[written:], self.size + written)
        except OSError as error:
            self._cut()
            raise failure("cannot be written", self.path, error) from None
        self.size += len(records)

    def _cut(self) -> None:
        try:
            os.ftruncate(self._descriptor, self.size)
        except OSError:
            self.is_sound = False

    def sync(self) -> None:
        """Wait until the file is on disk, and check that it was not replaced."""
        try:
            os.fsync(self._descriptor)
            is_here = os.path.samestat(os.fstat(self._descriptor), self.path.stat())
        except OSError as error:
            raise failure("cannot be written", self.path, error) from None
        if not is_here:
            raise ArchiveError("unusable", f"{shown(self.path)} was replaced during the run")

    def close(self) -> None:
        """Close the file; in a spool it is complete then."""
        os.close(self._descriptor)
        self._unlock()

    def _unlock(self) -> None:
        if self._lock is not None:
            Path(f"{self.path}{BEING_WRITTEN}").unlink(missing_ok=True)
            os.close(self._lock)
            self._lock = None


def _sync_folder(folder: Path) -> None:
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except PermissionError:
        return  # a folder that is writable but not readable
    except OSError as error:
        raise failure("cannot be read", folder, error) from None
    try:
        os.fsync(descriptor)
    except OSError as error:
        raise failure("cannot be written", folder, error) from None
    finally:
        os.close(descriptor)


def _safe(name: str) -> str:
    """Return a name that is safe as a file name."""
    return re.sub(r"[^\w.-]|^\.", "_", name)[:100] or "_"
