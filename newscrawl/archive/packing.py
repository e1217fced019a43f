"""How the records of an archive file are packed: in gzip members, in zstd frames, or not at all.

``.warc.zst`` begins with a dictionary where its frames need one:
https://iipc.github.io/warc-specifications/specifications/warc-zstd/
"""

from __future__ import annotations

import sys
import zlib
from typing import BinaryIO, Protocol

from newscrawl.compression import BodyTooLarge, BrokenBody, limited

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

GZIP = b"\x1f\x8b\x08"
ZSTD = b"\x28\xb5\x2f\xfd"
_DICTIONARY = b"\x5d\x2a\x4d\x18"
"""Begins a skippable frame that holds the dictionary, which may be compressed itself."""
_MOST_MEMBERS = 16
"""Members in which the beginning of a record is looked for: some writers begin a file with empty ones."""
_LARGEST_DICTIONARY = 16 * 1024 * 1024


class DamagedMember(ValueError):  # noqa: N818 - a fact about the file
    """A member or frame cannot be unpacked."""


class Member(Protocol):
    """A gzip member or a zstd frame that is being unpacked."""

    rest: bytes
    """What it did not take of its input: beyond its end, or beyond the output that was wanted."""

    @property
    def needs_input(self) -> bool:
        """Whether it has nothing left of earlier input."""
        ...

    @property
    def eof(self) -> bool:
        """Whether it is read to its end."""
        ...

    def decompress(self, data: bytes, size: int) -> bytes:
        """Return at most `size` bytes. Raises DamagedMember."""
        ...


class Packing:
    """How a file is packed, by its first bytes."""

    def __init__(self, file: BinaryIO) -> None:
        file.seek(0)
        beginning = file.read(8)
        self._dictionary: zstd.ZstdDict | None = None
        self.magic = b""
        """With which each member begins; empty where nothing is packed."""
        if beginning[:3] and GZIP.startswith(beginning[:3]):
            self.magic = GZIP
        elif beginning.startswith((ZSTD, _DICTIONARY)):
            self.magic = ZSTD
            if beginning.startswith(_DICTIONARY):
                self._dictionary = _dictionary(
                    file.read(min(int.from_bytes(beginning[4:8], "little"), _LARGEST_DICTIONARY))
                )

    def member(self) -> Member:
        """Begin to unpack a member."""
        return _GzipMember() if self.magic == GZIP else _ZstdFrame(self._dictionary)

    def beginning(self, data: bytes, size: int) -> bytes:
        """The first bytes of what the first members of `data` hold; what cannot be unpacked ends them."""
        if not self.magic:
            return data[:size]
        begun = b""
        try:
            for _ in range(_MOST_MEMBERS):
                if not data or len(begun) == size:
                    break
                member = self.member()
                begun += member.decompress(data, size - len(begun))
                data = member.rest if member.eof else b""
        except DamagedMember:
            pass
        return begun


def _dictionary(content: bytes) -> zstd.ZstdDict | None:
    """A dictionary, or None where these bytes are none; then no frame can be unpacked that needs one."""
    try:
        if content.startswith(ZSTD):
            content = b"".join(limited(content, "zstd", _LARGEST_DICTIONARY))
        return zstd.ZstdDict(content)
    except (ValueError, BrokenBody, BodyTooLarge):
        return None


class _GzipMember:
    needs_input = True

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(31)
        self.rest = b""

    @property
    def eof(self) -> bool:
        return self._stream.eof

    def decompress(self, data: bytes, size: int) -> bytes:
        try:
            unpacked = self._stream.decompress(data, size)
        except zlib.error as error:
            raise DamagedMember(str(error)) from None
        self.rest = self._stream.unused_data or self._stream.unconsumed_tail
        return unpacked


class _ZstdFrame:
    def __init__(self, dictionary: zstd.ZstdDict | None) -> None:
        self._stream = zstd.ZstdDecompressor(zstd_dict=dictionary)
        self.rest = b""

    @property
    def eof(self) -> bool:
        return self._stream.eof

    @property
    def needs_input(self) -> bool:
        return self._stream.needs_input

    def decompress(self, data: bytes, size: int) -> bytes:
        try:
            unpacked = self._stream.decompress(data, size)
        except zstd.ZstdError as error:
            raise DamagedMember(str(error)) from None
        self.rest = self._stream.unused_data if self._stream.eof else b""
        return unpacked
