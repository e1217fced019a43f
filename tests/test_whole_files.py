"""Files that are replaced whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from newscrawl.whole_files import followed, replace_file, replaced


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


def test_links_are_followed_as_the_system_does(tmp_path: Path) -> None:
    """Through folders, relative and absolute ones; a circle is an error."""
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "folder").symlink_to("a/b")
    (tmp_path / "a" / "b" / "up").symlink_to("../other.txt")
    (tmp_path / "far").symlink_to(tmp_path / "folder" / "up")
    for path in ("far", "folder/up", "folder/../other.txt", "folder/new.txt", "missing/x", "a/./b/up"):
        assert followed(tmp_path / path) == Path(os.path.realpath(tmp_path / path))
    (tmp_path / "one").symlink_to("two")
    (tmp_path / "two").symlink_to("one")
    with pytest.raises(OSError, match="Too many levels of symbolic links"):
        followed(tmp_path / "one")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a link away")
@pytest.mark.parametrize("path", ["link", "folder/file"])
def test_link_of_a_stranger_is_not_followed(tmp_path: Path, path: str) -> None:
    """In a folder of everybody it would lead to what only this user may write."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "file").write_bytes(b"ours")
    (tmp_path / "link").symlink_to("elsewhere/file")
    (tmp_path / "folder").symlink_to("elsewhere")
    for name in ("link", "folder"):
        os.lchown(tmp_path / name, 4242, 4242)
    with pytest.raises(PermissionError, match="is a symbolic link of another user"):
        followed(tmp_path / path)
