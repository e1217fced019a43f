"""Which sites a round goes to, and in which order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from scrapy.settings import BaseSettings
from scrapy.spiderloader import get_spider_loader

from newscrawl.registry import SiteRegistry
from newscrawl.sources import ArgumentError, SiteSpider
from newscrawl.storage import Standing

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Choice:
    """The spiders of a round."""

    spiders: tuple[str, ...]
    not_due: int = 0
    """How many were left out, for nothing of theirs is due."""


def runnable_sites(settings: BaseSettings) -> dict[str, str]:
    """Return the spiders of sites that need no arguments, each with the source of its pages."""
    loader, registry = get_spider_loader(settings), SiteRegistry(settings)
    found = {}
    for name in sorted(loader.list()):
        spider = loader.load(name)
        if issubclass(spider, SiteSpider):
            try:
                made = spider()
            except ArgumentError:
                continue
            found[name] = registry.source_of(made.front_page) or name
    return found


def in_order(names: Iterable[str], standings: Mapping[str, Standing], *, due_only: bool) -> Choice:
    """Put those first that have waited longest, so that a time limit does not always cut off the same.

    A spider of which nothing is known, such as one of local files, is due.
    """
    known = list(dict.fromkeys(names))
    chosen = [name for name in known if not due_only or name not in standings or standings[name].is_due]
    waited = {name: standings[name].last_started or _NEVER for name in chosen if name in standings}
    return Choice(tuple(sorted(chosen, key=lambda name: waited.get(name, _NEVER))), len(known) - len(chosen))
