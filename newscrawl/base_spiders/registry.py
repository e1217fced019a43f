"""Whose page is it? The rules of a site by host, so that every road to a page reads it alike."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import TypeVar

from scrapy import Spider
from scrapy.settings import BaseSettings
from scrapy.spiderloader import get_spider_loader
from scrapy.utils.project import get_project_settings

from newscrawl.base_spiders import NewsSpider, SiteSpider
from newscrawl.base_spiders.declared import site_of_spider
from newscrawl.base_spiders.publishers import publishers_by_host
from newscrawl.project import find_project
from newscrawl.rules import NO_RULES, RulesError, SiteRules
from newscrawl.sites import Site
from newscrawl.storage.errors import StorageError
from newscrawl.storage.site_rows import has_rows, site_at, sites_with_rules
from newscrawl.text import printable
from newscrawl.urls import Parameters, declare_all, host_of, site_of

logger = logging.getLogger(__name__)

_MOST_HOSTS = 10_000
"""Hosts whose site is remembered."""


class SiteRegistry:
    """The sites of a project: its spiders, by their `allowed_domains`, then rows of the table `sites`, then publishers.

    Raises RulesError when a spider is wrong, or when two differ about one domain.
    """

    def __init__(self, settings: BaseSettings) -> None:
        self._spiders: dict[str, type[NewsSpider]] = {}
        extractor = settings.get("EXTRACTOR")
        # Checks itself: a misspelt setting must not be found out page by page.
        self._default = SiteRules(extractor=extractor) if extractor not in (None, "newscrawl") else NO_RULES
        self._rows = SiteRows(str(settings["DATABASE_URL"]))
        self._rows.could_be_read = declare_rows(str(settings["DATABASE_URL"]))
        loader = get_spider_loader(settings)
        for spider in map(loader.load, sorted(loader.list())):
            if not issubclass(spider, NewsSpider):
                continue
            for domain in spider.allowed_domains:
                first = self._spiders.setdefault(domain, spider)
                if first.site_rules != spider.site_rules:
                    raise RulesError(f"the spiders {first.name} and {spider.name} have different rules for {domain}")

    def rules_for(self, url: str | None) -> SiteRules:
        """Return the rules of the site that owns a URL's host; the longest of its domains wins."""
        spider = self._owner(url)
        site = None if spider is not None else self._site(url)
        rules = spider.site_rules if spider is not None else site.rules if site is not None else self._default
        if rules.extractor is not None or self._default.extractor is None:
            return rules
        return replace(rules, extractor=self._default.extractor)

    def source_of(self, url: str) -> str | None:
        """Return the source of the site that owns a URL's host; where there is none, the registrable domain."""
        spider = self._owner(url)
        if spider is not None:
            return spider.name
        site = self._site(url)
        return site.source if site is not None else site_of(url)

    @property
    def misses_rows(self) -> bool:
        """Whether rows of sites could not be read, so that it has to be made anew."""
        return not self._rows.could_be_read

    def _site(self, url: str | None) -> Site | None:
        """Return the site that is data and owns a URL's host."""
        host = _host(url)
        row = self._rows.at(host) if host else None
        if row is not None:
            return row
        publisher = _at_host(publishers_by_host(), host)
        return publisher.site if publisher is not None else None

    def _owner(self, url: str | None) -> type[NewsSpider] | None:
        return _at_host(self._spiders, _host(url))


