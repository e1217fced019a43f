"""What the documentation says is so."""

from __future__ import annotations

import re
import shlex

import click
import pytest

from newscrawl.cli import main
from newscrawl.items import DROP_REASONS
from newscrawl.storage.schema import metadata
from tests.conftest import ROOT


def documented() -> dict[str, dict[str, str]]:
    """The tables of docs/DATA.md: column, and when it is NULL."""
    tables: dict[str, dict[str, str]] = {}
    table = ""
    for line in (ROOT / "docs" / "DATA.md").read_text("utf-8").splitlines():
        if heading := re.fullmatch(r"## (\w+)", line):
            table = heading[1]
        elif line.startswith("| `"):
            _, column, _, null, *_ = (cell.strip() for cell in line.split("|"))
            tables.setdefault(table, {})[column.strip("`")] = null
    return tables


def test_data_md_is_the_schema():
    """Every table and column, in order, and no other."""
    assert {table: list(columns) for table, columns in documented().items()} == {
        table.name: [column.name for column in table.columns]
        for table in sorted(metadata.tables.values(), key=lambda table: list(documented()).index(table.name))
    }


def test_data_md_says_when_a_column_is_null():
    """The columns that are never NULL are those that cannot be, but for links that a deletion empties."""
    links = {("articles", "run_id"), ("pages", "run_id")}
    for table in metadata.tables.values():
        for column in table.columns:
            never = documented()[table.name][column.name].startswith("never")
            assert never == (not column.nullable) or (table.name, column.name) in links, f"{table}.{column.name}"


def test_readme_knows_the_reasons_it_names():
    """The README explains reasons that exist."""
    named = set(re.findall(r"^- (`\w+`(?:, `\w+`)*):", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE))
    reasons = {reason for group in named for reason in re.findall(r"`(\w+)`", group)}
    assert reasons
    assert reasons <= set(DROP_REASONS)


def commands_of_operating() -> list[str]:
    """The commands that docs/OPERATING.md tells people to run, but those of parts that are described elsewhere."""
    text = (ROOT / "docs" / "OPERATING.md").read_text("utf-8")
    lines = re.findall(r"^(?:.*/)?(newscrawl (?!health).*?)(?:\s+#.*)?$", text, re.MULTILINE)
    return lines + re.findall(r"`(newscrawl (?:crawl|runs|db|reextract|explain|sql) [^`]+)`", text)


@pytest.mark.parametrize("line", sorted(set(commands_of_operating())))
def test_operating_md_names_commands_that_there_are(line):
    """With options that they know."""
    _, *words = shlex.split(line.replace("$(date +%F)", "today"))
    command: click.Command = main
    while isinstance(command, click.Group):
        name = words.pop(0)
        assert name in command.commands, line
        command = command.commands[name]
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= known, line


def test_operating_md_has_commands():
    """Of every kind."""
    found = commands_of_operating()
    for words in ("crawl --due", "db backup", "db prune", "db copy", "reextract", "runs"):
        assert any(f"newscrawl {words}" in line for line in found), words
