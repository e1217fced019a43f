"""`newscrawl sites`: what crawls have learned of a site, and the publishers that are known without a crawl."""

from __future__ import annotations

from dataclasses import asdict

import click

from newscrawl.cli.options import address, database_option, json_option, one_line, print_json, refuse, table


@click.group()
def sites() -> None:
    """Show what is known of sites, from crawls and as shipped."""


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


@sites.command("publishers")
@click.option("--country", metavar="CODE", help="Only of this country, as in vn (ISO 3166).")
@click.option("--language", metavar="CODE", help="Only in this language, as in vi (ISO 639-1).")
@json_option
def list_publishers(country: str | None, language: str | None, as_json: bool) -> None:
    """List the publishers whose feeds, sitemaps and addresses are shipped: newscrawl sites publishers --country fr.

    `newscrawl crawl NAME` crawls one. None is crawled unless it is named. Those of Vietnam are spiders; `scrapy list`
    names them.
    """
    from newscrawl.base_spiders.publishers import publishers  # noqa: PLC0415

    chosen = [
        one
        for one in publishers().values()
        if (country is None or one.country == country.upper()) and language in {None, one.language}
    ]
    if as_json:
        print_json([asdict(one) for one in chosen])
        return
    rows = [[one.name, one.country, one.language, one.title, one.home] for one in chosen]
    for line in table(["name", "country", "language", "title", "home"], rows):
        click.echo(line)
    checked = sum(one.confirmed_by is not None for one in chosen)
    click.echo(f"{len(chosen)} publishers; the form of addresses is confirmed by a page of {checked} of them")
