"""Files of sites in any of the formats that are read and written."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import BinaryIO

from newscrawl.sites.entries import Entry
from newscrawl.sites.lists import (
    header_of,
    read_addresses,
    read_csv,
    read_jsonl,
    write_addresses,
    write_csv,
    write_jsonl,
)
from newscrawl.sites.opml import read_opml, write_opml
from newscrawl.sites.site import Site

READERS: Mapping[str, Callable[[BinaryIO], Iterator[Entry]]] = {
    "opml": read_opml,
    "csv": read_csv,
    "jsonl": read_jsonl,
    "urls": read_addresses,
}
WRITERS: Mapping[str, Callable[[Iterable[Site], BinaryIO], None]] = {
    "opml": write_opml,
    "csv": write_csv,
    "jsonl": write_jsonl,
    "urls": write_addresses,
}
_ENDINGS = {"xml": "opml", "opml": "opml", "csv": "csv", "tsv": "csv", "jsonl": "jsonl", "ndjson": "jsonl"}
_SNIFFED = 4_096


def read_sites(file: BinaryIO, name: str = "", form: str | None = None) -> Iterator[Entry]:
    """Yield what stands in a file of sites, line by line; by its format, the ending of its name, or its beginning."""
    if not isinstance(file, io.BufferedReader):
        file = io.BufferedReader(file)  # type: ignore[type-var]
    begin = file.peek(_SNIFFED)[:_SNIFFED]
    form = form or format_of(name) or _sniffed(begin)
    if begin.startswith((b"\xff\xfe", b"\xfe\xff")) and form != "opml":  # whose parser knows it
        yield Entry(1, None, ("the file is in UTF-16; save it as UTF-8",))
        return
    yield from READERS[form](file)


def format_of(name: str) -> str | None:
    """Return the format that a file's name ends with; None where that says nothing, as in ``sites.txt``."""
    return _ENDINGS.get(name.rpartition(".")[2].lower())


def _sniffed(begin: bytes) -> str:
    text = begin.decode("utf-8-sig", "replace").lstrip("\ufffd\0 \t\r\n")
    if text.startswith("<"):
        return "opml"
    if text.startswith("{"):
        return "jsonl"
    return "csv" if header_of(text.partition("\n")[0]) else "urls"
