"""Spiders of sites that are data: rows of the table `sites`, and the publishers that are shipped."""

from __future__ import annotations

import logging
from functools import cached_property
from typing import Any, ClassVar

import regex  # type: ignore[import-untyped]
from scrapy import Spider
from scrapy.settings import BaseSettings
from scrapy.spiderloader import SpiderLoader

from newscrawl.base_spiders.base import ArgumentError
from newscrawl.base_spiders.publishers import publishers
from newscrawl.base_spiders.site import SiteSpider
from newscrawl.extraction.metadata.zones import country_of
from newscrawl.rules import RulesError
from newscrawl.sites import Site, SiteError
from newscrawl.sites.site import RULES
from newscrawl.storage.errors import StorageError
from newscrawl.storage.site_rows import site_named
from newscrawl.text import printable

logger = logging.getLogger(__name__)

_MATCH_SECONDS = 0.1
"""CPU time for one address; a sane expression takes microseconds."""


class DeclaredSpider(SiteSpider):
    """A site that is data. What it says of its addresses is evidence for articles and not against them."""

    site: ClassVar[Site]

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.source = self.site.source

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Keep the pace of the site where the settings ask for less."""
        super().update_settings(settings)
        if cls.site.pace is not None and cls.site.pace > settings.getfloat("DOWNLOAD_DELAY"):
            settings.set("DOWNLOAD_DELAY", cls.site.pace, priority="spider")

    @cached_property
    def _article_url(self) -> regex.Pattern[str] | None:
        return regex.compile(self.article_url) if self.article_url else None

    def is_article(self, url: str) -> bool | None:
        """Say whether a URL is an article's; None for one of another form, which nobody has checked on the site."""
        if self._article_url is None:
            return None
        try:
            return self._article_url.fullmatch(url, timeout=_MATCH_SECONDS) is not None or None
        except TimeoutError:
            logger.warning("%s: article_url takes too long on %s; it is ignored there", self.name, printable(url))
            return None


def spider_of(site: Site) -> type[DeclaredSpider]:
    """Make the spider of a site. It explores the site where that does not know sitemaps and form of addresses.

    Raises RulesError where the row of a site was changed into one that cannot be crawled.
    """
    try:
        site = Site.of(site.as_json())
    except SiteError as error:
        raise RulesError(f"the site {printable(site.name)} in the database: {error}") from None
    is_known = bool(site.sitemaps and site.article_url)
    attributes = {
        "__doc__": f"{site.title or site.home}, as it was added.",
        "__module__": __name__,
        "site": site,
        "name": site.name,
        "allowed_domains": site.domains,
        "home": site.home,
        "feeds": site.feeds,
        "sitemaps": site.sitemaps,
        "sections": site.sections,
        "article_url": site.article_url,
        "explores": not is_known if site.explores is None else site.explores,
        **{name: getattr(site, name) for name in RULES},
    }
    return type(f"{site.name.title().replace('_', '')}Spider", (DeclaredSpider,), attributes)


class SiteLoader(SpiderLoader):
    """Scrapy's, which also loads sites that are data, without listing them.

    A spider of the project wins over a row with its name, and a row over a publisher.
    """

    def __init__(self, settings: BaseSettings) -> None:
        super().__init__(settings)
        self._database = str(settings["DATABASE_URL"])

    def load(self, spider_name: str) -> type[Spider]:
        """Return the class of a spider. Raises KeyError, RulesError for a broken row, and StorageError."""
        try:
            return super().load(spider_name)
        except KeyError:
            publisher = publishers().get(spider_name)
            try:
                row = site_named(self._database, spider_name)
            except StorageError:  # such as an older version's database, which a crawl upgrades first
                if publisher is None:
                    raise
                row = None
            if row is not None and row.declared_in == "row":
                return spider_of(row.site)
            if publisher is None:
                raise
            return spider_of(publisher.site)


def site_of_spider(spider: type[SiteSpider]) -> Site | None:
    """Return the site of a spider of the project, to be copied into its row; None if it needs arguments, or fails."""
    try:
        front_page = spider().front_page
    except ArgumentError:
        return None
    except Exception as error:  # noqa: BLE001 - one site's code must not keep the others from their round
        logger.warning("the spider %s is left out: %s: %s", spider.name, type(error).__name__, printable(str(error)))
        return None
    return Site(
        name=spider.name,
        home=front_page,
        source=spider.name,
        domains=tuple(spider.allowed_domains),
        feeds=tuple(spider.feeds),
        sitemaps=tuple(spider.sitemaps),
        sections=tuple(spider.sections),
        article_url=spider.article_url,
        explores=spider.explores,
        country=country_of(spider.timezone),
        **{name: getattr(spider, name) for name in RULES},
    )
