"""Statements compiled once for a process, not once for each engine.

SQLAlchemy compiles a statement the first time that an engine runs it. A test opens an engine or two of its own, and
would spend half of its time on what all the tests before it have compiled.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.util import LRUCache

_MOST = 5_000


class _OfOneKind(LRUCache[Any, Any]):
    """The statements of engines that are made alike: their dialects differ in nothing but identity."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(key[1:], default)

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(key[1:], value)


_kinds: dict[Hashable, _OfOneKind] = {}


def _share(connection: Connection) -> None:
    dialect = connection.dialect
    # What reads a column's JSON is kept with the statement.
    kind = (type(dialect), getattr(dialect, "_json_deserializer", None))
    if kind not in _kinds:
        _kinds[kind] = _OfOneKind(_MOST)
    connection.execution_options(compiled_cache=_kinds[kind])


def share() -> None:
    """From now on, let all engines of this process share what they compile."""
    event.listen(Engine, "engine_connect", _share)
