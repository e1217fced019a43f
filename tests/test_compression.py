"""Tests of compressed bodies that are cut, or bombs."""

from __future__ import annotations

import gzip
import random
import zlib

import brotli
import pytest
from backports import zstd

from newscrawl.compression import MOST_MEMBERS, BodyTooLarge, BrokenBody, check_body

LIMIT = 10_000_000
TEXT = random.Random(1).randbytes(100_000) + b"again and again, " * 10_000


def bare_deflate(data: bytes) -> bytes:
    stream = zlib.compressobj(9, zlib.DEFLATED, -15)
    return stream.compress(data) + stream.flush()


ENCODINGS = [
    ("gzip", gzip.compress),
    ("x-gzip", lambda data: gzip.compress(data[:70_000]) + gzip.compress(data[70_000:])),
    ("deflate", zlib.compress),
    ("deflate", bare_deflate),
    ("br", brotli.compress),
    ("zstd", zstd.compress),
]


@pytest.mark.parametrize(("encoding", "compress"), ENCODINGS)
@pytest.mark.parametrize("data", [TEXT, b"x", b""])
def test_a_whole_body_passes(encoding: str, compress, data: bytes):
    """Of any size, in any number of pieces."""
    check_body(compress(data), [encoding], LIMIT)


@pytest.mark.parametrize(("encoding", "compress"), ENCODINGS)
@pytest.mark.parametrize("share", [0.01, 0.5, 0.99])
def test_a_cut_body_is_noticed(encoding: str, compress, share: float):
    """Wherever it was cut."""
    body = compress(TEXT)
    with pytest.raises(BrokenBody):
        check_body(body[: int(len(body) * share)], [encoding], LIMIT)


@pytest.mark.parametrize(("encoding", "compress"), ENCODINGS)
def test_a_bomb_is_noticed(encoding: str, compress):
    """Before it goes off."""
    with pytest.raises(BodyTooLarge):
        check_body(compress(bytes(LIMIT * 2)), [encoding], LIMIT)


def test_layers_are_unpacked_one_after_the_other():
    """A cut below another layer is noticed, and nobody needs four of them."""
    inner = gzip.compress(TEXT)
    check_body(brotli.compress(inner), ["gzip", "br"], LIMIT)
    with pytest.raises(BrokenBody):
        check_body(brotli.compress(inner[:-5000]), ["gzip", "br"], LIMIT)
    with pytest.raises(BodyTooLarge):
        check_body(inner, ["gzip"] * 4, LIMIT)


@pytest.mark.parametrize("tail", [b"junk", b"\0" * 512])
def test_what_browsers_forgive_is_forgiven(tail: bytes):
    """A missing check sum behind gzip's data, other bytes behind it, and an encoding that nobody knows."""
    body = gzip.compress(TEXT)
    check_body(body[:-8], ["gzip"], LIMIT)
    check_body(body + tail, ["gzip"], LIMIT)
    check_body(b"anything", ["aws-chunked"], LIMIT)


@pytest.mark.parametrize(
    "body", [b"<html>", b"\x1f\x8b", b"\x1f\x8b\x08\xff" + b"\xff" * 20, b"\x1f\x8b\x08\x08" + b"x" * 99]
)
def test_what_is_no_gzip_at_all_is_broken(body: bytes):
    """Whatever its first bytes pretend."""
    with pytest.raises(BrokenBody):
        check_body(body, ["gzip"], LIMIT)


class Counted(bytes):
    """Bytes that count how many of them are copied out: what takes time in a body that is read piece by piece."""

    copied = 0

    def __getitem__(self, key):
        taken = super().__getitem__(key)
        if isinstance(key, slice):
            Counted.copied += len(taken)
        return taken


@pytest.mark.parametrize(
    ("encoding", "member"),
    [("gzip", gzip.compress(b"", mtime=0)), ("gzip", gzip.compress(b"x", mtime=0)), ("zstd", zstd.compress(b""))],
)
def test_the_number_of_members_is_limited(encoding: str, member: bytes):
    """Each takes time, however little it holds."""
    check_body(member * MOST_MEMBERS, [encoding], LIMIT)
    with pytest.raises(BodyTooLarge, match="more than 1,000"):
        check_body(member * (MOST_MEMBERS + 1), [encoding], LIMIT)


@pytest.mark.parametrize(("encoding", "compress"), [("gzip", gzip.compress), ("zstd", zstd.compress)])
def test_work_grows_with_the_body_and_not_with_its_square(encoding: str, compress):
    """Two megabytes in as many members as there may be are copied some 64 KiB a member, never whole."""
    member = compress(random.Random(2).randbytes(2_000))
    Counted.copied = 0
    check_body(Counted(member * MOST_MEMBERS), [encoding], LIMIT)
    assert Counted.copied <= (1 << 16) * MOST_MEMBERS
