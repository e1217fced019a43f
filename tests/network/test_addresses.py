"""Addresses that may be connected to, and that no request gets to another."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from newscrawl.network.addresses import Allowed, host_address, is_global
from tests.network.crawling import crawl, redirect, response, serving

LOCAL = """127.0.0.1 10.1.2.3 172.16.0.1 192.168.0.1 169.254.169.254 100.64.0.1 0.0.0.0 192.0.0.8 224.0.0.1 240.0.0.1
255.255.255.255 ::1 :: fe80::1 fc00::1 fec0::1 ff02::1 ::ffff:127.0.0.1 ::ffff:0:7f00:1 ::127.0.0.1 64:ff9b::7f00:1
64:ff9b:1::1 2002:7f00:1:: 2002:a00:1:: 2001:0:1::1 2001:db8::1 5f00::1""".split()


@pytest.mark.parametrize("address", LOCAL)
def test_addresses_of_no_other_machine_are_not_global(address: str):
    """Private, local, reserved and multicast, also where IPv6 holds them in another form."""
    assert not is_global(ip_address(address))


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::"]
)
def test_addresses_of_the_public_internet_are_global(address: str):
    """As they are, and within another."""
    assert is_global(ip_address(address))


@pytest.mark.parametrize(
    "host",
    "127.0.0.1 127.1 2130706433 0x7f.1 0x7F000001 0177.0.0.1 017700000001 127.0.0.1. ①②⑦.0.0.1 127。0。0。1 "
    "127%2e0.0.1".split(),
)
def test_a_disguised_address_is_found_out(host: str):
    """Whatever inet_aton or a browser takes for 127.0.0.1 is that."""
    assert host_address(host) == ip_address("127.0.0.1")


@pytest.mark.parametrize(
    "host", ["1.2.3.4.5", "256.1.1.1", "09.1.1.1", "1.1.65536", "[fe80::1%25eth0]", "a b", "", "a\x00b"]
)
def test_what_is_neither_a_name_nor_an_address_is_refused(host: str):
    """No resolver is asked about it."""
    with pytest.raises(ValueError, match=r"\S"):
        host_address(host)


@pytest.mark.parametrize("host", ["news.example", "đàlạt.example", "1.example", "127.0.0.1.example", "0x.example"])
def test_a_name_is_no_address(host: str):
    """Digits in a name do not make it one."""
    assert host_address(host) is None


def test_the_setting_names_hosts_and_networks():
    """What is listed may be asked, and nothing beside it."""
    allowed = Allowed.parse("10.0.0.0/8, news.intranet,::1")
    assert allowed.address("10.9.9.9")
    assert allowed.address("::1")
    assert allowed.address("8.8.8.8")
    assert not allowed.address("127.0.0.1")
    assert allowed.host("News.Intranet.")
    assert not allowed.host("sub.news.intranet")
    assert Allowed.parse("báo.intranet").host("xn--bo-mia.intranet")


def test_the_setting_may_allow_everything_or_nothing():
    """True, as the environment spells it as well, and nothing."""
    assert Allowed.parse("True").address("127.0.0.1")
    assert Allowed.parse(True).host("anything")
    assert not Allowed.parse("").address("127.0.0.1")
    assert not Allowed.parse(None).host("anything")


@pytest.mark.parametrize("value", ["10.0.0.0/33", "10.0.0.1/8", "127.1", "a b", "1.2.3.4.5"])
def test_a_wrong_entry_of_the_setting_is_told(value: str):
    """A network that cannot be is no reason to allow nothing, or everything."""
    with pytest.raises(ValueError, match=r"\S"):
        Allowed.parse(value)


DISGUISES = (
    "127.1 2130706433 0x7f.1 0 [::ffff:127.0.0.1] ①②⑦.0.0.1 0177.0.0.1 [::1] [fe80::1] 169.254.169.254 10.0.0.1 "
    "[64:ff9b::7f00:1] [2002:7f00:1::] localhost news.localhost localhost. 127.0.0.1."
).split()


@pytest.mark.slow
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
        (f"http://news.example:{{port}}/{'a' * 6_000}", "bad_url"),
        (f"http://news.example:{{port}}/?q={'/' * 1_900}", "bad_url"),
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
