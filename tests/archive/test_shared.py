"""An archive in an object store: what is written to the spool, what is uploaded, and what may be read."""

from __future__ import annotations

import fcntl
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newscrawl.archive import (
    ArchiveError,
    ArchiveWriter,
    Place,
    SharedFolder,
    archive_at,
    delete_record,
    files_of,
    old_files,
    read_page,
    read_stored,
    remove_file,
    upload_spool,
    uploads_of,
    writer,
)
from newscrawl.archive.shared import BEING_WRITTEN
from tests.archive.made import noise, page, reasons

PAGES = [page("1"), page("2", rest=(page("2b", body=noise(200_000)),)), page("3", body=b""), page("4")]


@pytest.fixture
def folder(tmp_path: Path) -> SharedFolder:
    """A store that this process alone has, as this machine and others see it."""
    return SharedFolder(f"memory://{tmp_path.name}{id(tmp_path)}", tmp_path / "spool")


@pytest.fixture
def elsewhere(folder: SharedFolder, tmp_path: Path) -> SharedFolder:
    """The same on another machine."""
    return SharedFolder(folder.url, tmp_path / "other-spool")


def write(folder: SharedFolder) -> list[Place]:
    """Write the pages, and wait until they are uploaded."""
    writer = ArchiveWriter(folder, "bao", host="ahab")
    places = [writer.write(each) for each in PAGES]
    writer.close()
    assert uploads_of(folder).wait(10)
    return places


def spooled(folder: SharedFolder) -> list[str]:
    return [file.name for file in files_of(folder.spool)]


def test_page_is_read_from_the_spool_until_it_is_uploaded(folder: SharedFolder, elsewhere: SharedFolder):
    """Another machine has it once its file is complete, and is told before where it is."""
    writer = ArchiveWriter(folder, "bao", host="ahab")
    place = writer.write(PAGES[1])
    writer.sync()
    assert read_page(folder, place.file, place.offset) == PAGES[1]
    with pytest.raises(ArchiveError, match="if ahab has not uploaded it yet, its spool has it") as caught:
        read_page(elsewhere, place.file, place.offset)
    assert caught.value.reason == "missing"
    writer.close()
    assert uploads_of(folder).wait(10)
    assert spooled(folder) == []
    for each in (folder, elsewhere):
        assert read_page(each, place.file, place.offset) == PAGES[1]
    assert reasons(list(read_stored(elsewhere, place.file))) == ["warcinfo", "page"]


def test_all_pages_come_back_from_the_store(folder: SharedFolder, elsewhere: SharedFolder):
    """By their places, whatever their size; a place where no record begins is said."""
    places = write(folder)
    assert [read_page(elsewhere, place.file, place.offset) for place in places] == PAGES
    for offset in (places[1].offset + 1, 10**9, -1):
        with pytest.raises(ArchiveError, match="no record starts here"):
            read_page(elsewhere, places[0].file, offset)


def test_file_is_complete_when_it_is_old(folder: SharedFolder, monkeypatch: pytest.MonkeyPatch):
    """With the next thing that is stored, so that a long crawl does not keep its pages to itself."""
    monkeypatch.setattr(writer, "SHARED_SECONDS", -1.0)
    own = ArchiveWriter(folder, "bao")
    places = []
    for each in PAGES:
        places.append(own.write(each))
        own.sync()
    assert uploads_of(folder).wait(10)
    assert len({place.file for place in places}) == len(PAGES)
    assert spooled(folder) == []
    assert [read_page(folder, place.file, place.offset) for place in places] == PAGES


def test_what_a_killed_process_left_is_uploaded(folder: SharedFolder, elsewhere: SharedFolder):
    """And not what another one still writes."""
    writers = [ArchiveWriter(folder, name) for name in ("dead", "alive")]
    assert uploads_of(folder).wait(10)
    dead, alive = (writer.write(PAGES[0]) for writer in writers)
    file = writers[0]._file
    assert file is not None
    assert file._lock is not None
    os.close(file._lock)  # as the system does for a process that is killed
    assert upload_spool(folder).done == 1
    assert spooled(folder) == [alive.file, alive.file + BEING_WRITTEN]
    assert read_page(elsewhere, dead.file, dead.offset) == PAGES[0]
    writers[1].close()


def test_file_that_another_process_uploads_is_left_to_it(folder: SharedFolder, tmp_path: Path):
    (folder.spool / "bao").mkdir(parents=True)
    path = folder.spool / "bao" / "20260101T000000Z-x-1-00001.warc.gz"
    path.write_bytes(b"x")
    with path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert upload_spool(folder).done == 0
    assert upload_spool(folder).done == 1
    assert [file.name for file in folder.files()] == ["bao/20260101T000000Z-x-1-00001.warc.gz"]


