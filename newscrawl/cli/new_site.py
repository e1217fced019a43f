"""`newscrawl new-site`: from a site's address to a spider, its recordings, and the articles that a person reviews."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path
from typing import NoReturn

from scrapy.settings import BaseSettings, Settings
from scrapy.spiderloader import SpiderLoader
from scrapy.utils.conf import closest_scrapy_cfg

from newscrawl.cli.new_site_visit import Visit, visit_sites
from newscrawl.cli.options import settings_with
from newscrawl.extraction import extract_page
from newscrawl.items import Article, NoArticle
from newscrawl.network.addresses import Allowed, BadDestination, check_url
from newscrawl.network.identity import SettingsError, check_settings
from newscrawl.newsite import Proposal, domain_of, fitted, is_spider_name, name_of, propose, spider_source
from newscrawl.project import ProjectError
from newscrawl.recordings import EXPECTED, NOT_REVIEWED, Recording, RecordingError, record, write_expected
from newscrawl.rules import RulesError
from newscrawl.text import printable

_GUARD = "newscrawl.network.addresses.GuardMiddleware"


@dataclass(frozen=True, slots=True)
class Project:
    """A Scrapy project on disk."""

    folder: Path
    """Where its scrapy.cfg is."""
    spiders: Path
    """The folder of its spiders' modules."""
    names: Mapping[str, tuple[str, ...]]
    """The spiders that there are, with their domains."""

    def spider_file(self, name: str) -> Path:
        """Return where the module of a spider belongs."""
        return self.spiders / f"{name}.py"

    def fixtures(self, name: str) -> Path:
        """Return where the recordings of a spider belong."""
        return self.folder / "fixtures" / name

    def check_free(self, name: str, domain: str) -> None:
        """Raise ProjectError where a spider would take the place of another, or read the site of another."""
        if name in self.names:
            raise ProjectError(f"there is a spider {name!r} already; choose another name with --name")
        owner = next((spider for spider, domains in self.names.items() if domain in domains), None)
        if owner is not None:
            raise ProjectError(f"the spider {owner!r} reads {domain} already")
        for path in (self.spider_file(name), self.fixtures(name)):
            if os.path.lexists(path):
                raise ProjectError(f"{shown(path)} is there already; nothing is overwritten: choose another --name")


def find_project(settings: BaseSettings) -> Project:
    """Return the project of the working directory. Raises ProjectError; RulesError where a spider of it is wrong."""
    config = closest_scrapy_cfg()
    if not config:
        raise ProjectError(
            "no Scrapy project here: go to the folder of one, or begin one with a scrapy.cfg and settings that say "
            "`from newscrawl.settings import *` (see docs/ADDING_A_SITE.md)"
        )
    if _GUARD not in settings.getdict("DOWNLOADER_MIDDLEWARES"):
        raise ProjectError("the project's settings must begin with: from newscrawl.settings import *")
    folder = Path(config).parent
    try:
        loader = SpiderLoader.from_settings(settings)
        names = {name: tuple(getattr(loader.load(name), "allowed_domains", None) or ()) for name in loader.list()}
    except (AttributeError, ImportError, SyntaxError) as error:
        raise ProjectError(f"the project's spiders cannot be loaded ({error})") from None
    return Project(folder, _spiders(settings, folder), names)


def _spiders(settings: BaseSettings, project: Path) -> Path:
    """NEWSPIDER_MODULE, unless that is newscrawl's own in a project of somebody else's; then a package of theirs."""
    modules = [settings["NEWSPIDER_MODULE"], *settings.getlist("SPIDER_MODULES")]
    for name in dict.fromkeys(filter(None, modules)):
        try:
            places = list(import_module(name).__path__)
        except (ImportError, SyntaxError, AttributeError):  # no such module, or no package
            continue
        for folder in (Path(place).resolve() for place in places):
            if folder.is_relative_to(project.resolve()) and os.access(folder, os.W_OK):
                return folder
    raise ProjectError(
        f"none of {', '.join(map(str, modules))} is a folder of this project that may be written to; "
        "set NEWSPIDER_MODULE to a package of its own that is among SPIDER_MODULES as well"
    )


