"""An archive in an object store, such as S3, which every machine reads: files are sent there whole.

An object cannot be appended to. So pages are written to files of a local folder, the spool, as to any other archive;
a file that is complete is uploaded (`newscrawl.archive.uploads`) and then removed there.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, BinaryIO, cast
from urllib.parse import urlsplit

from newscrawl.archive.records import ArchiveError, open_archive, path_inside, shown
from newscrawl.text import printable

if TYPE_CHECKING:
    from obstore.store import ClientConfig, ObjectStore, RetryConfig

STORES = ("s3", "gs", "az", "memory")
"""Schemes of stores that replace an object at once, so that a reader sees it whole. Network file systems are mounted,
and are folders. What is in ``memory`` ends with the process."""

_NAME = re.compile(r"[\w.-]+(?:/[\w.-]+)*")
"""Names that `ArchiveWriter` gives; others could say more than a name to a store, as ``?versionId=`` does to S3."""
_BLOCK = 128 * 1024
"""Bytes that are asked for at a time: most pages are in one answer."""
BEING_WRITTEN = ".writing"
"""Ending of the file beside one in the spool that its writer holds locked for as long as it writes."""
_HEAD = 200
"""Bytes by which the form of a file is told."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A file of an archive."""

    name: str
    """Path, as in `Place.file`."""
    size: int
    modified_at: datetime


