"""Spiders of sites that are rows: found by name, by host, and never in the way of others."""

from __future__ import annotations

import logging
import shutil

import pytest
from scrapy.settings import Settings
from scrapy.spiderloader import get_spider_loader

from newscrawl.base_spiders import ArgumentError
from newscrawl.base_spiders.declared import DeclaredSpider, spider_of
from newscrawl.base_spiders.registry import SiteRegistry, keep_registry, project_sites
from newscrawl.commands.crawl import known_spider
from newscrawl.rules import RulesError
from newscrawl.sites import Site
from newscrawl.storage.errors import StorageError
from newscrawl.storage.site_rows import SiteWriter, register_spiders, set_state, site_named, state_of_rows
from newscrawl.urls import NO_PARAMETERS, declare, url_key
from tests.database import Database
from tests.storage.earlier import downgrade
from tests.storage.test_site_rows import WHOLE


@pytest.fixture(autouse=True)
def undeclared():
    """The parameters of this site's addresses are those of these tests alone."""
    yield
    declare(WHOLE["domains"], NO_PARAMETERS)


@pytest.fixture
def settings(tmp_path, file_with_tables) -> Settings:
    shutil.copyfile(file_with_tables, tmp_path / "out.db")
    settings = Settings()
    settings.setmodule("newscrawl.settings")
    settings.set("DATABASE_URL", f"sqlite:///{tmp_path / 'out.db'}")
    return settings


def add(settings: Settings, *facts: dict) -> None:
    with SiteWriter(settings["DATABASE_URL"]) as writer:
        writer.add([Site.of(one) for one in facts])


def test_a_row_is_a_spider_by_its_name(settings):
    """With all that the row says; `scrapy list` does not change."""
    listed = get_spider_loader(settings).list()
    add(settings, WHOLE)
    loader = get_spider_loader(settings)
    spider = loader.load("bao")()
    assert issubclass(type(spider), DeclaredSpider)
    assert (spider.name, spider.source, spider.front_page) == ("bao", "bao", WHOLE["home"])
    assert spider.allowed_domains == ("bao.example", "bao.vn")
    assert [link.url for link in spider.always()][-1:] == WHOLE["feeds"]
    assert spider.site_rules.prune_xpath == ("//aside",)
    assert spider.explores is False
    assert loader.list() == listed
    assert known_spider(loader, "bao", settings["DATABASE_URL"]) == "bao"


def test_little_is_known_of_a_bare_address_so_it_is_explored(settings):
    """As the spider `site` does it, into the same source."""
    add(settings, {"home": "https://www.tin.example/vi"})
    spider = get_spider_loader(settings).load("tin")()
    assert (spider.explores, spider.source, spider.front_page) == (True, "tin.example", "https://www.tin.example/vi")
    assert spider.is_article("https://tin.example/x") is None


def test_kept_registry_is_made_again_when_a_row_has_changed(settings):
    """What a crawl or a person notes in a row is no such change, and the keys of addresses stay remembered."""
    url = settings["DATABASE_URL"]
    add(settings, WHOLE)
    kept = keep_registry(settings, state_of_rows(url))
    url_key("https://tin.example/1.html")
    set_state(url, "bao", "paused", "asked to wait")
    Database(url).execute("update sites set last_crawl_at = '2020-09-10 12:00:00.000000', health = 'well'")
    assert keep_registry(settings, state_of_rows(url)) is kept
    assert url_key.cache_info().currsize
    Database(url).execute("update sites set rules = json_object('extractor', 'newscrawl')")
    changed = keep_registry(settings, state_of_rows(url))
    assert changed is not kept
    assert changed.rules_for("https://m.bao.vn/1.html").extractor == "newscrawl"


def test_kept_registry_that_could_not_read_the_rows_is_made_again(settings):
    """Though nothing has changed when they can be read."""
    url = settings["DATABASE_URL"]
    add(settings, WHOLE)
    state = state_of_rows(url)
    Database(url).execute("alter table sites rename to moved")
    assert keep_registry(settings, state).rules_for("https://m.bao.vn/1.html").extractor is None
    Database(url).execute("alter table moved rename to sites")
    assert keep_registry(settings, state).rules_for("https://m.bao.vn/1.html").extractor == "trafilatura"


def test_pages_are_read_by_the_rules_of_their_row(settings):
    """Whoever fetched them, and their keys follow the row; others' pages do not."""
    add(settings, WHOLE, {"home": "https://tin.example", "timezone": "Europe/Oslo"})
    registry = SiteRegistry(settings)
    assert registry.rules_for("https://m.bao.vn/1.html").extractor == "trafilatura"
    assert registry.source_of("https://m.bao.vn/1.html") == "bao"
    assert registry.rules_for("https://tin.example/1").timezone == "Europe/Oslo"
    assert registry.rules_for("https://khac.example/1").timezone is None
    assert registry.source_of("https://khac.example/1") == "khac.example"
    assert url_key("https://bao.vn/x?id=1&other=2") == "https://bao.vn/x?id=1"


