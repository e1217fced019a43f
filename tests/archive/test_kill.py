"""Runs that are killed while they write."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

from newscrawl.archive import ArchiveError, ArchiveWriter, read_page
from tests.archive.made import page, read, reasons
from tests.conftest import ROOT

pytestmark = pytest.mark.slow

WRITE = """
import sys
from pathlib import Path

import pytest
from newscrawl.archive import ArchiveWriter
from tests.archive.made import noise, page

writer = ArchiveWriter(Path(sys.argv[1]), "bao", max_bytes=3_000_000)
for number in range(100_000):
    place = writer.write(page(str(number), body=noise(50_000 + number), rest=(page("2"),) if number % 3 == 0 else ()))
    writer.sync()
    print(number, place.file, place.offset, flush=True)
"""


def test_a_killed_run_leaves_at_most_one_cut_record(tmp_path: Path):
    """Every page whose place was told is read again; the next run has a file of its own."""
    choice = random.Random(6)
    for _ in range(5):
        command = [sys.executable, "-c", WRITE, tmp_path]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            lines = [process.stdout.readline() for _ in range(choice.randrange(1, 120))]
            process.kill()
            lines += process.stdout.readlines()
        for line in lines:
            number, file, offset = line.split()
            kept = read_page(tmp_path, file, int(offset))
            assert kept.key == page(number).key
            assert len(kept.rest) == (int(number) % 3 == 0)
        for path in {tmp_path / line.split()[1] for line in lines}:
            found = reasons(read(path))
            assert found[0] == "warcinfo"
            assert set(found[1:-1]) == {"page"} or len(found) == 2
            assert found[-1] in {"page", "truncated", "incomplete"}
    before = {path: path.stat().st_size for path in tmp_path.glob("bao/*")}
    writer = ArchiveWriter(tmp_path, "bao")
    assert tmp_path / writer.write(page()).file not in before
    writer.close()
    assert all(path.stat().st_size == size for path, size in before.items())


def test_a_write_that_was_cut_anywhere_is_no_page(tmp_path: Path):
    """Nor does an article come without its further pages."""
    writer = ArchiveWriter(tmp_path, "bao")
    writer.write(page("1", body=b"1"))
    place = writer.write(page("2", body=b"2", rest=(page("3", body=b"3"),)))
    writer.close()
    path = tmp_path / place.file
    data = path.read_bytes()
    for length in range(place.offset, len(data)):
        found = read(path, data[:length])
        assert [each.page for each in found if each.page] == [page("1", body=b"1")]
        assert reasons(found)[2:] in ([], ["truncated"], ["incomplete"], ["incomplete", "truncated"])
        assert (len(found) == 2) == (length == place.offset)


def test_an_article_whose_further_page_is_damaged_is_not_handed_out(tmp_path: Path):
    """The pages around it are, and the place says what is wrong."""
    writer = ArchiveWriter(tmp_path, "bao")
    place = writer.write(page("1", rest=(page("2"), page("3"))))
    last = writer.write(page("4"))
    writer.close()
    path = tmp_path / place.file
    data = bytearray(path.read_bytes())
    second = data.index(b"\x1f\x8b\x08", place.offset + 3)
    data[second + 60] ^= 0x55
    found = read(path, bytes(data))
    assert reasons(found) == ["warcinfo", "incomplete", "damaged", "incomplete", "page"]
    assert found[-1].page == page("4") == read_page(tmp_path, last.file, last.offset)
    with pytest.raises(ArchiveError, match="the record is damaged"):
        read_page(tmp_path, place.file, place.offset)
