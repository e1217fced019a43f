"""Every command of the README and, in the long tests, of the first guides does what they say."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.slow

README = ROOT / "README.md"
GUIDES = [ROOT / "docs" / name for name in ("TUTORIAL.md", "FILES.md", "READING.md", "EXPLAIN.md")]
"""Those whose commands need no network, after a crawl of the provided documents."""
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NUMBER = re.compile("^[12]  ", re.MULTILINE)
"""Of an article that was found."""
HOME = "/home/you/newscrawl"
"""Where the reader's copy is, in the README."""


def commands(document: Path) -> list[tuple[str, str | None]]:
    """The shell commands in order, each with the output that the document shows below it."""
    blocks = BLOCK.findall(document.read_text("utf-8"))
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
@pytest.mark.parametrize(
    "document",
    [README, *(pytest.param(guide, marks=pytest.mark.soak) for guide in GUIDES)],
    ids=lambda path: path.name,
)
def test_commands_print_what_the_document_shows(checkout, document):
    """One after the other, in a fresh copy, by the environment that `make` made."""
    told = commands(document)
    if document == README:
        assert [command for command, _ in told][:2] == ["make crawl", "make test"]
    else:
        told.insert(0, ("make crawl", None))
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "NEWSCRAWL"))}
    environment["PATH"] = f"{ROOT / '.venv' / 'bin'}:{environment['PATH']}"
    options = {"cwd": checkout, "env": environment, "capture_output": True}
    for command, shown in told:
        # The environment is never installed again from the copy, and `make test` is what runs this test.
        run = f"{command} --assume-old=.venv/.ready" if command.startswith("make ") else command
        run = f"{run} --dry-run" if command == "make test" else run
        result = subprocess.run(["bash", "-ec", run], text=True, timeout=100, check=False, **options)
        assert result.returncode == 0, f"{command}\n{result.stdout}\n{result.stderr}"
        if shown is not None:
            # Which of two documents is stored first depends on which worker is done first.
            assert NUMBER.sub("1  ", result.stdout.replace(str(checkout), HOME)) == shown, command


def test_python_example_runs(checkout, monkeypatch, capsys):
    """With a page in the place it names."""
    (example,) = [body for language, body in BLOCK.findall(README.read_text("utf-8")) if language == "python"]
    monkeypatch.chdir(checkout)
    (page,) = (ROOT / "fixtures" / "plo").glob("*.html")
    Path("page.html").write_bytes(page.read_bytes())
    exec(compile(example, "README.md", "exec"), {})
    assert capsys.readouterr().out.startswith("Tòa án huyện Mây Thấp hòa giải thành vụ tranh chấp lối đi 20 năm ")


def test_links_lead_somewhere():
    """To files that are there; links within docs/ are checked by MkDocs."""
    links = re.findall(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)", README.read_text("utf-8"))
    assert links
    assert not [link for link in links if not (ROOT / link).exists()]


def test_readme_is_short():
    """It is for somebody who decides in a minute."""
    assert len(README.read_text("utf-8").splitlines()) <= 160
