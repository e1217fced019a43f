"""Whatever a page or a server says, and whatever a file holds."""

from __future__ import annotations

import gzip
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newscrawl.archive import ArchiveError, ArchiveWriter, read_archive, read_page
from newscrawl.items import Page, Visit
from tests.archive.made import FETCHED_AT, members, response

EARLY = datetime(1000, 1, 1)  # noqa: DTZ001 - hypothesis adds the zone
HOSTILE = st.text(st.sampled_from("\r\n\t\0 :<>\"'%é\x85\u2028\ud800WARC/1.Content-Length0HT {}\\"), max_size=60)
TEXT = st.text(max_size=40) | HOSTILE
BYTES = st.binary(max_size=2000) | st.lists(
    st.sampled_from(
        [
            b"\r\n",
            b"WARC/1.1\r\n",
            b"Content-Length: 0\r\n",
            b"WARC-Type: response\r\n",
            b"\x1f\x8b\x08",
            b"HTTP/1.1 200 OK\r\n",
        ]
    ),
    max_size=30,
).map(b"".join)
VISITS = st.builds(
    Visit,
    requested_url=TEXT,
    kind=st.sampled_from(["article", "feed", "sitemap", "section"]),
    status=st.integers(100, 999),
    headers=st.lists(st.tuples(TEXT, TEXT), max_size=6).map(tuple),
    retry_at=st.none() | st.datetimes(min_value=EARLY, timezones=st.just(UTC)),
)
ONE = st.builds(
    Page,
    key=TEXT,
    body=BYTES,
    content_type=TEXT,
    fetched_at=st.datetimes(min_value=EARLY, timezones=st.just(UTC)),
    url=st.none() | TEXT,
    source=st.none() | TEXT,
    visit=st.none() | VISITS,
)


def facts(page: Page) -> tuple[object, ...]:
    """All of a page but its headers, which must be fit for HTTP, and what is empty, which is as good as missing."""
    visit = page.visit and (page.visit.requested_url, page.visit.kind, page.visit.status, page.visit.retry_at)
    rest = tuple(map(facts, page.rest))
    return page.key, page.body, page.content_type, page.fetched_at, page.url or None, page.source or None, visit, rest


@pytest.mark.slow
@settings(deadline=None, max_examples=100)
@given(first=ONE, rest=st.lists(ONE, max_size=2))
def test_any_page_comes_back_and_makes_no_other_record(first: Page, rest: list[Page]):
    """No line break in a URL, a header or a body ends a record or begins one."""
    page = Page(
        first.key, first.body, first.content_type, first.fetched_at, first.url, first.source, first.visit, tuple(rest)
    )
    last = Page("last", b"x", "text/html", FETCHED_AT)
    with tempfile.TemporaryDirectory() as name:
        writer = ArchiveWriter(Path(name), "bao")
        places = [writer.write(page), writer.write(last)]
        writer.close()
        assert facts(read_page(Path(name), places[0].file, places[0].offset)) == facts(page)
        info, *found = read_archive(Path(name, places[0].file), max_size=0)
        assert info.reason == "warcinfo"
        assert [each.page and facts(each.page) for each in found] == [facts(page), facts(last)]
        data = gzip.decompress(Path(name, places[0].file).read_bytes())
        Path(name, "plain.warc").write_bytes(data)
        assert [each.page and facts(each.page) for each in read_archive(Path(name, "plain.warc"), max_size=0)][1:] == [
            facts(page),
            facts(last),
        ]


BROKEN_ZIP = {"damaged", "no_warc", "too_large", "truncated", "undecodable"}
"""Why a zip file is refused."""


@pytest.mark.slow
@settings(deadline=None, max_examples=100)
@given(data=BYTES | st.builds(b"".join, st.lists(BYTES.map(gzip.compress))), size=st.integers(0, 3000))
def test_any_file_is_read_or_refused(data: bytes, size: int):
    """No other error leaves the reader, and it comes to an end."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name, "x")
        for each in (data, response() + data, members([response()]) + data, members([response(data, more="X: y\r\n")])):
            path.write_bytes(each)
            for offset in (0, 1, len(each) // 2):
                try:
                    list(read_archive(path, max_size=size, offset=offset))
                except ArchiveError as error:
                    assert error.reason in (BROKEN_ZIP if each.startswith(b"PK\x03\x04") else {"no_warc"})  # noqa: PT017


@settings(deadline=None, max_examples=100)
@given(
    head=BYTES,
    body=BYTES,
    coding=st.sampled_from(["gzip", "deflate", "br", "gzip, br", "x", ""]),
    chunked=st.booleans(),
)
def test_any_response_gives_a_page_or_a_reason(head: bytes, body: bytes, coding: str, chunked: bool):
    """One record in, one answer out, of at most the size that is allowed."""
    lines = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: %s\r\n" % coding.encode()
    lines += b"Transfer-Encoding: chunked\r\n" if chunked else b""
    packed = gzip.compress(body) if coding == "gzip" else body
    with tempfile.TemporaryDirectory() as name:
        path = Path(name, "x")
        path.write_bytes(members([response(packed, lines + head)]))
        (found,) = read_archive(path, max_size=1500)
        assert (found.page is None) != (found.reason is None)
        assert found.page is None or len(found.page.body) <= 1500
