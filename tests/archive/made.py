"""Pages, and the WARC files of other programs, as the tests need them."""

from __future__ import annotations

import gzip
import random
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from newscrawl.archive import Record, read_archive
from newscrawl.items import Page, Visit

FETCHED_AT = datetime(2026, 3, 1, 6, 30, 15, 123456, tzinfo=UTC)
HTML = "text/html; charset=utf-8"
HTTP = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"

ARTICLE = """<!doctype html><html lang="vi"><head><title>Ngập ở {name}</title></head><body><article>
<h1>Thành phố {name} lên kế hoạch chống ngập</h1>
<p>Sáng nay, lãnh đạo thành phố {name} đã họp với đại diện các sở, ngành để bàn kế hoạch chống ngập trong mùa mưa.</p>
<p>Theo báo cáo, thành phố hiện còn hơn hai mươi tuyến đường thường xuyên bị ngập sau những trận mưa lớn kéo dài.</p>
<p>Kết luận cuộc họp, chủ tịch thành phố yêu cầu các đơn vị hoàn thành việc nạo vét kênh rạch trước cuối tháng này.</p>
</article></body></html>"""


def page(name: str = "Huế", *, body: bytes | None = None, rest: tuple[Page, ...] = ()) -> Page:
    """A page as a crawl hands it over."""
    url = f"https://bao.example/{len(name)}-{name.encode().hex()}.html"
    return Page(
        key=url,
        body=ARTICLE.format(name=name).encode() if body is None else body,
        content_type=HTML,
        fetched_at=FETCHED_AT,
        url=url,
        source="bao.example",
        visit=Visit(
            requested_url=f"{url}?utm=1",
            status=200,
            headers=(
                ("Content-Type", HTML),
                ("Content-Encoding", "gzip"),
                ("Content-Length", "17"),
                ("Set-Cookie", "a=1"),
                ("Set-Cookie", "b=2"),
                ("X-Title", "caf\xe9"),
            ),
        ),
        rest=rest,
    )


def noise(size: int) -> bytes:
    """Bytes that do not compress."""
    return random.Random(size).randbytes(size)


def record(
    block: bytes,
    *,
    type_: str = "response",
    url: str = "https://bao.example/tin-1.html",
    version: str = "1.0",
    content_type: str = "application/http; msgtype=response",
    date: str = "2020-05-01T10:00:00Z",
    size: int | None = None,
    more: str = "",
) -> bytes:
    """A record as other programs write it."""
    head = (
        f"WARC/{version}\r\nWARC-Type: {type_}\r\nWARC-Record-ID: <urn:uuid:9f3c>\r\nWARC-Date: {date}\r\n"
        f"WARC-Target-URI: {url}\r\nContent-Type: {content_type}\r\n{more}"
        f"Content-Length: {len(block) if size is None else size}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def response(body: bytes = b"<html><p>tin", head: bytes = HTTP, **options: object) -> bytes:
    """A response record as other programs write it."""
    return record(head + b"\r\n" + body, **options)  # type: ignore[arg-type]


def members(records: Iterable[bytes]) -> bytes:
    """A gzip member a record."""
    return b"".join(map(gzip.compress, records))


def read(path: Path, data: bytes | None = None, *, max_size: int = 1 << 20, offset: int = 0) -> list[Record]:
    """All that a file gives."""
    if data is not None:
        path.write_bytes(data)
    return list(read_archive(path, max_size=max_size, offset=offset))


def reasons(records: Iterable[Record]) -> list[str]:
    """What the records gave, in words."""
    return [record.reason or "page" for record in records]
