"""WARC files of other programs, whole and broken."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import zlib
from datetime import UTC, datetime
from pathlib import Path

import brotli
import pytest

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

from newscrawl.archive import ArchiveError, ReadingStopped, read_archive, read_page
from newscrawl.archive.stream import sha1
from newscrawl.items import Page, Visit
from tests.archive.made import HTML, HTTP, members, noise, read, reasons, record, response


def gz(data: bytes) -> bytes:
    """Compress, into the same bytes at any time."""
    return gzip.compress(data, mtime=0)


BODY = "<html><body><p>Tin tức hôm nay".encode()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "x.warc.gz"


def chunked(body: bytes, size: int = 7) -> bytes:
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x;q=1\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def test_a_response_is_a_page_with_all_that_the_record_says(path: Path):
    """URL, key and site from its address, type with charset, date and headers from the record."""
    head = HTTP + b"Set-Cookie: a\r\nset-cookie: b\r\nX-Folded: one\r\n\ttwo\r\nX-Name: caf\xe9\r\nbroken line\r\n"
    (read_one,) = read(path, members([response(BODY, head, url="https://www.Bao.vn/tin-1.html?b=2&a=1")]))
    url = "https://www.Bao.vn/tin-1.html?b=2&a=1"
    assert read_one.page == Page(
        key="https://www.bao.vn/tin-1.html?a=1&b=2",
        body=BODY,
        content_type=HTML,
        fetched_at=datetime(2020, 5, 1, 10, tzinfo=UTC),
        url=url,
        source="bao.vn",
        visit=Visit(
            url,
            status=200,
            headers=(
                ("Content-Type", HTML),
                ("Set-Cookie", "a"),
                ("set-cookie", "b"),
                ("X-Folded", "one two"),
                ("X-Name", "caf\xe9"),
            ),
        ),
    )


RAW_DEFLATE = zlib.compressobj(wbits=-15)
CODINGS = {
    "gzip": (b"Content-Encoding: gzip\r\n", gz(BODY)),
    "x-gzip in two members": (b"content-encoding: X-GZIP\r\n", gz(BODY[:9]) + gz(BODY[9:])),
    "gzip and padding": (b"Content-Encoding: gzip\r\n", gz(BODY) + b"\0\0"),
    "deflate": (b"Content-Encoding: deflate\r\n", zlib.compress(BODY)),
    "bare deflate": (b"Content-Encoding: deflate\r\n", RAW_DEFLATE.compress(BODY) + RAW_DEFLATE.flush()),
    "br": (b"Content-Encoding: br\r\n", brotli.compress(BODY)),
    "chunked": (b"Transfer-Encoding: chunked\r\n", chunked(BODY)),
    "chunked and gzip": (b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", chunked(gz(BODY))),
    "gzip in br": (b"Content-Encoding: gzip, br\r\n", brotli.compress(gz(BODY))),
    "gzip that was undone": (b"Content-Encoding: gzip\r\n", BODY),
    "br that was undone": (b"Content-Encoding: br\r\n", BODY),
    "chunks that were undone": (b"Transfer-Encoding: chunked\r\n", BODY),
    "renamed by Common Crawl": (b"X-Crawler-Content-Encoding: gzip\r\n", BODY),
}


@pytest.mark.parametrize("name", CODINGS)
def test_the_body_is_decoded(path: Path, name: str):
    """Whatever of its codings the crawler left."""
    head, body = CODINGS[name]
    (read_one,) = read(path, members([response(body, HTTP + head)]))
    assert read_one.page is not None
    assert read_one.page.body == BODY


FAULTS = {
    "cut gzip": ("truncated", response(gz(noise(900))[:-20], HTTP + b"Content-Encoding: gzip\r\n")),
    "cut br": ("truncated", response(brotli.compress(noise(900))[:-20], HTTP + b"Content-Encoding: br\r\n")),
    "cut chunks": ("truncated", response(chunked(BODY)[:-20], HTTP + b"Transfer-Encoding: chunked\r\n")),
    "missing last chunk": ("truncated", response(chunked(BODY)[:-5], HTTP + b"Transfer-Encoding: chunked\r\n")),
    "broken chunks": ("undecodable", response(b"3\r\nabcXYZ\r\n", HTTP + b"Transfer-Encoding: chunked\r\n")),
    "broken br": ("undecodable", response(b"\xff" * 90, HTTP + b"Content-Encoding: br\r\n")),
    "unknown coding": ("undecodable", response(BODY, HTTP + b"Content-Encoding: aes128gcm\r\n")),
    "many codings": ("undecodable", response(BODY, HTTP + b"Content-Encoding: " + b"gzip," * 50 + b"gzip\r\n")),
    "many members": ("too_large", response(gz(b"") * 9000, HTTP + b"Content-Encoding: gzip\r\n")),
    "cut by its crawler": ("truncated", response(BODY, more="WARC-Truncated: length\r\n")),
    "gzip bomb": ("too_large", response(gzip.compress(bytes(1 << 25), 1), HTTP + b"Content-Encoding: gzip\r\n")),
    "br bomb": ("too_large", response(brotli.compress(bytes(1 << 25), quality=5), HTTP + b"Content-Encoding: br\r\n")),
    "deflate bomb": ("too_large", response(zlib.compress(bytes(1 << 25), 1), HTTP + b"Content-Encoding: deflate\r\n")),
    "large page": ("too_large", response(bytes((1 << 20) + 1))),
    "large record": ("too_large", response(bytes(1 << 22))),
    "large resource": ("too_large", record(bytes((1 << 20) + 1), type_="resource", content_type="text/html")),
    "not found": ("status_404", response(BODY, b"HTTP/1.1 404 Not Found\r\n")),
    "redirect": ("status_301", response(b"", b"HTTP/1.0 301\r\nLocation: /\r\n")),
    "picture": ("no_text", response(BODY, b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n")),
    "unknown": ("no_text", response(b"\x89PNG", b"HTTP/1.1 200 OK\r\n")),
    "revisit": ("revisit", response(b"", type_="revisit")),
    "request": ("request", record(b"GET / HTTP/1.1\r\n\r\n", type_="request")),
    "metadata": ("metadata", record(b"a: b", type_="metadata")),
    "warcinfo": ("warcinfo", record(b"software: x\r\n", type_="warcinfo", content_type="application/warc-fields")),
    "conversion": ("conversion", record(BODY, type_="conversion", content_type="text/plain")),
    "unheard of": ("unknown", record(BODY, type_="future-kind")),
    "dns": ("not_http", record(b"20200501100000\n", url="dns:bao.example", content_type="text/dns")),
    "no status": ("not_http", record(b"<html><p>no head")),
    "no end of the head": ("not_http", record(b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 60_000)),
    "another scheme": ("bad_url", response(BODY, url="ftp://bao.example/x")),
    "no host": ("bad_url", response(BODY, url="https:///x")),
    "impossible host": ("bad_url", response(BODY, url="https://[::1/x")),
    "control in the URL": ("bad_url", response(BODY, url="https://bao.example/\x1b[2J")),
    "no date": ("bad_date", response(BODY, date="yesterday")),
    "date before dates": ("bad_date", response(BODY, date="0001-01-01T00:00:00+14:00")),
}


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("form", ["members", "one stream", "plain"])
def test_a_record_without_a_page_is_counted_by_its_reason(path: Path, name: str, form: str):
    """And the one behind it is read."""
    reason, data = FAULTS[name]
    pack = {"members": members, "one stream": lambda parts: gz(b"".join(parts)), "plain": b"".join}[form]
    assert reasons(read(path, pack([data, response()]))) == [reason, "page"]


@pytest.mark.slow
def test_memory_stays_bounded(path: Path):
    """A record of a gigabyte is passed over, and one without an end is given up."""
    packer = zlib.compressobj(wbits=31)
    piece = bytes(1 << 20)
    data = packer.compress(record(b"", size=1 << 29)[:-4])
    data += b"".join(packer.compress(piece) for _ in range(1 << 9)) + packer.compress(b"\r\n\r\n") + packer.flush()
    endless = gz(b"WARC/1.0\r\n" + b"a: b\r\n" * 1_000_000)
    blank = gz(response() + b"\r\n" * 1_000_000)
    code = (
        "import resource, sys; from newscrawl.archive import read_archive; from pathlib import Path\n"
        "resource.setrlimit(resource.RLIMIT_AS, (400 << 20, 400 << 20))\n"
        "print([record.reason for record in read_archive(Path(sys.argv[1]), max_size=1 << 20)])"
    )
    path.write_bytes(data + endless + blank + gz(response()))
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=False, timeout=90)
    assert done.stdout.strip() == "['too_large', 'damaged', 'damaged', None]", done.stderr


@pytest.mark.parametrize("version", ["0.17", "0.18", "1.0", "1.1"])
def test_every_version_is_read(path: Path, version: str):
    """With the angle brackets and dates of their times."""
    dates = {"0.17": "20200501100000", "1.1": "2020-05-01T10:00:00.000000001Z"}
    data = response(
        BODY, url="<https://bao.example/x>", version=version, date=dates.get(version, "2020-05-01T10:00:00Z")
    )
    (read_one,) = read(path, members([data]))
    assert read_one.page is not None
    assert read_one.page.url == "https://bao.example/x"
    assert read_one.page.fetched_at == datetime(2020, 5, 1, 10, tzinfo=UTC)


def test_a_date_in_the_future_is_now(path: Path):
    """No page was fetched after it is read."""
    (read_one,) = read(path, members([response(BODY, date="2999-05-01T10:00:00Z")]))
    assert read_one.page is not None
    assert abs(datetime.now(UTC) - read_one.page.fetched_at).total_seconds() < 3600


@pytest.mark.parametrize(
    ("head", "more", "expected"),
    [
        (b"HTTP/1.1 200\nContent-Type: TEXT/HTML;charset=X\n", "", "text/html;charset=X"),
        (b"HTTP/2 200 OK\r\nContent-Type: text/plain\r\n", "", "text/plain"),
        (b"HTTP/1.1 200 OK\r\n", "WARC-Identified-Payload-Type: application/xhtml+xml\r\n", "application/xhtml+xml"),
        (b"HTTP/1.1 200 OK\r\n", "", "text/html"),
        (b"HTTP/1.1 200 OK\r\nContent-Type: unknown/x\r\n", "WARC-Identified-Payload-Type: text/html\r\n", "text/html"),
    ],
)
def test_the_type_is_declared_or_identified_or_seen(path: Path, head: bytes, more: str, expected: str):
    """HTML and text are pages."""
    (read_one,) = read(path, members([response(BODY, head, more=more)]))
    assert read_one.page is not None
    assert read_one.page.content_type == expected
    assert read_one.page.body == BODY


def test_a_resource_with_html_is_a_page_without_a_visit(path: Path):
    """Nobody asked a server for it."""
    (read_one,) = read(path, members([record(BODY, type_="resource", content_type=HTML)]))
    assert read_one.page is not None
    assert (read_one.page.body, read_one.page.content_type, read_one.page.visit) == (BODY, HTML, None)


def forms(records: list[bytes]) -> dict[str, bytes]:
    """The same records as files may hold them; ``blocks`` as pigz and bgzip cut them, wherever they end."""
    plain = b"".join(records)
    blocks = [plain[start : start + 150] for start in range(0, len(plain), 150)]
    return {"members": members(records), "one stream": gz(plain), "plain": plain, "blocks": members(blocks)}


RECORDS = [response(noise(40 + number), url=f"https://bao.example/tin-{number}") for number in range(5)]
FORMS = forms(RECORDS)


@pytest.mark.parametrize("form", FORMS)
def test_reading_goes_on_where_it_was_left(path: Path, form: str):
    """From every record's end on, each page behind comes; in members and plain files none a second time."""
    whole = read(path, FORMS[form])
    urls = [each.url for each in whole]
    assert urls == [f"https://bao.example/tin-{number}" for number in range(5)]
    assert whole[-1].offset + whole[-1].length == len(FORMS[form])
    for done, each in enumerate(whole, 1):
        again = [later.url for later in read(path, offset=each.offset + each.length)]
        assert again[len(again) - (5 - done) :] == urls[done:]
        assert form in {"one stream", "blocks"} or again == urls[done:]