class SiteRows:
    """The sites that are declared in rows, each looked up when a page of its host is met."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._known: dict[str, Site | None] = {}
        self._has_rows: bool | None = None
        self.could_be_read = True

    def at(self, host: str) -> Site | None:
        """Return the site of a host. What cannot be read counts as none, and is said."""
        if host not in self._known:
            if len(self._known) >= _MOST_HOSTS:
                self._known.clear()
            self._known[host] = self._look_up(host)
        return self._known[host]

    def _look_up(self, host: str) -> Site | None:
        try:
            if self._has_rows is None:
                self._has_rows = has_rows(self._url)
            site = site_at(self._url, host) if self._has_rows else None
            if site is not None:
                _ = site.rules
        except StorageError as error:  # a crawl says it itself; whoever only reads a page can do without
            logger.debug("the rules of %s are not looked up: %s", host, error)
            self._has_rows = self.could_be_read = False
            return None
        except RulesError as error:
            logger.warning("the rules of %s are left out: the site in the database: %s", host, error)
            return None
        return site


def _host(url: str | None) -> str:
    try:
        return host_of(url or "")
    except ValueError:
        return ""


_SETTINGS = ("SPIDER_MODULES", "SPIDER_LOADER_CLASS", "EXTRACTOR", "DATABASE_URL")
"""What a registry is made of."""
_kept: tuple[list[object], SiteRegistry, int | None] | None = None


def keep_registry(settings: BaseSettings, state: int | None = None) -> SiteRegistry:
    """Let all crawls of this process with the same settings use one registry.

    It is made anew unless `state`, the state of the rows of sites, is that with which it was made.
    """
    global _kept  # noqa: PLW0603 - one for the process
    given = [settings[name] for name in _SETTINGS]
    if _kept is None or state is None or _kept[::2] != (given, state) or _kept[1].misses_rows:
        _kept = given, SiteRegistry(settings), state
    return _kept[1]


def registry_for(settings: BaseSettings) -> SiteRegistry:
    """Return the registry that this process keeps, or a new one. Raises RulesError."""
    if _kept is not None and _kept[0] == [settings[name] for name in _SETTINGS]:
        return _kept[1]
    return SiteRegistry(settings)


_T = TypeVar("_T")


def _at_host(owners: Mapping[str, _T], host: str) -> _T | None:
    """Return the owner of the longest domain that a host is or stands below."""
    labels = host.split(".")
    found = (owners.get(".".join(labels[start:])) for start in range(len(labels)))
    return next((owner for owner in found if owner is not None), None)


def project_sites(settings: BaseSettings) -> dict[str, Site]:
    """Return the sites that are spiders of the project and need no arguments, by name."""
    loader, registry = get_spider_loader(settings), SiteRegistry(settings)
    found = ((name, project_site(loader.load(name), registry)) for name in sorted(loader.list()))
    return {name: site for name, site in found if site is not None}


def project_site(spider: type[Spider], registry: SiteRegistry) -> Site | None:
    """Return the site of a spider of the project; None if it is no site's, or needs arguments."""
    site = site_of_spider(spider) if issubclass(spider, SiteSpider) else None
    return site if site is None else replace(site, source=registry.source_of(site.home) or site.name)


@cache
def _project() -> SiteRegistry:
    find_project()
    return SiteRegistry(get_project_settings())


def declare_rows(url: str) -> bool:
    """Declare the parameters of URLs of the sites in rows; say whether they could be read.

    A row that is wrong is left out, and said.
    """
    found: dict[str, Parameters] = {}
    try:
        for site in sites_with_rules(url):
            try:
                found |= dict.fromkeys(site.domains, site.rules.parameters)
            except RulesError as error:
                logger.warning("the site %s in the database: %s", printable(site.name), error)
    except StorageError:  # whoever reads or writes the database says it
        return False
    declare_all(found)  # at once, for it forgets the keys of all addresses
    return True


def load_sites() -> None:
    """Import the spiders of the project, so that keys follow their rules. Raises RulesError and ProjectError."""
    _project()


def source_of(url: str) -> str | None:
    """Return whose page a URL is, by the same spiders as `rules_for`."""
    return _project().source_of(url)


def rules_for(url: str | None) -> SiteRules:
    """Return the rules for a page by the spiders of the project here, or of newscrawl itself where there is none.

    The project is that of the first call: its scrapy.cfg in the working directory or above, or SCRAPY_SETTINGS_MODULE.
    """
    return NO_RULES if url is None else _project().rules_for(url)
