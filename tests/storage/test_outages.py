"""A site that is gone comes to count as dead, is asked now and then, and comes back by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from newscrawl.items import Link, Listing, Outcome, Visit
from newscrawl.sites import Site
from newscrawl.storage.health import site_health
from newscrawl.storage.outages import LEAST_ROUNDS, Change, Patience, note_round
from newscrawl.storage.plan import plan
from newscrawl.storage.runs import Traffic
from newscrawl.storage.site_rows import SiteWriter, set_state, site_named
from newscrawl.storage.store import Store
from tests.conftest import POSTGRESQL_SLOWLY
from tests.database import query

pytestmark = POSTGRESQL_SLOWLY

DAY = timedelta(days=1)
PATIENCE = Patience(14 * DAY, 30 * DAY)


@pytest.fixture
def url(database):
    """Two sites of one feed each."""
    with SiteWriter(database.url) as writer:
        for name in ("bao", "tin"):
            home = f"https://{name}.example"
            writer.add([Site.of({"name": name, "home": home, "feeds": [f"{home}/feed"]})])
    return database.url


def crawl(url: str, name: str, *reasons: str, robots: tuple[str, ...] = (), arguments=None) -> Change | None:
    """Run a crawl whose pages fail for these reasons; without one its feed is read."""
    store = Store.open(url, name, arguments or {})
    feed = f"https://{name}.example/feed"
    now = datetime.now(UTC)
    visit = Visit(feed, "feed", 200)
    if reasons:
        items = [
            Outcome(
                f"{feed}/{reason}",
                "skipped" if reason == "not_there" else "failed",
                reason,
                "",
                now,
                feed,
                f"{name}.example",
            )
            for reason in reasons
        ]
    else:
        items = [Listing(feed, feed, f"{name}.example", visit, now, (Link(f"{feed}/1"),))]
    store.is_watched = True
    store.write(items)
    store.traffic = lambda: Traffic(1, 0 if reasons else 2_000)
    store.finish("finished")
    store.close()
    return note_round(url, store.run_id, robots, PATIENCE)


def fail(database, days: int, *reasons: str, rounds: int = LEAST_ROUNDS - 1) -> None:
    """Let a round find nothing, and let the outage of `bao` have begun so long ago, all its pages be given up."""
    assert crawl(database.url, "bao", *reasons) is None
    began = datetime.now(UTC) - days * DAY
    moment = f"{began:%Y-%m-%d %H:%M:%S.%f}" if database.is_sqlite else began.isoformat()
    database.execute(
        f"update sites set failing_since = '{moment}' where name = 'bao'",
        f"update sites set failing_rounds = {rounds} where name = 'bao' and failing_rounds > 0",
        "update pages set next_fetch_at = null",
    )


def is_due(url: str, after: timedelta = timedelta()) -> bool:
    """Whether a round at that time from now asks `bao`."""
    return any(one.name == "bao" and one.is_due for one in plan(url, now=datetime.now(UTC) + after))


def test_site_that_is_gone_comes_to_count_as_dead(url, database):
    """After so many rounds and days, with the reason and the day; it is in a round once a month."""
    crawl(url, "tin")
    fail(database, 13, "dns", "not_there", rounds=LEAST_ROUNDS)
    assert not is_due(url)
    assert is_due(url, DAY)  # although nothing of it is planned
    fail(database, 14, "dns", rounds=LEAST_ROUNDS - 2)
    assert crawl(url, "bao", "refused") is None  # too few rounds
    change = crawl(url, "bao", "robots_unreachable", robots=("refused",))
    assert change.state == "dead"
    assert f"refused and nothing else in {LEAST_ROUNDS} rounds since" in change.message
    row = site_named(url, "bao")
    assert (row.site.state, row.failing_reason) == ("dead", "refused")
    assert datetime.now(UTC) - row.dead_at < DAY
    assert not is_due(url, 29 * DAY)
    assert is_due(url, 30 * DAY)
    assert "bao" not in {one.name for one in plan(url)}
    assert crawl(url, "bao", "dns") is None  # still
    assert not is_due(url, 29 * DAY)
    assert crawl(url, "bao").state == "active"
    row = site_named(url, "bao")
    assert (row.site.state, row.failing_since, row.failing_reason, row.dead_at) == ("active", None, None, None)


@pytest.mark.parametrize("reason", ["timeout", "robots_unreachable"])
def test_site_that_may_be_mended_is_asked_for_ever(url, database, reason):
    """Once a day; the rounds that count begin anew after it."""
    crawl(url, "tin")
    fail(database, 100, "dns")
    fail(database, 100, "dns", reason)
    assert is_due(url, DAY)
    assert crawl(url, "bao", "dns") is None


def test_network_of_this_machine_may_be_at_fault(url, database):
    """So rounds count only while another site answers; 404 and 410 are answers themselves."""
    crawl(url, "tin", "dns")
    crawl(url, "bao", "dns", "refused")
    assert query(database, "select failing_rounds from sites order by name") == [(0,), (0,)]
    fail(database, 100, "http_404", "dns")
    assert crawl(url, "bao", "dns") is None
    assert crawl(url, "bao", "http_410").state == "dead"


def test_what_a_person_said_stays(url, database):
    """Whatever crawls find out, which is forgotten when somebody says something new."""
    crawl(url, "tin")
    for state in ("paused", "dead"):
        set_state(url, "bao", state)
        fail(database, 100, "dns")
        assert crawl(url, "bao", "dns") is None
        assert site_named(url, "bao").site.state == state
        assert not is_due(url, 100 * DAY)
        assert crawl(url, "bao") is None
        assert site_named(url, "bao").site.state == state
    set_state(url, "bao", "active")
    fail(database, 100, "dns")
    set_state(url, "bao", "active")
    assert crawl(url, "bao", "dns") is None


def test_run_about_some_pages_says_nothing_against_a_site(url, database):
    """They may be gone, and the site not; that one of them answers says enough."""
    crawl(url, "tin")
    fail(database, 100, "dns")
    assert crawl(url, "bao", "http_404", arguments={"urls": "https://bao.example/1"}) is None
    assert site_named(url, "bao").failing_reason == "dns"
    crawl(url, "bao", arguments={"urls": "https://bao.example/1"})
    assert site_named(url, "bao").failing_since is None


def test_health_tells_of_dead_sites(url, database):
    """In a sentence; what else is wrong with them is no news."""
    crawl(url, "tin")
    crawl(url, "bao")
    fail(database, 20, "http_410")
    assert crawl(url, "bao", "http_410").state == "dead"
    found = {site.source: site for site in site_health(url)}
    assert found["bao.example"].is_dead
    assert "bao counts as dead since" in found["bao.example"].notes[-1]
    assert not any(site.is_dead for source, site in found.items() if source != "bao.example")
