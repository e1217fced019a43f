"""Which pages are a site's own, however its host is spelled."""

from __future__ import annotations

import pytest

from newscrawl.base_spiders.declared import spider_of
from newscrawl.network.addresses import BadDestination, check_redirect
from newscrawl.sites import Site
from newscrawl.spiders.site import AnySiteSpider

PUNYCODE = "http://xn--bo-mia.example/a"


@pytest.mark.parametrize(
    ("given", "link"),
    [
        ("http://báo.example/", PUNYCODE),
        ("http://BÁO.Example:80/", PUNYCODE),
        ("http://báo.example./", "http://www.xn--bo-mia.example/a"),
        ("http://xn--bo-mia.example/", "http://báo.example/a"),
        ("http://báo/", "http://xn--bo-mia/a"),
        ("http://LOCALHOST/", "http://localhost/a"),
        ("http://localhost:80/", "http://localhost/a"),
        ("http://localhost./", "http://localhost/a"),
        ("http://127.0.0.1:80/", "http://127.0.0.1/a"),
        ("http://[::1]:80/", "http://[::1]/a"),
    ],
)
def test_one_host_may_be_spelled_in_several_ways(given: str, link: str) -> None:
    """Letters or Punycode, capitals, a default port, a dot at the end: links are requested in one form of these."""
    assert AnySiteSpider(url=given).is_own(link)


@pytest.mark.parametrize(
    ("given", "link"),
    [
        ("http://báo.example/", "http://bao.example/a"),
        ("http://localhost/", "http://localhost:8080/a"),
        ("http://127.0.0.1/", "http://127.0.0.2/a"),
        ("http://localhost/", "http://localhost:x/a"),
    ],
)
def test_another_host_or_port_is_not_the_sites(given: str, link: str) -> None:
    """Where there is no registrable domain, the port belongs to it."""
    assert not AnySiteSpider(url=given).is_own(link)


def test_a_site_may_be_added_by_the_letters_of_its_host() -> None:
    """Its row has the host in the form in which requests are made."""
    site = Site.of({"name": "bao", "home": "https://www.báo.vn/"})
    assert (site.domains, site.source) == (("xn--bo-mia.vn",), "xn--bo-mia.vn")
    spider = spider_of(site)()
    assert spider.is_own("https://báo.vn/a")
    assert spider.is_own("https://amp.xn--bo-mia.vn/a")
    assert not spider.is_own("https://bao.vn/a")


def test_a_redirect_to_the_other_spelling_stays_on_the_site() -> None:
    """It is the same host."""
    check_redirect("http://báo.example/a", PUNYCODE, ())
    check_redirect("http://old.example/a", "http://báo.example./", ("xn--bo-mia.example",))
    with pytest.raises(BadDestination):
        check_redirect("http://old.example/a", "http://báo.example/", ("bao.example",))
