"""Sites that cannot be reached, or do not want to be: the crawl ends soon, and says why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.crawl.crawls import Crawls, paper
from tests.projects import invoke


def failing(crawls: Crawls) -> str:
    """What `newscrawl health` says of the site, which has never been read."""
    url = f"sqlite:///{crawls.database}"
    told = invoke("health", "--quiet", "--database", url, cwd=crawls.database.parent)
    assert told.returncode == 1
    assert told.stdout.endswith("0 of 1 sites are healthy, 1 failing\n")
    return str(told.stdout)


@pytest.mark.parametrize(("kind", "arguments"), [("status", {"status": 500}), ("hang", {})])
def test_without_robots_txt_nothing_is_fetched(tmp_path, kind, arguments):
    """Nobody knows what the site wants, so its robots.txt is all that is asked for, and the exit code says so."""
    with paper(tmp_path) as (site, crawls):
        site.fault("/robots.txt", kind, **arguments)
        ended = crawls(DOWNLOAD_TIMEOUT=1, RETRY_TIMES=0)
        assert ended.code == 2
        assert ended.summary.startswith("1 failed (robots_unreachable 1)")
        assert set(site.by_path()) == {"/robots.txt"}
        assert crawls.ended == "unreachable"
        assert crawls.outcome("/") == ("failed", "robots_unreachable")
        assert "its last visits ended with robots_unreachable 1" in failing(crawls)
        assert len(ended.err.splitlines()) == 1


@pytest.mark.slow
def test_pages_of_an_unreadable_robots_txt_are_not_held_against_it(tmp_path):
    """Known articles that cannot be asked for are still due, and no failure is counted for them."""
    with paper(tmp_path) as (site, crawls):
        crawls("-a", "max_articles=3")
        due = crawls.query("select url, failures from pages where outcome = 'queued'")
        assert due
        site.fault("/robots.txt", "status", status=500)
        assert crawls(RETRY_TIMES=0).code == 2
        assert crawls.query("select url, failures from pages where outcome = 'queued'") == due
        site.heal()
        assert crawls().code == 0
        assert crawls.stored == set(site.urls())


def test_missing_robots_txt_allows_everything(tmp_path):
    """RFC 9309: 404 has no rules; the sitemap is not named either, and found out."""
    with paper(tmp_path) as (site, crawls):
        site.fault("/robots.txt", "status", status=404)
        assert crawls().code == 0
        assert crawls.stored == set(site.urls())


def test_disallowed_pages_are_not_asked_for(tmp_path):
    """What robots.txt forbids is recorded and never requested; the rest is stored."""
    with paper(tmp_path, disallow=("/kinh-te/",)) as (site, crawls):
        assert crawls().code == 0
        forbidden = {url for url in site.urls() if "/kinh-te/" in url}
        assert len(forbidden) >= 5
        assert crawls.stored == set(site.urls()) - forbidden
        assert not [path for path in site.by_path() if path.startswith("/kinh-te/")]
        assert set(crawls.query("select outcome, reason from pages where url like '%/kinh-te/%-1%'")) == {
            ("failed", "robots")
        }


def test_site_that_forbids_everything_is_left_alone_soon(tmp_path):
    """403 for all pages: a dozen requests, no article, and an exit code that a cron job can see."""
    with paper(tmp_path, articles=30) as (site, crawls):
        site.fault("*", "status", status=403)
        ended = crawls()
        assert ended.code == 2
        assert crawls.ended == "unreachable"
        assert "http_403" in ended.summary
        assert len(site.requests()) <= 12
        assert crawls.stored == set()
        assert "http_403" in failing(crawls)


def test_site_that_breaks_down_in_mid_crawl_is_left_alone_soon(tmp_path):
    """After ten failures in a row the run ends; what it has is stored, what it has not asked for is still due."""
    with paper(tmp_path, articles=100, sections=3) as (site, crawls):
        for url in site.urls()[5:]:
            site.fault(url.removeprefix(site.url), "status", status=500)
        ended = crawls(RETRY_TIMES=0, CONCURRENT_REQUESTS_PER_DOMAIN=1)
        assert ended.code == 0
        assert crawls.ended == "unreachable"
        assert crawls.stored == set(site.urls(5))
        ((failed,),) = crawls.query("select count(*) from pages where reason = 'http_500'")
        assert 10 <= failed <= 10 + 2 * 16  # those that come before the tenth is stored
        ((known,),) = crawls.query("select count(*) from pages where kind = 'article'")
        left = "kind = 'article' and outcome = 'queued' and failures = 0"
        assert crawls.query(f"select count(*) from pages where {left}") == [(known - 5 - failed,)]
        assert known - 5 > failed


def test_unknown_host_is_one_line(tmp_path):
    """A name that no server knows: exit code 2, one line, one row, nothing guessed."""
    with paper(tmp_path) as (_, crawls):
        ended = crawls("-a", "url=http://no-such-host.invalid/", RETRY_TIMES=0)
        assert ended.code == 2
        (line,) = ended.err.splitlines()
        assert "no-such-host.invalid" in line
        assert "dns" in line
        assert crawls.query("select url, outcome, reason from pages") == [
            ("http://no-such-host.invalid/", "failed", "robots_unreachable")
        ]
        assert crawls.ended == "unreachable"


@pytest.mark.slow
def test_short_retry_after_is_waited_for(tmp_path):
    """A second of patience is cheaper than a failed page."""
    with paper(tmp_path) as (site, crawls):
        path = site.urls(1)[0].removeprefix(site.url)
        site.fault(path, "status", status=429, retry_after="1", times=1)
        ended = crawls()
        assert ended.code == 0
        assert crawls.stored == set(site.urls())
        assert "failed" not in ended.summary
        first, second = (request for request in site.requests() if request.path == path)
        assert second.started - first.started >= 1


@pytest.mark.slow
def test_long_retry_after_ends_the_run_and_is_heeded_by_the_next(tmp_path):
    """Nothing more is asked of the site, in this run or another, before the moment that it named; then all arrives."""
    with paper(tmp_path, articles=30, sections=1) as (site, crawls):
        path = site.urls(4)[-1].removeprefix(site.url)
        site.fault(path, "status", status=429, retry_after="7200")
        ended = crawls(CONCURRENT_REQUESTS_PER_DOMAIN=1)
        assert ended.code == 0
        assert "asks for no requests before" in ended.err
        assert crawls.ended == "asked_to_wait"
        assert site.requests()[-1].path == path
        assert crawls.outcome(path) == ("failed", "http_429")
        assert set(site.urls(3)) <= crawls.stored < set(site.urls(8))
        ((moment,),) = crawls.query("select retry_at from pages where retry_at is not null")
        left = datetime.fromisoformat(moment).replace(tzinfo=UTC) - datetime.now(UTC)
        assert timedelta(hours=1) < left <= timedelta(hours=2)

        site.heal()
        site.forget()
        for arguments in ((), ("-a", f"urls={site.urls(1)[0]}")):
            again = crawls(*arguments)
            assert again.code == 2
            assert len(again.err.splitlines()) == 1
            assert crawls.ended == "asked_to_wait"
        assert site.requests() == []

        earlier = "= '2000-01-01 00:00:00.000000'"  # as if the two hours were over
        crawls.change(
            f"update pages set next_fetch_at {earlier}, retry_at {earlier} where fetched_at is null or status > 400"
        )
        assert crawls().code == 0
        assert crawls.stored == set(site.urls())
