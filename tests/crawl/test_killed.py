"""A crawl of a site that is killed at any moment loses nothing, and fetches little again."""

from __future__ import annotations

import random
import time
from collections import Counter
from pathlib import Path

import pytest

from newscrawl.crawl.frontier import MOST_IN_HAND
from testing.forkserver import fork_server
from testing.newspaper import Options, Site, running
from tests.conftest import ROOT
from tests.crawl.site_crawl import allowed, command, crawl
from tests.database import committed, query, snapshot

pytestmark = pytest.mark.slow

SEED = 20201124
WITHOUT_TIMES = ("articles", "article_revisions")


def kill_at(site: Site, database: Path, articles: int) -> None:
    """Crawl, and kill it with its workers once so many articles are stored; at 0, with the first request."""
    process = fork_server().start(command(site, database), cwd=ROOT, env=allowed(site))
    while process.poll() is None and not (committed(database) >= articles if articles else site.count()):
        time.sleep(0.01)
    process.kill()
    process.wait()


def contents(database: Path) -> dict[str, object]:
    """What is stored, and how every page ended."""
    everything = snapshot(database)
    return {table: everything[table] for table in WITHOUT_TIMES} | {
        "pages": query(database, "select url_key, outcome, reason from pages where kind = 'article' order by 1")
    }


def check_kills(tmp_path: Path, articles: int, kills: int) -> Counter[int]:
    """Kill and resume crawls of a newspaper; return how many articles were fetched how often."""
    fetched: Counter[int] = Counter()
    with running(Options(articles=articles, sections=4)) as site:
        assert crawl(site, tmp_path / "undisturbed.db").returncode == 0
        undisturbed = contents(tmp_path / "undisturbed.db")
        paths = {url.removeprefix(site.url) for url in site.urls()}
        choice = random.Random(SEED)
        stored_at_kill = []
        for number in range(kills):
            database = tmp_path / f"{number}.db"
            site.forget()
            kill_at(site, database, choice.randrange(articles))
            stored_at_kill.append(committed(database))
            result = crawl(site, database)
            assert result.returncode == 0, result.stderr
            assert contents(database) == undisturbed, f"after a kill at {stored_at_kill[-1]} articles"
            assert query(database, "pragma integrity_check") == [("ok",)]
            times = Counter(count for path, count in site.by_path().items() if path in paths)
            assert max(times) <= 2
            fetched += times
            database.unlink()
        in_the_middle = [stored for stored in stored_at_kill if 0 < stored < articles]
        assert len(in_the_middle) >= kills * 0.6, f"most crawls were not caught in the middle: {stored_at_kill}"
    return fetched


def test_killed_crawl_of_a_site_loses_nothing(tmp_path):
    """After a SIGKILL one more run gives what an undisturbed run gives, and few pages were fetched twice."""
    fetched = check_kills(tmp_path, articles=30, kills=3)
    assert fetched[2] <= 3 * MOST_IN_HAND


def test_kill_after_the_feeds_etag_was_stored_loses_no_article(tmp_path):
    """The feed then says that nothing changed, and every article that it named still arrives."""
    database = tmp_path / "out.db"
    with running(Options(articles=40, sections=2)) as site:
        slow = command(site, database, CONCURRENT_REQUESTS_PER_DOMAIN=1, DOWNLOAD_DELAY=0.3)
        process = fork_server().start(slow, cwd=ROOT, env=allowed(site))
        while committed(database) < 1 and process.poll() is None:
            time.sleep(0.01)
        process.kill()
        process.wait()
        assert committed(database) < 10
        assert query(database, "select count(*) from pages where kind = 'feed' and etag is not null")[0][0] > 0
        site.forget()
        assert crawl(site, database).returncode == 0
        lists = [request for request in site.requests() if "rss" in request.path]
        assert {request.status for request in lists} >= {304}
        assert committed(database) == 40


@pytest.mark.soak
def test_fifty_killed_crawls_of_a_site_lose_nothing(tmp_path):
    """The same, fifty times over a thousand articles."""
    fetched = check_kills(tmp_path, articles=1000, kills=50)
    print(f"articles fetched once and twice: {dict(fetched)}")  # noqa: T201
