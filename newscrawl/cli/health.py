"""`newscrawl health`: which sites are broken."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import click

from newscrawl.cli.options import address, database_option, json_option, print_json, settings_with

if TYPE_CHECKING:
    from newscrawl.storage.health import Alarm, Failing, SiteHealth

BROKEN = 1
NOT_JUDGED = 2


@click.command()
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@click.option("--accept", is_flag=True, help="Accept the present state of the named sites as healthy.")
@click.option("--quiet", is_flag=True, help="Print nothing if all sites are healthy, for cron.")
@database_option
@json_option
def health(*, sources: tuple[str, ...], accept: bool, quiet: bool, database: str | None, as_json: bool) -> None:
    """Show which sites are broken, by comparing their last runs with the weeks before: newscrawl health tuoitre.

    A site that was crawled and has never given an article is failing.

    Exit code 0: all sites are healthy, or dead; 1: a site is broken or failing; 2: unknown, with a one-line reason.
    """
    from newscrawl.storage.errors import StorageError  # noqa: PLC0415
    from newscrawl.storage.health import site_health  # noqa: PLC0415
    from newscrawl.storage.site_rows import sources_named, unmeasured_sites  # noqa: PLC0415

    url = address(database)
    try:
        named = sources_named(url, sources)
        sources = tuple(named.get(source, source) for source in sources)
        if accept:
            _accept(url, sources)
        found = _known_removed(url, site_health(url))
    except StorageError as error:
        _refuse(str(error))
    unknown = [source for source in sources if source not in {site.source for site in found}]
    if unknown:
        known = ", ".join(site.source for site in found) or "none yet"
        _refuse(f"no crawl of {unknown[0]!r} has been measured; measured sites: {known}")
    chosen = [site for site in found if not sources or site.source in sources]
    is_well = not any(site.needs_attention for site in chosen)
    if as_json:
        print_json([asdict(site) for site in chosen])
    elif not (quiet and is_well):
        _print(chosen, 0 if sources else unmeasured_sites(url))
    sys.exit(0 if is_well else BROKEN)


def _known_removed(url: str, found: list[SiteHealth]) -> list[SiteHealth]:
    """Say of the failing sites which were removed: of those the project has no spider, and the table `sites` no row."""
    if not any(site.unlisted_spider for site in found):
        return found
    from scrapy.spiderloader import get_spider_loader  # noqa: PLC0415 - takes a second

    loader = get_spider_loader(settings_with((f"DATABASE_URL={url}",)))

    def is_removed(spider: str | None) -> bool:
        try:
            return spider is not None and loader.load(spider) is None
        except KeyError:
            return True

    return [replace(site, is_removed=is_removed(site.unlisted_spider)) for site in found]


def _accept(url: str, sources: Sequence[str]) -> None:
    from newscrawl.storage.health import accept  # noqa: PLC0415

    if not sources:
        raise click.UsageError("--accept needs the name of a site")
    for source in sources:
        accept(url, source)


def _print(sites: Sequence[SiteHealth], unmeasured: int) -> None:
    from newscrawl.text import printable  # noqa: PLC0415

    for site in sites:
        if not site.alarms and not site.notes and site.failing is None:
            continue
        left = " and paused" if site.is_paused else " and removed" if site.is_removed else ""
        click.echo(f"{printable(site.source)} is {site.state}{left if site.state == 'failing' else ''}")
        if site.state == "failing" and site.failing is not None:
            for line in _causes(site.failing):
                click.echo(f"    {printable(line)}")
        for note in site.notes:
            click.echo(f"    {printable(note)}")
        for alarm in site.alarms:
            for line in _lines(alarm):
                click.echo(f"    {printable(line)}")
    states = [site.state for site in sites]
    if sites:
        others = "".join(f", {states.count(one)} {one}" for one in ("failing", "dead") if one in states)
        click.echo(f"{states.count('healthy')} of {len(sites)} sites are healthy{others}")
    else:
        click.echo("no sites have been crawled yet")
    if unmeasured:
        click.echo(f"{unmeasured} more have not been measured yet")


def _causes(failing: Failing) -> list[str]:
    reasons = ", ".join(f"{reason} {count}" for reason, count in failing.reasons.items())
    return [
        f"it has never given an article; its last visits ended with {reasons}",
        f"  since {failing.since:%Y-%m-%d %H:%M} UTC (run {failing.run_id})",
    ]


def _lines(alarm: Alarm) -> list[str]:
    since = f"since {alarm.since:%Y-%m-%d %H:%M} UTC (run {alarm.run_id}), last shown {alarm.shown_at:%Y-%m-%d %H:%M}"
    return [alarm.message, f"  {since}", *([f"  {alarm.example}"] if alarm.example else [])]


def _refuse(message: str) -> None:
    from newscrawl.text import printable  # noqa: PLC0415

    click.echo(f"newscrawl health: {printable(message)}", err=True)
    sys.exit(NOT_JUDGED)
