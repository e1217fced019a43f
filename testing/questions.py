"""The ten questions of the guide, docs/DATA.md, in the words of SQLite, PostgreSQL and DuckDB (docs/LAKE.md)."""

from __future__ import annotations

import re
from pathlib import Path

_DOCS = Path(__file__).resolve().parent.parent / "docs"
_DATA, _LAKE = ((_DOCS / name).read_text("utf-8") for name in ("DATA.md", "LAKE.md"))
_BLOCK = re.compile(
    r"^\*\*(.*?)\*\*.*?\n```sql\n(.*?)```(?:\n\nIn PostgreSQL:\n\n```sql\n(.*?)```)?", re.MULTILINE | re.DOTALL
)
_FOUND = _BLOCK.findall(_DATA)

IN_SQLITE: dict[str, str] = {question: statement for question, statement, _ in _FOUND}
"""Statements by question."""
IN_POSTGRESQL: dict[str, str] = {question: other or statement for question, statement, other in _FOUND}
IN_DUCKDB = IN_POSTGRESQL | {question: statement for question, statement, _ in _BLOCK.findall(_LAKE)}
"""Over the views."""
VIEWS = _LAKE[_LAKE.index("set timezone") :].split("```")[0]
"""Makes DuckDB read the tables of the folder `lake`."""
