"""What the documentation says is so."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from typing import get_args

import click
import pytest
from scrapy.settings import default_settings
from sqlalchemy import Column, Integer, MetaData, Table

from docs.generate import FOLDER, Undocumented, columns_page, commands_page, pages, settings_page
from newscrawl import settings
from newscrawl.cli import main
from newscrawl.crawl.budget import Spent
from newscrawl.crawl.outcome_reasons import PAGE_REASONS, REEXTRACTION_REASONS, RUN_REASONS
from tests.conftest import ROOT

DOCUMENTS = {path.name: path.read_text("utf-8") for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))}
RAISED = {"ArchiveError", "BadDestination", "BrokenRecord", "NoArticle", "NotAListing", "SkippedPage", "UnreadablePage"}
"""Errors whose first argument is a reason."""
NEVER_STORED = {"further_pages", "no_web_page", "not_http"}
"""Reasons that nobody sees: two of `newscrawl new-site`, and that of records in an archive that are no answers."""


def trees() -> Iterator[ast.AST]:
    """Every module of the package."""
    for path in sorted((ROOT / "newscrawl").rglob("*.py")):
        yield ast.parse(path.read_text("utf-8"))


@pytest.mark.parametrize("name", ["commands.md", "settings.md", "columns.md", "reasons.md", "features.md"])
def test_reference_is_what_the_code_says(name):
    """`make docs` would change nothing."""
    assert (FOLDER / name).read_text("utf-8") == pages()[name], "run `make docs`"


def test_an_undocumented_setting_is_refused():
    """One without a string below it."""
    with pytest.raises(Undocumented, match="NEW_SETTING"):
        settings_page('OLD = 1\n"""Meaning."""\nNEW_SETTING = 2\nOTHER = 3\n"""Meaning."""\n')


def test_an_undocumented_option_is_refused():
    """One without help, and a command without help."""
    option = click.Option(["--new"])
    with pytest.raises(Undocumented, match="--new"):
        commands_page(click.Group("main", help="Help.", commands=[click.Command("do", params=[option], help="Do.")]))
    with pytest.raises(Undocumented, match="newscrawl do"):
        commands_page(click.Group("main", help="Help.", commands=[click.Command("do")]))


def test_an_undocumented_column_is_refused():
    """One without a doc."""
    tables = [Table(name, MetaData(), Column("new", Integer), info={"doc": "Text."}) for name in ("articles",)]
    with pytest.raises(Undocumented, match=r"articles\.new"):
        columns_page(tables)


def test_settings_that_the_code_reads_are_defined():
    """In settings.py, where they are documented, or by Scrapy."""
    read = set()
    for tree in trees():
        for node in ast.walk(tree):
            match node:
                case (
                    ast.Call(
                        func=ast.Attribute(value=ast.Attribute(attr="settings") | ast.Name(id="settings")),
                        args=[ast.Constant(value=str(name)), *_],
                    )
                    | ast.Subscript(
                        value=ast.Attribute(attr="settings") | ast.Name(id="settings"),
                        slice=ast.Constant(value=str(name)),
                    )
                ):
                    read.add(name)
    assert {"ARCHIVE_DIR", "CRAWL_LOCK"} <= read
    unknown = {name for name in read if not hasattr(settings, name) and not hasattr(default_settings, name)}
    assert not {name for name in unknown if name.isupper()}


def test_environment_variables_are_documented():
    """Every one that the package names."""
    code = "".join(path.read_text("utf-8") for path in (ROOT / "newscrawl").rglob("*.py"))
    named = set(re.findall(r"\bNEWSCRAWL_[A-Z_]*[A-Z]\b", code))
    assert "NEWSCRAWL_DATABASE_URL" in named
    written = "".join((*DOCUMENTS.values(), (FOLDER / "settings.md").read_text("utf-8")))
    assert not {name for name in named if name not in written}


def reasons_in_the_code() -> set[str]:
    """The reasons that pages end with: what errors are raised with, and outcomes made of."""
    found = set()
    for tree in trees():
        for node in ast.walk(tree):
            match node:
                case ast.Call(
                    func=ast.Name(id=name) | ast.Attribute(attr=name), args=[ast.Constant(value=str(reason)), *_]
                ) if name in RAISED | {"WorkerFailed"}:
                    found.add(reason)
                case ast.Call(
                    func=ast.Name(id="Outcome"),
                    args=[
                        _,
                        ast.Constant(value="no_article" | "failed" | "gone" | "unchanged" | "skipped"),
                        reason,
                        *_,
                    ],
                ) if isinstance(reason, ast.Constant):
                    found.add(reason.value)
                case ast.Call(func=ast.Name(id="refuse"), args=[ast.Attribute(), ast.Constant(value=str(reason)), *_]):
                    found.add(reason)
    return found - NEVER_STORED


def test_reasons_of_pages_are_documented():
    """Every word that the code ends a page with."""
    found = reasons_in_the_code()
    assert {"no_text", "rules_failed", "truncated", "robots", "bad_port"} <= found
    assert not found - set(PAGE_REASONS) - set(REEXTRACTION_REASONS)


def test_documented_reasons_of_pages_exist():
    """In a string somewhere in the package: a reason that was renamed is not documented under its old name."""
    words = {
        word
        for tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "\n" not in node.value
        for word in node.value.split()
    }
    assert not {*PAGE_REASONS, *REEXTRACTION_REASONS} - words - {"http_*"}


def test_reasons_of_runs_are_documented():
    """Those of a run's budget, and those of how its process ended."""
    assert {*get_args(Spent), "finished", "shutdown", "killed", "storage_failed", "lease_lost", "not_started"} == set(
        RUN_REASONS
    )