def test_pages_of_one_stream_are_not_lost_when_it_is_left(path: Path):
    """Though many of them are unpacked at once, at one place of the file."""
    urls = [f"https://bao.example/{number}" for number in range(3000)]
    whole = read(path, gz(b"".join(response(url=url) for url in urls)))
    assert [each.url for each in whole] == urls
    for done in (1, 700, 2000, 2999):
        again = [each.url for each in read(path, offset=whole[done - 1].offset + whole[done - 1].length)]
        assert set(urls[done:]) <= set(again)


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
def test_a_file_cut_anywhere_gives_whole_pages_and_one_fault(path: Path, form: str):
    """Never half a page; nothing is said where the cut is between two records."""
    data = FORMS[form]
    whole = [each.page for each in read(path, data)]
    ends = {0} | {each.offset + each.length for each in read(path, data)}
    for length in range(len(data)):
        found = read(path, data[:length])
        pages = [each.page for each in found if each.page]
        assert pages == whole[: len(pages)]
        faults = [each.reason for each in found if not each.page]
        assert faults in ([], ["truncated"]), length
        if form == "members":
            assert (faults == []) == (length in ends), length
        if not faults and form == "one stream":
            assert length == 0


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
def test_a_file_altered_anywhere_gives_no_altered_page(path: Path, form: str):
    """Where members have checksums, or records digests; in members all pages but the altered one come."""
    parts = []
    for number in range(5):
        body = noise(200 + number)
        digest = sha1(HTTP + b"\r\n" + body)
        parts.append(response(body, url=f"https://bao.example/tin-{number}", more=f"WARC-Block-Digest: {digest}\r\n"))
    data = forms(parts)[form]
    bodies = [each.page.body for each in read(path, data) if each.page]
    assert len(bodies) == 5
    for place in range(10, len(data), 3):
        altered = bytearray(data)
        altered[place] ^= 0x55
        try:
            found = read(path, bytes(altered))
        except ArchiveError as error:
            assert form == "one stream" or place < len(data) // 4, (place, error)  # noqa: PT017 - or none at all
            continue
        kept = [each.page.body for each in found if each.page]
        assert set(kept) <= set(bodies), place
        assert form != "members" or len(kept) >= 4, place


