"""`scrapy savefixture SPIDER URL…`: record responses of a live site, for replay with `-s FIXTURES_DIR=fixtures`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from scrapy import Request, Spider
from scrapy.commands import ScrapyCommand
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.exceptions import UsageError
from scrapy.http import Response
from scrapy.spiderloader import SpiderLoader
from twisted.python.failure import Failure

from newscrawl.base_spiders import ArgumentError, NewsSpider
from newscrawl.base_spiders.registry import SiteRegistry
from newscrawl.extraction import extract_page
from newscrawl.items import Article, NoArticle
from newscrawl.network.parts import MOST_PARTS, next_page, whole_page
from newscrawl.network.replay import address, capture_responses, captured, recording_of
from newscrawl.recordings import EXPECTED, Recording, RecordingError, record, write_expected
from newscrawl.rules import RulesError
from newscrawl.text import printable

NOT_STARTED = 1
INCOMPLETE = 2


def _say(message: str) -> None:
    print(f"newscrawl savefixture: {printable(message)}", file=sys.stderr)  # noqa: T201


def _refuse(message: str) -> NoReturn:
    _say(message)
    sys.exit(NOT_STARTED)


@dataclass
class Capture:
    """Responses to requests for a few URLs."""

    recordings: dict[str, Recording] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    waiting: set[str] = field(default_factory=set)
    """Requested URLs that have neither succeeded nor failed."""

    def note(self, response: Response) -> None:
        """Record a response; the last one for a URL counts."""
        url = address(response)
        try:
            self.recordings[url] = recording_of(response)
        except ValueError as error:
            self.faults.append(f"{url}: {error}")

    def note_answer(self, response: Response) -> Request | None:
        """Mark a URL as answered, after all redirects; return a request for the next page of its article."""
        self.waiting.discard(response.meta["asked"])
        recording = self.recordings.get(address(response))
        following = next_page(recording) if recording else None
        part = response.meta.get("part", 1) + 1
        if following is None or following in self.recordings or part > MOST_PARTS:
            return None
        self.waiting.add(following)
        return self._request(following, part)

    def note_failure(self, failure: Failure) -> None:
        """Record why a URL was not answered; a response with an error status counts as an answer."""
        asked = failure.request.meta["asked"]  # type: ignore[attr-defined]  # Scrapy adds it
        self.waiting.discard(asked)
        if getattr(failure.value, "response", None) is None:
            self.faults.append(f"{asked}: {type(failure.value).__name__}: {failure.getErrorMessage()}")

    def requests(self, urls: list[str]) -> list[Request]:
        """Return a request for each URL."""
        self.waiting = set(urls)
        return [self._request(url) for url in dict.fromkeys(urls)]

    def _request(self, url: str, part: int = 1) -> Request:
        meta = {"asked": url, "part": part}
        return Request(url, self.note_answer, errback=self.note_failure, meta=meta)


class Command(ScrapyCommand):
    """Exit codes: 0 every URL was answered and recorded; 1 not started; 2 some were not."""

    requires_crawler_process = False

    def syntax(self) -> str:
        """Return the usage line."""
        return "[options] <spider> <url> [<url> ...]"

    def short_desc(self) -> str:
        """Return a one-line description."""
        return "Record responses of a site, for an offline crawl"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add --dir, and report wrong options in one line."""
        super().add_options(parser)
        parser.add_argument(
            "--dir", default="fixtures", help="folder for the recordings of all spiders (default: fixtures)"
        )
        parser.error = _refuse  # type: ignore[method-assign]

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Report wrong options in one line."""
        try:
            super().process_options(args, opts)
        except UsageError as error:
            _refuse(str(error))

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Fetch and record the URLs, extract their articles, and print what to review."""
        assert self.settings is not None
        unknown = [arg for arg in args if arg.startswith("-")]
        if unknown:
            _refuse(f"unknown option {unknown[0]}")
        if len(args) < 2:
            _refuse(
                "name a spider and the URLs to record, for example: scrapy savefixture bnews https://bnews.vn/rss.html"
            )
        name, *urls = args
        try:
            sites = SiteRegistry(self.settings)
            spider = SpiderLoader.from_settings(self.settings).load(name)
            if issubclass(spider, NewsSpider):
                spider()  # raises ArgumentError for one that needs arguments
            requests = (capture := Capture()).requests(urls)
        except ArgumentError as error:
            _refuse(f"{name} is no spider of one site: {error}")
        except (KeyError, ValueError, RulesError) as error:
            _refuse(str(error.args[0]))
        folder = Path(opts.dir) / name
        self._crawl(spider, requests, capture)
        try:
            written = record(capture.recordings.values(), folder) if capture.recordings else []
            articles, others = _articles(capture, sites)
            written += [write_expected(folder, articles)] if articles else []
        except RecordingError as error:
            _refuse(str(error))
        _tell(written, articles, others, capture)
        self.exitcode = INCOMPLETE if capture.faults or capture.waiting else 0

    def _crawl(self, spider: type[Spider], requests: list[Request], capture: Capture) -> None:
        assert self.settings is not None

        async def start(self: Spider) -> AsyncIterator[Any]:  # noqa: ARG001 - a method
            for request in requests:
                yield request

        spider.start = start  # type: ignore[method-assign]
        self.settings.set("LOG_LEVEL", "WARNING", "spider")  # overrides the project's, but not the command line's
        capture_responses(self.settings)
        process = AsyncCrawlerProcess(self.settings)
        crawler = process.create_crawler(spider)
        crawler.signals.connect(capture.note, captured)
        process.crawl(crawler)
        process.start()


def _articles(capture: Capture, sites: SiteRegistry) -> tuple[dict[str, Article], dict[str, str]]:
    """Extract the recorded pages: articles by URL, and reasons why other pages have none."""
    articles, others = {}, {}
    pages = {url: whole_page(capture.recordings, url) for url, one in capture.recordings.items() if one.is_html}
    further = {part.url for page in pages.values() for part in page.rest}
    for url, page in sorted(pages.items()):
        if url not in further:
            try:
                articles[url] = extract_page(page, sites.rules_for(url)).article
            except NoArticle as error:
                others[url] = error.reason
    return articles, others


def _tell(written: list[Path], articles: dict[str, Article], others: dict[str, str], capture: Capture) -> None:
    for path in written:
        print(f"wrote {printable(str(path))}")  # noqa: T201
    for url, reason in others.items():
        print(f"no article ({reason}): {printable(url)}")  # noqa: T201
    if articles:
        print(f"review {EXPECTED}: correct what was extracted wrongly from")  # noqa: T201
        for url in articles:
            print(f"  {printable(url)}")  # noqa: T201
    for fault in capture.faults:
        _say(fault)
    for url in sorted(capture.waiting):
        _say(f"{url}: not requested; it may be outside the spider's allowed_domains")
