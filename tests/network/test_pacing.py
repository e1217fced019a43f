"""Requests to a host keep their distance, whoever makes them. Servers' own clocks are what is looked at."""

from __future__ import annotations

import socket
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from newscrawl.network.pacing import Pace
from tests.network.crawling import crawl, redirect, response, serving


def test_the_first_request_leaves_at_once():
    """Nobody waits for a host that nobody has asked."""
    assert Pace().wait("a", 100.0) == 0


def test_requests_are_as_far_apart_as_the_slowest_crawl_wants():
    """A crawl's newer wish takes the place of its older one, but not of what robots.txt asks for."""
    pace = Pace()
    pace.want("a", "one", 1.0)
    pace.want("a", "two", 5.0)
    pace.sent("a", 100.0)
    assert pace.wait("a", 101.0) == 4
    pace.want("a", "two", 2.0)
    assert pace.wait("a", 101.0) == 1
    pace.want("a", "one", 9.0, "robots.txt")
    pace.want("a", "one", 1.0)
    assert pace.wait("a", 101.0) == 8
    assert pace.wait("b", 101.0) == 0


def test_a_pause_holds_everybody_back():
    """The longest of several counts."""
    pace = Pace()
    pace.pause("a", 130.0)
    pace.pause("a", 110.0)
    assert pace.wait("a", 100.0) == 30


def test_a_crawl_that_has_ended_leaves_its_last_request_behind():
    """The next crawl of the process waits as this one would have; after that nothing is kept."""
    pace = Pace()
    pace.want("a", "one", 5.0)
    pace.sent("a", 100.0)
    pace.forget("one", 101.0)
    assert pace.wait("a", 101.0) == 4
    pace.forget("one", 106.0)
    assert not pace._hosts


DELAY = 0.25
LATE = 0.03
"""Seconds by which a server's thread may write an arrival down late."""


def slow_to_answer(connection: socket.socket, path: str) -> None:
    """Answer after longer than the delay, and take no other request on this connection."""
    time.sleep(0.4)
    connection.sendall(response(Connection="close"))


@pytest.mark.slow
def test_crawls_of_one_process_share_the_pace_of_a_host():
    """Three spiders ask no more often than one, short requests, redirects, robots.txt and retries included."""
    with serving({"*": response()}) as server:
        server.answers |= {"/moved": redirect("/there"), "/slow": slow_to_answer, "/broken": response(b"", "500 Oh no")}
        spiders = [{"urls": [server.url(f"/{name}/{number}") for number in range(5)]} for name in "abc"]
        spiders[0]["urls"] += [server.url("/moved"), server.url("/slow"), server.url("/broken")]
        crawled = crawl(spiders=spiders, DOWNLOAD_DELAY=DELAY, RETRY_TIMES=1)
    assert len(crawled.results) == 18
    assert len(server.arrivals) == 18 + 3 + 1 + 1  # robots.txt of each, a redirect, a retry
    assert min(server.gaps()) > DELAY - LATE


def test_no_more_requests_are_under_way_than_are_allowed():
    """CONCURRENT_REQUESTS_PER_DOMAIN holds without a delay as well."""
    under_way, at_once = [], []

    def answer(connection: socket.socket, path: str) -> None:
        under_way.append(path)
        at_once.append(len(under_way))
        time.sleep(0.1)
        under_way.remove(path)
        connection.sendall(response(Connection="close"))

    with serving({"*": answer}) as server:
        urls = [server.url(f"/{number}") for number in range(12)]
        crawled = crawl(*urls, DOWNLOAD_DELAY=0, AUTOTHROTTLE_ENABLED=False, CONCURRENT_REQUESTS_PER_DOMAIN=3)
    assert len(crawled.results) == 12
    assert max(at_once) == 3


