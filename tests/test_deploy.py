"""The script that crawls by timer in a container."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import ROOT

SCRIPT = ROOT / "deploy" / "crawl-by-timer.sh"


def runs(database: Path) -> list[str | None]:
    """The reasons of all runs so far; none before there is a database."""
    try:
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
            return [reason for (reason,) in connection.execute("select reason from runs order by id")]
    except sqlite3.OperationalError:
        return []


def is_alive(group: int) -> bool:
    """Whether a process of the group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.slow
def test_crawls_again_and_again_until_it_is_told_to_end(tmp_path):
    """Each time with the given arguments; SIGTERM ends it with 0, and leaves no process behind."""
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "CRAWL_EVERY_SECONDS": "1",
        "NEWSCRAWL_DATABASE_URL": f"sqlite:///{tmp_path / 'news.db'}",
    }
    command = [SCRIPT, "fixtures", "-a", f"path={ROOT / 'fixtures' / 'provided'}"]
    options = {"cwd": tmp_path, "env": environment, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, start_new_session=True, **options) as process:
        try:
            while runs(tmp_path / "news.db").count("finished") < 2:
                assert process.poll() is None
                time.sleep(0.2)
            process.terminate()
            assert process.wait(60) == 0
            while is_alive(process.pid):  # a crawl's workers notice its end
                time.sleep(0.1)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
    assert set(runs(tmp_path / "news.db")) <= {"finished", "shutdown"}
