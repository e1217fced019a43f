"""A backup that is made during a crawl, restored on another machine, and crawled on."""

from __future__ import annotations

import shutil
import time

import pytest

from newscrawl.storage.locks import is_held, lock_folder
from tests.database import committed, query
from tests.projects import COMMAND, run
from tests.rounds.papers import newsroom

pytestmark = pytest.mark.slow


@pytest.mark.soak
def test_restored_backup_is_whole_and_crawled_on(tmp_path):
    """What stood in the database at the moment is there, its raw pages too; the next round brings the rest."""
    with newsroom(tmp_path, 1, articles=40) as room:
        process = room.start("--all", "-s", "DOWNLOAD_DELAY=0.5", "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=1")
        while not room.database.exists() or committed(room.database) < 5:
            assert process.poll() is None
            time.sleep(0.05)
        backup = tmp_path / "backup.db"
        made = run(COMMAND, "db", "backup", str(backup), cwd=room.project, **room.ours)
        assert made.returncode == 0, made.stderr
        again = run(COMMAND, "db", "backup", str(backup), cwd=room.project, **room.ours)
        assert (again.returncode, again.stderr.count("\n")) == (1, 1)
        assert "is not overwritten" in again.stderr
        shutil.copytree(room.database.with_name("archive"), tmp_path / "archive")
        process.kill()
        process.communicate()
        locks = lock_folder(room.url)
        while any(is_held(path) for path in locks.glob("*.lock")):  # its crawl notices, and ends
            time.sleep(0.05)
        stored = query(backup, "select url, text, archive_file, archive_offset from articles order by id")
        assert 5 <= len(stored) < 40
        # The machine is lost.
        shutil.rmtree(room.database.parent)
        room.database.parent.mkdir()
        shutil.copy(backup, room.database)
        shutil.copytree(tmp_path / "archive", room.database.with_name("archive"))
        checked = run(COMMAND, "db", "check", cwd=room.project, **room.ours)
        assert checked.returncode == 0, checked.stdout
        assert room.crawl("--due").returncode == 0
        assert room.is_whole()
        assert (
            query(room.database, "select url, text, archive_file, archive_offset from articles order by id")[
                : len(stored)
            ]
            == stored
        )
        reread = run(COMMAND, "reextract", "--dry-run", cwd=room.project, **room.ours)
        assert "40 pages of 40 re-extracted: 0 articles would change, 40 unchanged" in reread.stdout, reread.stderr
        reasons = query(room.database, "select reason from runs order by id")
        assert reasons[0] == ("killed",)
        assert reasons[1] == ("finished",)