def test_a_row_wins_over_a_publisher_and_a_spider_over_a_row(settings):
    """Names and hosts alike."""
    add(
        settings,
        {"home": "https://www.lemonde.fr/sport", "name": "lemonde", "timezone": "Europe/Paris", "language": "fr"},
        {"home": "https://x.example", "name": "vnexpress", "domains": ["vnexpress.net"], "timezone": "Europe/Oslo"},
    )
    loader = get_spider_loader(settings)
    assert loader.load("lemonde").home == "https://www.lemonde.fr/sport"
    assert loader.load("vnexpress").__module__ == "newscrawl.spiders.vnexpress"
    registry = SiteRegistry(settings)
    assert registry.source_of("https://vnexpress.net/a-1234567.html") == "vnexpress"
    assert registry.rules_for("https://vnexpress.net/a-1234567.html").timezone == "Asia/Ho_Chi_Minh"


def test_spiders_of_the_project_become_rows(settings):
    """With what their classes say."""
    own = project_sites(settings)
    assert {"vnexpress", "tuoitre"} <= set(own)
    assert not {"site", "fixtures", "archive", "lemonde"} & set(own)
    register_spiders(settings["DATABASE_URL"], list(own.values()))
    row = site_named(settings["DATABASE_URL"], "vnexpress")
    assert (row.declared_in, row.site.source, row.site.timezone) == ("spider", "vnexpress", "Asia/Ho_Chi_Minh")
    assert row.site.feeds == get_spider_loader(settings).load("vnexpress").feeds


def test_the_copy_of_a_spider_that_is_not_here_is_no_spider(settings):
    """It may need code that only its own project has."""
    register_spiders(settings["DATABASE_URL"], [Site(name="xa", home="https://xa.example/", domains=("xa.example",))])
    with pytest.raises(KeyError):
        get_spider_loader(settings).load("xa")


def test_the_database_of_an_earlier_version_is_upgraded_before_names_are_looked_up(settings):
    """A publisher needs none; a row may be in it."""
    url = settings["DATABASE_URL"]
    downgrade(url, "0017")
    loader = get_spider_loader(settings)
    assert loader.load("lemonde").name == "lemonde"
    with pytest.raises(StorageError, match="older version"):
        loader.load("bao")
    with pytest.raises(ArgumentError, match="no spider named 'bao'"):
        known_spider(loader, "bao", url)
    add(settings, WHOLE)
    assert known_spider(loader, "bao", url) == "bao"


def test_a_broken_row_is_one_line_and_breaks_no_other(settings, caplog):
    """Somebody has changed it by SQL."""
    add(settings, WHOLE, {"home": "https://tin.example"})
    Database(settings["DATABASE_URL"]).execute(
        """update sites set rules = '{"prune_xpath": ["//a["]}', article_url = '(' where name = 'bao'"""
    )
    loader = get_spider_loader(settings)
    with pytest.raises(RulesError, match=r"^the site bao in the database: article_url: '\(' is no regular expression"):
        loader.load("bao")
    assert loader.load("tin").name == "tin"
    assert "vnexpress" in loader.list()
    with caplog.at_level(logging.WARNING):
        registry = SiteRegistry(settings)
        assert registry.rules_for("https://bao.vn/1").prune_xpath == ()
    assert "the site bao in the database: prune_xpath: '//a[' is not a valid XPath" in caplog.text


def test_an_expression_that_takes_for_ever_costs_a_moment(caplog):
    """Should one get past the check."""
    slow = spider_of(Site.of({"name": "bao", "home": "https://bao.example"}))
    slow.article_url = "(?:b|bb)+c"
    spider = slow()
    assert spider.is_article("bbc") is True
    assert spider.is_article("b" * 1000) is None
    assert "article_url takes too long" in caplog.text


def test_no_requests_are_kept_beside_the_database():
    """What Scrapy keeps in JOBDIR would be asked for twice, and crawls of several sites would share it."""
    given = Settings({"JOBDIR": "job"}, priority="cmdline")
    settings = given.copy()
    spider_of(Site.of({"name": "bao", "home": "https://bao.example"})).update_settings(settings)
    settings.update(given)  # as Scrapy does when a crawl is started
    assert settings["JOBDIR"] is None


def test_the_pace_of_a_row_is_kept_where_the_settings_ask_for_less():
    """Never the other way round."""
    slow = spider_of(Site.of({"name": "bao", "home": "https://bao.example", "pace": 5}))
    for given, kept in ((1, 5), (8, 8)):
        settings = Settings({"DOWNLOAD_DELAY": given})
        slow.update_settings(settings)
        assert settings.getfloat("DOWNLOAD_DELAY") == kept
