"""`newscrawl stats`: number of articles by site, language and day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from newscrawl.cli.options import address, database_option, json_option, one_line, print_json

if TYPE_CHECKING:
    from newscrawl.storage.statistics import Share

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.option("--since", type=_DAY, metavar="DAY", help="Published on this day (UTC) or later: 2020-09-01.")
@click.option("--until", type=_DAY, metavar="DAY", help="Published on this day (UTC) or earlier.")
@click.option("--source", multiple=True, metavar="SITE", help="Only articles of this site.")
@click.option("--days", type=click.IntRange(0, 10_000), default=14, show_default=True, help="How many days to list.")
@database_option
@json_option
def stats(days: int, database: str | None, as_json: bool, **chosen: Any) -> None:
    """Count articles by site, language and day: newscrawl stats --since 2020-09-01.

    Copies are articles with (nearly) the text of an older one; gone is what its site took away.
    """
    from newscrawl.cli.options import selection_of  # noqa: PLC0415

    with one_line("stats"):
        from newscrawl.storage.statistics import statistics  # noqa: PLC0415

        nothing = {"section": None, "author": None, "language": (), "all_copies": True}
        found = statistics(address(database), selection_of("", chosen | nothing, address(database)), days)
    if as_json:
        print_json(asdict(found))
        return
    _print("site", [*found.by_source, found.total])
    _print("language", found.by_language)
    _print("day", found.by_day, dates=False)


def _print(what: str, shares: Sequence[Share], *, dates: bool = True) -> None:
    from newscrawl.cli.options import table  # noqa: PLC0415

    names = [what, "articles", "copies", "gone", *(["first", "last"] if dates else [])]
    rows = [
        [share.name or "(not known)", share.articles, share.copies, share.gone, share.first, share.last][: len(names)]
        for share in shares
    ]
    if rows:
        for line in table(names, rows):
            click.echo(line)
        click.echo()
