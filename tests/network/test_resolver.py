"""What a name leads to is judged when the connection is made."""

from __future__ import annotations

import pytest

from tests.network.crawling import crawl, response, serving


def test_a_name_that_leads_to_a_private_address_is_refused():
    """The refusal says which address it was, and nobody there is asked."""
    with serving({"*": response()}, "127.0.0.3") as server:
        crawled = crawl(server.url("/", "evil.example"), names={"evil.example": ["127.0.0.3"]})
    assert crawled.only["reason"] == "robots_unreachable"
    assert "private_address" in crawled.only["sentence"]
    assert "127.0.0.3" in crawled.only["sentence"]
    assert not server.arrivals


def test_only_the_global_addresses_of_a_name_are_used():
    """A name with both kinds of addresses is asked at the allowed one."""
    with serving({"*": response(b"good")}) as server:
        names = {"mixed.example": ["169.254.169.254", "::1", "127.0.0.1"]}
        crawled = crawl(server.url("/", "mixed.example"), names=names)
    assert crawled.only["body"] == "good"


def test_a_name_that_changes_its_mind_is_refused_at_the_connection():
    """The answer that is used is the answer that is judged, although an earlier one was good."""
    with serving({"*": response(Connection="close")}) as server:
        names = {"rebinding.example": [["127.0.0.1"], ["127.0.0.9"]]}
        urls = [server.url("/a", "rebinding.example"), server.url("/b", "rebinding.example")]
        server.answers["*"] = response(Connection="close")
        crawled = crawl(*urls, names=names, DNSCACHE_ENABLED=False)
    assert [result.get("reason") for result in crawled.results] == ["private_address"] * 2
    assert server.paths == ["/robots.txt"]


def test_a_name_of_an_intranet_can_be_allowed():
    """A host that is allowed by name may lead anywhere."""
    with serving({"*": response(b"inside")}, "127.0.0.4") as server:
        names = {"news.intranet": ["127.0.0.4"]}
        crawled = crawl(server.url("/", "news.intranet"), names=names, ALLOW_PRIVATE_ADDRESSES="news.intranet")
    assert crawled.only["body"] == "inside"


def test_the_proxy_of_the_user_may_be_local():
    """A proxy from the environment is connected to, and asked for names that nobody here looks up."""
    with serving({"*": response(b"by proxy")}, "127.0.0.5") as proxy:
        variables = {"http_proxy": f"http://proxy.intranet:{proxy.port}"}
        names = {"proxy.intranet": ["127.0.0.5"]}
        crawled = crawl("http://news.example/a", names=names, variables=variables, ALLOW_PRIVATE_ADDRESSES="")
    assert crawled.only["body"] == "by proxy"
    assert set(crawled.lookups) == {"proxy.intranet"}


def test_another_port_of_the_proxy_is_not_the_proxy():
    """A link to the proxy's host leads to whatever else listens there."""
    with serving({"*": response(b"not for strangers")}, "127.0.0.5") as server:
        variables = {"http_proxy": f"http://proxy.intranet:{server.port + 1}", "no_proxy": "proxy.intranet"}
        names = {"proxy.intranet": ["127.0.0.5"]}
        crawled = crawl(server.url("/", "proxy.intranet"), names=names, variables=variables, ROBOTSTXT_OBEY=False)
    assert crawled.only["reason"] == "private_address"
    assert not server.arrivals


def test_a_host_without_a_proxy_is_no_proxy():
    """no_proxy names a host that is asked directly, which says nothing about where it may lead."""
    with serving({"*": response(b"not for strangers")}, "127.0.0.5") as server:
        names = {"evil.example": ["127.0.0.5"]}
        variables = {"no_proxy": "evil.example"}
        crawled = crawl(server.url("/", "evil.example"), names=names, variables=variables, ROBOTSTXT_OBEY=False)
    assert crawled.only["reason"] == "private_address"
    assert not server.arrivals


def test_a_name_that_nobody_knows_is_told():
    """A failing name server is no private address."""
    crawled = crawl("http://no-such-site.example/", ROBOTSTXT_OBEY=False)
    assert crawled.only["reason"] == "dns"


@pytest.mark.slow
def test_a_name_server_that_is_late_holds_up_its_own_host_alone():
    """One that answers in time is waited for; one that does not is one line, and other hosts are asked meanwhile."""
    with serving({"*": response(b"good", Connection="close")}) as server:
        hosts = ["silent.example", "late.example", "quick.example"]
        crawled = crawl(
            *(server.url("/", host) for host in hosts),
            names={host: ["127.0.0.1"] for host in hosts},
            late={"silent.example": 8, "late.example": 1},
            DOWNLOAD_TIMEOUT=4,
            DNSCACHE_ENABLED=False,
        )
    by_host = {host: next(one for one in crawled.results if host in one["url"]) for host in hosts}
    assert [by_host[host].get("body") for host in hosts] == [None, "good", "good"]
    assert by_host["silent.example"]["reason"] == "robots_unreachable"
    assert [host for one in crawled.results for host in hosts if host in one["url"]][-1] == "silent.example"
