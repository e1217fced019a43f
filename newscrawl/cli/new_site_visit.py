"""A short visit to a new site, within Scrapy: the guard, robots.txt and the pace hold for it as for any crawl."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from time import monotonic
from typing import Any
from urllib.parse import urljoin, urlsplit

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.settings import Settings

from newscrawl.discovery import Found, NotAListing, read_listing, robots_sitemaps
from newscrawl.discovery.evidence import Evidence
from newscrawl.discovery.pagination import next_part
from newscrawl.discovery.shapes import Shapes, shapes_of
from newscrawl.extraction import extract_page
from newscrawl.items import Article, Link, ListingKind, NoArticle
from newscrawl.network.refusals import reason_of
from newscrawl.network.replay import address, capture_responses, captured, recording_of
from newscrawl.network.robots import Robots, robots_for
from newscrawl.newsite import Findings, ReadListing, domain_of
from newscrawl.newsite.propose import (
    MOST_SITEMAPS,
    articles_to_read,
    feeds_to_read,
    guesses,
    sections_to_read,
    sitemaps_below,
)
from newscrawl.recordings import Recording
from newscrawl.urls import site_of

MOST_ARTICLES = 3
MOST_TRIES = 6
"""Pages that may turn out to be no articles."""
_GUESSED: tuple[ListingKind, ...] = ("sitemap", "feed")
MOST_SECONDS = 600
"""After which no further page is asked for, so that a slow site costs its author minutes and not hours."""


class UnreadableSite(Exception):  # noqa: N818 - an answer about the site
    """No spider can be made of what the site answers. The message is one line for a person."""


_ENDED = "the visit was ended before it was complete"


@dataclass
class Visit:
    """What a visit brings."""

    url: str
    say: Callable[[str], None]
    home: str = ""
    domain: str = ""
    front: ReadListing | None = None
    sitemaps: tuple[str, ...] = ()
    listings: list[ReadListing] = field(default_factory=list)
    articles: dict[str, Article] = field(default_factory=dict)
    recordings: dict[str, Recording] = field(default_factory=dict)
    fault: str | None = _ENDED

    def note(self, response: Response) -> None:
        """Take a response as the server gave it; one that is no fit recording is passed over."""
        try:
            self.recordings[address(response)] = recording_of(response)
        except ValueError:
            return

    @property
    def findings(self) -> Findings:
        """What is known of the site by now."""
        articles = tuple(self.articles.values())
        return Findings(self.home, self.domain, self.front, self.sitemaps, tuple(self.listings), articles)


class VisitSpider(Spider):
    """Asks for one page after the other, each when it is known why."""

    name = "new-site"

    def __init__(self, visit: Visit) -> None:
        super().__init__()
        self.visit = visit
        self.robots: Robots | None = None
        self._shapes = Shapes()
        self._front: Found | None = None
        self._until = monotonic() + MOST_SECONDS

    async def start(self) -> AsyncIterator[Any]:
        """Visit the site; nothing is left to be scheduled."""
        try:
            await self._visit()
            self.visit.fault = None
        except UnreadableSite as error:
            self.visit.fault = str(error)
        except IgnoreRequest as error:
            self.visit.fault = reason_of(error)[1]
        return
        yield  # type: ignore[unreachable]

    async def _visit(self) -> None:
        visit = self.visit
        await self._read_front()
        links = visit.front.links if visit.front else ()
        for url in visit.sitemaps[:MOST_SITEMAPS]:
            await self._read_listing(Link(url, "sitemap"))
        for url in feeds_to_read(links, visit.domain):
            await self._read_listing(Link(url, "feed"))
        for kind in _GUESSED:
            for link in guesses(visit.home, kind):
                if visit.findings.of(kind):
                    break
                await self._read_listing(link)
        if self._front is not None:  # once more, now that feeds and sitemaps have told how articles look
            visit.front = self._judged(self._front, visit.home)
            links = visit.front.links
        for url in sections_to_read(links, visit.domain):
            await self._read_listing(Link(url, "section"))
        candidates = tuple(articles_to_read(visit.findings))
        if not candidates:
            raise UnreadableSite(f"{visit.home} names no feed, sitemap or section with articles")
        await self._read_articles(candidates)

    async def _read_front(self) -> None:
        visit = self.visit
        response = await self._fetch(visit.url)
        if isinstance(response, str):
            raise UnreadableSite(response)
        domain = domain_of(response.url)
        if domain is None:
            raise UnreadableSite(f"{response.url}: a spider names a site by its domain, and this is none")
        visit.home, visit.domain = urljoin(response.url, urlsplit(response.url).path or "/"), domain
        robots = self.robots = await robots_for(self.crawler, response.url)
        visit.sitemaps = tuple(link.url for link in robots_sitemaps(robots.body, response.url))
        self._front = self._found(response)
        visit.front = self._judged(self._front, visit.home) if self._front else None
        visit.say(f"front page {visit.home}: {_said(visit.front)}")

    async def _read_listing(self, link: Link, *, is_below: bool = False) -> None:
        assert link.kind != "article"
        response = await self._fetch(link.url)
        found = None if isinstance(response, str) else self._found(response)
        listing = self._judged(found, link.url) if found else None
        if listing is None or (listing.kind == "section") != (link.kind == "section"):
            self.visit.say(f"not read: {response}" if isinstance(response, str) else f"no {link.kind}: {link.url}")
            self.visit.listings.append(ReadListing(link.url, link.kind))
            return
        self.visit.listings.append(listing)
        self.visit.say(f"{listing.kind} {link.url}: {_said(listing)}")
        if listing.kind == "sitemap" and not is_below:
            for url in sitemaps_below(listing.links):
                await self._read_listing(Link(url, "sitemap"), is_below=True)

    async def _read_articles(self, urls: Iterable[str]) -> None:
        visit, tries = self.visit, 0
        for url in urls:
            if len(visit.articles) == MOST_ARTICLES or tries == MOST_TRIES:
                break
            if self.robots and not self.robots.allows(url):
                continue
            tries += 1
            response = await self._fetch(url)
            if isinstance(response, str):
                visit.say(f"not read: {response}")
                continue
            try:
                recording = visit.recordings[address(response)]
                visit.articles[recording.url] = _article(recording)
                visit.say(f"article {recording.url}")
            except (KeyError, NoArticle) as error:
                why = error.reason if isinstance(error, NoArticle) else "not recorded"
                visit.say(f"no article to expect ({why}): {url}")
                visit.recordings.pop(address(response), None)
        if not visit.articles:
            raise UnreadableSite(f"{visit.home}: none of {tries} pages that it lists is an article")

    async def _fetch(self, url: str) -> Response | str:
        """Return an answer, or why there is none, as one line."""
        if monotonic() > self._until:
            return f"{url}: not asked, for {MOST_SECONDS // 60} minutes are over"
        assert self.crawler.engine is not None
        try:
            request = Request(url, callback=NO_CALLBACK, dont_filter=True)
            response = await self.crawler.engine.download_async(request)
        except Exception as error:
            reason, why = reason_of(error)
            if reason == "ending":
                raise
            return why if why.startswith(url) else f"{url}: {why}"
        return response if response.status == 200 else f"{url}: its server answered with status {response.status}"

    def _found(self, response: Response) -> Found | None:
        content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
        try:
            return read_listing(response.body, content_type, response.url, site=site_of(self.visit.home))
        except NotAListing:
            return None

    def _judged(self, found: Found, url: str) -> ReadListing:
        """Judge links by all that is known of the site so far, as a crawl does."""
        links = Evidence(found, url, lambda _: None, self._shapes, explores=True).judged(found.links)
        listing = ReadListing(url, found.kind, tuple(links), found.claims_article == "yes")
        if found.kind != "section":
            self._shapes.learn(shapes_of(listing.articles, "article"))
        else:
            menu = [link.url for link in found.links if link.place == "menu" and link.kind == "section"]
            self._shapes.learn(shapes_of(menu, "listing"))
        return listing


def _article(recording: Recording) -> Article:
    """Return the article of a page that is all of it. Raises NoArticle."""
    if not recording.is_html:
        raise NoArticle("no_web_page")
    if next_part(recording.body, recording.header("Content-Type") or "", recording.url):
        raise NoArticle("further_pages")  # without them, what is expected would be half an article
    return extract_page(recording.page()).article


MOST_AT_ONCE = 8
"""Sites that are visited at a time."""


def visit_sites(visits: Iterable[Visit], settings: Settings, done: Callable[[Visit], None] = lambda _: None) -> None:
    """Run visits to their ends, some at a time, and hand out each that is done. A process can do that once."""
    settings.set("LOG_LEVEL", "ERROR", "spider")  # above the project's, below what the person says
    capture_responses(settings)
    process = AsyncCrawlerProcess(settings)
    waiting = iter(visits)

    def begin() -> None:
        visit = next(waiting, None)
        if visit is None:
            return
        crawler = process.create_crawler(VisitSpider)
        crawler.signals.connect(visit.note, captured)
        process.crawl(crawler, visit=visit).add_done_callback(lambda _: end(visit))

    def end(visit: Visit) -> None:
        done(visit)
        if visit.fault != _ENDED:  # by a signal, which stops them all
            begin()

    for _ in range(MOST_AT_ONCE):
        begin()
    process.start()


def _said(listing: ReadListing | None) -> str:
    if listing is None:
        return "no links"
    kinds = [link.kind for link in listing.links]
    counts = [(kind, kinds.count(kind)) for kind in dict.fromkeys(kinds)]
    return ", ".join(f"{count} {kind}{'s' if count > 1 else ''}" for kind, count in counts) or "no links"
