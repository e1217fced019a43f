"""Read the bytes of a WARC file, decompressed and verified, in bounded memory.

warcio 1.8 and fastwarc 2.0 hand out a record before the checksum behind it is read, and a cut last one without a word.
"""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

GZIP = b"\x1f\x8b\x08"
WARC = b"WARC/"

_INPUT = 32 * 1024
_OUTPUT = 256 * 1024
_LONGEST_HEAD = 64 * 1024
_MOST_BLANKS = 64
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")


class BrokenRecord(Exception):  # noqa: N818 - what it says of the record
    """The record cannot be read. ``reason`` is ``truncated`` or ``damaged``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Unpacked:
    """A file of gzip members with one record each, a single gzip member, or an uncompressed file."""

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
        """Position in the file, in bytes as stored.

        Within a member it is where its unread bytes begin at the earliest, so that nothing is lost by coming back.
        """
        if self.is_packed and not self.is_between_members:
            return self._piece
        return self._input_end - len(self._input) - (len(self._unread) - self._at)

    @property
    def is_between_members(self) -> bool:
        """Whether everything read so far is in gzip members with correct checksums."""
        return self.is_packed and self._member is None and self._at == len(self._unread)

    def begin_at(self, offset: int) -> bool:
        """Seek to a record that starts at `offset`; return whether there is one, else do not move."""
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
        """Seek to the first gzip member from `offset` that has a record; return whether there is one.

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
        """Decompress another piece, which may be empty; return whether the file continues."""
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
        """Read the header of the next record, up to the blank line; empty at the end of the file."""
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
        """Read exactly `length` bytes, or skip them."""
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
        """Skip the end of a record. Raises BrokenRecord if it continues, or if the checksum of its member is wrong."""
        self._skip_blanks(across=False)
        rest = self._unread[self._at : self._at + len(WARC)]
        if not WARC.startswith(rest):
            raise BrokenRecord("damaged")

    def _skip_blanks(self, *, across: bool) -> None:
        """Skip blank lines, into the next member only if `across`."""
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


WITH_PAGES = frozenset({"response", "resource"})
TYPES = WITH_PAGES | {"warcinfo", "request", "metadata", "revisit", "conversion", "continuation"}

LONGEST_HTTP_HEAD = 256 * 1024

_VERSION = re.compile(rb"WARC/\d+\.\d+[ \t]*\r?\n")
_FOLDED = re.compile(r"\r?\n[ \t]+")
_LENGTH = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class RawRecord:
    """A record that was read to its end."""

    type: str
    """One of TYPES, or ``unknown``."""
    fields: Mapping[str, str] = field(repr=False)
    """Values by name in lower case; the first of each name."""
    block: bytes | None = field(repr=False)
    """None if it was skipped: no page, or too large."""
    offset: int
    length: int
    """In bytes of the file as stored."""
    is_alone: bool
    """Whether the record is a gzip member of its own."""
    is_findable: bool = True
    """Whether `offset` is exact, so that reading can start there."""


def named_fields(text: str) -> list[tuple[str, str]]:
    """Parse the header of a record or a response; folded and malformed lines are tolerated."""
    fields = []
    for line in _FOLDED.sub(" ", text).split("\n"):
        name, colon, value = line.partition(":")
        if colon and (name := name.strip(" \t\r")):
            fields.append((name, value.strip(" \t\r")))
    return fields


def read_record(stream: Unpacked, max_size: int) -> RawRecord | None:
    """Read the next record; None at the end of the file. A `max_size` of 0 means no limit. Raises BrokenRecord."""
    was_between = stream.is_between_members
    offset = stream.position
    head = stream.head()
    if not head:
        return None
    if not _VERSION.match(head):
        raise BrokenRecord("damaged")
    fields: dict[str, str] = {}
    for name, value in named_fields(head.decode("utf-8", "replace")):
        fields.setdefault(name.lower(), value)
    if not _LENGTH.fullmatch(fields.get("content-length", "")):
        raise BrokenRecord("damaged")
    size = int(fields["content-length"])
    kind = fields.get("warc-type", "").lower()
    is_wanted = kind in WITH_PAGES and (not max_size or size <= max_size + LONGEST_HTTP_HEAD)
    block = stream.read(size, keep=is_wanted)
    stream.end_record()
    is_alone = was_between and stream.is_between_members
    if is_wanted and not is_alone and _is_altered(block, fields.get("warc-block-digest", "")):
        raise BrokenRecord("damaged")
    return RawRecord(
        type=kind if kind in TYPES else "unknown",
        fields=fields,
        block=block if is_wanted else None,
        offset=offset,
        length=stream.position - offset,
        is_alone=is_alone,
        is_findable=was_between or not stream.is_packed,
    )


def sha1(data: bytes) -> str:
    """Return the digest in the format of WARC files."""
    return "sha1:" + base64.b32encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()


def _is_altered(block: bytes, digest: str) -> bool:
    """Whether the block differs from its digest, if that has the usual format.

    It stands in for the checksum of a gzip member, where a record has none of its own.
    """
    return bool(re.fullmatch("sha1:[A-Z2-7]{32}", digest)) and digest != sha1(block)
