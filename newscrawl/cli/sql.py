"""`newscrawl sql`: run a SELECT statement."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import click

from newscrawl.cli.options import address, database_option, escaped, json_option, one_line


@click.command()
@click.argument("statement")
@click.option(
    "--timeout",
    type=click.FloatRange(0),
    metavar="SECONDS",
    default=60,
    help="Time that the statement may take [default: 60; 0: no limit]",
)
@database_option
@json_option
def sql(statement: str, timeout: float, database: str | None, as_json: bool) -> None:
    """Run one read-only SELECT statement, and print the column names and tab-separated rows.

    \b
    newscrawl sql "select source, count(*) from unique_articles group by source"
    newscrawl sql --json "select title, published_at from articles" | jq .title

    With --json an object a line. On PostgreSQL, functions with effects are refused.
    """
    with one_line("sql"):
        from newscrawl.storage.engine import select_rows  # noqa: PLC0415

        rows = select_rows(address(database), statement, timeout)
        names = [str(name) for name in next(rows, ())]
        if not as_json:
            click.echo("\t".join(map(_cell, names)))
        for row in rows:
            if as_json:
                click.echo(_line(dict(zip(names, row, strict=True))))
            else:
                click.echo("\t".join(map(_cell, row)))


def _cell(value: object) -> str:
    from newscrawl.text import printable  # noqa: PLC0415

    if value is None:
        return ""
    return printable(
        value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=_plain).strip('"')
    )


def _line(row: dict[str, Any]) -> str:
    return escaped(json.dumps(row, ensure_ascii=False, default=_plain))


def _plain(value: object) -> object:
    """Convert values that JSON lacks: times to ISO 8601, bytes to hexadecimal digits."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return float(value) if isinstance(value, Decimal) else str(value)
