"""WARC files through `scrapy crawl archive` and `scrapy crawl fixtures`: real files, real processes."""

from __future__ import annotations

import gzip
import os
import subprocess
from pathlib import Path

import pytest

from newscrawl.archive import ArchiveWriter, read_page
from newscrawl.items import Outcome, Page
from newscrawl.local_files import FoundFile, PassedOver, load_archive
from testing.forkserver import fork_server
from tests.archive.made import ARTICLE, members, page, response
from tests.conftest import ROOT, SCRAPY
from tests.database import query


def html(name: str) -> bytes:
    """An article's page."""
    return ARTICLE.format(name=name).encode()


def foreign(name: str, number: int, **options: str) -> bytes:
    """A record as Common Crawl has them."""
    return response(html(name), url=f"https://tin.example/tin-{number}.html?utm_source=x", **options)


def crawl(spider: str, path: object, database: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """Run a crawl of WARC files."""
    arguments = ["-a", f"path={path}"] if path is not None else []
    command = [*SCRAPY, "crawl", spider, *arguments, "-s", f"DATABASE_URL=sqlite:///{database}", *more]
    ours = {"SCRAPY_SETTINGS_MODULE": "newscrawl.settings", "NEWSCRAWL_EXTRACT_WORKERS": "0"}
    return fork_server().run(command, cwd=ROOT, env=os.environ | ours)


@pytest.fixture
def folder(tmp_path) -> Path:
    """An archive of one's own, files of others in two forms, and what is none."""
    root = tmp_path / "warc"
    writer = ArchiveWriter(root / "own", "bao")
    for number in range(3):
        writer.write(page(f"thị xã {number}"))
    writer.close()
    (root / "CC-NEWS.warc.gz").write_bytes(
        members([foreign("Huế", 1), response(b"away", head=b"HTTP/1.1 404 Not Found\r\n"), foreign("Vinh", 2)])
    )
    (root / "plain.warc").write_bytes(foreign("Đà Nẵng", 3) + foreign("Cà Mau", 4)[:-100])
    (root / "broken.warc.gz").write_bytes(gzip.compress(b"no WARC file at all"))
    (root / "town.txt").write_text("not an archive", "utf-8")
    return root


def loaded(path: Path, archive: Path | None = None, max_size: int = 1 << 20) -> list[Page | Outcome | PassedOver]:
    """All that a file gives."""
    return list(load_archive(FoundFile(path, path.parent.resolve()), max_size, archive))


def test_every_page_of_a_folder_becomes_a_row(folder, database):
    """Pages by their URLs, losses by their places, and what holds no page is counted alone."""
    result = crawl("archive", folder, database)
    assert result.returncode == 0, result.stderr
    assert "6 stored, 2 failed" in result.stdout
    keys = [key for (key,) in query(database, "select url_key from articles order by 1") if "tin.example" in key]
    assert keys == [f"https://tin.example/tin-{number}.html" for number in (1, 2, 3)]
    assert query(database, "select distinct source, archive_file from articles order by 1") == [
        ("bao.example", None),
        ("tin.example", None),
    ]
    lost = query(database, "select url_key, reason, url from pages where outcome = 'failed' order by reason")
    assert [reason for _, reason, _ in lost] == ["no_warc", "truncated"]
    assert "plain.warc#byte=" in lost[1][0]
    assert "'newscrawl/records/status_404': 1" in result.stderr
    assert "'newscrawl/records/warcinfo': 1" in result.stderr
    again = crawl("archive", folder, database)
    assert "6 unchanged, 2 failed" in again.stdout


def test_local_files_may_be_archives_too(folder, database):
    """One folder, pages and archives."""
    (folder / "town.txt").unlink()
    assert "6 stored, 2 failed" in crawl("fixtures", folder, database).stdout


def test_the_archive_of_the_project_is_the_default(folder, database):
    """The rows know where their pages are kept, and nothing is kept a second time."""
    files = sorted(folder.rglob("*"))
    assert crawl("archive", None, database, "-s", f"ARCHIVE_DIR={folder}").returncode == 0
    assert sorted(folder.rglob("*")) == files
    rows = query(database, "select url_key, archive_file, archive_offset from articles")
    assert len(rows) == 6
    for key, file, offset in rows:
        assert read_page(folder, file, offset).key == key


@pytest.mark.parametrize(
    ("path", "more", "said"),
    [
        (None, ("-s", "ARCHIVE_DIR="), "ARCHIVE_DIR is empty"),
        (None, ("-s", "ARCHIVE_DIR=/nowhere"), "no such file or folder: /nowhere"),
        (None, ("-s", "ARCHIVE_DIR=s3://key:secret@news/raw"), "set them in the environment"),
        ("fixtures/provided", (), "nothing to read"),
        ("README.md", (), "must end in .warc, .arc, .wacz, or .gz or .zst"),
        (None, ("-a", "since=gestern"), "since must be a day"),
    ],
)
def test_what_is_wrong_is_one_line(path, more, said, database):
    """Before anything is begun."""
    result = crawl("archive", path, database, *more)
    assert (result.returncode, result.stdout) == (1, "")
    (line,) = result.stderr.splitlines()
    assert said in line


def test_an_older_copy_never_revises_a_newer_one(tmp_path, database):
    """Nor does one that holds no article, whichever is read first."""
    folder = tmp_path / "warc"
    folder.mkdir()
    newer, older, empty = (
        foreign("Huế", 1, date="2020-05-03T10:00:00Z"),
        foreign("Vinh", 1, date="2020-05-01T10:00:00Z"),
        response(b"<p>", url="https://tin.example/tin-1.html", date="2020-05-02T10:00:00Z"),
    )
    (folder / "1.warc.gz").write_bytes(members([newer]))
    crawl("archive", folder, database)
    before = query(database, "select title, text, fetched_at from articles")
    page_row = "select outcome, fetched_at, failures, next_fetch_at, error from pages"
    known = query(database, page_row)
    (folder / "0.warc.gz").write_bytes(members([older, empty]))
    assert "Traceback" not in crawl("archive", folder / "0.warc.gz", database).stderr
    assert query(database, "select title, text, fetched_at from articles") == before
    assert query(database, page_row) == known
    assert query(database, "select count(*) from article_revisions") == [(0,)]
    other = tmp_path / "other.db"
    crawl("archive", folder / "0.warc.gz", other)
    assert "1 of them revised" in crawl("archive", folder / "1.warc.gz", other).stdout
    assert query(other, "select title, text, fetched_at from articles") == before


def test_archives_of_others_replace_nothing_that_was_fetched(tmp_path, database):
    """Unless they are trusted; what stands in the project's own archive is."""
    own, others = tmp_path / "own", tmp_path / "others"
    for path, name, date in ((own, "Huế", "2020-05-01T10:00:00Z"), (others, "Vinh", "2020-05-03T10:00:00Z")):
        path.mkdir()
        (path / "1.warc.gz").write_bytes(members([foreign(name, 1, date=date)]))
    crawl("archive", own, database, "-s", f"ARCHIVE_DIR={own}")
    stored = "select origin, title like '%Huế%' from articles"
    assert query(database, stored) == [("fetched", 1)]
    assert "1 unchanged (not_replaced 1)" in crawl("archive", others, database).stdout
    assert query(database, stored) == [("fetched", 1)]
    assert "1 stored, 1 of them revised" in crawl("archive", others, database, "--trust").stdout
    assert query(database, stored) == [("fetched", 0)]


def test_days_of_a_record_can_be_chosen(tmp_path, database):
    """The last day included."""
    path = tmp_path / "days.warc"
    days = [foreign(f"thị xã {day}", day, date=f"2020-05-0{day}T23:30:00Z") for day in range(1, 6)]
    path.write_bytes(b"".join(days))
    result = crawl("archive", path, database, "-a", "since=2020-05-02", "-a", "until=2020-05-04")
    assert "'newscrawl/records/other_days': 2" in result.stderr
    assert [day for (day,) in query(database, "select substr(fetched_at, 9, 2) from articles order by 1")] == [
        "02",
        "03",
        "04",
    ]


def test_records_in_one_gzip_stream_have_no_place(tmp_path):
    """Nobody could find them there again."""
    path = tmp_path / "one.warc.gz"
    path.write_bytes(gzip.compress(foreign("Huế", 1) + foreign("Vinh", 2)))
    first, second = loaded(path, tmp_path)
    assert isinstance(second, Page)
    assert second.archived is None
    if first.archived is not None:
        assert read_page(tmp_path, *first.archived).key == first.key


@pytest.mark.parametrize("is_trusted", [False, True])
def test_password_in_the_address_of_a_record_goes_nowhere(tmp_path, is_trusted):
    """Neither into a page nor into what is said of a damaged one."""
    path = tmp_path / "a.warc"
    good = response(html("Huế"), url="https://me:secret@tin.example/a.html")
    path.write_bytes(good + response(html("Vinh"), url="https://me:secret@tin.example/b.html")[:-100])
    made, lost = load_archive(FoundFile(path, tmp_path.resolve()), 1 << 20, trusted=is_trusted)
    assert made.url == made.key == "https://tin.example/a.html"
    assert "secret" not in f"{made} {made.visit} {lost}"


def test_files_outside_the_archive_have_no_place(folder, tmp_path):
    """Only below its folder."""
    path = folder / "CC-NEWS.warc.gz"
    assert [item.archived for item in loaded(path, tmp_path / "elsewhere") if isinstance(item, Page)] == [None, None]
    assert next(item.archived for item in loaded(path, folder) if isinstance(item, Page)) == (path.name, 0)


def test_a_link_out_of_the_folder_is_not_followed(folder, tmp_path):
    """As with any local file."""
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "link.warc.gz").symlink_to(folder / "CC-NEWS.warc.gz")
    (item,) = loaded(inside / "link.warc.gz")
    assert isinstance(item, Outcome)
    assert item.reason == "unreadable"


@pytest.mark.slow
def test_reading_waits_for_the_pipelines(tmp_path, database):
    """However big the archive, few of its pages are in memory."""
    path = tmp_path / "big.warc"
    body = html("Huế") + b" " * 2_000_000
    with path.open("wb") as file:
        for number in range(70):
            file.write(response(body, url=f"https://tin.example/{number}.html"))
    result = crawl("archive", path, database, "-s", "CONCURRENT_ITEMS=2", "-s", "EXTRACT_WORKERS=1")
    assert "70 stored" in result.stdout
    peak, start = (
        int(result.stderr.split(f"'memusage/{name}': ")[1].split(",")[0].rstrip("}")) for name in ("max", "startup")
    )
    assert peak - start < 100_000_000
