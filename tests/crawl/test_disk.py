"""A run ends before a disk is full."""

from __future__ import annotations

import shutil

import pytest

from newscrawl.crawl.disk import DiskWatch, lack_of_space
from newscrawl.storage.maintenance import check
from tests.database import query
from tests.rounds.disk import small_disk


def test_a_large_setting_asks_for_no_more_than_a_twentieth_of_a_disk(tmp_path):
    """Else nothing could be crawled into a small one."""
    disk = shutil.disk_usage(tmp_path)
    assert (lack_of_space([tmp_path], 1e9) is None) is (disk.free >= 0.05 * disk.total)
    assert lack_of_space([tmp_path, tmp_path / "missing"], 0) is None
    assert DiskWatch((tmp_path,), 0).look() is None


@pytest.mark.slow
def test_a_run_ends_before_the_disk_is_full(crawl, tmp_path):
    """With a line that says so, and a database that is whole."""
    with small_disk(tmp_path / "disk") as disk:
        if not disk.is_mounted:
            pytest.skip("may not mount")
        path = disk.folder / "out.db"
        with disk.full(3_000_000):
            ended = crawl("-s", f"DATABASE_URL=sqlite:///{path}")
        assert ended.returncode == 2, ended.stderr
        assert "3 MB of disk space are left at" in ended.stderr
        assert query(path, "select reason, exit_code from runs") == [("disk_low", 2)]
        assert list(check(f"sqlite:///{path}")) == []
        assert crawl("-s", f"DATABASE_URL=sqlite:///{path}").returncode == 0