@pytest.mark.slow
def test_the_slowest_crawl_sets_the_pace():
    """A crawl with a longer delay is not overtaken by its neighbour in the same process."""
    with serving({"*": response()}) as server:
        fast = {"urls": [server.url(f"/fast/{number}") for number in range(6)], "settings": {"DOWNLOAD_DELAY": 0.05}}
        slow = {"urls": [server.url(f"/slow/{number}") for number in range(6)], "settings": {"DOWNLOAD_DELAY": 0.4}}
        crawl(spiders=[fast, slow])
    arrivals = [when for when, path in server.arrivals if path.startswith("/slow")]
    near = [gap for (when, _), gap in zip(server.arrivals[1:], server.gaps(), strict=True) if when > arrivals[0]]
    assert min(near[:-1]) > 0.4 - LATE


@pytest.mark.slow
def test_crawl_delay_and_request_rate_hold_against_autothrottle():
    """What robots.txt asks for is kept although the server is quick, up to CRAWL_DELAY_MAX."""
    for rule, gap in ((b"Crawl-delay: 0.5", 0.5), (b"Request-rate: 2/1s", 0.5), (b"Crawl-delay: 86400", 0.6)):
        answers = {"/robots.txt": response(b"User-agent: *\n" + rule, Content_Type="text/plain"), "*": response()}
        with serving(answers) as server:
            crawl(*(server.url(f"/{number}") for number in range(4)), CRAWL_DELAY_MAX=0.6)
        assert len(server.arrivals) == 5
        assert min(server.gaps()[1:]) > gap - LATE


@pytest.mark.slow
def test_a_busy_server_is_given_the_time_that_it_asks_for():
    """Retry-After of a 429 holds all requests to the host back, of the other crawl as well; then it is asked again."""
    with serving({"*": response()}) as server:

        def busy(connection: socket.socket, path: str) -> None:
            is_first = server.paths.count("/busy") == 1
            connection.sendall(
                response(b"", "429 Too Many Requests", Retry_After=2) if is_first else response(b"<p>now")
            )

        server.answers["/busy"] = busy
        others = {"urls": [server.url(f"/other/{number}") for number in range(12)]}
        crawled = crawl(spiders=[{"urls": [server.url("/busy")]}, others], DOWNLOAD_DELAY=DELAY, RETRY_TIMES=2)
    place = server.paths.index("/busy")
    assert server.gaps()[place] > 2 - LATE
    assert server.paths.count("/busy") == 2
    assert {result["status"] for result in crawled.results} == {200}


def test_a_server_that_stays_busy_is_asked_twice():
    """A second 503 goes to the spider."""
    with serving({"*": response(b"", "503 Service Unavailable")}) as server:
        crawled = crawl(server.url("/a"), RETRY_TIMES=2, ROBOTSTXT_OBEY=False)
    assert crawled.only["status"] == 503
    assert server.paths == ["/a", "/a"]
    assert server.gaps()[0] > 1 - LATE


@pytest.mark.slow
def test_a_long_retry_after_is_not_waited_for():
    """The response goes to the spider at once, whether it gives seconds, a date or nonsense without end."""
    in_an_hour = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    values = ["3600", in_an_hour, "9" * 4000]
    with serving({}) as server:
        for place, value in enumerate(values):
            server.answers[f"/{place}"] = response(b"", "429 Too Many Requests", Retry_After=value)
        crawled = crawl(*(server.url(f"/{place}") for place in range(3)), RETRY_TIMES=2)
    assert [result["status"] for result in crawled.results] == [429] * 3
    assert len(server.arrivals) == 4


@pytest.mark.slow
def test_faults_are_retried_later_and_later():
    """The pause before a retry doubles, and RETRY_TIMES ends it."""
    with serving({"*": response(b"", "500 Oh no")}) as server:
        crawl(server.url("/a"), RETRY_TIMES=2, ROBOTSTXT_OBEY=False)
    first, second = server.gaps()
    assert first > 1 - LATE
    assert second > 2 - LATE
