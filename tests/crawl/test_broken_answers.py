"""Answers that break off, lie, lead away or never end: each is the outcome of its own page, and of no other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from testing.newspaper import Options, Site, running
from tests.crawl.crawls import Crawls, Ended, paper

OTHER = "127.0.0.2"
HOSTILE: dict[str, tuple[str, dict[str, Any], tuple[str, str | None]]] = {
    "error": ("status", {}, ("failed", "http_500")),
    "forbidden": ("status", {"status": 403}, ("failed", "http_403")),
    "gone": ("status", {"status": 410}, ("gone", "http_410")),
    "reset": ("reset", {}, ("failed", "truncated")),
    "close": ("close", {}, ("failed", "reset")),
    "slow loris": ("slow", {"seconds": 0.5}, ("failed", "timeout")),
    "no http": ("bad_header", {}, ("failed", "failed")),
    "truncated gzip": ("truncated_gzip", {}, ("failed", "truncated")),
    "gzip bomb": ("bomb", {}, ("failed", "too_large")),
    "1 GB": ("huge", {}, ("failed", "too_large")),
    "redirect loop": ("loop", {}, ("failed", "redirect_loop")),
    "to loopback": ("redirect", {"target": f"http://{OTHER}:PORT/"}, ("failed", "private_address")),
    "to loopback, disguised": ("redirect", {"target": "http://2130706434:PORT/"}, ("failed", "private_address")),
    "to the cloud's metadata": (
        "redirect",
        {"target": "http://169.254.169.254/latest/meta-data/"},
        ("failed", "private_address"),
    ),
    "to a file": ("redirect", {"target": "file:///etc/passwd"}, ("failed", "scheme")),
    "off the site": ("redirect", {"target": "http://elsewhere.example/"}, ("failed", "offsite_redirect")),
    "empty": ("empty", {}, ("failed", "empty")),
    "soft 404": ("soft_404", {}, ("no_article", "wall")),
    "undeclared charset": ("windows_1258", {}, ("stored", None)),
    "chunked": ("chunked", {}, ("stored", None)),
    "other etags": ("etag_moves", {}, ("stored", None)),
    "UTF-16": ("utf_16", {}, ("stored", None)),
    "home page": ("redirect", {"target": "/"}, ("no_article", "listing")),
}


class Crawled(NamedTuple):
    site: Site
    crawls: Crawls
    ended: Ended
    paths: dict[str, str]
    """Of the hostile pages, by name."""
    others: set[str]
    """The addresses of all the other articles."""
    asked_elsewhere: int


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    """One crawl of a paper with all these faults, and a paper next door that it leads to."""
    folder = tmp_path_factory.mktemp("hostile")
    next_door = running(Options(articles=1, sections=1), host=OTHER)
    with paper(folder, articles=len(HOSTILE) + 6) as (site, crawls), next_door as other:
        addresses = site.urls()
        paths = {name: url.removeprefix(site.url) for name, url in zip(HOSTILE, addresses, strict=False)}
        for name, (kind, arguments, _) in HOSTILE.items():
            target = {"target": arguments["target"].replace("PORT", str(other.port))} if "target" in arguments else {}
            site.fault(paths[name], kind, **arguments | target)
        ended = crawls(DOWNLOAD_TIMEOUT=2, RETRY_TIMES=0)
        yield Crawled(site, crawls, ended, paths, set(addresses[len(HOSTILE) :]), len(other.requests()))


@pytest.mark.parametrize("name", HOSTILE)
def test_each_broken_answer_is_the_outcome_of_its_page(name: str, crawled: Crawled):
    """The row of the page says how its visit ended, in a word to count by and, where it failed, in one line."""
    outcome = HOSTILE[name][2]
    assert crawled.crawls.outcome(crawled.paths[name]) == outcome
    url = crawled.site.url + crawled.paths[name]
    ((error,),) = crawled.crawls.query("select error from pages where url = ?", url)
    assert (error is None) == (outcome[0] == "stored")
    assert error is None or (error.isprintable() and error.count(url) <= 1)


def test_all_other_articles_are_stored(crawled: Crawled):
    """Bad pages cost nothing but themselves: the rest is stored whole, and the user is told how many failed and why."""
    stored = {name for name, (_, _, outcome) in HOSTILE.items() if outcome[0] == "stored"}
    fine = crawled.others | {crawled.site.url + crawled.paths[name] for name in stored}
    assert crawled.crawls.stored == fine
    for url in fine:
        ((text,),) = crawled.crawls.query("select text from articles where url = ?", url)
        gold = crawled.site.gold(url)
        assert text.split("\n") == [gold.lead, *gold.text]
    assert crawled.ended.code == 0
    assert crawled.crawls.ended == "finished"
    failed = sum(outcome[0] == "failed" for _, _, outcome in HOSTILE.values())
    assert crawled.ended.summary.startswith(f"{len(fine)} stored, 2 without an article, {failed} failed, 1 gone, ")
    assert "private_address 3" in crawled.ended.summary


def test_article_that_leads_to_the_home_page_leaves_it_as_it_is(crawled: Crawled):
    """The home page is still a page that lists articles, whatever an address that redirects there was taken for."""
    assert crawled.crawls.query("select kind, outcome from pages where url = ?", f"{crawled.site.url}/") == [
        ("section", "listed")
    ]


def test_nothing_is_asked_of_other_hosts(crawled: Crawled):
    """A redirect to another host of this machine, however it is written, is not followed."""
    assert crawled.asked_elsewhere == 0


def test_no_page_is_asked_for_more_often_than_it_redirects(crawled: Crawled):
    """Without retries every page is asked for once, one that redirects to itself six times."""
    times = crawled.site.by_path()
    loop = crawled.paths["redirect loop"]
    assert times.pop(loop) == 1 + 5
    assert times.pop("/") == 2  # once for an article's address
    assert set(times.values()) == {1}


def test_bombs_and_endless_bodies_cost_little_memory(crawled: Crawled):
    """A gigabyte, packed or not, is not held in memory."""
    assert crawled.ended.megabytes < 400


@pytest.mark.slow
def test_passing_faults_are_asked_again(tmp_path):
    """What fails once and then goes well is stored like anything else, and counts as nothing else."""
    with paper(tmp_path) as (site, crawls):
        flaky = [url.removeprefix(site.url) for url in site.urls(3)]
        for path, kind in zip(flaky, ("status", "reset", "truncated_gzip"), strict=True):
            site.fault(path, kind, times=1)
        site.fault("/sitemap.xml", "status", times=1)
        ended = crawls()
        assert ended.code == 0
        assert crawls.stored == set(site.urls())
        assert "failed" not in ended.summary
        assert [site.count(path) for path in (*flaky, "/sitemap.xml")] == [2, 2, 2, 2]


@pytest.mark.slow
def test_failed_pages_are_tried_again_in_a_later_run_and_not_before(tmp_path):
    """A failure puts its page off; the run after that asks for it, and for no other article."""
    with paper(tmp_path) as (site, crawls):
        path = site.urls(1)[0].removeprefix(site.url)
        site.fault(path, "status")
        crawls(RETRY_TIMES=0)
        site.heal()
        site.forget()
        crawls()
        assert site.count(path) == 0
        crawls.change("update pages set next_fetch_at = '2000-01-01 00:00:00.000000' where url = ?", site.url + path)
        crawls()
        assert site.count(path) == 1
        assert crawls.stored == set(site.urls())
        assert crawls.query("select failures, reason, error from pages where url = ?", site.url + path) == [
            (0, None, None)
        ]


@pytest.mark.slow
def test_time_of_a_run_is_limited_whatever_its_pages_do(tmp_path):
    """The limit does not wait for a page that drips; what was in hand stays due."""
    with paper(tmp_path) as (site, crawls):
        for url in site.urls():
            site.fault(url.removeprefix(site.url), "slow", seconds=60)
        ended = crawls(CRAWL_MAX_MINUTES=0.1, DOWNLOAD_TIMEOUT=3_600, CONCURRENT_REQUESTS_PER_DOMAIN=1)
        assert ended.code == 0, ended.err
        assert crawls.ended == "max_minutes"
        assert not crawls.stored
        site.heal()
        assert crawls(CRAWL_MAX_MINUTES=0).code == 0
        assert crawls.stored == set(site.urls())
