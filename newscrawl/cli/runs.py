"""`newscrawl runs`: list the last runs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import click

from newscrawl.cli.options import address, database_option, json_option, one_line, print_json


@click.command()
@click.option("--spider", metavar="NAME", help="Only runs of this spider: tuoitre; `delete` lists deletions.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help="How many to show.")
@database_option
@json_option
def runs(spider: str | None, limit: int, database: str | None, as_json: bool) -> None:
    """List the last runs, the latest first: newscrawl runs --spider tuoitre."""
    with one_line("runs"):
        from newscrawl.storage.statistics import last_runs  # noqa: PLC0415

        found = last_runs(address(database), limit, spider)
    if as_json:
        print_json(found)
        return
    from newscrawl.cli.options import table  # noqa: PLC0415

    names = ["run", "spider", "started", "took", "ended", "stored", "unchanged", "failed", "MB"]
    rows = [_row(run) for run in found]
    for more in ("arguments", "error"):
        told = [_said(run[more]) for run in found]
        if any(told):
            names.append(more)
            rows = [[*row, text] for row, text in zip(rows, told, strict=True)]
    for line in table(names, rows):
        click.echo(line)


def _row(run: dict[str, Any]) -> list[object]:
    outcomes = run["counts"]["outcomes"]
    took = run["finished_at"] - run["started_at"] if run["finished_at"] else None
    if run["seconds"] is not None:
        took = timedelta(seconds=run["seconds"])
    return [
        run["id"],
        run["spider"],
        run["started_at"],
        None if took is None else str(took).partition(".")[0],
        run["reason"] or "goes on",
        *(outcomes.get(name, 0) for name in ("stored", "unchanged", "failed")),
        None if run["bytes"] is None else round(run["bytes"] / 1e6, 1),
    ]


def _said(value: dict[str, Any] | str | None) -> str:
    if isinstance(value, dict):
        return " ".join(f"{name}={text}" for name, text in value.items())
    return value or ""
