"""Every command finds the settings of the project it runs in."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from newscrawl.cli import main
from newscrawl.project import ProjectError, restrict_umask
from newscrawl.storage.store import Store
from tests.storage.test_store import candidate


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Scrapy project of somebody's own, with an article in its own database, as the working directory."""
    name = f"settings_of_{tmp_path.name.replace('-', '_')}"
    (tmp_path / "scrapy.cfg").write_text(f"[settings]\ndefault = {name}\n", "utf-8")
    settings = 'from newscrawl.settings import *\nDATABASE_URL = "sqlite:///mine.db"\nARCHIVE_DIR = "raw"\n'
    (tmp_path / f"{name}.py").write_text(settings, "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    for variable in ("SCRAPY_SETTINGS_MODULE", "NEWSCRAWL_DATABASE_URL"):
        monkeypatch.setenv(variable, "")  # so that it is taken away at the end, whatever sets it
        monkeypatch.delenv(variable)
    store = Store.open("sqlite:///mine.db", "test", {})
    store.write([candidate("Thành phố Daegu đón mưa.")])
    store.close()
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


@pytest.mark.parametrize(
    "command",
    [
        ["search", "daegu"],
        ["show", "1"],
        ["sql", "select title from articles"],
        ["stats"],
        ["runs"],
        ["export", "-"],
        ["health"],
        ["db", "check"],
        ["db", "prune", "--runs-days", "9"],
        ["dedupe", "--rebuild"],
        ["reextract", "--templates-only"],
        ["explain", "1"],
        ["delete", "1", "--yes"],
    ],
    ids=lambda command: command[0],
)
def test_commands_use_the_database_of_the_project(project: Path, command: list[str]):
    done = run(*command)
    assert "newscrawl.db" not in done.output
    assert done.exit_code == 0, done.output
    assert [path.name for path in project.glob("*.db")] == ["mine.db"]


def test_a_folder_inside_the_project_belongs_to_it(project: Path, monkeypatch: pytest.MonkeyPatch):
    (project / "notes").mkdir()
    monkeypatch.chdir(project / "notes")
    done = run("search", "daegu")
    assert done.exit_code == 1
    assert "mine.db" in done.output  # which a relative address looks for here


def test_an_option_wins_over_the_project(project: Path):
    done = run("stats", "--database", "sqlite:///other.db")
    assert done.exit_code == 1
    assert "other.db" in done.output


def test_settings_that_cannot_be_imported_are_one_line(project: Path):
    next(project.glob("settings_of_*.py")).write_text("1/0\n", "utf-8")
    done = run("search", "daegu")
    assert done.exit_code == 1
    assert done.output.count("\n") == 1
    assert "division by zero" in done.output


def test_a_broken_scrapy_cfg_is_one_line(project: Path):
    (project / "scrapy.cfg").write_text("settings\n", "utf-8")
    done = run("search", "daegu")
    assert done.exit_code == 1
    assert done.output.count("\n") == 1
    assert "scrapy.cfg" in done.output


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
@pytest.mark.parametrize("command", [["search", "daegu"], ["explain", "1"], ["list"], ["crawl", "fixtures"]])
def test_settings_of_another_user_are_never_run(project: Path, command: list[str], monkeypatch: pytest.MonkeyPatch):
    settings = next(project.glob("settings_of_*.py"))
    settings.write_text(f"{settings.read_text('utf-8')}import pathlib\npathlib.Path('ran').touch()\n", "utf-8")
    os.chown(project / "scrapy.cfg", 12345, 12345)
    done = run(*command)
    assert done.exit_code == 1
    assert done.output.count("\n") == 1
    assert f"NEWSCRAWL_TRUSTED_PROJECT={project}" in done.output
    assert not (project / "ran").exists()
    monkeypatch.setenv("NEWSCRAWL_TRUSTED_PROJECT", str(project))
    assert run("search", "daegu").exit_code == 0
    assert (project / "ran").exists()


@pytest.mark.parametrize(
    ("own", "value", "expected"),
    [(0o022, "027", 0o027), (0o077, "027", 0o077), (0o002, "0", 0o002), (0o022, 0o007, 0o027)],
)
def test_umask_only_takes_permissions_away(own, value, expected):
    """A user's stricter one wins."""
    before = os.umask(own)
    try:
        assert restrict_umask(value) == own
        assert os.umask(before) == expected
    finally:
        os.umask(before)


@pytest.mark.parametrize("value", ["", "rw", "-1", "1000", "8", None, 512])
def test_umask_that_is_none_is_one_line(value):
    """With what it should be."""
    with pytest.raises(ProjectError, match="UMASK must be three octal digits"):
        restrict_umask(value)
