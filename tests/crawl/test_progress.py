"""What a crawl says while it runs."""

from __future__ import annotations

import asyncio
import sqlite3

import pytest
from scrapy.crawler import Crawler
from scrapy.settings import Settings
from scrapy.statscollectors import StatsCollector

from newscrawl.base_spiders.declared import spider_of
from newscrawl.base_spiders.publishers import publishers
from newscrawl.crawl.progress import ProgressLine
from newscrawl.spiders.fixtures import FixturesSpider
from newscrawl.storage.sites import queued_pages
from tests.cli.made import fill


@pytest.fixture
def crawler(tmp_path) -> Crawler:
    """A crawl of a site with two due pages, as far as its progress is concerned."""
    url = fill(tmp_path / "out.db")
    with sqlite3.connect(tmp_path / "out.db") as connection:
        connection.execute("update pages set next_fetch_at = '2999-01-01'")
        two = "select id from pages order by id limit 2"
        connection.execute(f"update pages set source = 'lemonde.fr', next_fetch_at = '2020-01-01' where id in ({two})")
    settings = Settings()
    settings.setmodule("newscrawl.settings")
    settings.set("DATABASE_URL", url, priority="cmdline")
    crawler = Crawler(FixturesSpider, settings)
    crawler.stats = StatsCollector(crawler)
    for outcome, count in {"stored": 40, "listed": 17, "no_article": 1}.items():
        crawler.stats.set_value(f"newscrawl/{outcome}", count)
    return crawler


def test_what_is_done_and_what_is_queued(crawler, tmp_path):
    """Of a site; of files nobody knows how many there will be. Without its database it says what it knows."""
    (tmp_path / "a.txt").touch()
    progress, spider = ProgressLine(crawler), spider_of(publishers()["lemonde"].site)()
    done = "58 pages done (40 stored, 17 listed, 1 no article)"
    assert asyncio.run(progress.line(spider)) == f"{done}, 2 queued"
    assert asyncio.run(progress.line(FixturesSpider(path=str(tmp_path / "a.txt")))) == done
    assert queued_pages(crawler.settings["DATABASE_URL"], "nobody") == 0
    crawler.settings.frozen = False
    crawler.settings.set("DATABASE_URL", "sqlite:////nowhere/at/all.db", priority="cmdline")
    assert asyncio.run(progress.line(spider)) == done


def test_lists_of_settings_and_components_are_for_debugging(crawl, tmp_path):
    """Otherwise the log begins with the crawl."""
    (tmp_path / "a.txt").write_text("Một tin\n\nMột đoạn văn.", "utf-8")
    result = crawl("-a", f"path={tmp_path / 'a.txt'}")
    assert result.stderr.splitlines()[0].endswith("INFO: Spider opened")
    debugging = crawl("-a", f"path={tmp_path / 'a.txt'}", "-L", "DEBUG").stderr
    assert all(words in debugging for words in ("Versions:", "Overridden settings:", "Enabled extensions:"))