def test_reading_goes_on_behind_what_is_damaged(path: Path):
    """At the next member with a record; what only looks like a member is passed over."""
    looks_like = b"\x1f\x8b\x08" + noise(60) + gz(b"no record")
    data = members(RECORDS[:2]) + looks_like + members(RECORDS[2:])
    found = read(path, data)
    assert reasons(found) == ["page", "page", "damaged", "page", "page", "page"]
    assert [each.url for each in found if each.page] == [f"https://bao.example/tin-{number}" for number in range(5)]


MARKS = {
    "gzip": (gzip.compress, b"\x1f\x8b\x08"),
    "gzip, empty members": (gzip.compress, gzip.compress(b"")),
    "zstd": (zstd.compress, b"\x28\xb5\x2f\xfd"),
}


@pytest.mark.parametrize("form", MARKS)
def test_a_file_of_nothing_but_beginnings_is_not_looked_through(path: Path, form: str):
    """A place that looks like a record and is none costs 50 microseconds; a file could have 350,000 in a megabyte."""
    pack, mark = MARKS[form]
    asked = 0

    def is_over() -> bool:
        nonlocal asked
        asked += 1
        return False

    path.write_bytes(pack(response(BODY)) + b"cut" + mark * 30_000)
    page, lost = read_archive(path, max_size=0, is_over=is_over)
    assert page.page is not None
    assert lost.reason in {"damaged", "truncated"}
    assert asked < 11_000


