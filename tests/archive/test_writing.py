"""Pages written to the archive, and what other programs find there."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import resource
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from newscrawl.archive import ArchiveError, ArchiveWriter, Place, read_archive, read_page
from newscrawl.extraction import extract_page
from newscrawl.items import Page, Visit
from testing.datasets import NoPages, bench_folder, load_dataset
from tests.archive.made import FETCHED_AT, noise, page


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[ArchiveWriter]:
    writer = ArchiveWriter(tmp_path, "bao")
    yield writer
    writer.close()


PAGES = {
    "a page": page(),
    "in pages": page("1", rest=(page("2"), page("3"))),
    "empty": page(body=b""),
    "a local file": Page("file:a b/c.html", b"<p>x", "text/html", FETCHED_AT),
    "a local file with a URL": Page("https://a.example/x", b"x", "text/plain", FETCHED_AT, "https://a.example/x", "a"),
    "a letter in the URL": replace(page(), key="https://bao.example/tin-tức", url="https://bao.example/tin tức?a=<b>"),
    "lines in the URL": replace(
        page(), key="k\r\n\r\nWARC/1.1", url="https://bao.example/\r\nX: y\r\n\r\nWARC/1.1\r\n"
    ),
    "no status": replace(page(), visit=Visit("https://bao.example/x", kind="section")),
    "odd status": replace(
        page(), visit=Visit("https://bao.example/x", status=299, retry_at=datetime(2030, 1, 1, tzinfo=UTC))
    ),
    "another zone": replace(page(), fetched_at=FETCHED_AT.astimezone(timezone(timedelta(hours=7)))),
    "octets": page(body=bytes(range(256)) * 300),
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_comes_back_as_it_was(writer: ArchiveWriter, tmp_path: Path, name: str):
    """Key, URL, headers, body and further pages: all that extraction and the store see."""
    place = writer.write(PAGES[name])
    assert read_page(tmp_path, place.file, place.offset) == PAGES[name]
    (read,) = [record for record in read_archive(tmp_path / place.file, max_size=0) if record.reason != "warcinfo"]
    assert read.page == PAGES[name]
    assert (read.offset, read.length) == (place.offset, place.length)


def test_extraction_makes_the_same_article_of_it(writer: ArchiveWriter, tmp_path: Path):
    """An archived page is as good as the live one."""
    place = writer.write(page())
    assert extract_page(read_page(tmp_path, place.file, place.offset)) == extract_page(page())
    assert "chống ngập" in extract_page(page()).article.text


@pytest.mark.slow
def test_real_pages_come_back_as_they_were(writer: ArchiveWriter, tmp_path: Path):
    """Whatever real servers and authors put there."""
    try:
        saved = [each for name in ("vn", "fundus") for each in load_dataset(bench_folder(), name)]
    except NoPages as error:
        pytest.skip(str(error))
    pages = [replace(page(), body=each.body(), url=each.url) for each in saved]
    places = [writer.write(each) for each in pages]
    assert [read_page(tmp_path, place.file, place.offset) for place in places] == pages
    assert [each.page for each in read_archive(tmp_path / places[0].file, max_size=0)][1:] == pages


def test_other_programs_find_well_formed_records(writer: ArchiveWriter, tmp_path: Path):
    """A warcinfo first, then a response with its own gzip member, true digests, and headers true of the body kept."""
    writer.write(page())
    writer.write(page("1", rest=(page("2"),)))
    place = writer.write(PAGES["lines in the URL"])
    writer.close()
    path = tmp_path / place.file
    check = subprocess.run(
        [sys.executable, "-m", "warcio.cli", "check", "-v", path], capture_output=True, text=True, check=False
    )
    assert check.returncode == 0, check.stdout
    assert check.stdout.count("digest pass") == 5
    with path.open("rb") as file:
        info, *records = ArchiveIterator(file, check_digests="raise", no_record_parse=False)
    assert info.rec_type == "warcinfo"
    assert [record.rec_type for record in records] == ["response"] * 4
    with path.open("rb") as file:
        iterator = ArchiveIterator(file, check_digests="raise")
        text = next(iterator).content_stream().read().decode()
        assert "software: newscrawl/" in text
        assert "format: WARC File Format 1.1" in text
        record = next(iterator)
        fields, http = record.rec_headers, record.http_headers
        body = record.content_stream().read()
        assert body == page().body
        assert fields.protocol == "WARC/1.1"
        assert fields["WARC-Target-URI"] == page().url
        assert fields["WARC-Date"] == "2026-03-01T06:30:15.123456Z"
        assert fields["WARC-Identified-Payload-Type"] == "text/html"
        assert fields["WARC-Payload-Digest"] == "sha1:" + base64.b32encode(hashlib.sha1(body).digest()).decode()
        assert fields["WARC-Warcinfo-ID"] == info.rec_headers["WARC-Record-ID"]
        assert http.statusline == "200 OK"
        assert http["Content-Length"] == str(len(body))
        assert http["X-Crawler-Content-Encoding"] == "gzip"
        assert http["Content-Encoding"] is None


def test_headers_keep_their_bytes_and_cannot_end_the_head(writer: ArchiveWriter, tmp_path: Path):
    """What a server sends cannot make a record, nor a body."""
    headers = (
        ("X-\r\nEvil: 1", "a\r\n\r\n<p>body\r\nWARC/1.1\r\n\r\n"),
        ("", "x"),
        (" Folded", "y"),
        ("Cafe", "caf\xe9\u1ec7"),
    )
    place = writer.write(replace(page(), visit=Visit("https://bao.example/", status=200, headers=headers)))
    back = read_page(tmp_path, place.file, place.offset)
    assert back.body == page().body
    assert back.visit is not None
    assert back.visit.headers == (
        ("X-  Evil 1", "a    <p>body  WARC/1.1"),
        ("Folded", "y"),
        ("Cafe", "caf\xe9?"),
    )


def test_nothing_is_made_before_the_first_page(tmp_path: Path):
    """A run without pages leaves no file."""
    ArchiveWriter(tmp_path / "archive", "bao").close()
    assert not list(tmp_path.iterdir())


def test_files_end_before_they_grow_too_large(tmp_path: Path):
    """The next one has the next number, and a page that is larger than a file may be has one of its own."""
    writer = ArchiveWriter(tmp_path, "bao", max_bytes=5000)
    pages = [page(f"{number}", body=noise(size)) for number, size in enumerate((1500, 1500, 1500, 9000, 10))]
    places = [writer.write(each) for each in pages]
    writer.close()
    assert [place.file[-13:] for place in places] == [f"{number:05}.warc.gz" for number in (1, 1, 2, 3, 4)]
    assert [read_page(tmp_path, place.file, place.offset) for place in places] == pages
    assert all(path.stat().st_size <= 5000 for path in tmp_path.glob("bao/*-0000[124].warc.gz"))


def test_runs_of_one_spider_never_share_a_file(tmp_path: Path):
    """Not even where second, host and process are the same."""
    writers = [ArchiveWriter(tmp_path, "bao") for _ in range(3)]
    for writer in writers:
        writer._run = "20260301T063015Z-host-7"
    places = [writer.write(page(str(number))) for number, writer in enumerate(writers)]
    for writer in writers:
        writer.close()
    assert len({place.file for place in places}) == 3
    assert [read_page(tmp_path, place.file, place.offset) for place in places] == [page(str(n)) for n in range(3)]


def test_the_file_stays_below_the_folder_whatever_the_spider_is_called(tmp_path: Path):
    """A name is not a path."""
    writer = ArchiveWriter(tmp_path / "archive", "../../báo chí")
    place = writer.write(page())
    writer.close()
    assert place.file.startswith("_._.._báo_chí/")
    assert read_page(tmp_path / "archive", place.file, place.offset) == page()


def test_file_names_the_machine_that_stored_it(tmp_path: Path):
    """Another machine says where to look for it."""
    writer = ArchiveWriter(tmp_path / "here", "bao", host="../one")
    place = writer.write(page())
    writer.close()
    assert place.file.startswith("_._one/bao/")
    assert read_page(tmp_path / "here", place.file, place.offset).body == page().body
    (tmp_path / "there").mkdir()
    with pytest.raises(ArchiveError, match=r"look for it on _._one, which stored it"):
        read_page(tmp_path / "there", place.file, place.offset)


def test_a_full_disk_loses_the_page_and_nothing_else(tmp_path: Path, writer: ArchiveWriter):
    """The file is cut back to its last record, and goes on when there is room again."""
    first = writer.write(page())
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (first.offset + first.length + 3000, hard))
    try:
        with pytest.raises(ArchiveError, match=r"^\S*/bao/\S*warc.gz cannot be written \(File too large\)$"):
            writer.write(page("2", body=noise(9000)))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (tmp_path / first.file).stat().st_size == first.offset + first.length
    second = writer.write(page("3"))
    writer.sync()
    assert second == Place(first.file, first.offset + first.length, second.length)
    assert read_page(tmp_path, second.file, second.offset) == page("3")


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path):
    """One line that says which."""
    (tmp_path / "archive").write_text("mine")
    with pytest.raises(ArchiveError, match=r"^\S*archive/bao\S* cannot be made \(Not a directory\)$"):
        ArchiveWriter(tmp_path / "archive", "bao").write(page())
    (tmp_path / "bao").write_text("mine")
    with pytest.raises(ArchiveError, match=r"^\S*/bao is not a folder"):
        ArchiveWriter(tmp_path, "bao").write(page())


@pytest.mark.parametrize("replaced", [False, True])
def test_a_file_that_vanished_is_noticed_before_a_row_points_to_it(tmp_path: Path, replaced: bool):
    """And the next page goes into a new file."""
    writer = ArchiveWriter(tmp_path, "bao")
    place = writer.write(page())
    (tmp_path / place.file).unlink()
    if replaced:
        (tmp_path / place.file).write_text("")
    with pytest.raises(ArchiveError, match="was replaced" if replaced else "No such file"):
        writer.sync()
    place = writer.write(page())
    writer.close()
    assert read_page(tmp_path, place.file, place.offset) == page()


def test_each_record_is_a_gzip_member(writer: ArchiveWriter, tmp_path: Path):
    """So that a place is all that reading needs."""
    places = [writer.write(page(str(number))) for number in range(3)]
    data = (tmp_path / places[0].file).read_bytes()
    for place in places:
        unpacked = gzip.GzipFile(fileobj=io.BytesIO(data[place.offset : place.offset + place.length])).read()
        assert unpacked.startswith(b"WARC/1.1\r\n")
        assert unpacked.count(b"WARC-Type:") == 1
    assert places[-1].offset + places[-1].length == len(data)
