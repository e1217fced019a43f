"""Feeds, sitemaps and home pages that are broken, endless or in a strange form."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from newscrawl.crawl.frontier import BATCH, LISTINGS_FIRST
from tests.crawl.crawls import Crawls, paper


def moments(crawls: Crawls, column: str) -> dict[str, datetime]:
    """A time of every article's page, by address."""
    rows = crawls.query(f"select url, {column} from pages where kind = 'article' and {column} is not null")
    return {url: datetime.fromisoformat(moment) for url, moment in rows}


def test_feeds_alone_in_all_their_forms(tmp_path):
    """UTF-16 without a mark, broken XML, months before days: what a feed names whole arrives, with its date."""
    with paper(tmp_path, articles=20) as (site, crawls):
        for path in ("/", "/sitemap*", "/atom.xml", "/feed.json", "/kinh-te/", "/thoi-su/"):
            site.fault(path, "status", status=404)
        site.fault("/robots.txt", "status", status=404)
        site.fault("/rss.xml", "redirect", target="/rss/kinh-te.rss")
        site.fault("/feed", "redirect", target="/rss/thoi-su.rss")
        site.fault("/rss/kinh-te.rss", "utf_16")
        site.fault("/rss/kinh-te.rss", "mdy_dates")
        site.fault("/rss/thoi-su.rss", "broken_xml")
        assert crawls().code == 0
        urls = {section: [url for url in site.urls() if section in url] for section in ("/kinh-te/", "/thoi-su/")}
        assert set(urls["/kinh-te/"]) <= crawls.stored
        whole = [url for url in urls["/thoi-su/"] if url in crawls.stored]
        assert whole == urls["/thoi-su/"][: len(whole)]  # the feed is cut in its seventh entry
        assert len(whole) == 6
        listed = moments(crawls, "listed_at")
        published = {url: site.gold(url).published_at.replace(tzinfo=None) for url in listed}
        assert len(listed) >= 10
        # A time without a zone counts to the day's end.
        assert all(
            published[url] - timedelta(hours=14) <= listed[url] <= published[url] + timedelta(days=2) for url in listed
        )


def test_huge_feed_and_home_page(tmp_path):
    """A feed beyond DOWNLOAD_MAXSIZE is one failed page; a home page of 5 MB is read like any other."""
    with paper(tmp_path) as (site, crawls):
        site.fault("/atom.xml", "many_entries")
        site.fault("/", "padded")
        ended = crawls()
        assert ended.code == 0
        assert crawls.stored == set(site.urls())
        assert crawls.outcome("/atom.xml") == ("failed", "too_large")
        assert crawls.outcome("/") == ("listed", None)
        assert ended.megabytes < 400


@pytest.mark.slow
def test_endless_feed_fills_no_queue(tmp_path):
    """One that keeps below DOWNLOAD_MAXSIZE is read, its newest are queued, and the run keeps to its budget."""
    with paper(tmp_path) as (site, crawls):
        site.fault("/atom.xml", "many_entries", amount=5_000)
        ended = crawls(CRAWL_MAX_PAGES=40)
        assert ended.code == 0
        assert crawls.outcome("/atom.xml") == ("listed", None)
        assert crawls.ended == "max_pages"
        assert len(site.requests()) <= 40 + 1
        assert set(site.urls()) <= {url for (url,) in crawls.query("select url from pages")}
        waiting = "outcome = 'queued' and next_fetch_at is not null"
        assert crawls.query(f"select count(*) from pages where {waiting}")[0][0] <= 2_000
        assert 5_000 <= crawls.query("select count(*) from pages")[0][0] <= 5_100
        assert ended.megabytes < 400


BROKEN = {
    "/sitemap.xml": ("bomb", "too_large"),
    "/rss/kinh-te.rss": ("empty", "empty"),
    "/rss/thoi-su.rss": ("truncated_gzip", "truncated"),
    "/atom.xml": ("consent", "no_listing"),
    "/feed.json": ("huge", "too_large"),
    "/kinh-te/": ("loop", "redirect_loop"),
    "/thoi-su/": ("reset", "truncated"),
}


@pytest.mark.slow
def test_broken_lists_are_made_up_for_by_one_that_is_not(tmp_path):
    """Every sitemap, feed and section fails in its own way: the home page is enough, and all are tried again later."""
    with paper(tmp_path) as (site, crawls):
        for path, (fault, _) in BROKEN.items():
            site.fault(path, fault)
        ended = crawls(RETRY_TIMES=0)
        assert ended.code == 0
        assert crawls.stored == set(site.urls())
        assert {path: crawls.outcome(path) for path in BROKEN} == {
            path: ("failed", reason) for path, (_, reason) in BROKEN.items()
        }
        assert crawls.query("select url from pages where outcome = 'failed' and next_fetch_at is null") == []
        assert ended.megabytes < 400


def test_cookie_wall_before_everything(tmp_path):
    """A site that shows nothing but its cookie wall gives no articles of it, and its walk ends."""
    with paper(tmp_path) as (site, crawls):
        site.fault("/*", "consent")
        crawls()
        assert crawls.ended in {"finished", "unreachable"}
        assert len(site.requests()) <= 30
        assert crawls.stored == set()


@pytest.mark.slow
def test_however_many_sitemaps_there_are_articles_have_their_turn(tmp_path):
    """A run that cannot read them all reads a hundred, then articles."""
    with paper(tmp_path, articles=150, sitemap_size=1) as (_, crawls):
        assert crawls(CRAWL_MAX_PAGES=160).code == 0
        ((read,),) = crawls.query("select count(*) from pages where kind = 'sitemap' and outcome = 'listed'")
        assert LISTINGS_FIRST - BATCH <= read <= LISTINGS_FIRST + BATCH
        assert len(crawls.stored) >= 160 - LISTINGS_FIRST - 2 * BATCH
