"""Every command as its user starts it: the installed program, in a process that has imported nothing yet."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from newscrawl.cli import main
from tests.cli.made import fill
from tests.conftest import PROVIDED
from tests.database import query
from tests.projects import COMMAND, SCRAPY, run_from_scratch

COMMANDS = {
    "db": ["db", "check"],
    "dedupe": ["dedupe", "--rebuild"],
    "delete": ["delete", "1", "--yes"],
    "explain": ["explain", "1"],
    "export": ["export", "-"],
    "health": ["health"],
    "list": ["list"],
    "reextract": ["reextract", "--dry-run", "--workers", "0"],
    "runs": ["runs"],
    "search": ["search", "da nang"],
    "show": ["show", "1"],
    "sites": ["sites", "show", "bao"],
    "sql": ["sql", "select 1"],
    "stats": ["stats"],
}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the small database and its archive."""
    folder = tmp_path_factory.mktemp("filled")
    fill(folder / "newscrawl.db")
    return folder


def test_no_command_is_forgotten() -> None:
    """Those that crawl, serve or need a cluster have tests of their own."""
    others = {"crawl", "fleet", "load-warcs", "mcp", "new-site", "serve", "worker"}
    assert COMMANDS.keys() | others == main.commands.keys()


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_command_starts_and_does_its_work(filled: Path, tmp_path: Path, command: list[str]) -> None:
    """It finds the database by its default name, and ends well."""
    shutil.copytree(filled, tmp_path, dirs_exist_ok=True)
    done = run_from_scratch(COMMAND, *command, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("program", [COMMAND, SCRAPY], ids=["newscrawl", "scrapy"])
def test_crawl_by_workers(tmp_path: Path, program: str) -> None:
    """`newscrawl crawl` in any folder, `scrapy crawl` with the settings named; two processes extract."""
    variables = {"SCRAPY_SETTINGS_MODULE": "newscrawl.settings"} if program == SCRAPY else {}
    command = [program, "crawl", "fixtures", "-a", f"path={PROVIDED}", "-s", "EXTRACT_WORKERS=2", "-L", "WARNING"]
    done = run_from_scratch(*command, cwd=tmp_path, **variables)
    assert (done.returncode, done.stderr) == (0, "")
    assert query(tmp_path / "newscrawl.db", "select count(*) from articles") == [(2,)]
