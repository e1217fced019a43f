"""Read the bytes of a WARC or ARC file, decompressed and verified, in bounded memory.

warcio 1.8 and fastwarc 2.0 hand out a record before the checksum behind it is read, and a cut last one without a word.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from newscrawl.archive.arc import ARC, fields_of, header_in
from newscrawl.archive.packing import GZIP, DamagedMember, Member, Packing

WARC = b"WARC/"

_INPUT = 32 * 1024
_OUTPUT = 256 * 1024
_LONGEST_HEAD = 64 * 1024
_MOST_BLANKS = 64
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_RECORD_END = b"\r\n\r\n"
_MOST_WRONG = 64
"""Bytes by which the length of a record may be wrong: wget and others count one or two bytes too few or too many."""
_MOST_WRONG_BEGINNINGS = 10_000
"""Places in a file that look like the beginning of a record and are none; by chance there is one in 16 MB."""
_SURPLUS = re.compile(rb".{1,%d}?\r?\n\r?\n(?=WARC/\d|\Z)" % _MOST_WRONG, re.DOTALL)


class BrokenRecord(Exception):  # noqa: N818 - what it says of the record
    """The record cannot be read. ``reason`` is ``truncated`` or ``damaged``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ReadingStopped(Exception):  # noqa: N818 - as told to
    """The reader was told to stop in the middle of a file."""


def never() -> bool:
    """Read to the end."""
    return False


class Unpacked:
    """A file of packed members with one record each, a single one with all records, or an uncompressed file."""

    def __init__(self, file: BinaryIO, is_over: Callable[[], bool] = never) -> None:
        """`is_over` is asked again and again whether to stop: a record may unpack to a thousand times its size."""
        self._file = file
        self._is_over = is_over
        self._wrong_beginnings = 0
        self._packing = Packing(file)
        self.is_packed = bool(self._packing.magic)
        file.seek(0)
        self.beginning = self._packing.beginning(file.read(_INPUT), len(ARC))
        """The first bytes of its first record."""
        self.is_arc = self.beginning.startswith(ARC)
        self._start(0)

    def _start(self, offset: int) -> None:
        self._file.seek(offset)
        self._input_end = offset
        self._piece = offset
        self._input = b""
        self._unread = b""
        self._at = 0
        self._member: Member | None = None

    @property
    def is_ours(self) -> bool:
        """Whether the file has the form that newscrawl writes, whose records are found again and can be deleted."""
        return not self.is_arc and self._packing.magic in {b"", GZIP}

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
        """Whether everything read so far is in whole members, whose checksums are right where they have one."""
        return self.is_packed and self._member is None and self._at == len(self._unread)

    def begin_at(self, offset: int) -> bool:
        """Seek to a record that starts at `offset`; return whether there is one, else do not move."""
        self._file.seek(offset)
        if self._is_record(self._file.read(_INPUT)):
            self._start(offset)
            return True
        self._file.seek(self._input_end)
        return False

    def _is_record(self, data: bytes) -> bool:
        if not self.is_arc:
            return self._packing.beginning(data, len(WARC)) == WARC
        return header_in(self._packing.beginning(data, _LONGEST_HEAD), 0) is not None

    def find_record(self, offset: int) -> bool:
        """Seek to the first member from `offset` that has a record; return whether there is one.

        A file that is not packed has no such marks: a page could show what looks like a record. A file that was made
        of such marks is not looked through to its end. Raises ReadingStopped.
        """
        while self.is_packed and self._wrong_beginnings < _MOST_WRONG_BEGINNINGS:
            self._stop_if_over()
            self._file.seek(offset)
            data = self._file.read(_INPUT)
            magic = self._packing.magic
            found = data.find(magic)
            if found >= 0 and self.begin_at(offset + found):
                return True
            if found < 0 and len(data) < len(magic):
                return False
            self._wrong_beginnings += found >= 0
            offset += found + 1 if found >= 0 else len(data) - len(magic) + 1
        return False

    def _stop_if_over(self) -> None:
        if self._is_over():
            raise ReadingStopped

    def _more(self) -> bool:
        """Decompress another piece, which may be empty; return whether the file continues. Raises ReadingStopped."""
        self._stop_if_over()
        data = b""
        takes_input = self._member is None or self._member.needs_input
        if takes_input:
            if not self._input:
                self._input = self._file.read(_INPUT)
                self._input_end += len(self._input)
            self._piece = self._input_end - len(self._input)
            data, self._input = self._input, b""
        continues = bool(data)
        if self.is_packed and (data or self._member):
            is_over = takes_input and not data
            member = self._member = self._member or self._packing.member()
            try:
                data = member.decompress(data, _OUTPUT)
            except DamagedMember:
                raise BrokenRecord("damaged") from None
            self._input = member.rest
            if member.eof:
                self._member = None
            elif is_over and not data:
                raise BrokenRecord("truncated")
            continues = True
        self._unread = self._unread[self._at :] + data
        self._at = 0
        return continues

    def head(self) -> bytes:
        """Read the header of the next record: to the blank line, in ARC a line; empty at the end of the file."""
        while True:
            self._skip_blanks(across=True)
            if not self._may_begin():
                raise BrokenRecord("damaged")
            end = self._unread.find(b"\n", self._at) + 1 if self.is_arc else self._blank_line()
            if end:
                head = self._unread[self._at : end]
                self._at = end
                return head
            if len(self._unread) - self._at > _LONGEST_HEAD:
                raise BrokenRecord("damaged")
            if not self._more():
                if self._at < len(self._unread):
                    raise BrokenRecord("truncated")
                return b""

    def _blank_line(self) -> int:
        """Where the next blank line ends; 0 where there is none yet."""
        found = _BLANK_LINE.search(self._unread, self._at)
        return found.end() if found else 0

    def _may_begin(self) -> bool:
        """Whether the next bytes may begin a record."""
        if self.is_arc:
            return self._at == len(self._unread) or self._unread[self._at : self._at + 1].isalpha()
        return WARC.startswith(self._unread[self._at : self._at + len(WARC)])

    def read(self, length: int, *, keep: bool = True) -> bytes:
        """Read `length` bytes, or skip them; fewer where they would reach a little into the next member's record."""
        pieces, end = [], b""
        while True:
            piece = self._unread[self._at : self._at + length]
            self._at += len(piece)
            length -= len(piece)
            end = (end + piece)[-len(_RECORD_END) :]
            if keep:
                pieces.append(piece)
            if not length or (length <= _MOST_WRONG and self._is_at_record(end)):
                return b"".join(pieces)
            if not self._more():
                raise BrokenRecord("truncated")

    def _is_at_record(self, end: bytes) -> bool:
        """Whether a member ended here and another record begins behind it.

        At the end of the file, one that is not cut off has read the end of its record as well.
        """
        if not self.is_between_members:
            return False
        if not self._input:
            self._input = self._file.read(_INPUT)
            self._input_end += len(self._input)
        return self._is_record(self._input) if self._input else end == _RECORD_END

    def end_record(self) -> bytes:
        """Skip the end of a record; return the bytes by which it is longer than it says, where they are few.

        Raises BrokenRecord if it continues, or if the checksum of its member is wrong.
        """
        self._skip_blanks(across=False)
        if self._may_begin():
            return b""
        is_over = False
        while len(self._unread) - self._at <= 2 * _MOST_WRONG and not is_over:
            is_over = self._is_whole() or not self._more()
        surplus = _SURPLUS.match(self._unread, self._at)
        if surplus is None or (surplus.end() == len(self._unread) and not is_over):
            raise BrokenRecord("damaged")
        self._at = surplus.end()
        return surplus[0].rstrip(b"\r\n")

    def _is_whole(self) -> bool:
        """Whether what is unread is the end of a member."""
        return self.is_packed and self._member is None

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
    if stream.is_arc:
        fields, size, block = _read_arc(stream, head, max_size)
    else:
        fields, size, block = _read_warc(stream, head, max_size)
    surplus = stream.end_record()
    if block is not None:
        block = block.removesuffix(_RECORD_END) if len(block) < size else block + surplus
    is_alone = was_between and stream.is_between_members
    if block is not None and not is_alone and _is_altered(block, fields.get("warc-block-digest", "")):
        raise BrokenRecord("damaged")
    kind = fields.get("warc-type", "").lower()
    return RawRecord(
        type=kind if kind in TYPES else "unknown",
        fields=fields,
        block=block,
        offset=offset,
        length=stream.position - offset,
        is_alone=is_alone,
        is_findable=stream.is_ours and (was_between or not stream.is_packed),
    )


