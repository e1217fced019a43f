"""Unpacking what strangers packed: in pieces, in linear time, and with a limit on everything that can repeat.

The one unpacker for HTTP bodies, listings, archives and local files.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Generator, Iterator, Sequence

import brotli

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

GZIP = b"\x1f\x8b"
MOST_LAYERS = 3
"""Encodings that one body may have on top of each other."""
MOST_MEMBERS = 1_000
"""Members of a gzip file, or frames of a zstd one. A 50 MB file from bgzip, which starts one every 64 KB, has fewer.
Each takes time however little it holds: 2 MB of empty members took 25 s."""

_PIECE = 1 << 16


class BrokenBody(ValueError):  # noqa: N818 - a fact about the body
    """The packed data cannot be read to their end. ``is_cut`` says whether they are right as far as they go."""

    def __init__(self, message: str, *, is_cut: bool = False) -> None:
        super().__init__(message)
        self.is_cut = is_cut


class BodyTooLarge(ValueError):  # noqa: N818 - a fact about the body
    """The body would be larger than allowed once it is unpacked, or is packed too many times over."""


def is_known(encoding: str) -> bool:
    """Say whether an encoding, named as in Content-Encoding, can be undone."""
    return encoding in _UNPACKERS


def pieces(body: bytes, encoding: str) -> Iterator[bytes]:
    """Yield what a body holds in pieces of at most 64 KiB. Raises BrokenBody behind all that could be unpacked."""
    try:
        yield from _UNPACKERS[encoding](body)
    except (zlib.error, brotli.error, zstd.ZstdError) as error:
        raise BrokenBody(f"its {encoding} data are damaged ({error})") from None
    except EOFError:
        raise BrokenBody(f"its {encoding} data end too early", is_cut=True) from None


def limited(body: bytes, encoding: str, limit: int) -> Iterator[bytes]:
    """As `pieces`; raises BodyTooLarge beyond `limit` bytes. A limit of 0 is none."""
    size = 0
    for piece in pieces(body, encoding):
        size += len(piece)
        if limit and size > limit:
            raise BodyTooLarge(f"unpacked, it is larger than {limit:,} bytes")
        yield piece


def check_body(body: bytes, encodings: Sequence[str], limit: int) -> None:
    """Raise BrokenBody or BodyTooLarge for a body that is cut, damaged or a bomb; encodings as in Content-Encoding.

    The last layer is never held in memory. An encoding that is not known ends the check.
    """
    if len(encodings) > MOST_LAYERS:
        raise BodyTooLarge(f"it is compressed {len(encodings)} times over")
    for left, encoding in zip(range(len(encodings) - 1, -1, -1), reversed(encodings), strict=True):
        if not body or not is_known(encoding):
            return
        unpacked = limited(body, encoding, limit)
        if left:
            body = b"".join(unpacked)
        else:
            for _ in unpacked:
                pass


def _gunzip(body: bytes) -> Iterator[bytes]:
    """Read all members. The checksum behind each is not verified, because some servers leave it out."""
    at = members = 0
    if not body.startswith(GZIP):
        raise zlib.error("they do not begin as gzip")
    while body.startswith(GZIP, at):  # what stands behind the last member is padding, which browsers ignore as well
        members += 1
        if members > MOST_MEMBERS:
            raise BodyTooLarge(f"it has more than {MOST_MEMBERS:,} gzip members")
        at = (yield from _inflate(body, _after_gzip_header(body, at), -zlib.MAX_WBITS)) + 8


def _after_gzip_header(body: bytes, at: int) -> int:
    """Return where the data of a gzip member begin (RFC 1952, 2.3)."""
    if len(body) < at + 10:
        raise EOFError
    flags, place = body[at + 3], at + 10
    if flags & 4:
        place += 2 + int.from_bytes(body[place : place + 2], "little")
    for flag in (8, 16):
        if flags & flag:
            place = body.find(b"\0", place) + 1 or len(body)
    return place + (flags & 2)


def _inflate(body: bytes, at: int, window: int) -> Generator[bytes, None, int]:
    """Yield what a deflate stream at ``at`` holds, and return where it ends."""
    stream = zlib.decompressobj(window)
    packed = b""
    while not stream.eof:
        if not packed:
            packed = body[at : at + _PIECE]
            at += len(packed)
        piece = stream.decompress(packed, _PIECE)
        is_at_end = not packed
        packed = stream.unconsumed_tail
        if piece:
            yield piece
        elif is_at_end and not stream.eof:
            raise EOFError
    return at - len(stream.unused_data)


def _undeflate(body: bytes) -> Iterator[bytes]:
    """Read the zlib format, or the bare deflate that some servers send in its place."""
    try:
        zlib.decompressobj().decompress(body[:64], 1)
    except zlib.error:
        yield from _inflate(body, 0, -zlib.MAX_WBITS)
    else:
        yield from _inflate(body, 0, zlib.MAX_WBITS)


def _unbrotli(body: bytes) -> Iterator[bytes]:
    stream = brotli.Decompressor()
    piece = stream.process(body, output_buffer_limit=_PIECE)
    while True:
        if piece:
            yield piece
        if stream.is_finished():
            return
        piece = stream.process(b"", output_buffer_limit=_PIECE)
        if not piece and not stream.is_finished():
            raise EOFError


def _unzstd(body: bytes) -> Iterator[bytes]:
    at = frames = 0
    while at < len(body):
        frames += 1
        if frames > MOST_MEMBERS:
            raise BodyTooLarge(f"it has more than {MOST_MEMBERS:,} zstd frames")
        stream = zstd.ZstdDecompressor()
        while not stream.eof:
            packed = body[at : at + _PIECE] if stream.needs_input else b""
            at += len(packed)
            piece = stream.decompress(packed, _PIECE)
            if piece:
                yield piece
            elif not packed and stream.needs_input and not stream.eof:
                raise EOFError
        at -= len(stream.unused_data)


_UNPACKERS = {"gzip": _gunzip, "x-gzip": _gunzip, "deflate": _undeflate, "br": _unbrotli, "zstd": _unzstd}