@pytest.mark.parametrize("data", [gz(b"WARC/") + b"\x1f\x8b\x08" * 1000, gz(response(b"a" * 5_000_000))])
def test_reading_can_be_stopped_anywhere(path: Path, data: bytes):
    """While the next record is looked for, and within one: it may unpack to a thousand times its size."""
    path.write_bytes(data)
    answers = iter([False] * 5)
    with pytest.raises(ReadingStopped):
        list(read_archive(path, max_size=0, is_over=lambda: next(answers, True)))


def test_a_record_much_longer_than_it_says_is_no_page(path: Path):
    """What it says of its length is wrong, so the page is half."""
    found = read(path, members([record(HTTP + b"\r\n" + BODY * 9, size=len(HTTP) + 9), response()]))
    assert reasons(found) == ["damaged", "page"]


@pytest.mark.parametrize("wrong", [-3, -2, -1, 1, 2, 4, 9])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_length_wrong_by_a_few_bytes_costs_nothing(path: Path, wrong: int, place: int):
    """The member tells where the record ends: some programs count one or two bytes too few or too many."""
    block = HTTP + b"\r\n" + BODY
    records = [record(block, size=len(block) + (wrong if number == place else 0)) for number in range(3)]
    found = read(path, members(records))
    assert [each.page.body.rstrip(b"\r\n") for each in found if each.page] == [BODY] * 3


