"""What all tables share: names of constraints, and columns with their documentation."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, MetaData, Table

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def column(name: str, kind: Any, *, doc: str, null: str = "", schema_org: str = "", **options: Any) -> Column[Any]:
    """Make a column with its documentation.

    `doc`: what it holds. `null`: when it is NULL; a column without it is NOT NULL. `schema_org`: the property of
    schema.org's NewsArticle that it corresponds to.
    """
    info = {"null": null, "schema_org": schema_org}
    return Column(name, kind, nullable=bool(null), doc=doc, info=info, **options)


_KINDS = {"UtcDateTime": "time", "Text": "text", "Float": "number", "Boolean": "boolean", "JSON": "json"}


def described(table: Table) -> dict[str, tuple[str, bool, str]]:
    """Return the columns of a table by name: kind of value, whether it may be NULL, and meaning.

    Kinds are `text`, `time`, `integer`, `number`, `boolean`, `json` and `bytes`.
    """
    found = {}
    for one in table.columns:
        name = type(one.type).__name__
        kind = "bytes" if name == "CompressedJson" else _KINDS.get(name, "integer")
        found[str(one.name)] = (kind, bool(one.nullable), one.doc or "")
    return found
