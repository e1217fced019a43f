"""Whom a site can write to."""

from __future__ import annotations

import pytest
from scrapy.settings import Settings

from newscrawl.network.identity import Identity, SettingsError, check_settings
from tests.network.crawling import crawl, response, serving


def user_agent(**settings: str) -> str:
    made = Settings(settings)
    Identity().update_settings(made)
    return str(made["USER_AGENT"])


def test_contact_goes_into_the_user_agent():
    """Unless somebody sets a User-Agent of their own."""
    assert user_agent(CONTACT="mailto:me@news.example").endswith(" (+mailto:me@news.example)")
    assert user_agent(CONTACT="").startswith("newscrawl/")
    assert user_agent(CONTACT="https://a.example", USER_AGENT="mine/1") == "mine/1"


@pytest.mark.parametrize("contact", ["two\nlines", "a) (b@c", "somebody", "ж@news.example", "x@" * 200])
def test_a_wrong_contact_is_told(contact: str):
    """It would go into every request."""
    with pytest.raises(SettingsError, match="CONTACT"):
        check_settings(Settings({"CONTACT": contact}))


def test_a_wrong_network_is_told():
    """A typing error neither opens nor closes anything silently."""
    with pytest.raises(SettingsError, match="ALLOW_PRIVATE_ADDRESSES"):
        check_settings(Settings({"ALLOW_PRIVATE_ADDRESSES": "10.0.0.0/99"}))


def test_a_crawl_that_nobody_can_be_asked_about_says_so_once():
    """And only when it asks somebody."""
    with serving({"*": response()}) as server:
        crawled = crawl(server.url("/a"), server.url("/b"), CONTACT="")
    assert crawled.log.count("set CONTACT") == 1
    assert "set CONTACT" not in crawl("data:,", CONTACT="").log
