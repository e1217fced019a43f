"""Commands write letters of every language, whatever the locale of the machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from newscrawl.storage.store import Store
from tests.conftest import ROOT
from tests.projects import COMMAND, run_from_scratch
from tests.storage.test_store import candidate

TITLE = "Mở rộng đồng"
PLAIN = {"LC_ALL": "POSIX", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
"""A locale of nothing but ASCII, as Python takes it where it is told not to help itself."""


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        (PLAIN, "Mở rộng"),
        (PLAIN | {"PYTHONIOENCODING": "latin-1"}, "M\\u1edf r\\u1ed9ng"),
    ],
)
def test_an_article_is_shown_in_every_locale(tmp_path: Path, variables: dict[str, str], expected: str):
    """In UTF-8; where another encoding is asked for, letters that it lacks are escaped."""
    database = f"sqlite:///{tmp_path}/out.db"
    store = Store.open(database, "test", {})
    store.write([candidate("Một đoạn văn.", title=TITLE)])
    store.close()
    done = run_from_scratch(COMMAND, "sql", "select title from articles", "--database", database, cwd=ROOT, **variables)
    assert (done.returncode, done.stderr) == (0, "")
    assert expected in done.stdout


@pytest.mark.slow
def test_a_crawl_reports_in_every_locale(tmp_path: Path):
    """It does not end in an error after all was stored."""
    command = (COMMAND, "crawl", "fixtures", "-a", f"path={ROOT / 'fixtures/provided'}", "-L", "ERROR")
    settings = ("-s", f"DATABASE_URL=sqlite:///{tmp_path}/out.db", "-s", "EXTRACT_WORKERS=0")
    done = run_from_scratch(*command, *settings, cwd=tmp_path, **PLAIN)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Mở rộng hợp tác" in done.stdout


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with an article."""
    database = f"sqlite:///{tmp_path_factory.mktemp('stored')}/out.db"
    store = Store.open(database, "test", {})
    store.write([candidate("Một đoạn văn.", title=TITLE)])
    store.close()
    return database


@pytest.mark.parametrize("command", ["search", "sql 'select title from articles'", "show 1"])
def test_a_full_disk_below_the_output_is_one_line(command: str, stored: str):
    """As a full disk below the database is."""
    shell = f"{COMMAND} {command} --database {stored} > /dev/full"
    done = run_from_scratch("sh", "-c", shell, cwd=ROOT)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "the output could not be written (No space left on device)" in done.stderr


@pytest.mark.parametrize(
    ("where", "told"),
    [
        ("/dev/full", "No space left on device"),
        pytest.param("&-", "", marks=pytest.mark.slow),
        pytest.param("&- 2>&- <&-", "", marks=pytest.mark.slow),
    ],
)
def test_a_crawl_whose_report_cannot_be_written_is_one_that_ended(where: str, told: str, tmp_path: Path):
    """All was stored; that nobody reads it is no failure of the crawl."""
    options = f"-a path={ROOT / 'fixtures/provided'} -L ERROR -s DATABASE_URL=sqlite:///{tmp_path}/out.db"
    done = run_from_scratch("sh", "-c", f"{COMMAND} crawl fixtures {options} >{where}", cwd=tmp_path)
    assert (done.returncode, told in done.stderr) == (0, True)
    assert done.stderr.count("\n") == bool(told)


@pytest.mark.slow
def test_a_report_that_nobody_reads_to_its_end_is_no_failure(tmp_path: Path):
    """As with `| head`."""
    options = f"-a path={ROOT / 'fixtures/provided'} -L ERROR -s DATABASE_URL=sqlite:///{tmp_path}/out.db"
    shell = f"({COMMAND} crawl fixtures {options}; echo $? >&2) | true"
    assert run_from_scratch("sh", "-c", shell, cwd=tmp_path).stderr == "0\n"


def test_a_closed_output_is_as_good_as_none(stored: str):
    """Some ways to start a program leave it closed; the exit code says what was found."""
    assert run_from_scratch("sh", "-c", f"{COMMAND} search --database {stored} >&-", cwd=ROOT).returncode == 0
