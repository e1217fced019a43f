"""The bytes of a WARC file, unpacked, in bounded memory, and checked before they count as read.

warcio 1.8 and fastwarc 2.0 hand out a record before the checksum behind it is read, and a cut last one without a word.
"""

from __future__ import annotations

import re
import zlib
from typing import BinaryIO

GZIP = b"\x1f\x8b\x08"
WARC = b"WARC/"

_INPUT = 32 * 1024
_OUTPUT = 256 * 1024
_LONGEST_HEAD = 64 * 1024
_MOST_BLANKS = 64
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")


class BrokenRecord(Exception):  # noqa: N818 - what it says of the record
    """The record here cannot be read. ``reason`` is ``truncated`` or ``damaged``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Unpacked:
    """A file of gzip members, each with one record, or one with many, or a file that is not packed."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        file.seek(0)
        self.beginning = file.read(5)
        self.is_packed = GZIP.startswith(self.beginning[:3]) and bool(self.beginning)
        self._start(0)

    def _start(self, offset: int) -> None:
        self._file.seek(offset)
        self._input_end = offset
        self._piece = offset
        self._input = b""
        self._unread = b""
        self._at = 0
        self._member: zlib._Decompress | None = None

    @property
    def position(self) -> int:
        """How far the file is read, in its own bytes.

        Within a member it is where its unread bytes begin at the earliest, so that nothing is lost by coming back.
        """
        if self.is_packed and not self.is_between_members:
            return self._piece
        return self._input_end - len(self._input) - (len(self._unread) - self._at)

    @property
    def is_between_members(self) -> bool:
        """Whether all that was read stands in members whose checksums were right."""
        return self.is_packed and self._member is None and self._at == len(self._unread)

    def begin_at(self, offset: int) -> bool:
        """Go on at a record that begins at `offset`; say whether there is one, and stay here if not."""
        self._file.seek(offset)
        if self._is_record(self._file.read(4096)):
            self._start(offset)
            return True
        self._file.seek(self._input_end)
        return False

    def _is_record(self, data: bytes) -> bool:
        if not self.is_packed:
            return data.startswith(WARC)
        try:
            return zlib.decompressobj(31).decompress(data, len(WARC)) == WARC
        except zlib.error:
            return False

    def find_record(self, offset: int) -> bool:
        """Go on at the first member from `offset` that holds a record; say whether there is one.

        A file that is not packed has no such marks: a page could show what looks like a record.
        """
        if not self.is_packed:
            return False
        while True:
            self._file.seek(offset)
            data = self._file.read(_INPUT)
            found = data.find(GZIP)
            if found >= 0 and self.begin_at(offset + found):
                return True
            if found < 0 and len(data) < len(GZIP):
                return False
            offset += found + 1 if found >= 0 else len(data) - len(GZIP) + 1

    def _more(self) -> bool:
        """Unpack a piece more, which may be empty; say whether the file goes on."""
        if not self._input:
            self._input = self._file.read(_INPUT)
            self._input_end += len(self._input)
        self._piece = self._input_end - len(self._input)
        data, self._input = self._input, b""
        if self.is_packed and (data or self._member):
            is_over = not data
            self._member = self._member or zlib.decompressobj(31)
            try:
                data = self._member.decompress(data, _OUTPUT)
            except zlib.error:
                raise BrokenRecord("damaged") from None
            self._input = self._member.unused_data or self._member.unconsumed_tail
            if self._member.eof:
                self._member = None
            elif is_over and not data:
                raise BrokenRecord("truncated")
            self._unread = self._unread[self._at :] + data
            self._at = 0
            return True
        self._unread = self._unread[self._at :] + data
        self._at = 0
        return bool(data)

    def head(self) -> bytes:
        """Read the header of the next record, to the blank line; nothing at the end of the file."""
        while True:
            self._skip_blanks(across=True)
            if not WARC.startswith(self._unread[self._at : self._at + len(WARC)]):
                raise BrokenRecord("damaged")
            end = _BLANK_LINE.search(self._unread, self._at)
            if end:
                head = self._unread[self._at : end.end()]
                self._at = end.end()
                return head
            if len(self._unread) - self._at > _LONGEST_HEAD:
                raise BrokenRecord("damaged")
            if not self._more():
                if self._at < len(self._unread):
                    raise BrokenRecord("truncated")
                return b""

    def read(self, length: int, *, keep: bool = True) -> bytes:
        """Read exactly `length` bytes, or pass over them where they need not be kept."""
        pieces = []
        while True:
            piece = self._unread[self._at : self._at + length]
            self._at += len(piece)
            length -= len(piece)
            if keep:
                pieces.append(piece)
            if not length:
                return b"".join(pieces)
            if not self._more():
                raise BrokenRecord("truncated")

    def end_record(self) -> None:
        """Pass over what ends a record; BrokenRecord where it goes on, or where its member's checksum is wrong."""
        self._skip_blanks(across=False)
        rest = self._unread[self._at : self._at + len(WARC)]
        if not WARC.startswith(rest):
            raise BrokenRecord("damaged")

    def _skip_blanks(self, *, across: bool) -> None:
        """Pass over blank lines; into the next member only if `across`."""
        blanks = 0
        while True:
            left = len(self._unread) - self._at
            if left:
                stripped = len(self._unread[self._at : self._at + _MOST_BLANKS].lstrip(b"\r\n"))
                skipped = min(left, _MOST_BLANKS) - stripped
                self._at += skipped
                blanks += skipped
                if blanks >= _MOST_BLANKS:
                    raise BrokenRecord("damaged")
                if stripped:
                    return
            elif (self.is_between_members and not across) or not self._more():
                return
