"""The walls of the house."""

from __future__ import annotations

import ast
from pathlib import Path

import newscrawl

PACKAGE = Path(newscrawl.__file__).parent
GLUE = {
    "pipelines",
    "sources",
    "spiders",
    "commands",
    "cli",
    "logformat",
    "logs",
    "settings",
    "report",
    "registry",
    "frontier",
    "wire",
    "replay",
    "watch",
    "rounds",
    "__main__",
}
ONLY_IN = {"trafilatura": "extraction", "warcio": "archive", "sqlalchemy": "storage", "alembic": "storage"}


def imports() -> list[tuple[str, str]]:
    """Every import of the package: the room it stands in, and what it names."""
    found = []
    for path in PACKAGE.rglob("*.py"):
        room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                found += [(room, alias.name) for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{path} imports relatively"
                found.append((room, node.module or ""))
    return found


def test_pure_rooms_never_import_scrapy():
    """What decides about pages can be used, and tested, without Scrapy."""
    assert {room for room, module in imports() if module.split(".")[0] in {"scrapy", "twisted"}} <= GLUE


def test_trafilatura_and_sqlalchemy_have_one_importer_each():
    """Each big library is met in one room."""
    for room, module in imports():
        allowed = ONLY_IN.get(module.split(".")[0])
        assert allowed in {None, room}, f"{room} imports {module}"


def test_pure_rooms_never_import_glue():
    """Imports run one way."""
    for room, module in imports():
        parts = module.split(".")
        if room not in GLUE and room != "__init__" and parts[0] == "newscrawl" and len(parts) > 1:
            assert parts[1] not in GLUE, f"{room} imports {module}"


def test_items_import_only_the_standard_library():
    """The values travel to other processes and other programs."""
    assert not [module for room, module in imports() if room == "items" and module.startswith("newscrawl")]


def test_spiders_never_import_each_other():
    """A site is a file of its own."""
    assert not [module for room, module in imports() if room == "spiders" and module.startswith("newscrawl.spiders")]
