"""Convert records to pages."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self, get_args
from urllib.parse import urlsplit

from newscrawl.archive.http import Headers, SkippedPage, decoded_body, header, received_headers, split_response
from newscrawl.archive.stream import WITH_PAGES, BrokenRecord, RawRecord
from newscrawl.items import Page, PageKind, Visit
from newscrawl.urls import fits, site_of, url_key, without_password

FIELD = "Newscrawl-Page"
DELETED = "Newscrawl-Deleted"
"""Field of a record whose page was deleted."""


@dataclass(frozen=True, slots=True)
class Note:
    """Fields of `Page` and `Visit` stored with a record, and how the pages of one article belong together."""

    key: str
    content_type: str
    url: str | None = None
    source: str | None = None
    requested_url: str | None = None
    """None for a page without a visit."""
    kind: PageKind = "article"
    retry_at: datetime | None = None
    rest: int = 0
    """Number of following records that are further pages of the article."""
    part: int = 0
    """Number of this further page of an article, from 1; 0 for a first or only page."""

    @classmethod
    def of(cls, page: Page, part: int) -> Self:
        """Return the note of a page."""
        visit = page.visit
        return cls(
            key=page.key,
            content_type=page.content_type,
            url=page.url,
            source=page.source,
            requested_url=visit.requested_url if visit else None,
            kind=visit.kind if visit else "article",
            retry_at=visit.retry_at if visit else None,
            rest=len(page.rest),
            part=part,
        )

    def to_json(self) -> str:
        """Return one line of ASCII JSON, so that no character of a URL can end the field."""
        fields = {name: getattr(self, name) for name in self.__slots__}
        return json.dumps(
            {name: value for name, value in fields.items() if value not in {None, 0}}, default=datetime.isoformat
        )

    @classmethod
    def from_fields(cls, fields: Mapping[str, str]) -> Self | None:
        """Read the note of a record; None if it has none. Raises ValueError for an invalid note."""
        text = fields.get(FIELD.lower())
        if text is None:
            return None
        try:
            known: dict[str, Any] = json.loads(text)
            if retry_at := known.get("retry_at"):
                known["retry_at"] = datetime.fromisoformat(retry_at)
            note = cls(**{"key": "", **known})
        except (TypeError, AttributeError, RecursionError) as error:
            raise ValueError(f"the field {FIELD} is broken") from error
        texts = (note.key, note.content_type, note.url or "", note.source or "", note.requested_url or "")
        counts = (note.rest, note.part)
        if (
            not all(isinstance(text, str) for text in texts)
            or not all(isinstance(count, int) and count >= 0 for count in counts)
            or note.kind not in get_args(PageKind)
        ):
            raise ValueError(f"the field {FIELD} is broken")
        return note


_TEXT = frozenset({"text/html", "application/xhtml+xml", "text/plain"})
_DOCUMENT = re.compile(
    rb"[^<]{0,1024}<(!doctype\s+html|html|head|body|title|meta|link|script|div|main|article|section|table|h[1-6]|p)\b",
    re.IGNORECASE,
)
_BEFORE_DOCUMENT = re.compile(rb"<!--.*?(?:-->|\Z)|<\?.*?(?:>|\Z)", re.DOTALL)
_HEAD = 4096
"""Bytes by which a page without a type is known."""
_OLD_DATE = re.compile(r"[0-9]{14}")
_LONGEST_TYPE = 256


def note_of(record: RawRecord) -> Note | None:
    """Return the note of a record that newscrawl wrote; None for others. Raises BrokenRecord."""
    try:
        return Note.from_fields(record.fields)
    except ValueError:
        raise BrokenRecord("damaged") from None


def page_of(record: RawRecord, max_size: int) -> Page:
    """Return the page of a record, without the further pages of its article.

    Raises SkippedPage where it holds none, BrokenRecord where newscrawl wrote it otherwise.
    """
    if DELETED.lower() in record.fields:
        raise SkippedPage("deleted")
    if record.type not in WITH_PAGES:
        raise SkippedPage(record.type)
    if record.block is None or (max_size and record.type == "resource" and len(record.block) > max_size):
        raise SkippedPage("too_large")
    if record.fields.get("warc-truncated"):
        raise SkippedPage("truncated")
    note = note_of(record)
    status, headers, body = _payload(record)
    if note is not None:
        if max_size and len(body) > max_size:
            raise SkippedPage("too_large")
        return _own_page(record, note, status, headers, body)
    return _foreign_page(record, status, headers, body, max_size)


def _payload(record: RawRecord) -> tuple[int | None, Headers, bytes]:
    assert record.block is not None
    if record.type == "resource":
        return None, (), record.block
    declared = record.fields.get("content-type", "").lower()
    if not declared.startswith("application/http") and not record.block.startswith(b"HTTP/"):
        raise SkippedPage("not_http")
    return split_response(record.block)


def _own_page(record: RawRecord, note: Note, status: int | None, headers: Headers, body: bytes) -> Page:
    visit = None
    if note.requested_url is not None:
        visit = Visit(note.requested_url, note.kind, status, received_headers(headers), note.retry_at)
    fetched_at = _date(record)
    return Page(note.key, body, note.content_type, fetched_at, note.url, note.source, visit)


def _foreign_page(record: RawRecord, status: int | None, headers: Headers, body: bytes, max_size: int) -> Page:
    if status not in {200, None}:
        raise SkippedPage(f"status_{status}")
    url = without_password(record.fields.get("warc-target-uri", "").strip("<> "))
    key, source = _identity(url)
    declared = record.fields.get("content-type", "") if status is None else header(headers, "content-type")
    identified = record.fields.get("warc-identified-payload-type", "")
    if declared and _mime(declared) not in _TEXT and _mime(identified) not in _TEXT:
        raise SkippedPage("no_text")
    body = decoded_body(headers, body, max_size)
    content_type = declared if _mime(declared) in _TEXT else identified
    if _mime(content_type) not in _TEXT:
        if not _DOCUMENT.match(_BEFORE_DOCUMENT.sub(b"", body[:_HEAD])):
            raise SkippedPage("no_text")
        content_type = "text/html"
    mime, semicolon, rest = content_type[:_LONGEST_TYPE].partition(";")
    visit = None if status is None else Visit(url, status=status, headers=headers)
    content_type = mime.strip().lower() + semicolon + rest
    fetched_at = min(_date(record), datetime.now(UTC))
    return Page(key, body, content_type, fetched_at, url, source, visit)


def _identity(url: str) -> tuple[str, str | None]:
    try:
        parts = urlsplit(url)
        if parts.scheme.lower() in {"http", "https"} and parts.hostname and url.isprintable() and fits(url):
            return url_key(url), site_of(url)
    except ValueError:
        pass
    raise SkippedPage("bad_url")


def _mime(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def _date(record: RawRecord) -> datetime:
    text = record.fields.get("warc-date", "")
    try:
        if _OLD_DATE.fullmatch(text):  # WARC 0.17
            return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise SkippedPage("bad_date") from None
