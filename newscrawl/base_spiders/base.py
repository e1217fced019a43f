"""What every spider inherits: checked attributes and arguments."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, ClassVar

from scrapy import Spider

from newscrawl.network.scrapy_internals import is_running
from newscrawl.rules import NO_RULES, RulesError, SiteRules
from newscrawl.urls import declare

_SCRAPYS = {"name", "start_urls"}
"""What Scrapy reads of a spider's class without giving it a value in its own."""

_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*")


class ArgumentError(ValueError):
    """A wrong spider argument. The message is one line for a person."""


class NewsSpider(Spider):
    """A spider that yields `Page` and `Outcome`, and never extracts.

    Class attributes say which domains a site has and what is special about its pages. They are checked when the
    spider's module is imported: RulesError for a rule that cannot be followed, and for an attribute that nothing
    reads, which is a mistyped one. A spider's own constants begin with an underscore.
    """

    arguments: ClassVar[Mapping[str, str]] = {}
    """What `-a NAME=VALUE` can set, name and meaning; any other is refused."""
    allowed_domains: ClassVar[Sequence[str]] = ()
    """Scrapy's: the site's domains, each with all below it. The rules hold for their pages, whoever reads them."""
    prune_xpath: ClassVar[tuple[str, ...]] = NO_RULES.prune_xpath
    timezone: ClassVar[str | None] = NO_RULES.timezone
    language: ClassVar[str | None] = NO_RULES.language
    adjust: ClassVar[str | None] = NO_RULES.adjust
    kept_parameters: ClassVar[tuple[str, ...]] = NO_RULES.kept_parameters
    dropped_parameters: ClassVar[tuple[str, ...]] = NO_RULES.dropped_parameters
    extractor: ClassVar[str | None] = NO_RULES.extractor
    site_rules: ClassVar[SiteRules] = NO_RULES
    """Made of the seven above; `SiteRules` says what they mean."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        try:
            if not cls.__module__.startswith(f"{__package__}."):  # what is declared here is what is known
                _check_attributes(cls)
            cls.site_rules = SiteRules(**{rule.name: getattr(cls, rule.name) for rule in fields(SiteRules)})
            _check_domains(cls)
            declare(cls.allowed_domains, cls.site_rules.parameters)
        except RulesError as error:
            raise RulesError(f"{cls.__module__}.{cls.__name__}: {error}") from None

    def __init__(self, **given: Any) -> None:
        super().__init__()
        self.given = given
        for argument in given:
            if argument not in self.arguments:
                raise ArgumentError(f"unknown argument {argument!r}{self._hint(argument)}")

    def _hint(self, argument: str) -> str:
        close = difflib.get_close_matches(argument, self.arguments, n=1)
        known = ", ".join(self.arguments) or "none"
        return f"; did you mean {close[0]!r}?" if close else f"; {self.name} knows: {known}"

    @property
    def is_closing(self) -> bool:
        """Whether the crawl is being ended: Scrapy lets a running callback go on to its last item."""
        return not is_running(self.crawler.engine)


def _check_attributes(spider: type[NewsSpider]) -> None:
    for attribute, value in vars(spider).items():
        is_data = not callable(value) and not hasattr(value, "__get__")
        is_known = attribute in _SCRAPYS or any(hasattr(base, attribute) for base in spider.__bases__)
        if is_data and not is_known and not attribute.startswith("_"):
            known = {name for base in spider.__bases__ for name in dir(base) if not name.startswith("_")} | _SCRAPYS
            close = difflib.get_close_matches(attribute, known, n=1)
            hint = f"did you mean {close[0]!r}?" if close else "a constant of its own begins with an underscore"
            raise RulesError(f"a spider has no attribute {attribute!r}; {hint}")


def _check_domains(spider: type[NewsSpider]) -> None:
    domains = spider.allowed_domains
    if not isinstance(domains, tuple | list) or not all(_DOMAIN.fullmatch(str(domain)) for domain in domains):
        raise RulesError(f"allowed_domains must be a tuple of domains, as in ('news.example',), not {domains!r}")
    if spider.site_rules != NO_RULES and not domains and hasattr(spider, "name"):
        raise RulesError("it has rules but no allowed_domains, so they would hold for no page")
