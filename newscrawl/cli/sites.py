"""`newscrawl sites`: the sites that are crawled, what crawls have learned of them, and publishers known without one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from newscrawl.cli.options import address, database_option, json_option, one_line, print_json, refuse, table
from newscrawl.cli.site_boilerplate import boilerplate, keep
from newscrawl.cli.site_lists import add, export_sites, import_sites
from newscrawl.text import printable

if TYPE_CHECKING:
    from newscrawl.storage.site_rows import SiteRow
    from newscrawl.storage.sites import KnownSite

STATES = ("active", "paused", "dead")


@click.group()
def sites() -> None:
    """Add, import, list and pause the sites that are crawled, and show what is known of them."""


sites.add_command(add)
sites.add_command(import_sites)
sites.add_command(export_sites)
sites.add_command(boilerplate)
sites.add_command(keep)


def _as_json(row: SiteRow) -> dict[str, Any]:
    """Return a site as a JSON object: what is said of it, and what crawls made of it."""
    crawled = ("declared_in", "added_at", "last_crawl_at", "next_crawl_at", "health")
    failing = ("failing_since", "failing_reason", "dead_at")
    return row.site.as_json() | {name: getattr(row, name) for name in (*crawled, *failing)}


@sites.command("list")
@click.option("--state", type=click.Choice(STATES), multiple=True, help="Only sites in this state.")
@click.option("--country", metavar="CODE", help="Only of this country, as in vn (ISO 3166).")
@click.option("--language", metavar="CODE", help="Only in this language, as in vi (ISO 639-1).")
@database_option
@json_option
def list_sites(
    *, state: tuple[str, ...], country: str | None, language: str | None, database: str | None, as_json: bool
) -> None:
    """List the sites that are crawled, when they were and will be, and how they are.

    The spiders of the project are among them from the first crawl on.
    """
    with one_line("sites list"):
        from newscrawl.storage.site_rows import site_rows  # noqa: PLC0415

        found = list(site_rows(address(database), states=state, country=country, language=language))
    if as_json:
        print_json([_as_json(row) for row in found])
        return
    rows = [
        [
            row.site.name,
            row.site.state,
            row.site.country,
            row.site.language,
            row.last_crawl_at,
            row.next_crawl_at,
            row.health,
            row.site.home,
        ]
        for row in found
    ]
    if rows:
        for line in table(["name", "state", "country", "language", "last crawl", "next", "health", "home"], rows):
            click.echo(line)
    states = [sum(row.site.state == one for row in found) for one in STATES]
    counted = [f"{count} {one}" for one, count in zip(STATES, states, strict=True) if count]
    click.echo(f"{len(found)} sites{': ' if counted else ''}{', '.join(counted)}")


@sites.command()
@click.argument("source", metavar="SITE")
@database_option
@json_option
def show(source: str, database: str | None, as_json: bool) -> None:
    """Show what is said of a site, its listings, and how the addresses of its articles look.

    SITE is its name in `newscrawl sites list`, or its source in `newscrawl stats`. {slug}, {number} and their like
    stand for the parts that vary.
    """
    with one_line("sites show"):
        from newscrawl.storage.site_rows import site_named, site_of_source  # noqa: PLC0415
        from newscrawl.storage.sites import known_site  # noqa: PLC0415

        url = address(database)
        row = site_named(url, source) or site_of_source(url, source)
        site = known_site(url, source if row is None else row.site.source)
    if site is None and row is None:
        refuse(
            "sites show",
            f"there is no site {source!r}, and no crawl has visited one; `newscrawl sites list` and `newscrawl stats` "
            "name those that there are",
        )
    if as_json:
        records = [] if row is None else [{"record": "site", **_as_json(row)}]
        print_json([*records, *(_records(site) if site is not None else ())])
        return
    parts = [_said(row)] if row is not None else []
    parts += [_learned(site)] if site is not None else [iter(["no crawl has visited it yet"])]
    for number, part in enumerate(parts):
        if number:
            click.echo()
        for line in part:
            click.echo(line)


def _records(site: KnownSite) -> Iterator[dict[str, Any]]:
    yield from ({"record": "listing", **listing} for listing in site.listings)
    for one in site.shapes:
        shape = {"kind": one.kind, "shape": one.shape, "addresses": one.addresses, "example": one.example}
        yield {"record": "shape", **shape}


def _said(row: SiteRow) -> Iterator[str]:
    for name, value in _as_json(row).items():
        for one in value if isinstance(value, list) else [value]:
            if one is not None:
                text = f"{one:%Y-%m-%d %H:%M}" if hasattr(one, "strftime") else str(one)
                yield f"{name:<18}{printable(text)}"


def _learned(site: KnownSite) -> Iterator[str]:
    rows = [[one["kind"], one["articles"], one["outcome"], one["reason"], one["url"]] for one in site.listings]
    yield from table(["listing", "articles", "outcome", "reason", "url"], rows)
    if site.unread:
        yield f"and {site.unread} sections that no crawl has read yet"
    yield ""
    shapes = [[one.kind, one.addresses, one.shape, one.example] for one in site.shapes]
    yield from table(["address of", "seen", "shape", "example"], shapes)


def _each(command: str, names: Sequence[str], change: Callable[[str], str | None]) -> None:
    """Change sites one after the other; say of each that there is not that there is none, and exit with 1 then."""
    unknown = [name for name in names if change(name) is None]
    if unknown:
        listed = ", ".join(map(repr, unknown))
        refuse(command, f"there is no site {listed}; `newscrawl sites list` names those that there are")


def _set_state(command: str, names: Sequence[str], database: str | None, state: str, notes: str | None = None) -> None:
    with one_line(command):
        from newscrawl.storage.site_rows import set_state  # noqa: PLC0415

        url = address(database)

        def change(name: str) -> str | None:
            if not set_state(url, name, state, notes) and not (  # type: ignore[arg-type]
                _is_spider(url, name) and set_state(url, name, state, notes)  # type: ignore[arg-type]
            ):
                return None
            click.echo(f"{printable(name)} is {state}")
            return name

        _each(command, names, change)


def _is_spider(url: str, name: str) -> bool:
    """Say whether the project has a spider of a name, and give it and its siblings their rows: none has run so far."""
    from scrapy.utils.project import get_project_settings  # noqa: PLC0415

    from newscrawl.base_spiders.registry import project_sites  # noqa: PLC0415
    from newscrawl.storage.site_rows import register_spiders  # noqa: PLC0415

    own = project_sites(get_project_settings())
    if name in own:
        register_spiders(url, list(own.values()))
    return name in own


@sites.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.option("--dead", is_flag=True, help="The site is gone for good, and not only paused.")
@click.option("--notes", metavar="TEXT", help="Why; it replaces earlier notes.")
@database_option
def pause(names: tuple[str, ...], dead: bool, notes: str | None, database: str | None) -> None:
    """Crawl sites no more until `newscrawl sites resume`: newscrawl sites pause bao tin --notes "moves in May".

    No round crawls them; `newscrawl crawl NAME` does. What is stored of them stays.
    """
    _set_state("sites pause", names, database, "dead" if dead else "paused", notes)


@sites.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@database_option
def resume(names: tuple[str, ...], database: str | None) -> None:
    """Crawl sites again that were paused or dead."""
    _set_state("sites resume", names, database, "active")


@sites.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@database_option
def remove(names: tuple[str, ...], database: str | None) -> None:
    """Remove sites from the list of those that are crawled. Their articles and pages stay in the database.

    A spider of the project cannot be removed: its file is, or it is paused.
    """
    with one_line("sites remove"):
        from newscrawl.storage.site_rows import remove_site, site_named  # noqa: PLC0415

        url = address(database)

        def change(name: str) -> str | None:
            row = site_named(url, name)
            if row is not None and row.declared_in == "spider" and _is_spider(url, name):
                refuse(
                    "sites remove",
                    f"{name!r} is a spider of the project and would come back; use `newscrawl sites pause`, or remove "
                    "its file first",
                )
            if not remove_site(url, name):
                return None
            click.echo(f"{printable(name)} is removed from the list; its articles and pages stay")
            return name

        _each("sites remove", names, change)


@sites.command("publishers")
@click.option("--country", metavar="CODE", help="Only of this country, as in vn (ISO 3166).")
@click.option("--language", metavar="CODE", help="Only in this language, as in vi (ISO 639-1).")
@json_option
def list_publishers(country: str | None, language: str | None, as_json: bool) -> None:
    """List the publishers whose feeds, sitemaps and addresses are shipped: newscrawl sites publishers --country fr.

    `newscrawl crawl NAME` crawls one, and `newscrawl sites add --country fr` adds them to what is crawled. Those of
    Vietnam are spiders; `scrapy list` names them.
    """
    from newscrawl.base_spiders.publishers import publishers_in  # noqa: PLC0415

    chosen = publishers_in(country, language)
    if as_json:
        print_json([asdict(one) for one in chosen])
        return
    rows = [[one.name, one.country, one.language, one.title, one.home] for one in chosen]
    for line in table(["name", "country", "language", "title", "home"], rows):
        click.echo(line)
    checked = sum(one.confirmed_by is not None for one in chosen)
    click.echo(f"{len(chosen)} publishers; the form of addresses is confirmed by a page of {checked} of them")
