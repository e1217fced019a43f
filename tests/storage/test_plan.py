"""The plan of a round: which sites are due, and who comes first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from newscrawl.items import Link, Listing, Outcome, Visit
from newscrawl.sites import Site
from newscrawl.storage.plan import plan
from newscrawl.storage.runs import conclude_run, record_not_started
from newscrawl.storage.site_rows import SiteWriter, set_state, site_named
from newscrawl.storage.store import Store
from tests.conftest import POSTGRESQL_SLOWLY

pytestmark = POSTGRESQL_SLOWLY

NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)


def site(name: str) -> Site:
    """A site of one feed."""
    return Site.of({"name": name, "home": f"https://{name}.example", "feeds": [f"https://{name}.example/feed"]})


@pytest.fixture
def url(database):
    """Three sites that nobody has crawled."""
    with SiteWriter(database.url) as writer:
        writer.add([site("bao"), site("tin"), site("moi")])
    return database.url


def crawl(url: str, name: str, *outcomes: Outcome) -> None:
    """Run a crawl that reads the feed of a site."""
    feed = f"https://{name}.example/feed"
    store = Store.open(url, name, {})
    listing = Listing(feed, feed, f"{name}.example", Visit(feed, "feed", 200), datetime.now(UTC), (Link(f"{feed}/1"),))
    store.write([listing, *outcomes])
    store.finish("finished")
    conclude_run(url, store.run_id, 0, None)
    store.close()


def due(url: str, now: datetime | None = None) -> dict[str, bool]:
    """The sites of a round in their order, and whether they are due."""
    return {one.name: one.is_due for one in plan(url, now=now)}


def test_who_never_ran_is_due_and_first(url):
    """Then by the beginning of the last run."""
    assert due(url) == {"bao": True, "moi": True, "tin": True}
    crawl(url, "moi")
    crawl(url, "bao")
    assert list(due(url)) == ["tin", "moi", "bao"]


def test_site_whose_run_stored_nothing_is_due(url):
    """The database failed before the first page was queued, so there is none that could be due."""
    store = Store.open(url, "bao", {})
    store.finish("storage_failed")
    store.close()
    assert due(url)["bao"]


def test_a_site_is_due_when_one_of_its_pages_is(url, database):
    """The earliest counts; where nothing is planned, it never is."""
    crawl(url, "bao")
    assert due(url)["bao"]
    database.execute("update pages set next_fetch_at = '2040-01-01 00:00:00.000000'")
    assert not due(url)["bao"]
    assert due(url, datetime(2040, 1, 1, 1, tzinfo=UTC))["bao"]
    database.execute("update pages set next_fetch_at = null")
    assert not due(url, datetime(2040, 1, 1, 1, tzinfo=UTC))["bao"]


def test_a_server_that_asked_to_wait_is_left_alone_until_then(url):
    """Though other pages of it are due."""
    feed = "https://bao.example/feed"
    headers = (("Retry-After", "7200"),)
    now = datetime.now(UTC)
    visit = Visit(f"{feed}/2", "article", 503, headers, retry_at=now + 2 * HOUR)
    busy = Outcome(f"{feed}/2", "failed", "http_503", "busy", now, f"{feed}/2", "bao.example", visit)
    crawl(url, "bao", busy)
    assert not due(url)["bao"]
    assert due(url, now + 3 * HOUR)["bao"]


def test_a_clock_that_was_fast_does_not_postpone_for_ever(url, database):
    """A run of next year is no reason not to crawl today."""
    crawl(url, "bao")
    database.execute(
        "update runs set started_at = '2040-01-01 00:00:00.000000'",
        "update pages set next_fetch_at = '2040-01-01 00:00:00.000000'",
    )
    assert due(url)["bao"]


def test_a_run_that_could_not_start_is_no_run(url):
    """The site was not visited."""
    record_not_started(url, "bao", {}, 1, "no such argument")
    assert [one.last_started for one in plan(url)] == [None, None, None]


def test_paused_and_dead_sites_are_in_no_plan_unless_named_and_never_due(url):
    """Whoever names one may crawl it."""
    assert set_state(url, "bao", "paused")
    assert set_state(url, "tin", "dead", "the paper was closed")
    assert list(due(url)) == ["moi"]
    assert {one.name: one.is_due for one in plan(url, ["bao", "moi"])} == {"bao": False, "moi": True}
    set_state(url, "bao", "active")
    assert due(url)["bao"]


def test_rows_say_when_their_site_was_and_will_be_crawled(url):
    """For people; the plan looks at the pages themselves."""
    row = site_named(url, "bao")
    assert (row.last_crawl_at, row.next_crawl_at) == (None, None)
    crawl(url, "bao")
    row = site_named(url, "bao")
    (planned,) = plan(url, ["bao"])
    assert row.last_crawl_at >= NOW
    assert row.next_crawl_at == planned.next_fetch_at is not None
