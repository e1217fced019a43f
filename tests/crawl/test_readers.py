"""A reader and a crawl at the same time."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from newscrawl.search.query import parse
from newscrawl.storage.engine import select_rows
from newscrawl.storage.lookup import history
from newscrawl.storage.search import export, search
from newscrawl.storage.selection import Selection
from tests.conftest import POSTGRESQL_RARELY, ROOT, SCRAPY, article
from tests.database import Database

pytestmark = pytest.mark.slow

COUNT = 150


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """Text dumps of as many articles."""
    folder = tmp_path / "pages"
    folder.mkdir()
    for number in range(COUNT):
        (folder / f"{number:03}.txt").write_text(article(f"Thị xã {number}"), "utf-8")
    return folder


@POSTGRESQL_RARELY
def test_everything_can_be_read_while_a_crawl_writes(each_database: Database, pages: Path) -> None:
    """Nothing that is read fails, what was seen once is seen again, and the crawl stores all."""
    url = each_database.url
    flooded = Selection(query=parse('"chống ngập" -hạn'), all_copies=True)
    readings: list[Callable[[], int]] = [
        lambda: search(url, flooded).total,
        lambda: search(url, Selection(all_copies=True)).total,
        lambda: len(list(export(url, Selection(all_copies=True)).rows)),
        lambda: len(list(select_rows(url, "select id from articles"))) - 1,
        lambda: int(history(url, 1) is not None),
    ]
    seen: list[list[int]] = [[] for _ in readings]
    command = [*SCRAPY, "crawl", "fixtures", "-a", f"path={pages}", "-s", f"DATABASE_URL={url}", "-L", "WARNING"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as crawl:
        while crawl.poll() is None:
            for counts, read in zip(seen, readings, strict=True):
                counts.append(read())
        assert crawl.stderr is not None
        assert (crawl.returncode, crawl.stderr.read()) == (0, "")
    assert [read() for read in readings] == [COUNT, COUNT, COUNT, COUNT, 1]
    assert all(counts == sorted(counts) for counts in seen)
    assert any(0 < count < COUNT for count in seen[1]), "nothing was read while the crawl stored"
