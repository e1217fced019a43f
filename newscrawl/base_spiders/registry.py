"""Whose page is it? The rules of a site by host, so that every road to a page reads it alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import TypeVar
from urllib.parse import urlsplit

from scrapy.settings import BaseSettings
from scrapy.spiderloader import get_spider_loader
from scrapy.utils.project import get_project_settings

from newscrawl.base_spiders import NewsSpider
from newscrawl.base_spiders.publishers import publishers_by_host
from newscrawl.project import find_project
from newscrawl.rules import NO_RULES, RulesError, SiteRules
from newscrawl.urls import site_of


class SiteRegistry:
    """The sites of a project: the spiders that `scrapy list` names, by their `allowed_domains`, then publishers.

    Raises RulesError when a spider is wrong, or when two differ about one domain.
    """

    def __init__(self, settings: BaseSettings) -> None:
        self._spiders: dict[str, type[NewsSpider]] = {}
        extractor = settings.get("EXTRACTOR")
        # Checks itself: a misspelt setting must not be found out page by page.
        self._default = SiteRules(extractor=extractor) if extractor not in (None, "newscrawl") else NO_RULES
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
        spider, publisher = self._owner(url), _at_host(publishers_by_host(), url)
        rules = spider.site_rules if spider is not None else publisher.rules if publisher else self._default
        if rules.extractor is not None or self._default.extractor is None:
            return rules
        return replace(rules, extractor=self._default.extractor)

    def source_of(self, url: str) -> str | None:
        """Return the name of the site that owns a URL's host; where no spider does, the registrable domain."""
        spider = self._owner(url)
        return spider.name if spider is not None else site_of(url)

    def _owner(self, url: str | None) -> type[NewsSpider] | None:
        return _at_host(self._spiders, url)


_T = TypeVar("_T")


def _at_host(owners: Mapping[str, _T], url: str | None) -> _T | None:
    """Return the owner of the longest domain that a URL's host is or stands below."""
    try:
        host = (urlsplit(url or "").hostname or "").rstrip(".")
    except ValueError:
        return None
    labels = host.split(".")
    found = (owners.get(".".join(labels[start:])) for start in range(len(labels)))
    return next((owner for owner in found if owner is not None), None)


@cache
def _project() -> SiteRegistry:
    find_project()
    return SiteRegistry(get_project_settings())


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