@pytest.mark.parametrize("wrong", [-2, -1])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_length_too_small_in_a_file_without_members(path: Path, wrong: int, place: int):
    """The next record, or the end of the file, tells where this one ends; the first record is no exception."""
    block = HTTP + b"\r\n" + BODY
    records = [record(block, size=len(block) + (wrong if number == place else 0)) for number in range(3)]
    found = read(path, b"".join(records))
    assert [each.page.body for each in found if each.page] == [BODY] * 3


UNTYPED = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    "data",
    [
        record(HTTP + b"\r\n<p>tin", content_type=""),
        response(b"<p>tin", UNTYPED),
        response(b"<!-- cached --><?xml version='1.0'?>\n<!DOCTYPE html><p>tin", UNTYPED, content_type=""),
        record(b"<!DOCTYPE html><p>tin", type_="resource", content_type=""),
    ],
)
def test_without_a_type_the_first_bytes_tell(path: Path, data: bytes):
    """Of the record as of the response in it."""
    (found,) = read(path, members([data]))
    assert found.page is not None
    assert found.page.body.endswith(b"<p>tin")


@pytest.mark.parametrize(
    "data",
    [b"hello world\n" * 9, gz(b"hello world"), b"\x28\xb5\x2f\xfd" * 9, noise(900), b"WARC, they said" * 9],
)
def test_a_file_that_is_no_archive_is_refused_in_one_line(path: Path, data: bytes):
    """It says which."""
    with pytest.raises(ArchiveError, match=r"^\S*x.warc.gz is not a WARC file") as caught:
        read(path, data)
    assert caught.value.reason == "no_warc"
    assert "\n" not in str(caught.value)


def test_an_empty_file_gives_nothing(path: Path):
    """It is what a run leaves that was killed as it began."""
    assert read(path, b"") == []


def test_places_lead_nowhere_else(tmp_path: Path):
    """Not by their name, nor by a link, to another file or to what is no file."""
    folder = tmp_path / "archive"
    folder.mkdir()
    outside = tmp_path / "outside.warc.gz"
    outside.write_bytes(members([response()]))
    (folder / "link.warc.gz").symlink_to(outside)
    (folder / "up").symlink_to(tmp_path)
    (folder / "inside.warc.gz").write_bytes(members([response(), record(b"", type_="request")]))
    (folder / "alias.warc.gz").symlink_to(folder / "inside.warc.gz")
    os.mkfifo(folder / "pipe")
    assert read_page(folder, "inside.warc.gz", 0) == read_page(folder, "alias.warc.gz", 0)
    cases = {
        "outside": ["link.warc.gz", "up/outside.warc.gz", "../outside.warc.gz", str(outside), "", ".", "a\0b"],
        "unusable": ["pipe"],
        "missing": ["none.warc.gz", "inside.warc.gz/x"],
    }
    for reason, names in cases.items():
        for name in names:
            with pytest.raises(ArchiveError) as caught:
                read_page(folder, name, 0)
            assert caught.value.reason == reason or name in {".", "inside.warc.gz/x"}, name
            assert str(caught.value).isprintable()


def test_a_place_that_holds_no_page_says_why(tmp_path: Path):
    """In one line for a person, and a word to count by."""
    first, second = members([response()]), members([record(b"", type_="request")])
    (tmp_path / "x").write_bytes(first + second + members([response(noise(900))])[:-90])
    for offset, reason in (
        (1, "damaged"),
        (len(first), "request"),
        (len(first + second), "truncated"),
        (10**9, "damaged"),
        (-1, "damaged"),
    ):
        with pytest.raises(ArchiveError, match=f"^x, byte {offset}: ") as caught:
            read_page(tmp_path, "x", offset)
        assert caught.value.reason == reason
    with pytest.raises(ArchiveError) as caught:
        read_page(tmp_path, "x", 0, max_size=3)
    assert caught.value.reason == "too_large"


def test_a_file_that_cannot_be_opened_says_so(tmp_path: Path):
    """A folder, and nothing."""
    for path, reason in ((tmp_path, "unusable"), (tmp_path / "none", "missing")):
        with pytest.raises(ArchiveError) as caught:
            list(read_archive(path, max_size=0))
        assert caught.value.reason == reason
