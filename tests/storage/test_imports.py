"""What reading commands import."""

from __future__ import annotations

import subprocess
import sys

import pytest

from newscrawl.storage.migrate import migrations_folder, versions
from newscrawl.storage.schema import VERSION
from newscrawl.storage.store import Store
from tests.storage.test_store import candidate


def test_version_is_that_of_the_newest_migration():
    """Readers are told it by the schema, without Alembic."""
    scripts = versions()
    assert max(scripts) == VERSION
    assert len(list(migrations_folder().glob("versions/0*.py"))) == len(scripts), "no two have one number"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A database with an article."""
    url = f"sqlite:///{tmp_path_factory.mktemp('made') / 'x.db'}"
    store = Store.open(url, "test", {})
    store.write([candidate("Thành phố Daegu đón mưa.")])
    store.close()
    return url


HEAVY = {"scrapy", "twisted", "trafilatura", "alembic", "numpy", "lxml", "ftfy", "tldextract", "requests", "pyarrow"}


READING = [["search", "daegu"], ["show", "1"], ["stats"], ["runs"], ["sql", "select 1"], ["export", "-"]]


def test_commands_that_read_import_nothing_heavy(made):
    """Who asks a question does not wait for what only a crawl needs."""
    code = (
        f"import sys\nfrom newscrawl.cli import main\nfor arguments in {READING!r}:\n"
        f"    main([*arguments, '--database', {made!r}], standalone_mode=False)\n"
        f"    print(arguments, sorted({HEAVY!r} & set(sys.modules)), file=sys.stderr)\n"
        "    print('END')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert all(done.stdout.split("END\n")[: len(READING)])
    assert done.stderr.splitlines() == [f"{arguments} []" for arguments in READING]


@pytest.mark.slow
def test_server_imports_no_extractor():
    """Its pages are read at once; what reads raw pages is loaded by its workers."""
    code = f"import sys, newscrawl.serve.app\nprint(sorted({HEAVY - {'lxml'}!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