@dataclass(frozen=True, slots=True)
class SharedFolder:
    """An archive folder in an object store, and the local one where files wait until they are uploaded.

    Every method raises ArchiveError, with the reason ``unreachable`` where the store does not answer as it should.
    """

    url: str
    spool: Path

    def __str__(self) -> str:
        return self.url

    def is_dir(self) -> bool:
        """Whether there is an archive; a store has no empty folders, so there may be nothing in it yet."""
        return True

    def upload(self, path: Path, name: str) -> None:
        """Upload a file of the spool, unless it is there: since then, a page of it may have been deleted there."""
        size = path.stat().st_size
        if self._size(name) == size:
            return
        self.replace(name, path)
        if (stored := self._size(name)) != size:
            raise ArchiveError("unreachable", f"{self._named(name)} has {stored} bytes after the upload, not {size}")

    def replace(self, name: str, path: Path) -> None:
        """Put a local file in the place of one in the store; a reader sees one or the other, as a whole."""
        self.check(name)
        with self._explained(name, "cannot be written"):
            try:
                obstore().put(self._store(), name, path)
            except FileNotFoundError as error:  # the bucket
                raise OSError(_first_line(error)) from None

    def download(self, name: str, path: Path) -> None:
        """Write a file of the store to a path."""
        self.check(name)
        with self._explained(name, "cannot be read"), path.open("wb") as file:
            for part in obstore().get(self._store(), name):
                file.write(part)

    def copy(self, name: str, path: Path) -> None:
        """Copy a file of the spool or of the store to a path, whose folder is made."""
        self.check(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copyfile(path_inside(self.spool, name), path)
        except FileNotFoundError:
            self.download(name, path)

    def remove(self, name: str) -> None:
        """Remove a file. A missing one is no error."""
        self.check(name)
        with self._explained(name, "cannot be removed"), suppress(FileNotFoundError):
            obstore().delete(self._store(), name)

    def files(self) -> list[Stored]:
        """List the files in the store, by name; those that only the spool has are not among them."""
        with self._explained("", "cannot be listed"):
            found = [
                Stored(facts["path"], facts["size"], facts["last_modified"])
                for chunk in obstore().list(self._store())
                for facts in chunk
            ]
        return sorted((file for file in found if _NAME.fullmatch(file.name)), key=lambda file: file.name)

    def open(self, name: str) -> BinaryIO:
        """Open a file for reading: from the spool if it is still there, else in the store."""
        self.check(name)
        try:
            return open_archive(path_inside(self.spool, name))
        except ArchiveError as error:
            if error.reason != "missing":
                raise
        with suppress(FileNotFoundError):
            return cast("BinaryIO", _Ranges(self, name))
        with self._explained("", "cannot be listed"):  # raises if there is no such bucket
            next(iter(obstore().list(self._store())), None)
        machine = name.partition("/")[0]
        message = f"{self._named(name)} does not exist; if {shown(machine)} has not uploaded it yet, its spool has it"
        raise ArchiveError("missing", message)

    def check(self, name: str) -> None:
        """Raise ArchiveError for a name that may be of something outside."""
        if _NAME.fullmatch(name) is None or {".", ".."} & set(name.split("/")):
            raise ArchiveError("outside", f"{shown(name)} is outside of the archive folder {printable(self.url)}")

    def read(self, name: str, start: int, end: int) -> bytes:
        """Return a part of a file in the store."""
        with self._explained(name, "cannot be read"):
            return bytes(obstore().get_range(self._store(), name, start=start, end=end))

    def _size(self, name: str) -> int | None:
        """Return the size of a file in the store, in bytes; None if there is none."""
        self.check(name)
        with self._explained(name, "cannot be read"):
            try:
                size: int = obstore().head(self._store(), name)["size"]
            except FileNotFoundError:
                return None
        return size

    @property
    def reading(self) -> Path:
        """Folder beside the spool for copies of files that are read as a whole."""
        return self.spool.with_name(f"{self.spool.name}-reading")

    def _store(self) -> ObjectStore:
        return _store_at(self.url, os.getpid())

    def _named(self, name: str) -> str:
        return printable(f"{self.url}/{name}" if name else self.url)

    @contextmanager
    def _explained(self, name: str, failed: str) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError as error:
            if name:
                raise ArchiveError("missing", f"{self._named(name)} does not exist") from None
            raise ArchiveError("unreachable", f"{self._named(name)} {failed} ({_first_line(error)})") from None
        except (obstore().exceptions.BaseError, OSError, ValueError) as error:
            raise ArchiveError("unreachable", f"{self._named(name)} {failed} ({_first_line(error)})") from None


def obstore() -> ModuleType:
    """Return the package that talks to stores, which few need."""
    import obstore  # noqa: PLC0415
    import obstore.exceptions  # noqa: PLC0415

    return obstore


@lru_cache(maxsize=16)
def _store_at(url: str, process: int) -> ObjectStore:  # noqa: ARG001 - its connections do not survive a fork
    """Return a store; its options and credentials come from the environment."""
    from obstore.store import MemoryStore, from_url  # noqa: PLC0415

    if url.startswith("memory:"):
        return MemoryStore()
    named = os.environ.get("AWS_ENDPOINT_URL") or os.environ.get("AWS_ENDPOINT") or ""
    limits: ClientConfig = {"timeout": "60s", "connect_timeout": "10s", "allow_http": named.startswith("http://")}
    retry: RetryConfig = {"max_retries": 3, "retry_timeout": timedelta(seconds=60)}
    return from_url(url, client_options=limits, retry_config=retry)


def _first_line(error: Exception) -> str:
    """Return what a store's error says, without what follows for its developers."""
    return printable(" ".join(str(error).partition("\n")[0].split()))[:300] or type(error).__name__


@lru_cache(maxsize=4096)
def _facts(folder: SharedFolder, name: str) -> tuple[int, bytes]:
    """Return the size of a file and its first bytes, which do not change, and never are a page's.

    Raises FileNotFoundError, which is not remembered.
    """
    size = folder._size(name)
    if size is None:
        raise FileNotFoundError(name)
    return size, folder.read(name, 0, min(_HEAD, size)) if size else b""


class _Ranges(io.RawIOBase):
    """A file in a store, read by ranges."""

    def __init__(self, folder: SharedFolder, name: str) -> None:
        self._folder = folder
        self._file = name
        self._size, head = _facts(folder, name)
        self._at = 0
        self._start, self._data = 0, head

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes, fewer at the end of what was fetched. Raises ArchiveError."""
        inside = self._at - self._start
        if not 0 <= inside < len(self._data):
            end = min(self._at + _BLOCK, self._size)
            self._start, inside = self._at, 0
            self._data = self._folder.read(self._file, self._at, end) if self._at < end else b""
        wanted = len(self._data) if size < 0 else size
        piece = self._data[inside : inside + wanted]
        self._at += len(piece)
        return piece


ArchiveFolder = Path | SharedFolder


def archive_at(place: str | Path, spool: str | Path) -> ArchiveFolder:
    """Return the archive at a path, a ``file://`` URL or the URL of an object store. Raises ArchiveError."""
    given = str(place)
    scheme, colon, _ = given.partition("://")
    if not colon:
        return Path(place)
    parts = urlsplit(given)
    if "@" in parts.netloc or parts.query or parts.fragment:
        # Not shown: it may hold a password.
        raise ArchiveError(
            "unusable", "the archive's address may hold no user, password or options; set them in the environment"
        )
    if scheme == "file" and parts.netloc in {"", "localhost"} and parts.path:
        return Path(parts.path)
    if scheme not in STORES or not parts.netloc:
        known = ", ".join(f"{name}://" for name in STORES if name != "memory")
        message = f"{printable(given)} is no archive: name a folder, or a bucket with {known}"
        raise ArchiveError("unusable", message)
    if {".", ".."} & set(parts.path.split("/")):
        raise ArchiveError("unusable", f"{printable(given)} is no archive: it has . or .. in its path")
    if find_spec("obstore") is None:
        raise ArchiveError("unusable", f"{scheme}:// needs obstore; run: pip install 'newscrawl[s3]'")
    return SharedFolder(given.rstrip("/"), Path(os.path.abspath(spool)))  # noqa: PTH100 - keeps links as they are


def files_of(folder: ArchiveFolder) -> list[Stored]:
    """List the files of an archive by name, those in the spool included. Raises OSError; of a store ArchiveError."""
    if isinstance(folder, SharedFolder):
        waiting = {file.name: file for file in files_of(folder.spool) if not file.name.endswith(BEING_WRITTEN)}
        return sorted({**waiting, **{file.name: file for file in folder.files()}}.values(), key=lambda file: file.name)
    found = []
    for path in sorted(folder.rglob("*")):
        with suppress(FileNotFoundError):  # another process removed it
            facts = path.lstat()
            if stat.S_ISREG(facts.st_mode):
                modified_at = datetime.fromtimestamp(facts.st_mtime, UTC)
                found.append(Stored(path.relative_to(folder).as_posix(), facts.st_size, modified_at))
    return found