@pytest.mark.parametrize("which", range(4))
def test_deleted_page_is_gone_from_the_store(folder: SharedFolder, elsewhere: SharedFolder, which: int):
    """Every other stays where it was, and deleting it again is no error."""
    places = write(folder)
    size = folder.files()[0].size
    for _ in range(2):
        delete_record(elsewhere, places[which].file, places[which].offset)
        assert folder.files()[0].size == size
        for number, place in enumerate(places):
            if number == which:
                with pytest.raises(ArchiveError, match="the page was deleted"):
                    read_page(folder, place.file, place.offset)
            else:
                assert read_page(folder, place.file, place.offset) == PAGES[number]
    assert spooled(elsewhere) == []


def test_page_is_deleted_in_the_spool_too(folder: SharedFolder):
    """Where the deletion was cut off, it is done before the upload."""
    writer = ArchiveWriter(folder, "bao")
    places = [writer.write(each) for each in PAGES]
    delete_record(folder, places[0].file, places[0].offset)
    journal = folder.spool / f"{places[1].file}.deleting"
    journal.write_text(json.dumps([(places[3].offset, places[3].length)]) + "\n")
    writer.close()
    assert uploads_of(folder).wait(10)
    assert spooled(folder) == []
    for number, place in enumerate(places):
        if number in {0, 3}:
            with pytest.raises(ArchiveError, match="the page was deleted"):
                read_page(folder, place.file, place.offset)
        else:
            assert read_page(folder, place.file, place.offset) == PAGES[number]


def test_second_upload_of_a_file_brings_no_deleted_page_back(folder: SharedFolder):
    """A process was killed between the upload and the removal from its spool."""
    writer = ArchiveWriter(folder, "bao")
    place = writer.write(PAGES[0])
    writer.sync()
    data = (folder.spool / place.file).read_bytes()
    writer.close()
    assert uploads_of(folder).wait(10)
    delete_record(folder, place.file, place.offset)
    (folder.spool / place.file).write_bytes(data)
    assert upload_spool(folder).done == 1
    with pytest.raises(ArchiveError, match="the page was deleted"):
        read_page(folder, place.file, place.offset)


def test_old_files_are_removed(folder: SharedFolder):
    """Those in the store alone."""
    (place, *_) = write(folder)
    late = datetime.now(UTC) + timedelta(days=1)
    assert old_files(folder, datetime.now(UTC) - timedelta(days=1)) == []
    waiting = ArchiveWriter(folder, "bao")
    kept = waiting.write(PAGES[0])
    assert [file.name for file in old_files(folder, late)] == [place.file]
    assert remove_file(folder, place.file)
    assert remove_file(folder, place.file)
    with pytest.raises(ArchiveError, match="does not exist"):
        read_page(folder, place.file, place.offset)
    assert read_page(folder, kept.file, kept.offset) == PAGES[0]
    waiting.close()


OUTSIDE = "../x.warc.gz bao/../../x /etc/passwd bao//x . bao/. x?versionId=1 x#1 a\\b a\0b a%2e%2e/b https://a/b".split(
    " "
)


@pytest.mark.parametrize("name", ["", *OUTSIDE, "a b"])
def test_name_of_the_database_leads_nowhere_else(folder: SharedFolder, name: str):
    """It is data, whoever wrote it."""
    for ask in (
        lambda: read_page(folder, name, 0),
        lambda: delete_record(folder, name, 0),
        lambda: remove_file(folder, name),
    ):
        with pytest.raises(ArchiveError, match="is outside of the archive folder") as caught:
            ask()
        assert caught.value.reason == "outside"


def test_link_in_the_spool_leads_nowhere_else(folder: SharedFolder, tmp_path: Path):
    """Nor is its target uploaded."""
    (tmp_path / "secret.warc.gz").write_bytes(b"secret")
    folder.spool.mkdir()
    (folder.spool / "x.warc.gz").symlink_to(tmp_path / "secret.warc.gz")
    with pytest.raises(ArchiveError, match="outside"):
        read_page(folder, "x.warc.gz", 0)
    assert upload_spool(folder).done == 0
    assert folder.files() == []


def test_address_says_where_the_archive_is(tmp_path: Path):
    """A path, a file URL, or a bucket; a trailing slash says nothing."""
    assert archive_at("archive", "spool") == Path("archive")
    assert archive_at("file:///mnt/share", "spool") == Path("/mnt/share")
    shared = archive_at("s3://news/raw/", tmp_path)
    assert shared == SharedFolder("s3://news/raw", tmp_path)
    assert str(shared) == "s3://news/raw"


@pytest.mark.parametrize(
    "address", ["s3://key:geheim@news/raw", "s3://news/raw?secret=geheim", "s3://news#geheim", "ftp://geheim@x/"]
)
def test_password_in_an_address_is_refused_and_not_shown(address: str):
    with pytest.raises(ArchiveError, match="set them in the environment") as caught:
        archive_at(address, "spool")
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize("address", ["http://news/raw", "s3://", "s3:///raw", "file://host/mnt", "s3://news/../raw"])
def test_address_that_names_no_archive_is_refused(address: str):
    with pytest.raises(ArchiveError, match="is no archive"):
        archive_at(address, "spool")
