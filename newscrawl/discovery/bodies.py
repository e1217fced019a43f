"""The bytes of a listing, unpacked and in UTF-8, whatever they claim to be."""

from __future__ import annotations

import codecs

from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, resolve_encoding

from newscrawl.compression import GZIP, BodyTooLarge, BrokenBody, limited
from newscrawl.discovery.links import NotAListing

LARGEST = 50 * 1024 * 1024
"""Bytes of an unpacked listing that are read; the limit of sitemaps.org."""
_STEP = 1 << 20
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def unpack(body: bytes) -> tuple[bytes, bool]:
    """Undo gzip, known by its first bytes, and say whether all of it was there and within 50 MB.

    Raises NotAListing, as ``broken``, where nothing comes out.
    """
    complete = True
    for _ in range(2):  # a .xml.gz sent as gzip by a server that packs everything
        if body.startswith(GZIP):
            body, whole = _gunzip(body)
            complete = complete and whole
    return body[:LARGEST], complete and len(body) <= LARGEST


def _gunzip(body: bytes) -> tuple[bytes, bool]:
    parts: list[bytes] = []
    try:
        parts.extend(limited(body, "gzip", LARGEST))
    except BodyTooLarge:
        return b"".join(parts), False
    except BrokenBody as error:
        if not parts:
            raise NotAListing("broken", str(error)) from None
        return b"".join(parts), False
    return b"".join(parts), True


def as_utf8(body: bytes, content_type: str) -> bytes:
    """Bring a listing into UTF-8: only its addresses and dates matter, so a wrong byte costs no more than a character.

    A byte order mark decides, then the zero bytes of UTF-16, then valid UTF-8, then a declared charset: feeds declare
    UTF-16 and are UTF-8, or are UTF-16 and declare UTF-8. Raises NotAListing, as ``binary``.
    """
    for bom, encoding in _BOMS:
        if body.startswith(bom):
            return _recoded(body[len(bom) :], encoding)
    if encoding_ := _utf16_without_mark(body):
        return _recoded(body, encoding_)
    try:
        decode = codecs.getincrementaldecoder("utf-8")().decode
        for start in range(0, len(body), _STEP):
            decode(body[start : start + _STEP])
    except UnicodeDecodeError:
        declared = http_content_type_encoding(content_type) or html_body_declared_encoding(body[:4096])
        encoding = (declared and resolve_encoding(declared)) or "utf-8"
        text_encodings = codecs.lookup(encoding)._is_text_encoding and not encoding.startswith(("utf-16", "utf-32"))
        return _recoded(body, encoding if text_encodings else "utf-8")
    return body


def _utf16_without_mark(body: bytes) -> str | None:
    """Mark-up is mostly ASCII, so its zero bytes stand on one side of every pair."""
    sample = body[:4096]
    odd, even = sample[1::2].count(0), sample[::2].count(0)
    if odd + even <= len(sample) // 100:  # a stray one is dropped with other control characters
        return None
    few, many = sorted((odd, even))
    if many * 5 < len(sample) or few > many // 20:
        raise NotAListing("binary", f"{odd + even} NUL bytes in its first {len(sample)}: not a text")
    return "utf-16-le" if odd > even else "utf-16-be"


def _recoded(body: bytes, encoding: str) -> bytes:
    """In steps, for text takes up to four times its bytes; a character that the end cuts in two is left away."""
    decode = codecs.getincrementaldecoder(encoding)("replace").decode
    starts = range(0, len(body), _STEP)
    return b"".join(decode(body[start : start + _STEP]).encode("utf-8", "replace") for start in starts)
