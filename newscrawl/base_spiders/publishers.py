"""Publishers of the world as data: what is known of their sites without a crawl.

They are crawled by name and belong to no round until somebody adds them (`newscrawl sites add --country vn`), so
``newscrawl crawl --all`` asks none of their servers for anything.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from newscrawl.rules import RulesError, SiteRules
from newscrawl.sites import Site
from newscrawl.urls import host_of, site_of

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
        return self.domains or (host_of(self.home).removeprefix("www."),)

    @property
    def site(self) -> Site:
        """The site as it is crawled. Its articles have the same source as those that the spider ``site`` finds."""
        return Site(
            name=self.name,
            home=self.home,
            source=site_of(self.home) or self.name,
            title=self.title,
            domains=self.hosts,
            feeds=self.feeds,
            sitemaps=self.sitemaps,
            article_url=self.article_url,
            timezone=self.timezone,
            language=self.language,
            country=self.country,
        )


@cache
def publishers() -> Mapping[str, Publisher]:
    """Return the publishers by name, in the order of their names. Raises RulesError."""
    tables = tomllib.loads(files(__package__).joinpath(FILE).read_text("utf-8"))
    return {name: Publisher.of(name, facts) for name, facts in sorted(tables.items())}


@cache
def publishers_by_host() -> Mapping[str, Publisher]:
    """Return the publishers by their domains."""
    return {host: publisher for publisher in publishers().values() for host in publisher.hosts}


def publishers_in(country: str | None = None, language: str | None = None) -> list[Publisher]:
    """Return the publishers of a country (ISO 3166) and a language (ISO 639-1), or of all."""
    return [
        one
        for one in publishers().values()
        if (country is None or one.country == country.upper())
        and (language is None or one.language == language.lower())
    ]
