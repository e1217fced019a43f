"""The publishers that are shipped as data, and the spiders made of them."""

from __future__ import annotations

import json
import re
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from urllib.parse import urljoin

import pytest
from babel import Locale
from click.testing import CliRunner
from scrapy.settings import Settings
from scrapy.spiderloader import get_spider_loader

from newscrawl.base_spiders.declared import DeclaredSpider, spider_of
from newscrawl.base_spiders.publishers import Publisher, publishers
from newscrawl.base_spiders.registry import SiteRegistry, project_sites
from newscrawl.cli.sites import sites
from newscrawl.rules import RulesError
from newscrawl.urls import is_article_url, site_of
from testing.datasets import DATASETS, NoPages, bench_folder, load_dataset

ENGLISH = Locale("en")
ALL = publishers()


@pytest.fixture(scope="module")
def settings() -> Settings:
    settings = Settings()
    settings.setmodule("newscrawl.settings")
    return settings


def test_there_are_many_of_many_languages():
    """Of every continent; one a registrable domain, for that is the source of its articles."""
    assert len(ALL) >= 120
    assert len({one.language for one in ALL.values()}) >= 25
    sites_ = [site_of(one.home) for one in ALL.values()]
    assert len(set(sites_)) == len(sites_)
    assert list(ALL) == sorted(ALL)


@pytest.mark.parametrize("name", ALL)
def test_what_is_said_of_a_publisher_is_sound(name: str):
    """Codes, addresses and the expression; and the page that confirms it does."""
    one = ALL[name]
    assert re.fullmatch("[a-z][a-z0-9_]{1,39}", name)
    assert one.title == one.title.strip() != ""
    assert one.country in ENGLISH.territories
    assert one.language in ENGLISH.languages
    assert len(one.language) == 2
    assert is_article_url(urljoin(one.home, "any"))
    assert any(site_of(one.home) == site_of(f"https://{host}/") for host in one.hosts)
    for url in one.feeds + tuple(url.format(year=2026, month=1, day=1) for url in one.sitemaps):
        assert is_article_url(url), url
    if one.confirmed_by is not None:
        assert one.article_url is not None
        assert re.fullmatch(one.article_url, one.confirmed_by)
    if one.article_url is not None:
        assert not re.fullmatch(one.article_url, one.home)
        assert not any(re.fullmatch(one.article_url, url) for url in (*one.feeds, *one.sitemaps))


def repeats(pattern, within: bool = False) -> tuple[int, bool]:
    """How many unbounded repeats an expression has, and whether one stands in another."""
    count, nested = 0, False
    for code, value in pattern:
        inner: list = []
        is_open = False
        if code in (op.MAX_REPEAT, op.MIN_REPEAT):
            is_open = value[1] is op.MAXREPEAT
            count += is_open
            nested = nested or (is_open and within)
            inner = [value[2]]
        elif code is op.SUBPATTERN:
            inner = [value[3]]
        elif code is op.BRANCH:
            inner = value[1]
        for part in inner:
            more, deeper = repeats(part, within or is_open)
            count, nested = count + more, nested or deeper
    return count, nested


@pytest.mark.parametrize("name", [name for name, one in ALL.items() if one.article_url])
def test_expressions_take_no_time(name: str):
    """No repeat within a repeat, and few in a row, each divided from the next by what is written out."""
    count, nested = repeats(parser.parse(ALL[name].article_url))
    assert not nested
    assert count <= 5


def test_addresses_of_saved_pages_confirm_expressions():
    """What `confirmed_by` names is a page that somebody saved, and no page is left that would confirm another."""
    urls: set[str] = set()
    for name in DATASETS:
        try:
            urls |= {re.split("[?#]", page.url)[0] for page in load_dataset(bench_folder(), name) if page.url}
        except NoPages as error:
            pytest.skip(str(error))
    confirmed = {one.confirmed_by for one in ALL.values()} - {None}
    assert confirmed <= urls
    others = [one for one in ALL.values() if one.confirmed_by is None and one.article_url]
    assert [(one.name, url) for one in others for url in urls if re.fullmatch(one.article_url or "", url)] == []


def test_a_publisher_is_loaded_by_name_and_belongs_to_no_round(settings):
    """Nobody's server is asked for anything because a file names it."""
    loader = get_spider_loader(settings)
    spider = loader.load("lemonde")
    assert issubclass(spider, DeclaredSpider)
    assert spider.allowed_domains == ("lemonde.fr",)
    assert not set(ALL) & set(loader.list())
    assert not set(ALL) & set(project_sites(settings))
    with pytest.raises(KeyError):
        loader.load("nobody")


def test_an_address_of_another_form_may_be_an_article():
    """The expression is evidence for articles and not against them; the source is that of any spider of the site."""
    spider = spider_of(ALL["lemonde"].site)()
    article = "https://www.lemonde.fr/politique/article/2026/08/30/un-titre_6187099_823448.html"
    assert spider.is_article(article) is True
    assert spider.is_article("https://www.lemonde.fr/un-grand-format") is None
    assert spider.source == "lemonde.fr"
    assert spider.front_page == "https://www.lemonde.fr/"
    assert not spider.explores
    assert spider_of(ALL["orf"].site).explores


def test_its_pages_are_read_by_its_rules_whoever_fetched_them(settings):
    """The zone of a page with a time of no zone, on a domain of no country."""
    registry = SiteRegistry(settings)
    assert registry.rules_for("https://www.dw.com/de/a/a-1234567").timezone == "Europe/Berlin"
    assert registry.rules_for("https://edition.dw.com/x").language == "de"
    assert registry.source_of("https://www.dw.com/de/a/a-1234567") == "dw.com"
    assert registry.source_of("https://vnexpress.net/a-1234567.html") == "vnexpress"


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"home": "https://a.example/"}, "title"),
        ({"article_ur": "x"}, "article_ur"),
        ({"article_url": "("}, "unterminated"),
        ({"timezone": "Europe/Atlantis"}, "Atlantis"),
        ({"language": "xx"}, "ISO 639-1"),
    ],
)
def test_a_mistake_in_the_data_names_its_place(facts, says):
    """File, table and what is wrong, in one line."""
    whole = {"title": "A", "home": "https://a.example/", "country": "FR", "language": "fr"}
    given = facts if "home" in facts else whole | facts
    with pytest.raises(RulesError, match=rf"^publishers\.toml: \[a\]: .*{re.escape(says)}"):
        Publisher.of("a", given)


def test_they_are_listed_by_country_and_language():
    """For people and for programs."""
    result = CliRunner().invoke(sites, ["publishers", "--country", "be", "--language", "fr"])
    assert result.exit_code == 0
    assert [line.split()[0] for line in result.output.splitlines()] == ["name", "lalibre", "lesoir", "2"]
    listed = json.loads(CliRunner().invoke(sites, ["publishers", "--language", "sw", "--json"]).output)
    assert [one["name"] for one in listed] == ["habari_leo", "mwananchi"]
    assert listed[0]["feeds"] == ["https://habarileo.co.tz/feed/"]
