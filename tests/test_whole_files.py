"""Files that are replaced whole."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from newscrawl.whole_files import replace_file, replaced


def test_a_file_is_replaced_and_keeps_its_mode(tmp_path: Path) -> None:
    """Who may read the old file may read the new one, and nobody else."""
    path = tmp_path / "file"
    path.write_bytes(b"old")
    path.chmod(0o640)
    replace_file(path, b"new")
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [path]


def test_an_error_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path) -> None:
    """What cannot be written whole is not written."""
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with pytest.raises(TypeError), replaced(path) as file:
        file.writelines([b"new", 0])  # type: ignore[list-item]
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_process_killed_while_it_writes_leaves_the_old_file(tmp_path: Path) -> None:
    """A reader finds the old content, never a part of the new one."""
    path = tmp_path / "file"
    path.write_bytes(b"old")
    program = (
        "import os, pathlib, signal, sys\nfrom newscrawl.whole_files import replaced\n"
        "with replaced(pathlib.Path(sys.argv[1])) as file:\n"
        "    file.write(b'new'); file.flush(); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    ended = subprocess.run([sys.executable, "-c", program, str(path)], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert path.read_bytes() == b"old"


def test_a_link_is_replaced_and_what_it_leads_to_is_left(tmp_path: Path) -> None:
    """Nothing outside the folder is written through a link in it."""
    (tmp_path / "elsewhere").write_bytes(b"theirs")
    (tmp_path / "link").symlink_to("elsewhere")
    replace_file(tmp_path / "link", b"ours")
    assert (tmp_path / "elsewhere").read_bytes() == b"theirs"
    assert (tmp_path / "link").read_bytes() == b"ours"
    assert not (tmp_path / "link").is_symlink()
