"""Scrapy projects of somebody who adds sites of their own."""

from __future__ import annotations

import contextlib
import importlib
import os
import pty
import subprocess
import sys
from pathlib import Path
from unittest.mock import patch

from click.testing import CliRunner

from newscrawl import settings
from newscrawl.cli import main
from testing.forkserver import fork_server

COMMAND = str(Path(sys.executable).parent / "newscrawl")
SCRAPY = str(Path(sys.executable).parent / "scrapy")

SETTINGS = """
from newscrawl.settings import *

SPIDER_MODULES = ["newscrawl.spiders", "sites"]
"""


def make_project(folder: Path, **sites: str) -> Path:
    """Write a project with a module for each site; return its folder."""
    (folder / "sites").mkdir(parents=True)
    (folder / "scrapy.cfg").write_text("[settings]\ndefault = project_settings\n", "utf-8")
    (folder / "project_settings.py").write_text(SETTINGS, "utf-8")
    (folder / "sites" / "__init__.py").touch()
    for name, source in sites.items():
        (folder / "sites" / f"{name}.py").write_text(source, "utf-8")
    return folder


def environment(**variables: str) -> dict[str, str]:
    """The environment of a user who has set only these of our variables."""
    others = {name: value for name, value in os.environ.items() if not name.startswith(("SCRAPY", "NEWSCRAWL", "NO_C"))}
    return others | variables


def run(*command: str, cwd: Path, seconds: float = 90, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command as a user would who sits in that folder; what takes longer than so many seconds hangs.

    It is forked from a process that has imported all of newscrawl, and extracts without workers.
    """
    variables = {"NEWSCRAWL_EXTRACT_WORKERS": "0"} | variables
    return fork_server().run(command, cwd=cwd, env=environment(**variables), timeout=seconds)


def run_from_scratch(
    *command: str, cwd: Path, seconds: float = 90, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run a command in a process that has imported nothing yet."""
    options = {"cwd": cwd, "env": environment(**variables), "capture_output": True, "text": True, "timeout": 90}
    return subprocess.run(command, check=False, **options)


def invoke(*arguments: object, cwd: Path, typed: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    """Run `newscrawl` in this process, as `run` does in one of its own."""
    with patch.dict(os.environ, environment(**variables), clear=True), contextlib.chdir(cwd):
        importlib.reload(settings)  # they are read once for a process
        umask = os.umask(0o022)
        os.umask(umask)
        try:
            done = CliRunner().invoke(main, list(map(str, arguments)), typed, catch_exceptions=False)
        finally:
            os.umask(umask)
            os.environ.clear()
            importlib.reload(settings)
    return subprocess.CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)


def run_on_a_terminal(*command: str, cwd: Path, both: bool = False, **variables: str) -> str:
    """Run a command whose output, and with `both` its errors too, is a terminal; return what it wrote there."""
    terminal, output = pty.openpty()
    written = b""
    with subprocess.Popen(
        command, cwd=cwd, env=environment(**variables), stdout=output, stderr=output if both else None
    ):
        os.close(output)
        with contextlib.suppress(OSError):  # Linux says the end so
            while part := os.read(terminal, 1 << 16):
                written += part
    os.close(terminal)
    return written.decode()
