"""`newscrawl sites`: what crawls have learned of a site."""

from __future__ import annotations

import click

from newscrawl.cli.options import address, database_option, json_option, one_line, print_json, refuse, table


@click.group()
def sites() -> None:
    """Show what crawls have learned of the sites they visit."""


@sites.command()
@click.argument("source", metavar="SITE")
@database_option
@json_option
def show(source: str, database: str | None, as_json: bool) -> None:
    """Show the listings of a site, and how the addresses of its articles look: newscrawl sites show news.example.

    SITE is its name in `newscrawl stats`. {slug}, {number} and their like stand for the parts that vary.
    """
    with one_line("sites show"):
        from newscrawl.storage.sites import known_site  # noqa: PLC0415

        site = known_site(address(database), source)
    if site is None:
        refuse("sites show", f"no crawl has visited a site {source!r}; `newscrawl stats` names those that were")
    if as_json:
        print_json(
            [{"record": "listing", **listing} for listing in site.listings]
            + [
                {
                    "record": "shape",
                    "kind": one.kind,
                    "shape": one.shape,
                    "addresses": one.addresses,
                    "example": one.example,
                }
                for one in site.shapes
            ]
        )
        return
    rows = [[one["kind"], one["articles"], one["outcome"], one["reason"], one["url"]] for one in site.listings]
    for line in table(["listing", "articles", "outcome", "reason", "url"], rows):
        click.echo(line)
    if site.unread:
        click.echo(f"and {site.unread} sections that no crawl has read yet")
    shapes = [[one.kind, one.addresses, one.shape, one.example] for one in site.shapes]
    click.echo()
    for line in table(["address of", "seen", "shape", "example"], shapes):
        click.echo(line)