def write_site(
    project: Project,
    proposal: Proposal,
    recordings: Iterable[Recording],
    articles: Mapping[str, Article],
    day: date,
) -> list[Path]:
    """Write spider, recordings and expectations; return the files. Raises ProjectError, and leaves nothing then."""
    name = proposal.name
    project.check_free(name, proposal.domain)
    folder, file = project.fixtures(name), project.spider_file(name)
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise ProjectError(f"{shown(folder)} cannot be made ({error.strerror})") from None
    try:
        written = record(recordings, folder)
        written.append(write_expected(folder, articles, is_reviewed=False))
        with file.open("x", encoding="utf-8") as module:
            module.write(spider_source(proposal, day))
    except (OSError, RecordingError, ValueError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise ProjectError(f"nothing was written: {printable(str(error))}") from None
    return [file, *written]


def shown(path: Path) -> str:
    """Return a path as seen from the working directory."""
    return printable(os.path.relpath(path))


REFUSED = 1
UNREADABLE = 2

LARGEST = 2 * 1024 * 1024
"""Bytes of a body that is recorded: fixtures are kept in version control, and long sitemaps are all alike."""


def new_site(url: str, name: str | None, given: Iterable[str]) -> None:
    """Visit a site and write its spider. Exit codes: 0 written; 1 refused; 2 the site could not be read."""
    try:
        settings = settings_with(given)
        project, name = _checked(url, name, settings)
    except (BadDestination, ProjectError, RulesError, SettingsError, ValueError) as error:
        _end(str(error), REFUSED)
    visit = Visit(url, lambda line: print(printable(line), flush=True))  # noqa: T201
    visit_sites([visit], settings)
    if visit.fault is not None:
        _end(visit.fault, UNREADABLE)
    proposal = fitted(propose(name, visit.findings))
    articles = _articles(visit, proposal)
    if not articles:
        _end(f"{visit.home}: no page is an article", UNREADABLE)
    try:
        written = write_site(project, proposal, _kept(visit), articles, datetime.now(UTC).date())
    except ProjectError as error:
        _end(str(error), REFUSED)
    for line in _told(project, proposal, articles, written):
        print(printable(line))  # noqa: T201


def _end(message: str, code: int) -> NoReturn:
    print(f"newscrawl new-site: {printable(message)}", file=sys.stderr)  # noqa: T201
    sys.exit(code)


def _checked(url: str, name: str | None, settings: Settings) -> tuple[Project, str]:
    """Return the project and the spider's name, when nothing that is known before the visit speaks against them."""
    project = find_project(settings)
    check_settings(settings)
    if not url.isprintable() or " " in url:  # Python's urlsplit passes over tabs and line breaks
        raise ProjectError(f"{url!r} is no address of a site")
    check_url(url, Allowed.parse(settings["ALLOW_PRIVATE_ADDRESSES"]))
    domain = domain_of(url)
    if domain is None:
        raise ProjectError(f"{url}: a spider names a site by its domain, and this is none")
    if name is not None and not is_spider_name(name):
        raise ProjectError(f"--name {name}: a name has up to 40 small letters, digits and _, a letter first")
    name = name or name_of(domain)
    project.check_free(name, domain)
    return project, name


def _articles(visit: Visit, proposal: Proposal) -> dict[str, Article]:
    """Extract the pages once more, by the rules of their new spider."""
    articles = {}
    for url in visit.articles:
        try:
            articles[url] = extract_page(visit.recordings[url].page(), proposal.rules).article
        except NoArticle:
            continue
    return articles


def _kept(visit: Visit) -> Iterator[Recording]:
    """The recordings that a replay of the spider meets: no errors, for it does not ask there, and nothing huge."""
    for recording in visit.recordings.values():
        is_robots = recording.url.endswith("/robots.txt")
        if (recording.status < 400 or is_robots) and len(recording.body) <= LARGEST:
            yield recording


def _told(project: Project, proposal: Proposal, articles: dict[str, Article], written: list[Path]) -> Iterator[str]:
    yield ""
    yield f"spider {proposal.name} for {proposal.domain}"
    for what, values in (("feeds", proposal.feeds), ("sitemaps", proposal.sitemaps), ("sections", proposal.sections)):
        yield f"  {what}: {len(values) or 'none'}"
    yield f"  article_url: {proposal.article_url or 'left out: the addresses of its articles have no one form'}"
    if proposal.explores:
        yield "  explores: feeds and sitemaps do not name all articles, so a crawl follows sections as well"
    yield f"  timezone: {proposal.timezone or 'left out: neither the domain nor the dates tell it'}"
    yield f"  language: {proposal.language or 'left out: the pages do not tell it'}"
    for path in written:
        yield f"wrote {shown(path)}"
    fixtures = project.fixtures(proposal.name)
    directory = shlex.quote(shown(fixtures.parent))
    yield ""
    yield "Next:"
    yield f"  newscrawl crawl {proposal.name} -s FIXTURES_DIR={directory} -s DATABASE_URL=sqlite:///try.db"
    yield f"  compare {shown(fixtures / EXPECTED)} with these pages, correct what is wrong,"
    yield f"  and remove the line {NOT_REVIEWED!r} of each; the tests of the recordings fail until then:"
    for url in articles:
        yield f"    {url}"
    yield f"  newscrawl crawl {proposal.name} -a max_articles=20"
