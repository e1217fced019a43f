"""What `newscrawl.storage` has, and what it costs to take it from there."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from newscrawl import storage
from newscrawl.storage import Store, migrating
from newscrawl.storage.schema import VERSION
from tests.storage.test_store import candidate


def test_names_are_where_the_types_say_they_are():
    """A name is the very thing that its module has, and no module has the name of what it is asked for."""
    tree = ast.parse(Path(storage.__file__).read_text("utf-8"))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module is not None]
    told = {name.name: node.module for node in imports if "storage." in node.module for name in node.names}
    assert {name: f"newscrawl.storage.{module}" for name, module in storage._HOMES.items()} == told
    assert sorted(told) == sorted(storage.__all__)
    for name, module in told.items():
        assert getattr(storage, name) is getattr(import_module(module), name)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = storage.nothing


def test_version_is_that_of_the_newest_migration():
    """Readers are told it by the schema, without Alembic."""
    scripts = migrating.versions()
    assert max(scripts) == VERSION


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A database with an article."""
    url = f"sqlite:///{tmp_path_factory.mktemp('made') / 'x.db'}"
    store = Store.open(url, "test", {})
    store.write([candidate("Thành phố Daegu đón mưa.")])
    store.close()
    return url


HEAVY = {"scrapy", "twisted", "trafilatura", "alembic", "numpy", "lxml", "ftfy", "tldextract", "requests", "pyarrow"}


@pytest.mark.parametrize(
    "arguments", [["search", "daegu"], ["show", "1"], ["stats"], ["runs"], ["sql", "select 1"], ["export", "-"]]
)
def test_commands_that_read_import_nothing_heavy(made, arguments):
    """Who asks a question does not wait for what only a crawl needs."""
    code = (
        "import sys\nfrom newscrawl.cli import main\n"
        f"main({[*arguments, '--database', made]!r}, standalone_mode=False)\n"
        f"print(sorted({HEAVY!r} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout
    assert done.stderr == "[]\n"
