"""robots.txt is obeyed, and its silence is no permission (RFC 9309)."""

from __future__ import annotations

import asyncio
import threading

import pytest
from scrapy import Request
from scrapy.utils.test import get_crawler

from newscrawl.network.robots import Robots, RobotsMiddleware
from tests.network.crawling import Answer, crawl, redirect, response, serving
from tests.network.test_faults import hang, reset

FORBIDDING = b"User-agent: *\nDisallow: /\n"


def robots(body: bytes, status: str = "200 OK", **headers: str) -> bytes:
    return response(body, status, **{"Content_Type": "text/plain", **headers})


@pytest.mark.parametrize(
    "answer",
    [
        robots(b"", "500 Internal Server Error"),
        robots(FORBIDDING, "503 Service Unavailable"),
        robots(b"", "429 Too Many Requests"),
        hang,
        reset,
        redirect("http://127.0.0.2/robots.txt"),
        redirect("file:///etc/passwd"),
    ],
)
def test_nothing_is_fetched_where_nobody_can_say_what_is_allowed(answer: Answer | bytes):
    """A robots.txt that cannot be had forbids its whole host, for this crawl."""
    with serving({"/robots.txt": answer, "*": response()}) as server:
        crawled = crawl(server.url("/a"), server.url("/b"), DOWNLOAD_TIMEOUT=1)
    assert [result.get("reason") for result in crawled.results] == ["robots_unreachable"] * 2
    assert server.paths == ["/robots.txt"]


@pytest.mark.parametrize(
    "answer",
    [
        robots(FORBIDDING, "404 Not Found"),
        robots(FORBIDDING, "403 Forbidden"),
        robots(FORBIDDING, "410 Gone"),
        robots(b""),
        robots(
            b"<!DOCTYPE html><html><body>\nDisallow: /\n<p>User-agent: us</p></body></html>", Content_Type="text/html"
        ),
        robots(b"\x00\xff\xfe" * 1000),
        redirect("/robots.txt"),
        robots(b"User-agent: other\nDisallow: /\n", Content_Type="application/octet-stream"),
    ],
)
def test_everything_may_be_fetched_where_there_are_no_rules(answer: bytes):
    """4xx, an empty file, a page in its place and an endless redirect are all no rules, whatever their bodies say."""
    with serving({"/robots.txt": answer, "*": response()}) as server:
        crawled = crawl(server.url("/a"))
    assert crawled.only.get("status") == 200


@pytest.mark.parametrize(("rules", "in_thread"), [(10, False), (20_000, True)])
def test_long_robots_txt_is_not_asked_in_the_reactor(rules: int, in_thread: bool):
    """Twenty thousand rules of wildcards take a quarter of a second for each page."""
    threads = []

    class Watched(Robots):
        def allows(self, url: str) -> bool:
            threads.append(threading.current_thread())
            return super().allows(url)

    async def ask() -> None:
        middleware = RobotsMiddleware(get_crawler(settings_dict={"ROBOTSTXT_OBEY": True}))
        middleware._known["bao.example"] = asyncio.get_running_loop().create_future()
        body = "User-agent: *\n" + "".join(f"Disallow: /*{number}*x$\n" for number in range(rules))
        middleware._known["bao.example"].set_result(Watched.answered("newscrawl", 200, body.encode()))
        requests = [Request(f"https://bao.example/{number}") for number in range(3)]
        await asyncio.gather(*map(middleware.process_request, requests))

    asyncio.run(ask())
    assert [thread is not threading.main_thread() for thread in threads] == [in_thread] * 3
    assert len(set(threads)) == 1  # of several the reactor would have to wait for each


def test_the_rules_for_us_are_obeyed():
    """They are found by our name, behind a redirect to another site as well, and asked for once."""
    rules = b"User-agent: NewsCrawl\nDisallow: /no\n\nUser-agent: *\nDisallow: /\n"
    with (
        serving({"/robots.txt": robots(rules), "*": response()}, "127.0.0.2") as other,
        serving({"*": response()}) as server,
    ):
        names = {"news.example": ["127.0.0.1"], "rules.example": ["127.0.0.2"]}
        server.answers["/robots.txt"] = redirect(other.url("/robots.txt", "rules.example"))
        urls = [server.url(path, "news.example") for path in ("/yes", "/no", "/no/more")]
        crawled = crawl(*urls, names=names, ALLOW_PRIVATE_ADDRESSES="127.0.0.0/8")
    assert {result["url"]: result.get("reason") for result in crawled.results} == dict(
        zip(urls, [None, "robots", "robots"], strict=True)
    )
    assert server.paths == ["/robots.txt", "/yes"]
    assert crawled.stats["newscrawl/refused/robots"] == 2


@pytest.mark.parametrize(
    ("groups", "is_ours"),
    [
        ("news", False),
        ("newscrawlerpro", False),
        ("the-newscrawl", False),
        ("news*", False),
        ("NewsCrawl", True),
        ("newscrawl/1.0", True),
        ("newscrawl/1.0 (+https://bot.example) # that one", True),
        ("newscrawl*", True),
        ("other\nuser agent newscrawl", True),
        ("news\nUseragent: newscrawl/2", True),
    ],
)
def test_a_group_is_named_by_a_whole_product_token(groups: str, is_ours: bool):
    """Its version does not matter, a part of it is another crawler's name, and all other crawlers have the default."""
    body = f"User-agent: {groups}\nDisallow: /a\nCrawl-delay: 7\n\nUser-agent: *\nDisallow: /b\n"
    robots = Robots("newscrawl", body.encode())
    assert [robots.allows(f"https://bao.example/{path}") for path in "ab"] == [not is_ours, is_ours]
    assert robots.delay == (7 if is_ours else 0)


def test_of_an_endless_robots_txt_the_beginning_counts():
    """Rules within the first 500 KiB hold, those behind do not, and neither costs much memory."""
    filler = b"".join(b"Disallow: /filler/%d\n" % number for number in range(600_000))
    body = b"User-agent: *\nDisallow: /first\n" + filler[: 9 << 20] + b"\nDisallow: /last\n"
    with serving({"/robots.txt": robots(body), "*": response()}) as server:
        crawled = crawl(server.url("/first"), server.url("/last"))
    assert {result["url"]: result.get("reason") for result in crawled.results} == {
        server.url("/first"): "robots",
        server.url("/last"): None,
    }
    with serving({"*": response()}) as server:
        other = crawl(server.url("/first"))
    assert crawled.megabytes < other.megabytes + 40


def test_sitemaps_of_a_robots_txt_can_be_asked_for():
    """A spider awaits them before its first request, and the file is fetched once for both."""
    body = b"Sitemap: https://news.example/a.xml\nUser-agent: *\nDisallow:\nsitemap: /b.xml\n"
    with serving({"/robots.txt": robots(body), "*": response()}) as server:
        crawled = crawl(spiders=[{"urls": [server.url("/a")], "robots_of": [server.url("/")]}])
    assert crawled.results[0]["sitemaps"] == ["https://news.example/a.xml", server.url("/b.xml")]
    assert server.paths == ["/robots.txt", "/a"]
