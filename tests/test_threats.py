"""The page about threats names tests that exist."""

from __future__ import annotations

import ast
import re

import pytest

from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "SECURITY.md").read_text("utf-8")
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith(("| threat", "| fault"))]


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_named_test_exists(file: str, name: str):
    """Under this name, in this file."""
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_threat_has_a_test():
    """No row without one."""
    assert len(ROWS) > 30
    assert [row for row in ROWS if "::test_" not in row] == []
