"""`newscrawl new-site`: from a site's address to a spider, its recordings, and the articles that a person reviews."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from scrapy.settings import Settings
from scrapy.utils.project import get_project_settings

from newscrawl.cli.new_site_project import Project, ProjectError, find_project, shown, write_site
from newscrawl.cli.new_site_visit import Visit, visit_site
from newscrawl.extraction import extract_page
from newscrawl.items import Article, NoArticle
from newscrawl.newsite import Proposal, domain_of, fitted, is_spider_name, name_of, propose
from newscrawl.recordings import EXPECTED, NOT_REVIEWED, Recording
from newscrawl.rules import RulesError
from newscrawl.text import printable
from newscrawl.web.addresses import Allowed
from newscrawl.web.destinations import BadDestination, check_url
from newscrawl.wire.identity import SettingsError, check_settings

REFUSED = 1
UNREADABLE = 2

LARGEST = 2 * 1024 * 1024
"""Bytes of a body that is recorded: fixtures are kept in version control, and long sitemaps are all alike."""


def new_site(url: str, name: str | None, given: Iterable[str]) -> None:
    """Visit a site and write its spider. Exit codes: 0 written; 1 refused; 2 the site could not be read."""
    try:
        settings = _settings(given)
        project, name = _checked(url, name, settings)
    except (BadDestination, ProjectError, RulesError, SettingsError, ValueError) as error:
        _end(str(error), REFUSED)
    visit = Visit(url, lambda line: print(printable(line), flush=True))  # noqa: T201
    visit_site(visit, settings)
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


def _settings(given: Iterable[str]) -> Settings:
    try:
        settings = get_project_settings()
    except (ImportError, SyntaxError) as error:
        raise ProjectError(f"the project's settings cannot be read ({error})") from None
    for setting in given:
        name, equals, value = setting.partition("=")
        if not (name and equals):
            raise ProjectError(f"-s {setting}: write a setting as NAME=VALUE")
        settings.set(name, value, "cmdline")
    return settings


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