def commands_in_documents() -> set[tuple[str, str]]:
    """The newscrawl commands in code blocks and code spans, with the document that has them."""
    found = set()
    for name, text in DOCUMENTS.items():
        for block in re.findall(r"^```(?:bash|sh|cron|ini|text)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
            lines = block.replace("\\\n", " ")
            found |= {
                (name, line)
                for line in re.findall(
                    r"^(?:[^#\n]*[/=\s])?(newscrawl [a-z].*?)(?:\s+#.*|\s{2,}.*|\s+\|.*)?$", lines, re.MULTILINE
                )
            }
        found |= {(name, line) for line in re.findall(r"`(newscrawl [a-z][^`]*)`", text)}
    return found


@pytest.mark.parametrize(("document", "line"), sorted(commands_in_documents()))
def test_documents_name_commands_that_exist(document, line):
    """With options that they know."""
    _, *words = shlex.split(re.sub(r"\$\(.*?\)|…", "today", line))
    command: click.Command = main
    while isinstance(command, click.Group) and words:
        name = words.pop(0)
        assert name in command.commands, line
        command = command.commands[name]
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    assert {word for word in words if word.startswith("--")} <= known | {"--help"}, line


def test_operating_has_commands():
    """Of every kind."""
    found = [line for document, line in commands_in_documents() if document == "OPERATING.md"]
    for words in ("crawl --due", "db backup", "db prune", "db copy", "reextract", "runs"):
        assert any(f"newscrawl {words}" in line for line in found), words


def test_architecture_names_every_package():
    """And every module beside them, each once."""
    rows = re.findall(r"^\| (`[^|]+) \|", DOCUMENTS["ARCHITECTURE.md"], re.MULTILINE)
    named = [name.rstrip("/") for row in rows for name in re.findall(r"`([^`]+)`", row)]
    found = {path.name for path in (ROOT / "newscrawl").iterdir() if path.is_dir() or path.suffix == ".py"}
    assert sorted(named) == sorted(found - {"__init__.py", "__main__.py", "__pycache__"})


def test_releases_agree():
    """The changelog's newest release, the citation and the package have one version."""
    changelog = re.findall(r"^## (\d\S*) - (\S+)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    citation = dict(
        re.findall(r"^(version|date-released): \"?([^\"\n]+)", (ROOT / "CITATION.cff").read_text("utf-8"), re.MULTILINE)
    )
    from newscrawl import __version__  # noqa: PLC0415

    assert changelog[0] == (citation["version"], citation["date-released"]) == (__version__, citation["date-released"])
