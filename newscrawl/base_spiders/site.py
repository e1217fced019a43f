"""What the spider of a site inherits: it says where a site lists its articles, and how their addresses look."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar, ParamSpec, TypeVar
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from scrapy import Request
from scrapy.http import Response
from scrapy.settings import SETTINGS_PRIORITIES, BaseSettings
from twisted.python.failure import Failure
from w3lib.encoding import http_content_type_encoding

from newscrawl.base_spiders import arguments
from newscrawl.base_spiders.answers import failed, moment_of, no_article, outcome_of, page_of, visit_of, withheld_page
from newscrawl.base_spiders.base import ArgumentError, NewsSpider
from newscrawl.base_spiders.dated_sitemaps import fill
from newscrawl.compression import GZIP
from newscrawl.discovery import Found, NotAListing, read_listing
from newscrawl.discovery.evidence import Evidence, feeds_worth_reading, section_rank, sitemaps_worth_reading
from newscrawl.discovery.kinds import is_surely_section
from newscrawl.discovery.link_keys import link_keys
from newscrawl.discovery.named import Section, folders_of
from newscrawl.discovery.pagination import next_part
from newscrawl.discovery.read import is_html
from newscrawl.discovery.shapes import Shapes, shapes_of
from newscrawl.extraction.metadata.zones import top_level, zone_of
from newscrawl.items import REFUSALS, DuePage, Link, Listing, Outcome, Page, SiteShape, Visit
from newscrawl.network.ending import READING_GRACE, EndWatch
from newscrawl.network.parts import MOST_PARTS
from newscrawl.network.refusals import Ending, reason_of
from newscrawl.rules import RulesError
from newscrawl.sites.site import sitemap_fault
from newscrawl.text import printable
from newscrawl.urls import declared_parameters, host_of, url_key
from newscrawl.window import Wanted
from newscrawl.workers.pool import Limits, Share, WorkerFailed, Workers

P = ParamSpec("P")
T = TypeVar("T")

logger = logging.getLogger(__name__)

MOST_IN_REACTOR = 500
"""Links that are judged in the reactor, in some milliseconds; more are judged in a thread."""


_SITEMAP_GUESSES: tuple[tuple[str, ...], ...] = (("sitemap.xml",),)
_WORDPRESS_GUESSES = ("wp-sitemap.xml", "sitemap_index.xml", "news-sitemap.xml")
"""Of WordPress itself, and of its plugin Yoast."""
_WORDPRESS = re.compile(rb"/wp-(?:content|includes|json)/")
_FEED_GUESSES: tuple[tuple[str, ...], ...] = (
    ("feed", "rss"),
    ("rss.xml", "feed.xml", "atom.xml", "index.xml", "feed.json"),
)

_MOST_NAMES = 30
"""Names of sections in a message."""
_LED_AWAY = frozenset({"redirect_loop", "offsite_redirect"})
"""Why a page failed whose server sends those who have not signed in somewhere else."""
_NO_LISTING = frozenset(("no_listing", "no_links", "not_html", "empty", "needs_rendering"))
"""Reasons of an answer with another page in the place of a feed or sitemap."""
LARGE = 250_000
"""Bytes of a page that is looked through in a worker: in the crawl itself it would take 10 ms."""


class SiteSpider(NewsSpider):
    """A site, as data: where it lists its articles, and how their addresses look.

    What is due, of listings and of articles, comes from the database by way of the frontier; the spider turns it into
    requests, and the answers into what the store is to remember.
    """

    home: ClassVar[str] = ""
    """The site's front page; by default that of its first domain."""
    feeds: ClassVar[Sequence[str]] = ()
    sitemaps: ClassVar[Sequence[str]] = ()
    """Sitemaps and their indexes; ``{year}``, ``{month}`` and ``{day}`` stand for those of the days a run is about, and
    ``{month:02}`` pads. Without any, those that robots.txt names."""
    sections: ClassVar[Sequence[str]] = ()
    """Pages that list articles."""
    article_url: ClassVar[str | None] = None
    """A regular expression that the whole URL of every article matches, and of nothing else."""
    explores: ClassVar[bool] = False
    """Whether the feeds and sections that its pages link to are read as well."""
    unverified: ClassVar[Sequence[str]] = ()
    """The attributes that nobody has yet held against a page of the site itself."""

    arguments: ClassVar[Mapping[str, str]] = arguments.ARGUMENTS

    custom_settings = {"HTTPERROR_ALLOW_ALL": True}  # noqa: RUF012 - as Scrapy declares it

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Leave JOBDIR out: what Scrapy kept there would be asked for twice, for the database knows it as due."""
        super().update_settings(settings)
        if settings["JOBDIR"]:
            logger.warning("JOBDIR is not used: the database knows what is due, and each run goes on from there")
            # Scrapy applies the command line once more after this.
            settings.set("JOBDIR", None, priority=SETTINGS_PRIORITIES["cmdline"] + 1)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for name in ("feeds", "sitemaps", "sections", "unverified"):
            if not isinstance(getattr(cls, name), tuple | list):
                raise RulesError(f"{cls.__module__}.{cls.__name__}: {name} must be a tuple")
        for fault in filter(None, map(sitemap_fault, cls.sitemaps)):
            raise RulesError(f"{cls.__module__}.{cls.__name__}: sitemaps: {fault}")
        try:
            re.compile(cls.article_url or "")
        except re.error as error:
            raise RulesError(f"{cls.__module__}.{cls.__name__}: article_url: {error}") from None

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.source = self.name
        """Whose articles these are."""
        self.workers = Share(Workers(Limits(count=0)))
        """Where answers are read; those of the crawl, once it is open."""
        self.zone_name = arguments.timezone(given) or self.timezone
        """The zone of the site's times without one."""
        self.window = arguments.window(given, self.zone_name or self._zone_of_country())
        self.max_articles = arguments.number(given, "max_articles")
        self.urls = arguments.urls(given)
        self.shapes = Shapes()
        """How the addresses of its articles look; what is stored of that, once the crawl is open."""
        self.menu: frozenset[str] = frozenset()
        """The keys of what the front page has in its navigation: no articles."""
        self.has_feeds = False
        """Whether one of its pages has named a feed to read."""
        self.is_wordpress = False
        """Whether one of its pages names files of WordPress."""
        self.guessed: set[str] = set()
        """Addresses that nothing names, where listings mostly are."""
        self.spare_feeds: tuple[Link, ...] = ()
        """The same feeds in other formats, should those fail."""
        self.wanted = Wanted(self.window, arguments.switch(given, "full"), arguments.accept(given))
        self.section = arguments.section(given)
        """The only section of which articles are fetched; None for all."""
        self.listings = self._listings_of(self.section) if self.section is not None else ()
        """The declared listings of that section."""
        self.chosen: set[str] = set()
        """Keys of the pages that a run for one section may fetch: its articles and listings, feeds and sitemaps."""
        self.has_chosen_article = False
        self._own_listings: set[str] = set()
        """Keys of the section's own pages, which may have other names in their addresses."""
        self.sections_seen: dict[str, None] = {}
        """What the site calls its sections, in the order in which they were met."""
        for url in self.urls or ():
            if not self.is_own(url):
                raise ArgumentError(f"urls: {url} is not of {self.front_page}")

    def _listings_of(self, section: Section) -> tuple[Link, ...]:
        """Return the declared listings of a section. Raises ArgumentError where others are declared and it is not."""
        declared = [Link(url, "feed") for url in self.feeds] + [Link(url, "section") for url in self.sections]
        chosen = tuple(link for link in declared if section.is_listing(link.url))
        if not chosen and self.sections:
            names = sorted({folders[-1] for link in declared if (folders := folders_of(link.url))})
            raise ArgumentError(f"section {printable(section.given)!r} is none of: {', '.join(names)}")
        return chosen

    def _zone_of_country(self) -> str | None:
        zone = zone_of(None, top_level(self.front_page))
        return zone.key if isinstance(zone, ZoneInfo) else None

    @property
    def front_page(self) -> str:
        """The site's front page."""
        return self.home or f"https://{self.allowed_domains[0]}/"

    def is_own(self, url: str) -> bool:
        """Say whether a URL is of the site."""
        try:
            host = host_of(url)
        except ValueError:
            return False
        return any(host == domain or host.endswith(f".{domain}") for domain in self.allowed_domains)

    def is_article(self, url: str) -> bool | None:
        """Say whether a URL is an article's, going by its looks; None where nothing is known of them."""
        return None if self.article_url is None else re.fullmatch(self.article_url, url) is not None

    def always(self) -> tuple[Link, ...]:
        """The listings that every run begins with."""
        sitemaps = fill(self.sitemaps, self.window, self.zone_name)
        return tuple(Link(url, "sitemap") for url in sitemaps) + tuple(Link(url, "feed") for url in self.feeds)

    def at_first(self) -> tuple[Link, ...]:
        """The listings that a run begins with where nothing better is known; later, as often as they prove worth it."""
        sections = dict.fromkeys((self.front_page, *self.sections))
        return tuple(Link(url, "section") for url in sections)

    def guesses(self) -> tuple[tuple[Link, ...], ...]:
        """Where listings mostly are, for a site that names none.

        Groups of one kind: each is to be tried where those before found none. Of a site below a path, they are looked
        for there as well.
        """
        if not self.explores:
            return ()
        here = urljoin(self.front_page, ".")
        roots = dict.fromkeys((here, urljoin(here, "/")))
        feeds = () if self.has_feeds else _FEED_GUESSES
        sitemaps = (*_SITEMAP_GUESSES, _WORDPRESS_GUESSES) if self.is_wordpress else _SITEMAP_GUESSES
        groups = (
            *(tuple(Link(urljoin(root, name), "sitemap") for root in roots for name in group) for group in sitemaps),
            *(tuple(Link(urljoin(root, name), "feed") for root in roots for name in group) for group in feeds),
        )
        self.guessed |= {link.url for group in groups for link in group}
        return groups

    async def start(self) -> AsyncIterator[Request]:
        """Begin with nothing: the frontier hands out what is due."""
        return
        yield  # type: ignore[unreachable]

    def request(self, due: DuePage) -> Request:
        """Ask for a page; for one that is known, only if it has changed."""
        headers = {}
        # What has not changed since a run for all sections was not looked through for one.
        is_looked_through = self.section is not None and due.kind != "article"
        if not (self.wanted.everything or self.wanted.accepted or is_looked_through):
            validators = {"If-None-Match": due.etag, "If-Modified-Since": due.last_modified}
            headers = {name: value for name, value in validators.items() if value}
        # The database knows what was visited, and a redirect may lead to a page that was.
        return Request(due.url, self.read, "GET", headers, meta={"due": due}, dont_filter=True, errback=self.fail)

    async def _work(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a function in a worker. Raises Ending where the crawl ends meanwhile, and WorkerFailed."""
        work, watch = self.workers.run(function, *args, **kwargs), self._end_watch
        return await (work if watch is None else watch.unless_ended(work, READING_GRACE))

    @property
    def _end_watch(self) -> EndWatch | None:
        """None for a spider that is asked outside of a crawl."""
        crawler = getattr(self, "crawler", None)
        return None if crawler is None else EndWatch.of(crawler)

    async def read(self, response: Response) -> AsyncIterator[Page | Listing | Outcome | Request]:
        """Make of an answer what the store is to remember. What the end of the run cuts off stays due."""
        with suppress(Ending):
            async for made in self._read(response):
                yield made

    async def _read(self, response: Response) -> AsyncIterator[Page | Listing | Outcome | Request]:
        due: DuePage = response.meta["due"]
        outcome = outcome_of(response, due, self.source)
        if response.status in REFUSALS and (page := withheld_page(due, self.source, response)) is not None:
            yield page
        elif outcome is not None:
            yield self._of_guess(outcome, due)
        elif due.kind == "article":
            yield await self._read_article(response, due)
        else:
            read = await self._read_listing(response, due)
            yield self._of_guess(read, due) if isinstance(read, Outcome) else read

    def _of_guess(self, outcome: Outcome, due: DuePage) -> Outcome:
        """Return the outcome of an address that was only guessed: that nothing is there is no failure."""
        is_failure = outcome.outcome == "failed" and (outcome.reason[:6] == "http_4" or outcome.reason in _NO_LISTING)
        if due.url not in self.guessed or not is_failure or outcome.reason == "http_429":
            return outcome
        return replace(outcome, outcome="skipped", reason="not_there")

    async def _read_listing(self, response: Response, due: DuePage) -> Listing | Page | Outcome:
        content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
        try:
            now = moment_of(response)
            given = response.body, content_type, response.url
            found = await self._work(read_listing, *given, timezone=self.zone_name, now=now)
        except (WorkerFailed, NotAListing) as error:
            return no_article(response, due, self.source, error.reason, str(error))
        if found.kind == "section" and due.kind != "section":
            return no_article(response, due, self.source, "no_listing", f"a web page, and no {due.kind}")
        self.is_wordpress = self.is_wordpress or _WORDPRESS.search(response.body) is not None
        visit, moment = visit_of(response, due), moment_of(response)
        try:
            listing = await self._listing(found, due.key, due.url, visit, moment)
        except WorkerFailed as error:
            return no_article(response, due, self.source, error.reason, str(error))
        if found.claims_article != "no" and self._may_be_article(response.url):
            page = page_of(response, due, self.source)
            return replace(page, otherwise=listing, visit=replace(visit, kind="article"))
        return listing

    def _may_be_article(self, url: str) -> bool:
        """Say whether a page that was asked for as a section may be an article by its address."""
        key = url_key(url)
        is_declared = key in self.menu or key in map(url_key, (self.front_page, *self.sections))
        return self.explores and not is_declared and not is_surely_section(url) and self.is_article(url) is not False

    async def _listing(self, found: Found, key: str, url: str, visit: Visit, moment: datetime) -> Listing:
        """Make of what a listing names what is to be followed."""
        menu = [link.url for link in found.links if link.place == "menu" and link.kind == "section"]
        self.shapes.learn(shapes_of(menu, "listing"))
        if url_key(url) == url_key(self.front_page):
            self.menu = frozenset(map(url_key, menu))
        is_long = len(found.links) > MOST_IN_REACTOR
        followed = asyncio.to_thread(self._followed, found, url) if is_long else None
        links, shapes = await followed if followed else self._followed(found, url)
        self.shapes.learn(shapes)
        reason = "needs_rendering" if found.needs_rendering else None if found.complete else "cut_off"
        if found.kind != "section" and found.links and not links:
            reason = "nothing_queued"
            logger.warning(
                "%s: none of the %d addresses of this %s looks like an article of the site, so none is followed; "
                "the first is %s",
                printable(url),
                len(found.links),
                found.kind,
                printable(found.links[0].url),
            )
        keys = await self._work(link_keys, links, declared_parameters())
        if self.section is not None:
            named = [one.key for one in keys]
            self._choose(self.section, list(zip(named, links, strict=True)), found, url, key)
        return Listing(key, url, self.source, visit, moment, links, found.complete, shapes, keys, reason)

    def _choose(self, section: Section, links: Sequence[tuple[str, Link]], found: Found, url: str, own: str) -> None:
        """Choose of the links of a listing, given with their keys, what belongs to the section."""
        is_own_listing = found.kind != "sitemap" and (own in self._own_listings or section.is_listing(url))
        for key, link in links:
            if link.kind == "section":
                if link.place == "menu" and link.label:
                    self.sections_seen.setdefault(link.label)
                is_chosen = section.is_listing(link.url, link.label)
                if is_chosen:
                    self._own_listings.add(key)
            else:
                for name in link.facts.categories if link.facts else ():
                    self.sections_seen.setdefault(name)
                is_chosen = link.kind != "article" or is_own_listing or section.has(link)
            if is_chosen:
                self.chosen.add(key)
                self.has_chosen_article = self.has_chosen_article or link.kind == "article"

    def _followed(self, found: Found, url: str) -> tuple[tuple[Link, ...], tuple[SiteShape, ...]]:
        """Return the links to follow, each with what it leads to, and what is learned of how addresses look.

        It takes seconds for fifty thousand links.
        """
        links = self._judged(found, url)
        if found.kind == "section":
            return links, shapes_of((url,), "listing")
        return links, shapes_of((link.url for link in self._in_time(links) if link.kind == "article"), "article")

    def _in_time(self, links: Iterable[Link]) -> Iterator[Link]:
        """Yield links. Raises Ending once the end of the crawl leaves them to the next one."""
        watch = self._end_watch
        for link in links:
            if watch is not None and watch.is_overdue:
                raise Ending
            yield link

    def _judged(self, found: Found, url: str) -> tuple[Link, ...]:
        """Return the links to follow.

        A page that names no article leads nowhere: so ends the walk through a calendar, or through a search.
        """
        evidence = Evidence(found, url, self.is_article, self.shapes, self.explores)
        own = [
            link
            for link in self._in_time(found.links)
            if self.is_own(link.url) or (link.kind == "feed" and found.kind == "section")
        ]
        links = list(evidence.judged(self._in_time(own)))
        if found.kind != "section":
            return sitemaps_worth_reading(links) if links and links[0].kind == "sitemap" else tuple(links)
        feeds, spare = feeds_worth_reading([link for link in links if link.kind == "feed"])
        if self.has_feeds:
            feeds = ()
        elif feeds:
            self.has_feeds, self.spare_feeds = True, spare
        named = [link for link in links if link.kind == "article"]
        sections = [link for link in links if link.kind == "section"] if named else []
        sections.sort(key=lambda link: section_rank(link.url, self.front_page))
        return (*feeds, *named, *sections)

    async def listing_of(self, page: Page) -> Listing | None:
        """Return what a page names that was taken for an article and is a list; None where it names no article."""
        if not self.explores or page.is_named or page.visit is None or page.url is None or self.shapes.has(page.url):
            return None
        if url_key(page.visit.requested_url) != page.key:  # the list to which a missing article redirects
            return None
        try:
            given = page.body, page.content_type, page.url
            found = await self._work(read_listing, *given, timezone=self.zone_name, now=page.fetched_at)
            visit = replace(page.visit, kind="section")
            listing = await self._listing(found, page.key, page.url, visit, page.fetched_at)
        except (WorkerFailed, NotAListing):
            return None
        return listing if any(link.kind == "article" for link in listing.links) else None

    async def _read_article(self, response: Response, due: DuePage) -> Page | Outcome | Request:
        page = page_of(response, due, self.source)
        if not response.headers.get("Content-Type") or "html" not in page.content_type.lower():
            if not is_html(response.body, page.content_type):
                wrong = page.content_type if response.headers.get("Content-Type") else "without a type, its body"
                return no_article(response, due, self.source, "content_type", f"{wrong} is no web page")
            charset = http_content_type_encoding(page.content_type)
            page = replace(page, content_type=f"text/html; charset={charset}" if charset else "text/html")
        return await self._next_part(response, page, ()) or page

    async def _next_part(self, response: Response, first: Page, rest: tuple[Page, ...]) -> Request | None:
        """Ask for the next page of an article that its site cuts into several."""
        read = {page.url for page in (first, *rest)}
        try:
            is_named = first.is_named or (self.explores and self.shapes.has(first.url or ""))
            following = await self._look_for_part(response.body, first.content_type, response.url, is_named=is_named)
        except WorkerFailed:  # the page itself will fail in the same way, and say so
            return None
        if following is None or following in read or len(read) >= MOST_PARTS or not self.is_own(following):
            return None
        meta = {"due": response.meta["due"], "first": first, "rest": rest}
        return Request(following, self.read_part, meta=meta, dont_filter=True, errback=self.fail)

    async def _look_for_part(self, body: bytes, content_type: str, url: str, *, is_named: bool) -> str | None:
        if len(body) < LARGE and not body.startswith(GZIP):  # which is as large as it says only once it is unpacked
            return next_part(body, content_type, url, is_named)
        return await self._work(next_part, body, content_type, url, is_named)

    async def read_part(self, response: Response) -> AsyncIterator[Page | Outcome | Request]:
        """Put a further page of an article to the others. Where it fails, none is stored: half an article is wrong."""
        with suppress(Ending):
            async for made in self._read_part(response):
                yield made

    async def _read_part(self, response: Response) -> AsyncIterator[Page | Outcome | Request]:
        due, first, rest = (response.meta[name] for name in ("due", "first", "rest"))
        outcome = outcome_of(response, due, self.source)
        if outcome is not None and outcome.outcome == "gone":
            yield replace(first, rest=rest)
            return
        if outcome is not None:
            yield outcome
            return
        rest = (*rest, page_of(response, due, self.source))
        yield await self._next_part(response, first, rest) or replace(first, rest=rest)

    def closed(self, reason: str) -> None:
        """Say of a run for one section that there was none, and which there are."""
        if self.section is None or self.has_chosen_article or reason != "finished":
            return
        names = ", ".join(list(map(printable, self.sections_seen))[:_MOST_NAMES]) or "none that newscrawl can tell"
        message = f"no article of a section {printable(self.section.given)!r} is named; the site names: {names}"
        logger.error("%s", message)
        assert self.crawler.stats is not None
        self.crawler.stats.set_value("newscrawl/unknown_section", message)

    def fail(self, failure: Failure) -> Iterator[Page | Outcome]:
        """Record why there was no answer. What was cut off by the end of the run stays due."""
        due: DuePage = failure.request.meta["due"]  # type: ignore[attr-defined]
        reason, why = reason_of(failure)
        if reason == "ending":
            return
        outcome = failed(due, self.source, reason, why)
        page = withheld_page(due, self.source) if reason in _LED_AWAY else None
        yield outcome if page is None else replace(page, otherwise=outcome)
