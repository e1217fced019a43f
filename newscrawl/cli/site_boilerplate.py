"""`newscrawl sites boilerplate` and `sites keep`: what was learned to be boilerplate of a site, and undoing that."""

from __future__ import annotations

import sys

import click

from newscrawl.cli.options import address, database_option, json_option, one_line, print_json, refuse, table

MOST_SHOWN = 100


@click.command()
@click.argument("site", metavar="SITE")
@database_option
@json_option
def boilerplate(site: str, database: str | None, as_json: bool) -> None:
    """Show the blocks that were learned to be boilerplate of a site: newscrawl sites boilerplate bao.

    They are dropped from its articles (reason `template`). Those on most articles come first, at most 100; at the end
    those that `newscrawl sites keep` made text again.
    """
    with one_line("sites boilerplate"):
        from newscrawl.storage.site_rows import sources_named  # noqa: PLC0415
        from newscrawl.storage.sites import learned_boilerplate  # noqa: PLC0415

        url = address(database)
        found = learned_boilerplate(url, sources_named(url, [site]).get(site, site), MOST_SHOWN)
    if as_json:
        print_json(found)
        return
    rows = [
        [one["id"], one["articles"], one["template_at"], "yes" if one["kept_at"] else "", one["text"] or "?"]
        for one in found
    ]
    for line in table(["number", "articles", "learned", "kept", "text"], rows) if rows else ():
        click.echo(line)
    more = " are shown, and there may be more" if len(found) == MOST_SHOWN else ""
    click.echo(f"{len(found)} blocks{more}")


@click.command()
@click.argument("site", metavar="SITE")
@click.argument("numbers", nargs=-1, required=True, type=click.IntRange(1, 2**31 - 1), metavar="NUMBER...")
@click.option("--undo", is_flag=True, help="Let the blocks be judged again, as if nobody had said anything.")
@database_option
def keep(site: str, numbers: tuple[int, ...], undo: bool, database: str | None) -> None:
    """Say that blocks of a site are article text, whatever is learned: newscrawl sites keep bao 17 23.

    The numbers are those of `newscrawl sites boilerplate`. All articles that have the blocks get them back, and later
    ones keep them; their earlier texts are kept as revisions with the cause `template`. A crawl may run meanwhile.
    """
    with one_line("sites keep"):
        from newscrawl.boilerplate.repeated import REMEMBERED  # noqa: PLC0415 - loads numpy
        from newscrawl.cli.reextract import report_relearning  # noqa: PLC0415
        from newscrawl.storage.boilerplate import keep_block  # noqa: PLC0415
        from newscrawl.storage.reextractions import relearn  # noqa: PLC0415
        from newscrawl.storage.site_rows import sources_named  # noqa: PLC0415

        url = address(database)
        source = sources_named(url, [site]).get(site, site)
        unknown, left = [], False
        for number in numbers:
            judged = keep_block(url, source, number, is_kept=not undo)
            if judged is None:
                unknown.append(str(number))
                continue
            left = left or undo or judged.articles > REMEMBERED
            what = "is judged again" if undo else f"is article text; {judged.changed} texts changed"
            click.echo(f"block {number}, on {judged.articles} articles, {what}")
        if left:
            report_relearning(relearn(url, source), is_terminal=sys.stdout.isatty())
    if unknown:
        refuse(
            "sites keep",
            f"{site!r} has no block {', '.join(unknown)}; `newscrawl sites boilerplate` names those that there are",
        )
