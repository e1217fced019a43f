"""Headers of ARC files, in which web archives kept pages before WARC (1996 to 2009).

https://archive.org/web/researcher/ArcFileFormat.php: a line a record, ``URL IP-address date type length`` in version 1
and five more fields before the length in version 2.
"""

from __future__ import annotations

import re

ARC = b"filedesc:"
"""Begins the first record, which describes the file."""

_HEADER = re.compile(
    rb"(?P<url>[A-Za-z][A-Za-z0-9+.-]{0,30}:[^\r\n]{1,8000}?) (?P<ip>[0-9A-Fa-f.:-]{1,45}) (?P<date>\d{8,14})"
    rb" (?P<type>[^ \r\n]{1,200})"
    rb"(?: (?:\d{3}|-) [^ \r\n]{1,200} [^ \r\n]{1,8000} \d{1,18} [^ \r\n]{1,1000})? (?P<length>\d{1,18})\r?\n"
)
_LONGEST = 20_000
"""Bytes of a header line."""


def header_in(data: bytes, start: int) -> re.Match[bytes] | None:
    """The header line of a record at a place in some bytes; None where there is none."""
    end = data.find(b"\n", start, start + _LONGEST)
    return _HEADER.fullmatch(data, start, end + 1) if end >= 0 else None


def fields_of(header: re.Match[bytes], *, is_http: bool) -> dict[str, str]:
    """The fields of a record as a WARC file would name them. `is_http`: whether the block begins as HTTP does."""
    url = header["url"].decode("utf-8", "replace")
    mime = header["type"].decode("latin-1")
    date = header["date"].decode().ljust(14, "0")
    if url.startswith("filedesc:"):
        return {"warc-type": "warcinfo", "warc-date": date}
    return {
        "warc-type": "response" if is_http else "resource",
        "warc-target-uri": url,
        "warc-date": date,
        "content-type": "application/http; msgtype=response" if is_http else mime,
        "content-length": header["length"].decode(),
    }
