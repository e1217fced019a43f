"""Where requests may go, redirected ones included."""

from __future__ import annotations

import pytest

from tests.network.crawling import crawl, redirect, response, serving

DISGUISES = (
    "127.1 2130706433 0x7f.1 0 [::ffff:127.0.0.1] ①②⑦.0.0.1 0177.0.0.1 [::1] [fe80::1] 169.254.169.254 10.0.0.1 "
    "[64:ff9b::7f00:1] [2002:7f00:1::] localhost news.localhost localhost. 127.0.0.1."
).split()


def test_no_disguise_of_a_private_address_is_asked():
    """Each way to write a local address is refused by itself, before any name is looked up."""
    crawled = crawl(*(f"http://{host}/" for host in DISGUISES), ALLOW_PRIVATE_ADDRESSES="")
    assert [result.get("reason") for result in crawled.results] == ["private_address"] * len(DISGUISES)
    assert crawled.stats["newscrawl/refused/private_address"] == len(DISGUISES)
    assert not crawled.lookups


def test_other_schemes_ports_and_credentials_are_refused():
    """Nothing but HTTP is spoken, to no port of another service, and in nobody's name."""
    urls = ["file:///etc/passwd", "ftp://news.example/", "http://news.example:25/", "http://user:secret@news.example/"]
    crawled = crawl(*urls)
    assert [result["reason"] for result in crawled.results] == ["scheme", "scheme", "bad_port", "userinfo"]
    assert "secret" not in crawled.results[3]["sentence"]
    assert not crawled.lookups


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("http://127.0.0.2:{port}/secret", "private_address"),
        ("http://169.254.169.254/latest/meta-data/", "private_address"),
        ("http://[::1]:{port}/", "private_address"),
        ("file:///etc/passwd", "scheme"),
        ("javascript:alert(1)", "bad_url"),
        ("http://elsewhere.example:{port}/", "offsite_redirect"),
        ("http://user@news.example:{port}/", "userinfo"),
        ("http://news.example:22/", "bad_port"),
        ("http://[::1", "bad_url"),
    ],
)
def test_a_redirect_to_where_no_request_may_go_ends_there(location: str, reason: str):
    """The address that a redirect gives is judged like any other, and nobody there is asked."""
    with serving({}) as server, serving({"*": response()}, "127.0.0.2") as other:
        server.answers["/a"] = redirect(location.format(port=other.port))
        names = {"news.example": ["127.0.0.1"], "elsewhere.example": ["127.0.0.1"]}
        crawled = crawl(server.url("/a", "news.example"), names=names)
    assert crawled.only["reason"] == reason
    assert server.paths == ["/robots.txt", "/a"]
    assert not other.arrivals


def test_a_redirect_within_the_site_is_followed():
    """Another host of the same registrable domain, and one of the spider's domains, belong to the site."""
    names = {name: ["127.0.0.1"] for name in ("news.example", "www.news.example", "partner.test", "sub.partner.test")}
    with serving({"/c": response(b"<p>there")}) as server:
        server.answers["/a"] = redirect(server.url("/c", "www.news.example"))
        server.answers["/b"] = redirect(server.url("/c", "sub.partner.test"))
        spider = {
            "urls": [server.url("/a", "news.example"), server.url("/b", "news.example")],
            "allowed_domains": ["news.example", "partner.test"],
        }
        crawled = crawl(spiders=[spider], names=names)
    assert [result["body"] for result in crawled.results] == ["<p>there"] * 2


def test_a_redirect_loop_ends():
    """After REDIRECT_MAX_TIMES nobody is asked again."""
    with serving({"/a": redirect("/b"), "/b": redirect("/a")}) as server:
        crawled = crawl(server.url("/a"))
    assert crawled.only["reason"] == "redirect_loop"
    assert len(server.paths) == 1 + 1 + 5  # robots.txt, the page, five redirects


def test_an_intranet_can_be_allowed_by_the_environment():
    """NEWSCRAWL_ALLOW_PRIVATE_ADDRESSES lets a network through, and no other."""
    with serving({"*": response()}) as server, serving({"*": response()}, "127.0.0.2") as other:
        variables = {"NEWSCRAWL_ALLOW_PRIVATE_ADDRESSES": "127.0.0.1/32"}
        crawled = crawl(server.url("/"), other.url("/"), variables=variables, ALLOW_PRIVATE_ADDRESSES=None)
    assert {result["url"]: result.get("reason") for result in crawled.results} == {
        server.url("/"): None,
        other.url("/"): "private_address",
    }
