"""Locks are held by the operating system, for a process, and by nothing else."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from unittest.mock import Mock

import pytest

from newscrawl.storage.errors import StorageError
from newscrawl.storage.locks import Lock, held_since, holder_of, is_held, site_lock

HOLD = """
import subprocess, sys, time
from pathlib import Path
from newscrawl.storage.locks import Lock
lock = Lock.take(Path(sys.argv[1]))
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], close_fds=False)
print(child.pid, flush=True)
time.sleep(60)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The lock of a site."""
    return site_lock(f"sqlite:///{tmp_path}/out.db", "bao")


def test_lock_is_gone_with_its_process(path):
    """After SIGKILL too, though a process that it had started lives on."""
    with subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True) as process:
        child = int(process.stdout.readline())
        assert is_held(path)
        assert Lock.take(path) is None
        assert holder_of(path).pid == process.pid
        process.kill()
        process.wait()
    try:
        assert not is_held(path)
        lock = Lock.take(path)
        assert lock is not None
        assert holder_of(path).pid == os.getpid()
        lock.release()
    finally:
        os.kill(child, signal.SIGKILL)


def test_taken_twice_in_one_process(path):
    """The second is refused until the first is given back."""
    lock = Lock.take(path)
    assert Lock.take(path) is None
    lock.release()
    again = Lock.take(path)
    assert again is not None
    again.release(remove=True)
    assert not path.exists()


def test_all_names_of_a_database_share_its_locks(tmp_path, monkeypatch):
    """Whether it is named by a relative path or by way of a link, before there is a file too."""
    (tmp_path / "data").mkdir()
    (tmp_path / "link").symlink_to("data")
    monkeypatch.chdir(tmp_path)
    addresses = ["sqlite:///data/x.db", "sqlite:///link/x.db", f"sqlite:///{tmp_path}/data/../data/x.db"]
    assert len({site_lock(address, "bao") for address in addresses}) == 1
    assert site_lock("sqlite:///data/y.db", "bao") != site_lock("sqlite:///data/x.db", "bao")


def test_no_name_leads_elsewhere(tmp_path):
    """A name may hold anything; two names never share a file."""
    names = ["bao", "../bao", "/etc/passwd", "..", ".", "", "a\0b", "a\nb", "ä" * 300, "ä" * 301, "bao_", "bao/"]
    paths = [site_lock(f"sqlite:///{tmp_path}/out.db", name) for name in names]
    assert len(set(paths)) == len(names)
    folder = tmp_path.resolve() / "out.db.locks"
    for path in paths:
        assert path.resolve().parent == folder
        lock = Lock.take(path)
        assert lock is not None
        lock.release()


def test_folder_that_is_not_there_is_one_line(tmp_path):
    """With what to do."""
    with pytest.raises(StorageError, match=r"No such file or directory .check that the folder of the database exists"):
        Lock.take(site_lock(f"sqlite:///{tmp_path}/nowhere/x.db", "bao"))


def test_database_without_a_file_has_its_locks_in_the_users_folder(tmp_path, monkeypatch):
    """For each database others, whoever opens it; nothing of the address is in their name."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    first, again, other = (
        site_lock(f"postgresql://{who}@db.example/{name}", "bao")
        for who, name in (("me:secret", "news"), ("you", "news"), ("me", "other"))
    )
    assert first == again != other
    assert first.is_relative_to(tmp_path)
    assert "secret" not in str(first)
    lock = Lock.take(first)
    assert lock is not None
    lock.release()


def test_nobody_else_can_open_a_lock(path):
    """Who can open the file can hold it: not its folder's doing alone, nor that of an earlier version."""
    path.parent.mkdir(mode=0o755)
    path.touch(0o644)
    lock = Lock.take(path)
    assert lock is not None
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    lock.release()


def test_age_of_a_lock_is_not_what_it_says(path):
    """Its file may say anything, or nothing."""
    began = time.time()
    lock = Lock.take(path)
    assert lock is not None
    os.utime(path, (began - 7_200, began - 7_200))
    path.write_text(json.dumps({"pid": 1, "host": "x", "since": "2999-01-01T00:00:00+00:00"}))
    os.utime(path, (began - 7_200, began - 7_200))
    assert held_since(path).timestamp() == pytest.approx(began - 7_200, abs=2)
    lock.release(remove=True)
    assert held_since(path) is None


def test_user_without_a_home_folder_is_told(monkeypatch):
    """As in some containers."""
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", Mock(side_effect=RuntimeError("Could not determine home directory.")))
    with pytest.raises(StorageError, match="set XDG_STATE_HOME"):
        site_lock("postgresql://me@db.example/news", "bao")
