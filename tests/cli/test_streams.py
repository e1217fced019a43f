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


def test_a_crawl_reports_in_every_locale(tmp_path: Path):
    """It does not end in an error after all was stored."""
    command = (COMMAND, "crawl", "fixtures", "-a", f"path={ROOT / 'fixtures/provided'}", "-L", "ERROR")
    settings = ("-s", f"DATABASE_URL=sqlite:///{tmp_path}/out.db", "-s", "EXTRACT_WORKERS=0")
    done = run_from_scratch(*command, *settings, cwd=tmp_path, **PLAIN)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Mở rộng hợp tác" in done.stdout
