"""Convert pages to records of a WARC 1.1 file, and locate them there again."""

from __future__ import annotations

import os
import stat
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import BinaryIO
from urllib.parse import quote

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from newscrawl._version import __version__
from newscrawl.archive.http import Headers, stored_headers
from newscrawl.archive.pages import FIELD, Note
from newscrawl.items import Page
from newscrawl.text import printable

_LEVEL = 6
"""At warcio's default of 9, a page is 3 % smaller and takes 50 % longer."""

_URI = "".join(map(chr, range(0x21, 0x7F))).translate({ord(char): None for char in '"<>'})


class _HttpHead(StatusAndHeaders):  # type: ignore[misc]
    """Headers with their original bytes; warcio would percent-encode those that are not ASCII."""

    def to_ascii_bytes(self, filter_func: object = None) -> bytes:
        lines = [f"{self.protocol} {self.statusline}", *(f"{name}: {value}" for name, value in self.headers), "", ""]
        return "\r\n".join(lines).encode("latin-1", "replace")


def warcinfo_record(file: str, written_at: datetime) -> tuple[bytes, str]:
    """Return the first record of a file: its bytes and its ID."""
    out = BytesIO()
    writer = WARCWriter(out, gzip=False, warc_version="1.1")
    record = writer.create_warcinfo_record(
        file,
        {
            "software": f"newscrawl/{__version__}",
            "format": "WARC File Format 1.1",
            "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
        },
    )
    record.rec_headers.replace_header("WARC-Date", _date(written_at))
    writer.write_record(record)
    return _packed(out.getvalue()), record.rec_headers.get_header("WARC-Record-ID")


def page_records(page: Page, warcinfo_id: str) -> bytes:
    """Return the records of a page and of the further pages of its article, each a gzip member."""
    pages = (page, *page.rest)
    return b"".join(_page_record(each, number, warcinfo_id) for number, each in enumerate(pages))


def _page_record(page: Page, part: int, warcinfo_id: str) -> bytes:
    fields = {
        "WARC-Date": _date(page.fetched_at),
        "WARC-Warcinfo-ID": warcinfo_id,
        "WARC-Identified-Payload-Type": _media_type(page.content_type.partition(";")[0]),
        FIELD: Note.of(page, part).to_json(),
    }
    url = quote(page.url or page.key or "urn:newscrawl:unknown", safe=_URI, errors="replace")
    out = BytesIO()
    writer = WARCWriter(out, gzip=False, warc_version="1.1")
    if page.visit is not None and page.visit.status is not None:
        headers = stored_headers(_clean_headers(page.visit.headers), len(page.body))
        head = _HttpHead(_status_line(page.visit.status), list(headers), protocol="HTTP/1.1")
        record = writer.create_warc_record(
            url,
            "response",
            payload=BytesIO(page.body),
            length=len(page.body),
            warc_headers_dict=fields,
            http_headers=head,
        )
    else:
        record = _resource(writer, url, page, fields)
    writer.write_record(record)
    return _packed(out.getvalue())


def _resource(writer: WARCWriter, url: str, page: Page, fields: Mapping[str, str]) -> object:
    """Return the record of a page that did not come over HTTP."""
    return writer.create_warc_record(
        url,
        "resource",
        payload=BytesIO(page.body),
        length=len(page.body),
        warc_content_type=_media_type(page.content_type),
        warc_headers_dict=dict(fields),
    )


def _packed(record: bytes) -> bytes:
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, 31)
    return packer.compress(record) + packer.flush()


def _date(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def _status_line(status: int) -> str:
    try:
        return f"{status:03} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"{status:03} Unknown"


def _clean_headers(headers: Headers) -> Headers:
    clean = [(_line(name).replace(":", "").strip(), _line(value)) for name, value in headers]
    return tuple((name, value) for name, value in clean if name)


def _media_type(declared: str) -> str:
    return _line(declared).encode("ascii", "replace").decode() or "application/octet-stream"


def _line(text: str) -> str:
    """Return the text without characters that would end or continue a header line."""
    return text.replace("\r", " ").replace("\n", " ").replace("\0", " ").strip(" \t")


class ArchiveError(Exception):
    """An archive that cannot be written or read: ``reason`` is a word to count by, the message one line."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(reason, message)
        self.reason = reason
        self.message = message

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True, slots=True)
class Place:
    """Place of an archived page."""

    file: str
    """Path relative to the archive folder, with ``/`` as separator."""
    offset: int
    """Offset of its first record, in bytes of the file as stored."""
    length: int
    """Length of all its records in bytes; an article in several pages has several records."""


def shown(path: Path | str) -> str:
    """Return a path for use in a message."""
    return printable(str(path))


def failure(action: str, path: Path | str, error: OSError) -> ArchiveError:
    """Return an ArchiveError for an error of the operating system."""
    return ArchiveError("unusable", f"{shown(path)} {action} ({error.strerror or error})")


def open_archive(path: Path, flags: int = os.O_RDONLY) -> BinaryIO:
    """Open a regular file named by the user. Raises ArchiveError."""
    try:
        # A pipe would block forever.
        descriptor = os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise ArchiveError("missing", f"{shown(path)} does not exist") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise ArchiveError("unusable", f"{shown(path)} cannot be opened ({error})") from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise ArchiveError("unusable", f"{shown(path)} is not a regular file")
    return open(descriptor, "rb" if flags == os.O_RDONLY else "r+b", buffering=0)  # noqa: PTH123 - it has no path


def open_inside(folder: Path, file: str, flags: int = os.O_RDONLY) -> BinaryIO:
    """Open a file of the archive in `folder`. Raises ArchiveError, also if it is outside, directly or by a link."""
    try:
        return open_archive(path_inside(folder, file), flags)
    except ArchiveError as error:
        parts = PurePosixPath(file).parts
        if error.reason != "missing" or len(parts) < 3:
            raise
        # HOST/SPIDER/FILE, as `ArchiveWriter` writes where several machines share a database
        message = f"{shown(file)} is not in {shown(folder)}: look for it on {shown(parts[0])}, which stored it"
        raise ArchiveError("missing", message) from None


def path_inside(folder: Path, file: str) -> Path:
    """Return the real path of a file of the archive in `folder`. Raises ArchiveError."""
    name = PurePosixPath(file)
    outside = ArchiveError("outside", f"{shown(file)} is outside of the archive folder {shown(folder)}")
    if name.is_absolute() or ".." in name.parts or not name.parts or "\0" in file:
        raise outside
    root = Path(os.path.realpath(folder))
    real = Path(os.path.realpath(root / name))
    if not real.is_relative_to(root):
        raise outside
    return real
