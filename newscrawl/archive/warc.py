"""One record of a WARC file, whatever its version (ISO 28500, WARC 0.17 to 1.1)."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from newscrawl.archive.stream import BrokenRecord, Unpacked

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
    """By name in lower case; the first of each."""
    block: bytes | None = field(repr=False)
    """None where it was passed over: no page, or too large."""
    offset: int
    length: int
    """In bytes of the file as it is."""
    is_alone: bool
    """Whether it has a gzip member of its own."""
    is_findable: bool = True
    """Whether `offset` is exact, and reading can begin there."""


def named_fields(text: str) -> list[tuple[str, str]]:
    """Read the header of a record or a response, folded and broken lines as well as they can be."""
    fields = []
    for line in _FOLDED.sub(" ", text).split("\n"):
        name, colon, value = line.partition(":")
        if colon and (name := name.strip(" \t\r")):
            fields.append((name, value.strip(" \t\r")))
    return fields


def read_record(stream: Unpacked, max_size: int) -> RawRecord | None:
    """Read the next record; None at the end of the file. Raises BrokenRecord. A `max_size` of 0 sets no limit."""
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
    """Return the digest as WARC files write it."""
    return "sha1:" + base64.b32encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()


def _is_altered(block: bytes, digest: str) -> bool:
    """Say whether the block is another than was written; only where its digest is of the usual form.

    It stands in for the checksum of a gzip member, where a record has none of its own.
    """
    return bool(re.fullmatch("sha1:[A-Z2-7]{32}", digest)) and digest != sha1(block)
