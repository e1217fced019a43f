"""`newscrawl sites add`, `import` and `export`: sites into the database, one by one or from a file, and out of it."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from newscrawl.cli.options import address, database_option, one_line, refuse, settings_with
from newscrawl.text import printable

if TYPE_CHECKING:
    from scrapy.settings import Settings

    from newscrawl.cli.new_site_visit import Visit
    from newscrawl.sites import Site
    from newscrawl.storage.site_rows import Added, SiteWriter

FORMATS = ("opml", "csv", "jsonl", "urls")
BATCH = 1_000
"""Sites that are stored in one transaction: 10,000 lines take some seconds, and little is held in memory."""
FAULTY = 2
"""Exit code where something could not be taken."""


@dataclass
class Intake:
    """Sites on their way into the database, a batch at a time."""

    writer: SiteWriter
    name: str = ""
    """Of what is read, before each problem."""
    counts: Counter[str] = field(default_factory=Counter)
    tells: bool = False
    """Whether it says of each site what became of it."""
    _batch: list[tuple[int, Site]] = field(default_factory=list)

    def take(self, site: Site, line: int = 0) -> None:
        """Take a site; the facts of a publisher that is known serve one that brings no name."""
        from newscrawl.base_spiders.publishers import publishers_by_host  # noqa: PLC0415

        publisher = None if site.name else publishers_by_host().get(site.domains[0])
        if publisher is not None:
            site = replace(publisher.site.with_listings(site), added_by=site.added_by)
        self._batch.append((line, site))
        if len(self._batch) >= BATCH:
            self.store()

    def store(self) -> None:
        """Store what waits."""
        if not self._batch:
            return
        results = self.writer.add([site for _, site in self._batch])
        for (line, site), result in zip(self._batch, results, strict=True):
            if result.problem:
                self.fault(line, result.problem)
                continue
            self.counts[result.what] += 1
            self.counts["resting"] += result.state != "active"
            if self.tells:
                click.echo(printable(_told(site, result)))
        self._batch.clear()

    def fault(self, line: int, *problems: str) -> None:
        """Tell what could not be taken, where it stands, and all that is wrong with it."""
        self.counts["problem"] += bool(problems)
        place = f"{self.name}:{line}: " if line else ""
        for problem in problems:
            click.echo(f"newscrawl sites: {printable(place + problem)}", err=True)

    def summary(self) -> str:
        """Say in one line what became of all."""
        words = {
            "added": "added",
            "extended": "given more listings",
            "known": "known already",
            "problem": "with problems",
        }
        said = [f"{self.counts[what]:,} {word}" for what, word in words.items() if self.counts[what]]
        resting = f"; {self.counts['resting']:,} of these paused or dead" if self.counts["resting"] else ""
        return f"sites: {', '.join(said) or 'none'}{resting}"


def _told(site: Site, result: Added) -> str:
    if result.what == "known":
        return f"{result.name} is known already: {site.home}{_resting(result)}"
    counted = [
        f"{len(values)} {word}{'s' if len(values) > 1 else ''}"
        for word, values in (("feed", site.feeds), ("sitemap", site.sitemaps), ("section", site.sections))
        if values
    ]
    facts = [*counted, *(one for one in (site.language, site.timezone) if one)]
    done = "added" if result.what == "added" else "given more listings"
    said = f"{result.name} is {done}: {site.home}{' (' if facts else ''}{', '.join(facts)}{')' if facts else ''}"
    return said + _resting(result)


def _resting(result: Added) -> str:
    """Say of a known site that no round crawls it, and what to do."""
    return "" if result.state == "active" else f"; it is {result.state}: newscrawl sites resume {result.name}"


@contextmanager
def _intake(settings: Settings, database: str | None, name: str, *, tells: bool = False) -> Iterator[Intake]:
    """Open the database for new sites. The spiders of the project have their rows first, so none is added again."""
    from scrapy.spiderloader import get_spider_loader  # noqa: PLC0415

    from newscrawl.base_spiders.publishers import publishers  # noqa: PLC0415
    from newscrawl.base_spiders.registry import project_sites  # noqa: PLC0415
    from newscrawl.project import restrict_umask  # noqa: PLC0415
    from newscrawl.storage.engine import check_database  # noqa: PLC0415
    from newscrawl.storage.site_rows import SiteWriter, register_spiders  # noqa: PLC0415

    url = address(database)
    settings.set("DATABASE_URL", url, "cmdline")
    restrict_umask(settings["UMASK"])
    check_database(url)
    register_spiders(url, list(project_sites(settings).values()))
    with SiteWriter(url, publishers(), get_spider_loader(settings).list()) as writer:
        intake = Intake(writer, name, tells=tells)
        yield intake
        intake.store()


@click.command("add")
@click.argument("urls", nargs=-1, metavar="[URL]...")
@click.option("--country", metavar="CODE", help="The publishers of a country that are shipped, as in vn (ISO 3166).")
@click.option("--language", metavar="CODE", help="Those in a language, as in vi (ISO 639-1).")
@click.option("--name", metavar="NAME", help="Name of the site [default: from the domain]")
@click.option("--no-visit", is_flag=True, help="Ask nothing of the network: the first crawl finds feeds and sections.")
@click.option("-s", "settings", metavar="NAME=VALUE", multiple=True, help="A setting, as `scrapy` takes it.")
@database_option
def add(
    *,
    urls: tuple[str, ...],
    country: str | None,
    language: str | None,
    name: str | None,
    no_visit: bool,
    settings: tuple[str, ...],
    database: str | None,
) -> None:
    """Add sites to those that are crawled: by their addresses, or publishers that are known.

    \b
    newscrawl sites add https://news.example https://bao.example
    newscrawl sites add --country fr --language fr

    An address is visited once, by some 15 requests as politely as a crawl, to find feeds, sitemaps and sections,
    language and time zone, and what the addresses of articles look like. Publishers are not asked for anything.

    Exit code 0: all are added or known; 1: nothing was done; 2: some could not be added, each told in a line.
    """
    if bool(urls) == bool(country or language):
        raise click.UsageError("name addresses, or publishers by --country and --language")
    if name and len(urls) != 1:
        raise click.UsageError("--name is the name of a single address")

    with one_line("sites add"):
        chosen = settings_with(settings)
        with _intake(chosen, database, "", tells=True) as intake:
            if urls:
                _add_addresses(intake, chosen, urls, name, visits=not no_visit)
            else:
                _add_publishers(intake, address(database), country, language)
    click.echo(intake.summary())
    sys.exit(FAULTY if intake.counts["problem"] else 0)


def _add_publishers(intake: Intake, url: str, country: str | None, language: str | None) -> None:
    from newscrawl.base_spiders.publishers import publishers_in  # noqa: PLC0415
    from newscrawl.storage.site_rows import site_rows  # noqa: PLC0415

    spiders = [
        row.site.name for row in site_rows(url, country=country, language=language) if row.declared_in == "spider"
    ]
    for name in spiders:
        intake.counts["known"] += 1
        click.echo(f"{printable(name)} is known already: a spider of the project")
    found = publishers_in(country, language)
    if not found and not spiders:
        refuse("sites add", "no publisher is known there; `newscrawl sites publishers` lists those that are")
    for publisher in found:
        intake.take(replace(publisher.site, added_by="newscrawl sites add"))


def _add_addresses(intake: Intake, settings: Settings, urls: Sequence[str], name: str | None, *, visits: bool) -> None:
    from newscrawl.base_spiders.publishers import publishers_by_host  # noqa: PLC0415
    from newscrawl.cli.new_site_visit import Visit, visit_sites  # noqa: PLC0415
    from newscrawl.network.addresses import Allowed, BadDestination, check_url  # noqa: PLC0415
    from newscrawl.network.identity import SettingsError, check_settings  # noqa: PLC0415
    from newscrawl.sites.entries import address as written  # noqa: PLC0415
    from newscrawl.sites.entries import entry_of, facts_of_address  # noqa: PLC0415

    allowed = Allowed.parse(settings["ALLOW_PRIVATE_ADDRESSES"])
    waiting: dict[str, tuple[Visit, Site]] = {}
    for url in dict.fromkeys(map(written, urls)):
        entry = entry_of(0, {**facts_of_address(url), "name": name, "added_by": "newscrawl sites add"})
        intake.fault(0, *entry.problems)
        if entry.site is None:
            continue
        if not visits or (not name and entry.site.domains[0] in publishers_by_host()):
            intake.take(entry.site)
            continue
        try:
            check_url(entry.site.home, allowed)
            waiting[entry.site.home] = Visit(entry.site.home, lambda _: None), entry.site
        except BadDestination as error:
            intake.fault(0, str(error))
    if not waiting:
        return
    try:
        check_settings(settings)
    except SettingsError as error:
        refuse("sites add", str(error))

    def done(visit: Visit) -> None:
        _take_visit(intake, visit, waiting[visit.url][1])
        visit.recordings.clear()

    visit_sites([visit for visit, _ in waiting.values()], settings, done)


def _take_visit(intake: Intake, visit: Visit, asked: Site) -> None:
    """Store what a visit has found; where it found nothing, say why, and how the site is added all the same."""
    from newscrawl.extraction.metadata.zones import country_of  # noqa: PLC0415
    from newscrawl.newsite import name_of, propose  # noqa: PLC0415
    from newscrawl.sites import Site, SiteError  # noqa: PLC0415

    if visit.fault is not None:
        intake.fault(0, f"{visit.fault}; add it unread with --no-visit")
        return
    found = propose(name_of(visit.domain), visit.findings)
    facts = {
        "name": asked.name,
        "home": visit.home,
        "domains": [found.domain],
        "feeds": found.feeds,
        # A spider fills the days of a run into the braces of its sitemaps.
        "sitemaps": [url.replace("{", "{{").replace("}", "}}") for url in found.sitemaps],
        "sections": found.sections,
        "article_url": found.article_url,
        "explores": found.explores,
        "timezone": found.timezone,
        "language": found.language,
        "country": country_of(found.timezone),
        "added_by": "newscrawl sites add",
    }
    try:
        intake.take(Site.of(facts).with_listings(asked))
    except SiteError as error:
        intake.fault(0, *(f"{visit.home}: {problem}" for problem in error.problems))
    intake.store()


@click.command("import")
@click.argument("file", type=click.Path(allow_dash=True, path_type=Path))
@click.option("--format", "form", type=click.Choice(FORMATS), help="Format [default: by name and beginning]")
@database_option
def import_sites(file: Path, form: str | None, database: str | None) -> None:
    """Add the sites of a file, - for standard input: what a feed reader exports (OPML), CSV, JSON lines, or addresses.

    \b
    newscrawl sites import feeds.opml
    newscrawl sites import sites.csv
    grep -v '#' addresses.txt | newscrawl sites import -

    Columns of CSV and keys of JSON are those of docs/SITES.md; `home`, or a feed, is enough. Nothing is asked of the
    network. What is wrong is told with its line, and the other lines are taken. A site that is known keeps what is said
    of it, and is given further feeds, sitemaps and sections.

    Exit code 0: all was taken; 1: nothing was; 2: some lines could not be taken.
    """
    name = "-" if str(file) == "-" else str(file)
    from newscrawl.sites.files import read_sites  # noqa: PLC0415

    with one_line("sites import"), _opened(file) as stream, _intake(settings_with(()), database, name) as intake:
        try:
            for entry in read_sites(stream, name, form):
                intake.fault(entry.line, *entry.problems)
                if entry.site is not None:
                    added_by = entry.site.added_by or f"newscrawl sites import {file.name}"[:200]
                    intake.take(replace(entry.site, added_by=added_by), entry.line)
        except OSError as error:  # in the middle: what was read before is taken
            intake.fault(0, f"{name} cannot be read to its end ({error.strerror or error})")
    click.echo(intake.summary())
    taken = sum(count for what, count in intake.counts.items() if what != "problem")
    sys.exit(0 if not intake.counts["problem"] else FAULTY if taken else 1)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    if str(path) == "-":
        yield sys.stdin.buffer
        return
    try:
        file = path.open("rb")
    except OSError as error:
        refuse("sites import", f"{path} cannot be read ({error.strerror or error})")
    with file:
        yield file


@click.command("export")
@click.argument("out", type=click.Path(allow_dash=True, path_type=Path))
@click.option("--format", "form", type=click.Choice(FORMATS), help="Format [default: by the name of OUT, else jsonl]")
@click.option("--state", type=click.Choice(("active", "paused", "dead")), multiple=True, help="Only in this state.")
@click.option("--country", metavar="CODE", help="Only of this country, as in vn (ISO 3166).")
@click.option("--language", metavar="CODE", help="Only in this language, as in vi (ISO 639-1).")
@database_option
def export_sites(
    *,
    out: Path,
    form: str | None,
    state: tuple[str, ...],
    country: str | None,
    language: str | None,
    database: str | None,
) -> None:
    """Write sites to the file OUT, - for standard output, to be imported elsewhere: newscrawl sites export sites.opml.

    Feed readers read OPML. All formats but `urls` keep all that is said of a site. The spiders of the project are left
    out: they are where their files are.
    """
    from newscrawl.sites.files import WRITERS, format_of  # noqa: PLC0415
    from newscrawl.storage.site_rows import site_rows  # noqa: PLC0415
    from newscrawl.whole_files import followed, replaced  # noqa: PLC0415

    write = WRITERS[form or format_of(out.name) or "jsonl"]
    with one_line("sites export"):
        rows = site_rows(address(database), states=state, country=country, language=language)
        chosen = (row.site for row in rows if row.declared_in == "row")
        try:
            if str(out) == "-":
                write(chosen, sys.stdout.buffer)
            else:
                with replaced(followed(out)) as file:
                    write(chosen, file)
        except BrokenPipeError:
            raise  # the reader has closed the pipe
        except OSError as error:
            refuse("sites export", f"{out} cannot be written ({error.strerror or error})")
