"""Publishers of the world as data: what is known of their sites, and the spiders made of that.

They are crawled by name and belong to no round: ``scrapy list`` does not name them, so ``newscrawl crawl --all`` asks
none of their servers for anything.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, ClassVar
from urllib.parse import urlsplit

from scrapy import Spider
from scrapy.spiderloader import SpiderLoader

from newscrawl.base_spiders.site import SiteSpider
from newscrawl.rules import RulesError, SiteRules
from newscrawl.urls import site_of

FILE = "publishers.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """A table of ``publishers.toml``. Raises RulesError for a rule that no page could be read by."""

    name: str
    """Of its spider."""
    title: str
    home: str
    country: str
    """ISO 3166-1 code, or XK for Kosovo."""
    language: str
    """ISO 639-1 code of most of its articles."""
    domains: tuple[str, ...] = ()
    """Hosts, each with all below it."""
    timezone: str | None = None
    feeds: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    """As `SiteSpider.sitemaps`."""
    article_url: str | None = None
    """What the whole address of an article looks like; others may be articles as well."""
    confirmed_by: str | None = None
    """The address of a saved page that `article_url` matches; None where there is none."""

    @classmethod
    def of(cls, name: str, facts: Mapping[str, Any]) -> Publisher:
        """Read a table."""
        lists = {key: tuple(value) for key, value in facts.items() if isinstance(value, list)}
        try:
            publisher = cls(name=name, **{**facts, **lists})
            _ = publisher.rules
            re.compile(publisher.article_url or "")
        except (TypeError, RulesError, re.error) as error:
            raise RulesError(f"{FILE}: [{name}]: {error}") from None
        return publisher

    @property
    def rules(self) -> SiteRules:
        """How its pages are read."""
        return SiteRules(timezone=self.timezone, language=self.language)

    @property
    def hosts(self) -> tuple[str, ...]:
        """Its domains, by default the host of its front page."""
        return self.domains or ((urlsplit(self.home).hostname or "").removeprefix("www."),)


@cache
def publishers() -> Mapping[str, Publisher]:
    """Return the publishers by name, in the order of their names. Raises RulesError."""
    tables = tomllib.loads(files(__package__).joinpath(FILE).read_text("utf-8"))
    return {name: Publisher.of(name, facts) for name, facts in sorted(tables.items())}


@cache
def publishers_by_host() -> Mapping[str, Publisher]:
    """Return the publishers by their domains."""
    return {host: publisher for publisher in publishers().values() for host in publisher.hosts}


class PublisherSpider(SiteSpider):
    """The site of a publisher. Its articles have the same source as those that the spider ``site`` finds."""

    publisher: ClassVar[Publisher]

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.source = site_of(self.front_page) or self.name

    def is_article(self, url: str) -> bool | None:
        """Say whether a URL is an article's; None for one of another form, which nobody has checked on the site."""
        return super().is_article(url) or None


def spider_of(publisher: Publisher) -> type[PublisherSpider]:
    """Make the spider of a publisher. It explores the site where it does not know sitemaps and form of addresses."""
    attributes = {
        "__doc__": f"{publisher.title}, as {FILE} has it.",
        "__module__": __name__,
        "publisher": publisher,
        "name": publisher.name,
        "allowed_domains": publisher.hosts,
        "home": publisher.home,
        "feeds": publisher.feeds,
        "sitemaps": publisher.sitemaps,
        "article_url": publisher.article_url,
        "timezone": publisher.timezone,
        "language": publisher.language,
        "explores": not (publisher.sitemaps and publisher.article_url),
        "unverified": ("feeds", "sitemaps") + (() if publisher.confirmed_by else ("article_url",)),
    }
    return type(f"{publisher.name.title().replace('_', '')}Spider", (PublisherSpider,), attributes)


class SiteLoader(SpiderLoader):
    """Scrapy's, which also loads publishers, without listing them. A spider of the project with the name wins."""

    def load(self, spider_name: str) -> type[Spider]:
        """Return the class of a spider. Raises KeyError."""
        try:
            return super().load(spider_name)
        except KeyError:
            if spider_name not in publishers():
                raise
            return spider_of(publishers()[spider_name])
