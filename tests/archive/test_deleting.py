"""Pages taken out of the archive for good."""

from __future__ import annotations

import fcntl
import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from newscrawl.archive import ArchiveError, ArchiveWriter, Place, delete_record, read_page, remove_file
from newscrawl.archive.deletion import _shortest, deleted_record
from tests.archive.made import members, noise, page, read, reasons, response

PAGES = [page("1"), page("2", rest=(page("2b", body=noise(200_000)),)), page("3", body=b""), page("4")]


@pytest.fixture
def places(tmp_path: Path) -> list[Place]:
    writer = ArchiveWriter(tmp_path, "bao")
    places = [writer.write(each) for each in PAGES]
    writer.close()
    return places


@pytest.mark.parametrize("which", range(4))
def test_a_deleted_page_is_gone_and_every_other_stays_where_it_was(tmp_path: Path, places: list[Place], which: int):
    """With the further pages of its article; deleting it again is no error."""
    path = tmp_path / places[which].file
    size = path.stat().st_size
    for _ in range(2):
        delete_record(tmp_path, places[which].file, places[which].offset)
        assert path.stat().st_size == size
        for number, place in enumerate(places):
            if number == which:
                with pytest.raises(ArchiveError, match="the page was deleted") as caught:
                    read_page(tmp_path, place.file, place.offset)
                assert caught.value.reason == "deleted"
            else:
                assert read_page(tmp_path, place.file, place.offset) == PAGES[number]
    assert reasons(read(path)).count("deleted") == 1 + len(PAGES[which].rest)
    assert f"{PAGES[which].key}".encode() not in gzip.decompress(path.read_bytes())
    check = subprocess.run(
        [sys.executable, "-m", "warcio.cli", "check", path], capture_output=True, text=True, check=False
    )
    assert (check.returncode, check.stdout) == (0, "")
    assert not list(path.parent.glob("*.deleting"))


@pytest.mark.parametrize(
    "length", [_shortest(), 400, 65535 + 23, *range(65535 + 23 + 1, 65535 + 23 + 8), 131_111, 1_000_003]
)
def test_a_deleted_record_is_as_long_as_is_asked(tmp_path: Path, length: int):
    """Whatever the blocks of deflate cost."""
    record = deleted_record(length)
    assert len(record) == length
    assert reasons(read(tmp_path / "x.warc.gz", record + gzip.compress(response()))) == ["deleted", "page"]


@pytest.mark.parametrize("done", [0, 1, 500, 2000])
def test_a_deletion_that_was_interrupted_is_finished_by_the_next(tmp_path: Path, places: list[Place], done: int):
    """However much of the record was overwritten, and whichever page is deleted next."""
    place = places[1]
    path = tmp_path / place.file
    journal = path.with_name(path.name + ".deleting")
    journal.write_text(json.dumps([[place.offset, place.length]]) + "\n")
    with path.open("r+b") as file:
        os.pwrite(file.fileno(), deleted_record(place.length)[:done], place.offset)
    delete_record(tmp_path, places[0].file, places[0].offset)
    assert not journal.exists()
    assert reasons(read(path)) == ["warcinfo", "deleted", "deleted", "page", "page"]


def test_a_journal_that_was_cut_changes_nothing(tmp_path: Path, places: list[Place]):
    """Nothing is overwritten before all of it is written down."""
    path = tmp_path / places[0].file
    path.with_name(path.name + ".deleting").write_text(json.dumps([[places[1].offset, places[1].length]]))
    delete_record(tmp_path, places[0].file, places[0].offset)
    assert reasons(read(path)) == ["warcinfo", "deleted", "page", "page", "page"]


def test_a_page_can_be_deleted_while_the_run_goes_on(tmp_path: Path):
    """Its writer only ever writes behind."""
    writer = ArchiveWriter(tmp_path, "bao")
    first = writer.write(page("1"))
    delete_record(tmp_path, first.file, first.offset)
    second = writer.write(page("2"))
    writer.close()
    assert read_page(tmp_path, second.file, second.offset) == page("2")


def test_a_record_without_a_member_of_its_own_is_left_alone(tmp_path: Path):
    """Overwriting it would take others along."""
    for data in (gzip.compress(response() + response()), response() + response(), members([response()])):
        path = tmp_path / "x.warc.gz"
        path.write_bytes(data)
        with pytest.raises(ArchiveError, match="no room of its own"):
            delete_record(tmp_path, "x.warc.gz", 0)
        assert path.read_bytes() == data


def test_what_is_not_there_cannot_be_deleted(tmp_path: Path, places: list[Place]):
    """One line that says so."""
    for file, offset, reason in (("no.warc.gz", 0, "missing"), ("../x", 0, "outside"), (places[0].file, 5, "damaged")):
        with pytest.raises(ArchiveError) as caught:
            delete_record(tmp_path, file, offset)
        assert caught.value.reason == reason


def test_a_file_is_not_removed_while_a_page_in_it_is_deleted(tmp_path: Path, places: list[Place]):
    """The deletion would write into a file that is gone, and leave its journal behind."""
    path = tmp_path / places[0].file
    with path.open("rb") as deleting:
        fcntl.flock(deleting, fcntl.LOCK_EX)
        assert not remove_file(tmp_path, places[0].file)
        assert path.exists()
    assert remove_file(tmp_path, places[0].file)
    assert not path.exists()