def _read_warc(stream: Unpacked, head: bytes, max_size: int) -> tuple[dict[str, str], int, bytes | None]:
    """Return the fields of a record, the length that it says, and its block; None for one that is skipped."""
    if not _VERSION.match(head):
        raise BrokenRecord("damaged")
    fields: dict[str, str] = {}
    for name, value in named_fields(head.decode("utf-8", "replace")):
        fields.setdefault(name.lower(), value)
    if not _LENGTH.fullmatch(fields.get("content-length", "")):
        raise BrokenRecord("damaged")
    size = int(fields["content-length"])
    is_wanted = fields.get("warc-type", "").lower() in WITH_PAGES and _fits(size, max_size)
    block = stream.read(size, keep=is_wanted)
    return fields, size, block if is_wanted else None


def _read_arc(stream: Unpacked, head: bytes, max_size: int) -> tuple[dict[str, str], int, bytes | None]:
    """As `_read_warc`."""
    header = header_in(head, 0)
    if header is None:
        raise BrokenRecord("damaged")
    size = int(header["length"])
    is_wanted = not head.startswith(ARC) and _fits(size, max_size)
    block = stream.read(size, keep=is_wanted)
    fields = fields_of(header, is_http=block.startswith(b"HTTP/") or not is_wanted)
    return fields, size, block if is_wanted else None


def _fits(size: int, max_size: int) -> bool:
    return not max_size or size <= max_size + LONGEST_HTTP_HEAD


def sha1(data: bytes) -> str:
    """Return the digest in the format of WARC files."""
    return "sha1:" + base64.b32encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()


def _is_altered(block: bytes, digest: str) -> bool:
    """Whether the block differs from its digest, if that has the usual format.

    It stands in for the checksum of a gzip member, where a record has none of its own.
    """
    return bool(re.fullmatch("sha1:[A-Z2-7]{32}", digest)) and digest != sha1(block)
