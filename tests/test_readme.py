"""Every command of the README does what the README says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT

README = (ROOT / "README.md").read_text("utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NUMBER = re.compile("^[12]  ", re.MULTILINE)
"""Of an article that was found."""
HOME = "/home/you/newscrawl"
"""Where the reader's copy is, in the README."""


def commands() -> list[tuple[str, str | None]]:
    """The shell commands in order, each with the output that the README shows below it."""
    blocks = BLOCK.findall(README)
    return [
        (body.strip(), following[1] if following[0] == "text" else None)
        for (language, body), following in zip(blocks, [*blocks[1:], ("", "")], strict=True)
        if language == "sh"
    ]


@pytest.fixture
def checkout(tmp_path):
    """A copy of the project, as a user has it, with the tests' own environment."""
    files = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(lambda name: (ROOT / name).is_file(), files.stdout.split("\0")):
        target = tmp_path / "newscrawl" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target)
    (tmp_path / "newscrawl" / ".venv").symlink_to(ROOT / ".venv")
    return tmp_path / "newscrawl"


@pytest.mark.skipif(not (ROOT / ".venv" / ".ready").exists(), reason="needs the environment that `make` makes")
def test_commands_print_what_the_readme_shows(checkout):
    """One after the other, in a fresh copy, by the environment that `make` made."""
    assert [command for command, _ in commands()][:2] == ["make crawl", "make test"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "NEWSCRAWL"))}
    options = {"cwd": checkout, "env": environment, "capture_output": True}
    for command, shown in commands():
        # This test is run by `make test`.
        run = "make test --dry-run" if command == "make test" else command
        result = subprocess.run(["bash", "-ec", run], text=True, timeout=100, check=False, **options)
        assert result.returncode == 0, f"{command}\n{result.stderr}"
        if shown is not None:
            # Which of two documents is stored first depends on which worker is done first.
            assert NUMBER.sub("1  ", result.stdout.replace(str(checkout), HOME)) == shown, command


def test_python_example_runs(checkout, monkeypatch, capsys):
    """With a page in the place it names."""
    (example,) = [body for language, body in BLOCK.findall(README) if language == "python"]
    monkeypatch.chdir(checkout)
    paragraph = "Sáng nay, lãnh đạo thành phố đã họp với đại diện các sở, ngành để bàn kế hoạch chống ngập."
    Path("page.html").write_text(
        f"<html><body><article><p>{paragraph}</p><p>{paragraph[5:]}</p></article></body></html>", "utf-8"
    )
    exec(compile(example, "README.md", "exec"), {})
    assert paragraph in capsys.readouterr().out


def test_links_lead_somewhere():
    """To files that are there."""
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    assert links
    assert not [link for link in links if not (ROOT / link).exists()]
