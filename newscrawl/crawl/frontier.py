"""The frontier: hands a site's spider what is due in the database, as fast as Scrapy takes it."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DontCloseSpider
from scrapy.http import Response
from twisted.python.failure import Failure

from newscrawl.base_spiders import SiteSpider
from newscrawl.base_spiders.registry import SiteRegistry
from newscrawl.base_spiders.site import failed
from newscrawl.discovery import robots_sitemaps
from newscrawl.items import Candidate, DuePage, Link, Listing, Outcome, PageKind
from newscrawl.network.refusals import Ending
from newscrawl.network.robots import robots_for
from newscrawl.network.scrapy_internals import request_more
from newscrawl.storage.errors import StorageError
from newscrawl.storage.frontier import Seed, Take
from newscrawl.storage.statistics import Result
from newscrawl.storage.store import StoreItem
from newscrawl.storage.writer import Writer
from newscrawl.urls import url_key

Spent = Literal["max_articles", "max_pages", "max_minutes", "max_megabytes", "unreachable", "asked_to_wait"]
"""Why a run ends before everything is done; what is left is due in the next one."""

MOST_FAILURES = 10
"""Failures in a row that say that it is the site, or the way there, and not its pages."""

_NOT_THE_PAGE = frozenset({"dns", "timeout", "refused", "reset", "tls", "robots_unreachable", "http_403", "http_429"})
"""Reasons that other pages of the site will have as well; every status from 500 on is one more."""


@dataclass(slots=True)
class Budget:
    """What a run has done, against what it may do; 0 sets no limit."""

    started: datetime
    max_pages: int = 0
    max_minutes: float = 0
    max_megabytes: float = 0
    max_articles: int = 0
    pages: int = 0
    """Handed out."""
    articles: int = 0
    """Stored."""
    in_hand: int = 0
    """Handed out, and not answered."""
    failures: list[datetime] = field(default_factory=list)
    """When the pages failed that came after the last that did not: failures in a row."""
    is_in_vain: bool = True
    """Nothing was answered but failures."""
    spent: Spent | None = None

    @property
    def is_unreachable(self) -> bool:
        """Whether so much has failed that the rest would as well."""
        return len(self.failures) >= MOST_FAILURES

    def check(self, now: datetime, received: int) -> bool:
        """Say whether the run may go on, having received so many bytes."""
        limits: dict[Spent, bool] = {
            "unreachable": self.is_unreachable,
            "max_articles": 0 < self.max_articles <= self.articles,
            "max_pages": 0 < self.max_pages <= self.pages,
            "max_minutes": self.max_minutes > 0 and now - self.started >= timedelta(minutes=self.max_minutes),
            "max_megabytes": 0 < self.max_megabytes <= received / 1e6,
        }
        self.spent = self.spent or next((reason for reason, is_reached in limits.items() if is_reached), None)
        return self.spent is None

    def end(self) -> Spent | None:
        """Return why the run ends, now that it does: a site that answers nothing has run out of pages soon."""
        return self.spent or ("unreachable" if self.is_in_vain and self.failures else None)

    def room(self, most: int) -> int:
        """Return how many pages may be handed out now, of `most`."""
        limits = [most]
        if self.max_pages:
            limits.append(self.max_pages - self.pages)
        if self.max_articles:
            # Each page in hand may be an article.
            limits.append(self.max_articles - self.articles - self.in_hand)
        return max(min(limits), 0)

    def take(self, count: int) -> None:
        """Hand out pages."""
        self.pages += count
        self.in_hand += count

    def count(self, item: Candidate | Outcome | Listing, *, stored: bool) -> None:
        """Count an answer."""
        self.in_hand = max(self.in_hand - 1, 0)
        self.articles += stored
        if not isinstance(item, Outcome) or item.outcome != "failed":
            # Failures are stored at once and articles when they are extracted: the row is that of the answers.
            answered = item.page.fetched_at if isinstance(item, Candidate) else item.fetched_at
            self.failures = [failed for failed in self.failures if failed > answered]
            self.is_in_vain = False
        elif item.reason in _NOT_THE_PAGE or item.reason.startswith("http_5"):
            self.failures.append(item.fetched_at)


logger = logging.getLogger(__name__)

BATCH = 16
"""Pages taken at a time: as many as Scrapy downloads at once."""

MOST_IN_HAND = 32
"""Pages between their being taken and their being stored: what is in memory, and what a killed run fetched in vain."""

MOST_SECTIONS = 60
"""Section pages of a run: a site without feeds and sitemaps is walked a little every time."""


class Frontier:
    """Asks the store for due pages whenever the scheduler is empty, until there are none or the run has had enough."""

    def __init__(
        self,
        crawler: Crawler,
        spider: SiteSpider,
        writer: Writer[StoreItem, Result],
        give_up: Callable[[StorageError], None],
    ) -> None:
        settings = crawler.settings
        spider.source = SiteRegistry(settings).source_of(spider.front_page) or spider.name
        self.crawler = crawler
        self.spider = spider
        self.writer = writer
        self.give_up = give_up
        self.budget = Budget(
            datetime.now(UTC),
            settings.getint("CRAWL_MAX_PAGES"),
            settings.getfloat("CRAWL_MAX_MINUTES"),
            settings.getfloat("CRAWL_MAX_MEGABYTES"),
            spider.max_articles or 0,
        )
        self._asking: asyncio.Task[None] | None = None
        self._is_dry = False
        self._has_begun = False
        self._has_guessed = False
        self._noted = 0
        """Answers so far. Each may have brought something, or made room."""
        self._sections = 0
        self._in_hand: Counter[PageKind] = Counter()
        self._longest_wait = timedelta(seconds=settings.getfloat("RETRY_AFTER_MAX"))
        self._ending: asyncio.Future[None] | None = None
        self._named: set[str] = set()
        """What the listings of this run name, where only that is wanted."""
        crawler.signals.connect(self._ask_when_empty, signals.scheduler_empty)
        crawler.signals.connect(self._ask_when_idle, signals.spider_idle)
        crawler.signals.connect(self._lose, signals.item_error)
        crawler.signals.connect(self._lose, signals.spider_error)

    @property
    def spent(self) -> Spent | None:
        """Why the run fetches no more, where that is not for want of due pages."""
        return self.budget.end()

    def note(self, item: Candidate | Outcome | Listing, result: Result) -> None:
        """Take note of what has been stored."""
        self.budget.count(item, stored=result.outcome == "stored")
        self._is_dry = False
        self._noted += 1
        kind = _kind_of(item)
        self._in_hand[kind] -= 1
        if kind in {"sitemap", "feed"} and result.outcome in {"listed", "unchanged"}:
            self._has_guessed = True  # there is nothing to guess
        if isinstance(item, Listing) and self.spider.listings is not None:
            self._named |= {url_key(link.url) for link in item.links}
        if isinstance(item, Outcome) and item.visit is not None and item.visit.retry_at is not None:
            self._heed(item.visit.retry_at)
        if self.budget.is_unreachable:
            self._end("unreachable")

    def _lose(self, response: Response | Failure | None) -> None:
        """Take note of a page that an unforeseen error ended. It stays due."""
        request = getattr(response, "request", None)
        due = request.meta.get("due") if request is not None else None
        if due is not None:
            self.budget.in_hand = max(self.budget.in_hand - 1, 0)
            self._in_hand[due.kind] -= 1
            self._noted += 1
            self._is_dry = False

    def _heed(self, retry_at: datetime) -> None:
        """End the run where a server asks for more patience than a run has."""
        if retry_at - datetime.now(UTC) > self._longest_wait and self._ending is None:
            logger.warning("%s asks not to be visited before %s UTC", self.spider.source, f"{retry_at:%F %T}")
            self._end("asked_to_wait")

    def _end(self, reason: Spent) -> None:
        """End the run at once: what waits for its turn is not asked for, and stays due."""
        self.budget.spent = self.budget.spent or reason
        if self._ending is None and not self.spider.is_closing:
            assert self.crawler.engine is not None
            self._ending = asyncio.ensure_future(self.crawler.engine.close_spider_async(reason=reason))

    def _ask_when_empty(self) -> None:
        if self._asking is None and not self._is_dry and not self.spider.is_closing:
            self._asking = asyncio.ensure_future(self._ask())

    def _ask_when_idle(self) -> None:
        self._ask_when_empty()
        if self._asking is not None:
            raise DontCloseSpider

    async def _ask(self) -> None:
        engine = self.crawler.engine
        assert engine is not None
        noted = self._noted
        try:
            due = await self._next()
        except (StorageError, Ending) as error:
            self._is_dry = True
            if isinstance(error, StorageError):
                self.give_up(error)
            return
        finally:
            self._asking = None
        self._is_dry = not due and noted == self._noted
        if self.spider.is_closing:
            return
        for page in reversed(due):  # Scrapy takes up last what came first
            try:
                engine.crawl(self.spider.request(page))
            except ValueError as error:  # an address that Scrapy does not take
                outcome = failed(page, self.spider.source, "bad_url", str(error))
                self.note(outcome, await asyncio.wrap_future(self.writer.submit(outcome)))
        if not due:
            request_more(engine)

    async def _next(self) -> tuple[DuePage, ...]:
        """Return what the run is to fetch next; nothing when all is done for now."""
        assert self.crawler.stats is not None
        if not self.budget.check(datetime.now(UTC), self.crawler.stats.get_value("downloader/response_bytes", 0)):
            return ()
        if not self._has_begun:
            self._has_begun = True
            if due := await self._begin():
                return due
        if self.spider.urls is not None:
            return ()
        due = await self._take()
        if due or self._has_guessed or self.budget.in_hand or self.spider.listings is not None:
            return due
        self._has_guessed = True
        return await self._seed(self.spider.guesses(), unknown_only=True)

    async def _begin(self) -> tuple[DuePage, ...]:
        """Ask for what a run is to begin with, by name."""
        spider = self.spider
        await self._store(Seed(spider.source, ()))
        if self.spent:  # its server has asked to be left alone
            return ()
        if spider.urls is not None:
            return await self._seed(tuple(Link(url) for url in spider.urls))
        if spider.listings is not None:
            return await self._seed(spider.listings)
        always = spider.always()
        if not spider.sitemaps:
            robots = await robots_for(self.crawler, spider.front_page)
            if not robots.reachable:
                self.budget.spent = "unreachable"
                return await self._seed((Link(spider.front_page, "section"),))  # whose outcome says why
            named = robots_sitemaps(robots.body, spider.front_page)
            always += tuple(link for link in named if spider.is_own(link.url))
        first = spider.at_first()
        return await self._seed(always) + await self._seed(first, unknown_only=bool(always))

    async def _seed(self, links: tuple[Link, ...], *, unknown_only: bool = False) -> tuple[DuePage, ...]:
        return await self._store(Seed(self.spider.source, links, unknown_only)) if links else ()

    async def _take(self) -> tuple[DuePage, ...]:
        """Take what is due, within what the run is about."""
        kinds: tuple[PageKind, ...] = ("sitemap", "article")
        # One kind of listing after the other: what adds nothing to the better one before it is read less often.
        if not self._in_hand["sitemap"]:
            kinds += ("feed",)
            if not self._in_hand["feed"] and self._sections < MOST_SECTIONS:
                kinds += ("section",)
        within = None
        if self.spider.listings is not None:
            kinds, within = ("article",), frozenset(self._named)
        if self.budget.max_articles and self._in_hand.total() > self._in_hand["article"]:
            # The newest articles are wanted, and a listing that has not come yet may name them.
            kinds = tuple(kind for kind in kinds if kind != "article")
        room = self.budget.room(min(BATCH, MOST_IN_HAND - self.budget.in_hand))
        if not room or not kinds or within == frozenset():
            return ()
        return await self._store(Take(self.spider.source, room, kinds, self.spider.window, within))

    async def _store(self, asked: Seed | Take) -> tuple[DuePage, ...]:
        result = await asyncio.wrap_future(self.writer.submit(asked))
        if result.retry_at is not None:
            self._heed(result.retry_at)
        taken = Counter(page.kind for page in result.due)
        self.budget.take(len(result.due))
        self._in_hand += taken
        self._sections += taken["section"]
        return result.due


def _kind_of(item: Candidate | Outcome | Listing) -> PageKind:
    visit = item.page.visit if isinstance(item, Candidate) else item.visit
    return visit.kind if visit is not None else "article"
