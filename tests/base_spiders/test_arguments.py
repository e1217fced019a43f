"""What a spider's class may say."""

from __future__ import annotations

import pytest

from newscrawl.base_spiders import NewsSpider, SiteSpider
from newscrawl.rules import RulesError, SiteRules


def spider(**attributes: object) -> type[NewsSpider]:
    """Define a spider, as its module does when it is imported."""
    return type("BaoSpider", (NewsSpider,), {"name": "bao", "__module__": "sites.bao", **attributes})


def site(**attributes: object) -> type[SiteSpider]:
    """Define the spider of a site."""
    return type("BaoSpider", (SiteSpider,), {"name": "bao", "__module__": "sites.bao", **attributes})


def test_rules_are_the_attributes():
    """A site is a few lines of data."""
    bao = spider(allowed_domains=["bao.example"], prune_xpath=("//aside",), timezone="Asia/Bangkok", language="th")
    assert bao.site_rules == SiteRules(prune_xpath=("//aside",), timezone="Asia/Bangkok", language="th")


def test_what_is_no_data_may_have_any_name():
    """Methods, properties and private constants are the spider's own."""
    spider(parse=lambda self, response: None, front_page=property(lambda self: "x"), _PAGES=(1, 2), start_urls=["x"])


def test_rules_are_inherited():
    """Two editions of a paper share what is special about it."""
    vietnamese = spider(allowed_domains=("bao.example",), language="vi")
    assert type("English", (vietnamese,), {"language": "en"}).site_rules == SiteRules(language="en")


@pytest.mark.parametrize(
    ("attributes", "fault"),
    [
        ({"prune_xpaths": ("//aside",)}, "a spider has no attribute 'prune_xpaths'; did you mean 'prune_xpath'?"),
        ({"allowed_domain": ("bao.example",)}, "did you mean 'allowed_domains'?"),
        ({"time_zone": "Asia/Bangkok"}, "did you mean 'timezone'?"),
        ({"PAGES": 7}, "a constant of its own begins with an underscore"),
        ({"prune_xpath": ("//aside[",)}, "prune_xpath: '//aside[' is not a valid XPath"),
        ({"adjust": lambda article, page: article}, "adjust must be written as 'module:function'"),
        ({"allowed_domains": "bao.example"}, "allowed_domains must be a tuple of domains"),
        ({"allowed_domains": ("https://bao.example/",)}, "allowed_domains must be a tuple of domains"),
        ({"allowed_domains": ("Bao.example",)}, "allowed_domains must be a tuple of domains"),
        ({"allowed_domains": (), "language": "vi"}, "it has rules but no allowed_domains"),
    ],
)
def test_mistake_shows_when_the_module_is_imported(attributes, fault):
    """In one line that names the spider."""
    with pytest.raises(RulesError) as refused:
        spider(**attributes)
    assert str(refused.value).startswith("sites.bao.BaoSpider: ")
    assert fault in str(refused.value)


@pytest.mark.parametrize(
    ("sitemap", "fault"),
    [
        ("https://bao.example/{yaer}.xml", "in braces there may be year, month, month:02, day, day:02; double any"),
        ("https://bao.example/{year.xml", "in braces there may be"),
        ("https://bao.example/{0}.xml", "in braces there may be"),
        ("/sitemap-{year}.xml", "is no http(s) address"),
    ],
)
def test_sitemaps_of_days_are_checked_as_well(sitemap, fault):
    """A crawl would find the mistake only when it wants to read them."""
    with pytest.raises(RulesError) as refused:
        site(sitemaps=("https://bao.example/{year}-{month:02}-{day}.xml", sitemap))
    assert str(refused.value).startswith("sites.bao.BaoSpider: sitemaps: ")
    assert fault in str(refused.value)
