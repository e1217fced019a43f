"""What is looked at before a crawl begins, so that what is wrong is one line."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from scrapy.settings import Settings
from scrapy.spiderloader import SpiderLoader, SpiderLoaderProtocol

from newscrawl.recordings import RecordingError
from newscrawl.registry import SiteRegistry
from newscrawl.replay import recordings_of
from newscrawl.rules import RulesError
from newscrawl.sources import ArgumentError, LocalSpider, NewsSpider, SiteSpider
from newscrawl.storage import StorageError, check_database
from newscrawl.text import printable
from newscrawl.web.addresses import Allowed
from newscrawl.web.destinations import BadDestination, check_url
from newscrawl.wire.identity import SettingsError, check_settings

WRONG = (ArgumentError, BadDestination, RecordingError, RulesError, SettingsError, StorageError)
"""What a person can mend; the message is one line."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A spider that can run."""

    name: str
    site: str
    """What no two crawls do at a time: the site, or of a spider without one, its name and arguments."""


def known_spider(loader: SpiderLoaderProtocol, name: str) -> str:
    """Return the name of a spider that there is. Raises ArgumentError."""
    known = sorted(loader.list())
    if name not in known:
        close = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"there are: {', '.join(known)}"
        raise ArgumentError(f"no spider is named {printable(name)!r}; {hint}")
    return name


def check_crawl(settings: Settings, args: list[str], arguments: dict[str, str]) -> Checked:
    """Return the spider to run, when everything that it needs is there. Raises one of `WRONG`."""
    loader = SpiderLoader.from_settings(settings)
    registry = SiteRegistry(settings)
    check_settings(settings)
    unknown = [arg for arg in args if arg.startswith("-")]
    if unknown:
        raise ArgumentError(f"unknown option {printable(unknown[0])}")
    if len(args) != 1:
        raise ArgumentError(f"name one spider; there are: {', '.join(sorted(loader.list()))}")
    name = known_spider(loader, args[0])
    if settings["FIXTURES_DIR"]:
        recordings_of(settings, name)
    spider = loader.load(name)
    made = spider(**arguments) if issubclass(spider, NewsSpider) else None
    if isinstance(made, SiteSpider):
        check_url(made.front_page, Allowed.parse(settings["ALLOW_PRIVATE_ADDRESSES"]))
    if isinstance(made, LocalSpider):
        made.check(settings)
    check_database(settings["DATABASE_URL"])
    if isinstance(made, SiteSpider):
        return Checked(name, registry.source_of(made.front_page) or name)
    return Checked(name, " ".join([name, *(f"{key}={value}" for key, value in sorted(arguments.items()))]))
