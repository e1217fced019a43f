"""Chains of redirects as browsers know them: by refresh, and with a cookie that must come back."""

from __future__ import annotations

import re
import socket

from tests.network.crawling import crawl, redirect, response, serving

THERE = b"<p>there"


def refresh(target: str) -> bytes:
    return b'<meta http-equiv="refresh" content="0; url=%s">' % target.encode()


def test_a_refresh_is_followed_within_its_site():
    """By element and by header; what leads elsewhere, or in circles, is read as it is."""
    with serving({"/c": response(THERE)}) as server:
        server.answers |= {
            "/element": response(refresh("/c")),
            "/header": response(b"", Refresh="0; url=/c"),
            "/away": response(refresh("http://elsewhere.example/")),
            "/itself": response(refresh("/itself")),
            "/one": response(refresh("/two")),
            "/two": response(refresh("/one")),
        }
        paths = ["/element", "/header", "/away", "/itself", "/one"]
        crawled = crawl(*(server.url(path, "news.example") for path in paths), names={"news.example": ["127.0.0.1"]})
    bodies = {result["url"].rpartition("/")[2]: result["body"].encode() for result in crawled.results}
    assert bodies == {
        "element": THERE,
        "header": THERE,
        "away": refresh("http://elsewhere.example/"),
        "itself": refresh("/itself"),
        "one": refresh("/one"),
    }
    assert server.paths.count("/c") == 2
    assert server.paths.count("/itself") == server.paths.count("/one") == server.paths.count("/two") == 1
    assert not [name for name in crawled.lookups if "elsewhere" in name]


def test_a_cookie_of_a_chain_is_sent_in_it_and_in_no_other():
    """A page that redirects until its cookie comes back is read; the next page is asked for without it."""
    cookies: dict[str, list[str | None]] = {}

    def remember(head: bytes) -> None:
        found = re.search(rb"\r\nCookie: ([^\r]*)", head)
        cookies.setdefault(head.split(b" ")[1].decode(), []).append(found and found[1].decode())

    def ask_for_cookie(connection: socket.socket, path: str) -> None:
        is_back = cookies[path][-1] is not None
        to_itself = response(b"", "302 Found", Location=path, Set_Cookie="seen=yes; Path=/; HttpOnly")
        connection.sendall(response(THERE, Connection="close") if is_back else to_itself)

    with serving({"/a": ask_for_cookie, "/b": ask_for_cookie, "/plain": response(THERE)}) as server:
        server.on_request = remember
        server.answers["/far"] = response(
            b"", "302 Found", Location=server.url("/plain", "other.test"), Set_Cookie="x=1"
        )
        spider = {
            "urls": [server.url(path, "news.example") for path in ("/a", "/plain", "/b", "/far")],
            "allowed_domains": ["news.example", "other.test"],
        }
        names = {"news.example": ["127.0.0.1"], "other.test": ["127.0.0.1"]}
        crawled = crawl(spiders=[spider], names=names, CONCURRENT_REQUESTS_PER_DOMAIN=1)
    assert [result["status"] for result in crawled.results] == [200] * 4
    assert cookies["/a"] == cookies["/b"] == [None, "seen=yes"]
    assert cookies["/plain"] == [None, None]
    assert cookies["/far"] == [None]


def test_a_host_without_a_public_suffix_is_a_site_of_its_own():
    """`www` of an intranet's host, or of a test's, belongs to the host; another host beside it does not."""
    names = {name: ["127.0.0.1"] for name in ("wp.test", "www.wp.test", "blog.test")}
    with serving({"/there": response(THERE)}) as server:
        server.answers["/a"] = redirect(server.url("/there", "www.wp.test"))
        server.answers["/b"] = redirect(server.url("/there", "blog.test"))
        crawled = crawl(server.url("/a", "wp.test"), server.url("/b", "wp.test"), names=names)
    reasons = {result["url"].rpartition("/")[2]: result.get("reason") for result in crawled.results}
    assert reasons == {"a": None, "b": "offsite_redirect"}
