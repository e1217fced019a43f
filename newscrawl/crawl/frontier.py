"""The frontier: gives a site's spider the pages that are due in the database, as fast as Scrapy takes them."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Literal
from urllib.parse import urljoin

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DontCloseSpider
from scrapy.http import Response
from twisted.python.failure import Failure

from newscrawl.base_spiders import SiteSpider
from newscrawl.base_spiders.answers import failed
from newscrawl.base_spiders.registry import registry_for
from newscrawl.crawl.budget import Budget, Spent
from newscrawl.crawl.exit_status import SPIDER_FAULT
from newscrawl.discovery import robots_sitemaps
from newscrawl.discovery.evidence import sitemaps_worth_reading
from newscrawl.items import Candidate, DuePage, Link, Listing, Outcome, PageKind
from newscrawl.network.refusals import LOST_SECONDS, Ending
from newscrawl.network.robots import robots_for
from newscrawl.network.scrapy_internals import request_more
from newscrawl.storage.errors import StorageError
from newscrawl.storage.frontier import Defer, Seed, Survey, Take
from newscrawl.storage.group_commit import RunWriter
from newscrawl.storage.statistics import Result
from newscrawl.text import printable

logger = logging.getLogger(__name__)

BATCH = 16
"""Pages taken at a time, as many as Scrapy downloads in parallel."""

MOST_IN_HAND = 32
"""Maximum pages taken but not stored: this bounds memory, and what a killed run fetches in vain."""

LISTINGS_FIRST = 100
"""Feeds and sitemaps of a run that come before articles; then articles come first, however many lists name lists."""

MOST_SECTIONS = 60
"""Maximum section pages per run: a site without feeds and sitemaps is explored gradually."""

SECTIONS_AT_A_TIME = 2

MOST_DRY = 3
"""Sections in a row that bring nothing new, in a small run; then the others are left for later."""

COVERED = 0.95
"""Share of a site's latest articles that its sitemaps name, from which its sections are not read."""

LATER = timedelta(days=1)
"""When sections are thought of again that a run did not read."""


