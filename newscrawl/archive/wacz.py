"""The WARC files inside a WACZ, which is a zip file: https://specs.webrecorder.net/wacz/1.1.1/."""

from __future__ import annotations

import io
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import pairwise
from typing import BinaryIO, cast

from newscrawl.archive.stream import ReadingStopped, never

ZIP = b"PK\x03\x04"
_END = b"PK\x05\x06"
_END_SIZE = 22
_LONGEST_COMMENT = 65_535
_MOST_ENTRIES = 65_000
"""Files in a WACZ, whose names are held in memory; a zip file of more has another form of directory."""
_LARGEST_UNPACKED = 1 << 30
"""Bytes of a compressed file inside; the standard has those of records stored as they are."""
_LOCAL_HEADER = 30
_PIECE = 1 << 20


class BrokenZip(ValueError):  # noqa: N818 - a fact about the file
    """The zip file, or a file inside, cannot be read. ``reason`` is a word to count by."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def archives_inside(
    file: BinaryIO, size: int, endings: tuple[str, ...], is_over: Callable[[], bool] = never
) -> Iterator[tuple[str, int, BinaryIO]]:
    """Yield name, place and content of the files with one of the endings. Raises BrokenZip, ReadingStopped.

    The place is where a stored file begins in the whole one, so that offsets stay true; 0 for a compressed one.
    """
    _check_directory(file, size)
    try:
        names = zipfile.ZipFile(file)
        _check_places(names.infolist())
        for entry in names.infolist():
            if not entry.filename.lower().endswith(endings):
                continue
            if entry.flag_bits & 1:
                raise BrokenZip("undecodable", f"{entry.filename} is encrypted")
            if entry.compress_type == zipfile.ZIP_STORED:
                start = _start_of(file, entry)
                yield (
                    entry.filename,
                    start,
                    cast("BinaryIO", _Part(file, start, min(entry.compress_size, size - start))),
                )
            else:
                with closing(_unpacked(names, entry, is_over)) as unpacked:
                    yield entry.filename, 0, unpacked
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, struct.error) as error:
        if isinstance(error, BrokenZip):
            raise
        raise BrokenZip("damaged", f"its directory or a file inside is damaged ({error})") from None


def _check_directory(file: BinaryIO, size: int) -> None:
    """Refuse a directory that would fill the memory, before it is read. Raises BrokenZip."""
    start = max(0, size - _END_SIZE - _LONGEST_COMMENT)
    file.seek(start)
    tail = file.read(size - start)
    found = tail.rfind(_END)
    if found < 0 or len(tail) - found < _END_SIZE:
        raise BrokenZip("truncated", "it is cut: a zip file ends in its directory")
    entries, length = struct.unpack_from("<HI", tail, found + 10)
    if entries > _MOST_ENTRIES or length > size or length > entries * 1000 + _LARGEST_UNPACKED // 64:
        raise BrokenZip("too_large", f"it has {entries} files, more than are read")


def _check_places(entries: Sequence[zipfile.ZipInfo]) -> None:
    """Refuse files that share their bytes: a small zip file could be read for as long as its maker likes."""
    for one, following in pairwise(sorted(entries, key=lambda entry: entry.header_offset)):
        if following.header_offset < one.header_offset + _LOCAL_HEADER + one.compress_size:
            raise BrokenZip("damaged", f"{one.filename} and {following.filename} are at one place in it")


def _start_of(file: BinaryIO, entry: zipfile.ZipInfo) -> int:
    file.seek(entry.header_offset)
    header = file.read(_LOCAL_HEADER)
    if len(header) < _LOCAL_HEADER or not header.startswith(ZIP):
        raise BrokenZip("damaged", f"{entry.filename} is not where the directory says")
    name, extra = struct.unpack_from("<HH", header, 26)
    return entry.header_offset + _LOCAL_HEADER + int(name) + int(extra)


def _unpacked(names: zipfile.ZipFile, entry: zipfile.ZipInfo, is_over: Callable[[], bool]) -> BinaryIO:
    """Unpack a file on the disk, for archives are read at any place."""
    unpacked = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    try:
        with names.open(entry) as packed:
            while piece := packed.read(_PIECE):
                if is_over():
                    raise ReadingStopped
                if unpacked.tell() + len(piece) > _LARGEST_UNPACKED:
                    raise BrokenZip("too_large", f"{entry.filename} unpacks to more than {_LARGEST_UNPACKED:,} bytes")
                unpacked.write(piece)
    except BaseException:
        unpacked.close()
        raise
    return cast("BinaryIO", unpacked)


class _Part(io.RawIOBase):
    """A part of a file, as a file."""

    def __init__(self, file: BinaryIO, start: int, size: int) -> None:
        self._file = file
        self._start = start
        self._size = max(size, 0)
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(base + offset, 0)
        return self._at

    def read(self, size: int = -1) -> bytes:
        left = max(self._size - self._at, 0)
        self._file.seek(self._start + self._at)
        data = self._file.read(left if size < 0 else min(size, left))
        self._at += len(data)
        return data