class Frontier:
    """Takes due pages from the store whenever the scheduler is empty, until there are none or a limit is reached."""

    def __init__(
        self,
        crawler: Crawler,
        spider: SiteSpider,
        writer: RunWriter,
        give_up: Callable[[StorageError], None],
    ) -> None:
        settings = crawler.settings
        spider.source = registry_for(settings).source_of(spider.front_page) or spider.name
        self.crawler = crawler
        self.spider = spider
        self.writer = writer
        self.give_up = give_up
        self.budget = Budget(
            settings.getint("CRAWL_MAX_PAGES"),
            settings.getfloat("CRAWL_MAX_MEGABYTES"),
            spider.max_articles or 0,
            settings.getfloat("CRAWL_MAX_STORED_MEGABYTES"),
        )
        self._began = time.monotonic()
        minutes = settings.getfloat("CRAWL_MAX_MINUTES")
        # Not asked between pages, because those in hand may take half an hour.
        self._limit = asyncio.get_running_loop().call_later(minutes * 60, self.end, "max_minutes") if minutes else None
        self._asking: asyncio.Task[None] | None = None
        self._is_dry = False
        self._is_broken = False
        """Whether the spider's own code has failed, and would again."""
        self._has_begun = False
        self._guesses: list[tuple[Link, ...]] | None = None
        """Groups of addresses to try, for what a site does not name; None before that is asked."""
        self._sitemaps: tuple[Link, ...] = ()
        """Those to read when the feeds are done, which tell how the addresses of articles look."""
        self._found: set[PageKind] = set()
        """Kinds of listings that were read, or are as they were."""
        self._kinds: dict[str, PageKind] = {}
        """What was asked for, by address: a page may turn out to be of another kind."""
        is_walked = not spider.explores or spider.section is not None
        self._walk: Literal["undecided", "on", "over"] = "on" if is_walked else "undecided"
        """Whether the site's sections are read: while feeds and sitemaps do not name all, and sections bring news."""
        self._dry = 0
        """Sections in a row that brought nothing."""
        self._spare = False
        """Whether a feed has failed, so that its other formats are to be tried."""
        self._has_guessed = False
        """Whether a section that nothing names was looked for at the address that it would have."""
        self._noted = 0
        """Results so far; each may have queued pages, or made room for them."""
        self._listings = 0
        """Feeds and sitemaps handed out."""
        self._sections = 0
        self._articles = 0
        self._in_hand: Counter[PageKind] = Counter()
        self._longest_wait = timedelta(seconds=settings.getfloat("RETRY_AFTER_MAX"))
        self._ending: asyncio.Future[None] | None = None
        crawler.signals.connect(self._ask_when_empty, signals.scheduler_empty)
        crawler.signals.connect(self._ask_when_idle, signals.spider_idle)
        crawler.signals.connect(self._record_lost, signals.item_error)
        crawler.signals.connect(self._record_lost, signals.spider_error)
        crawler.signals.connect(self._lift_limit, signals.spider_closed)

    @property
    def spent(self) -> Spent | None:
        """Why the run fetches no more; None if it only ran out of due pages."""
        return self.budget.end()

    def record(self, item: Candidate | Outcome | Listing, result: Result) -> None:
        """Record the result of a stored item."""
        self.budget.count(item, stored=result.outcome == "stored")
        self.budget.stored += result.bytes
        self._is_dry = False
        self._noted += 1
        kind = self._kind_of(item)
        self._in_hand[kind] -= 1
        if result.outcome in {"listed", "unchanged"}:
            self._found.add(kind)
        elif kind == "feed":
            self._spare = True
        if kind == "section" and self._walk == "on":
            self._dry = 0 if result.news or result.outcome == "stored" else self._dry + 1
        if isinstance(item, Outcome) and item.visit is not None and item.visit.retry_at is not None:
            self._obey_retry_after(item.visit.retry_at)
        if not self._may_continue():
            assert self.budget.spent is not None
            if self.budget.spent in {"unreachable", "slow_failures"}:
                self.end(self.budget.spent)

    def _may_continue(self) -> bool:
        assert self.crawler.stats is not None
        value = self.crawler.stats.get_value
        seconds = time.monotonic() - self._began
        return self.budget.check(value("downloader/response_bytes", 0), value(LOST_SECONDS, 0.0), seconds)

    def _lift_limit(self) -> None:
        if self._limit is not None:
            self._limit.cancel()

    def _record_lost(self, response: Response | Failure | None) -> None:
        """Record a page lost to an unexpected error; it stays due."""
        request = getattr(response, "request", None)
        due = request.meta.get("due") if request is not None else None
        if due is not None:
            self.budget.in_hand = max(self.budget.in_hand - 1, 0)
            self._in_hand[due.kind] -= 1
            self._noted += 1
            self._is_dry = False

    def _obey_retry_after(self, retry_at: datetime) -> None:
        """End the run if the server asks to wait for longer than RETRY_AFTER_MAX."""
        if retry_at - datetime.now(UTC) > self._longest_wait and self._ending is None:
            logger.warning("%s asks for no requests before %s UTC", self.spider.source, f"{retry_at:%F %T}")
            self.end("asked_to_wait")

    def end(self, reason: Spent) -> None:
        """End the run at once: pages that are scheduled but not requested stay due."""
        self.budget.spent = self.budget.spent or reason
        if self._ending is None and not self.spider.is_closing:
            assert self.crawler.engine is not None
            self._ending = asyncio.ensure_future(self.crawler.engine.close_spider_async(reason=reason))

    def _ask_when_empty(self) -> None:
        if self._asking is None and not self._is_dry and not self._is_broken and not self.spider.is_closing:
            self._asking = asyncio.ensure_future(self._ask())

    def _ask_when_idle(self) -> None:
        self._ask_when_empty()
        if self._asking is not None:
            raise DontCloseSpider

    async def _ask(self) -> None:
        """Hand out the next pages. Where the spider's own code fails, there are no more in this run."""
        try:
            await self._hand_out()
        except Ending:
            self._is_dry = True
        except StorageError as error:
            self._is_dry = True
            self.give_up(error)
        except Exception as error:
            self._is_broken = True
            fault = f"the next pages could not be chosen ({type(error).__name__}: {printable(str(error))})"
            logger.error("%s: %s; the run ends here, and pages that are due stay due", self.spider.source, fault)
            logger.debug("where it failed", exc_info=error)
            assert self.crawler.stats is not None
            self.crawler.stats.set_value(SPIDER_FAULT, fault)
            assert self.crawler.engine is not None
            request_more(self.crawler.engine)

    async def _hand_out(self) -> None:
        engine = self.crawler.engine
        assert engine is not None
        noted = self._noted
        try:
            due = await self._next()
        finally:
            self._asking = None
        self._is_dry = not due and noted == self._noted
        if self.spider.is_closing:
            return
        for page in reversed(due):  # Scrapy's scheduler is last in, first out
            try:
                engine.crawl(self.spider.request(page))
            except ValueError as error:  # a URL that Scrapy rejects
                outcome = failed(page, self.spider.source, "bad_url", str(error))
                self.record(outcome, await asyncio.wrap_future(self.writer.submit(outcome)))
        if not due:
            request_more(engine)

    async def _next(self) -> tuple[DuePage, ...]:
        """Return the next pages to fetch; empty when nothing is due."""
        if not self._may_continue():
            return ()
        if not self._has_begun:
            self._has_begun = True
            if due := await self._begin():
                return due
        if self.spider.urls is not None:
            return ()
        if self._sitemaps and not self._are_listings_in_hand():
            due = await self._take(listings_only=True)
            if due:
                return due
            sitemaps, self._sitemaps = self._sitemaps, ()
            if due := await self._seed(sitemaps):
                return due
        due = await self._take()
        while not due and not self._are_listings_in_hand():
            stage = await self._stage()
            if stage is None:
                break
            due = stage or await self._take()
        return due

    def _are_listings_in_hand(self) -> bool:
        return self._in_hand.total() > self._in_hand["article"]

    async def _stage(self) -> tuple[DuePage, ...] | None:
        """Go on to the next kind of listings, the listings of the last being done; None where there is none left."""
        spider = self.spider
        if self._spare:
            self._spare, spare = False, spider.spare_feeds
            spider.spare_feeds = ()
            return await self._seed(spare, unknown_only=True)
        if self._guesses is None:
            self._guesses = list(spider.guesses())
        while self._guesses:
            group = self._guesses.pop(0)
            kind = group[0].kind
            # A feed that was guessed may be one section's: without a sitemap, the others are all there is to go by.
            if kind not in self._found or (kind == "feed" and "sitemap" not in self._found):
                return await self._seed(group, unknown_only=True)
        if self._walk == "undecided":
            covered = (await self._submit(Survey(spider.source))).covered
            self._walk = "over" if covered >= COVERED and not spider.window else "on"
            return () if self._walk == "on" else await self._defer()
        if self._walk == "on" and self._is_dry_walk:
            self._walk = "over"
            return await self._defer()
        if spider.section is not None and spider.explores and not spider.has_chosen_article and not self._has_guessed:
            self._has_guessed = True
            return await self._seed((Link(urljoin(spider.front_page, f"{'/'.join(spider.section.path)}/"), "section"),))
        return None

    @property
    def _is_dry_walk(self) -> bool:
        """Whether enough sections have brought nothing: as many as a tenth of the articles of the run."""
        most = max(MOST_DRY, self._articles // 10)
        return self.spider.explores and bool(self._found & {"feed", "sitemap"}) and self._dry >= most

    async def _defer(self) -> tuple[DuePage, ...]:
        """Leave the sections that were not read to a later day."""
        await self._submit(Defer(self.spider.source, "section", datetime.now(UTC) + LATER))
        return ()

    async def _begin(self) -> tuple[DuePage, ...]:
        """Request the pages that a run starts from."""
        spider = self.spider
        await self._store(Seed(spider.source, ()))
        if self.spent:  # the server asked for a pause
            return ()
        if spider.urls is not None:
            return await self._seed(tuple(Link(url) for url in spider.urls))
        always = spider.always()
        if spider.section is not None and not spider.explores:
            sitemaps = tuple(link for link in always if link.kind == "sitemap")
            always = (spider.listings or tuple(link for link in always if link.kind == "feed")) + sitemaps
        elif spider.section is not None:
            always += spider.listings
        if not spider.sitemaps:
            robots = await robots_for(self.crawler, spider.front_page)
            if not robots.reachable:
                self.budget.spent = "unreachable"
                return await self._seed((Link(spider.front_page, "section"),))  # its outcome says why
            named = robots_sitemaps(robots.body, spider.front_page)
            sitemaps = tuple(link for link in named if spider.is_own(link.url))
            if spider.explores:
                # Feeds first, by way of the front page: they tell how the addresses of articles look.
                self._sitemaps = sitemaps_worth_reading(sitemaps)
            else:
                always += sitemaps
        # The front page of a site that is explored shows whether its feeds and sitemaps name everything.
        unknown_only = bool(always) and not spider.explores
        if spider.section is not None and not spider.explores:
            return await self._seed(always)
        return await self._seed(always) + await self._seed(spider.at_first(), unknown_only=unknown_only)

    async def _seed(self, links: tuple[Link, ...], *, unknown_only: bool = False) -> tuple[DuePage, ...]:
        return await self._store(Seed(self.spider.source, links, unknown_only)) if links else ()

    async def _take(self, *, listings_only: bool = False) -> tuple[DuePage, ...]:
        """Take due pages within the scope of the run."""
        listings = self._listings_to_take()
        kinds = listings if listings_only else ("article", *listings)
        within = frozenset(self.spider.chosen) if self.spider.section is not None else None
        are_listings_first = self._listings < LISTINGS_FIRST
        if self.budget.max_articles and are_listings_first and self._are_listings_in_hand():
            # Wait for pending listings, which may name newer articles.
            kinds = tuple(kind for kind in kinds if kind != "article")
        room = self.budget.room(min(BATCH, MOST_IN_HAND - self.budget.in_hand))
        if not room or not kinds or within == frozenset():
            return ()
        if not are_listings_first and "article" in kinds:
            articles = Take(self.spider.source, room, ("article",), self.spider.window, within)
            if due := await self._store(articles):
                return due
        if self.spider.explores and "feed" in kinds:
            # Before the articles of the front page: what the feeds say of them fills what their pages do not.
            if due := await self._store(Take(self.spider.source, room, ("feed",), self.spider.window, within)):
                return due
            if self._in_hand["feed"]:
                kinds = tuple(kind for kind in kinds if kind != "article")
        if self.spider.explores and "section" in kinds:
            # A few at a time: what they bring decides whether more are read.
            others = tuple(kind for kind in kinds if kind != "section")
            due = await self._store(Take(self.spider.source, room, others, self.spider.window, within))
            if due or self._in_hand["section"]:
                return due
            kinds, room = ("section",), min(room, 1 if self._dry else SECTIONS_AT_A_TIME)
        return await self._store(Take(self.spider.source, room, kinds, self.spider.window, within))

    def _listings_to_take(self) -> tuple[PageKind, ...]:
        """One kind of listing after the other: what adds nothing to the better one before it is read less often."""
        if self.spider.explores:
            if self._has_sitemaps_waiting():
                return ("feed",)
            first: tuple[PageKind, ...] = ("feed", "sitemap")
        else:
            first = ("sitemap",) if self._in_hand["sitemap"] else ("sitemap", "feed")
        is_walk = self._walk == "on" and not self._is_dry_walk
        if is_walk and self._sections < MOST_SECTIONS and not any(self._in_hand[kind] for kind in ("feed", "sitemap")):
            return (*first, "section")
        return first

    def _has_sitemaps_waiting(self) -> bool:
        return bool(self._sitemaps) or bool(self._in_hand["section"] and self._walk == "undecided")

    async def _submit(self, asked: Seed | Take | Survey | Defer) -> Result:
        return await asyncio.wrap_future(self.writer.submit(asked))

    async def _store(self, asked: Seed | Take) -> tuple[DuePage, ...]:
        result = await self._submit(asked)
        self.spider.shapes.learn(result.shapes)
        self._found |= result.kinds
        self.spider.has_feeds = self.spider.has_feeds or "feed" in result.kinds
        if result.retry_at is not None:
            self._obey_retry_after(result.retry_at)
        taken = Counter(page.kind for page in result.due)
        self.budget.take(len(result.due))
        self._in_hand += taken
        self._listings += taken["feed"] + taken["sitemap"]
        self._sections += taken["section"]
        self._articles += taken["article"]
        self._kinds |= {page.url: page.kind for page in result.due}
        return result.due

    def _kind_of(self, item: Candidate | Outcome | Listing) -> PageKind:
        visit = item.page.visit if isinstance(item, Candidate) else item.visit
        return "article" if visit is None else self._kinds.pop(visit.requested_url, visit.kind)
