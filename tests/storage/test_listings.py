"""Long listings are written in slices: others write meanwhile, and a crawl that is killed loses none of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from newscrawl.discovery.link_keys import link_keys
from newscrawl.items import Link, Listing, Visit
from newscrawl.storage import listings as listings_room
from newscrawl.storage import store as store_room
from newscrawl.storage.frontier import Take
from newscrawl.storage.listings import Pace
from newscrawl.storage.store import Store
from tests.database import query
from tests.storage.test_store import candidate

SITEMAP = "https://bao.example/sitemap.xml"
NOW = datetime.now(UTC)


def sitemap(count: int, first: int = 0) -> Listing:
    """A sitemap that names articles, the latest in its middle."""
    ages = [abs(number - count // 2) for number in range(count)]
    links = tuple(
        Link(f"https://bao.example/tin-{first + number}.html", "article", NOW - timedelta(hours=age))
        for number, age in enumerate(ages)
    )
    return Listing(SITEMAP, SITEMAP, "bao", Visit(SITEMAP, "sitemap", 200), NOW, links, keys=link_keys(links))


@pytest.fixture
def store(database):
    """A run that writes ten rows at a time."""
    store = Store.open(database.url, "bao", {})
    store.pace = Pace(10)
    yield store
    store.close()


@pytest.fixture(autouse=True)
def steady(monkeypatch):
    """However fast the machine is."""
    monkeypatch.setattr(Pace, "note", lambda *_: None)


def test_slices_queue_what_a_whole_would(store, database, monkeypatch):
    """The latest as far as there is room, each once, and the run learns of all."""
    monkeypatch.setattr(listings_room, "MOST_WAITING", 35)
    (result,) = store.write([sitemap(100)])
    assert result.news == 35
    queued = "select url from pages where outcome = 'queued' order by listed_at desc, id"
    latest = [url for (url,) in query(database, queued)]
    assert sorted(latest) == sorted(f"https://bao.example/tin-{number}.html" for number in range(33, 68))
    assert query(database, "select count(*), count(distinct discovered_from) from pages where kind = 'article'") == [
        (100, 1)
    ]
    (taken,) = store.write([Take("bao", 3, ("article",))])
    assert [due.url for due in taken.due] == latest[:3]


def test_other_forms_of_a_page_in_another_slice_are_left_out(store, database):
    """The AMP page of the first is named by the last slice."""
    made = sitemap(30)
    amp = Link("https://bao.example/amp/tin-3.html", "article", NOW - timedelta(days=90))
    links = (*made.links, amp)
    (result,) = store.write([replace(made, links=links, keys=link_keys(links))])
    assert result.news == 30
    assert query(database, "select count(*) from pages where url like '%/amp/%'") == [(0,)]


def test_what_vanishes_from_a_long_sitemap_is_visited_once(store, database):
    """As long as most of it is still there."""
    store.write([sitemap(60)])
    database.execute(f"update pages set fetched_at = '{NOW:%F %T}.000000', next_fetch_at = null where kind = 'article'")
    store.write([sitemap(45, 15)])
    due = "select url from pages where kind = 'article' and next_fetch_at is not null and discovered_from is null"
    assert len(query(database, due)) == 15


def test_a_crawl_that_is_killed_reads_the_listing_again(store, database, monkeypatch):
    """It is recorded as read with its last slice."""

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(store_room, "record_listing", die)
        with pytest.raises(KeyboardInterrupt):
            store.write([sitemap(100)])
    row = "select outcome, fetched_at is null, next_fetch_at is null from pages where kind = 'sitemap'"
    assert query(database, row) == [("queued", 1, 0)]
    assert query(database, "select count(*) from pages where kind = 'article'") == [(90,)]
    store.write([sitemap(100)])
    assert query(database, row) == [("listed", 0, 0)]
    assert query(database, "select count(*) from pages where kind = 'article'") == [(100,)]


def test_no_key_is_computed_that_a_worker_has(store, monkeypatch):
    """Keys of hostile addresses take long."""
    made = sitemap(5)
    monkeypatch.setattr(listings_room, "link_keys", None)
    (result,) = store.write([made])
    assert result.news == 5


@pytest.mark.slow
def test_others_write_while_a_listing_of_22000_links_is_written(database):
    """Each waits for a slice at most, and nothing is lost."""
    reader, writer = Store.open(database.url, "bao", {}), Store.open(database.url, "other", {})
    reader.pace = Pace(500)
    with ThreadPoolExecutor(1) as pool:
        listing = pool.submit(reader.write, [sitemap(22_000)])
        meanwhile = 0
        while not listing.done():
            (result,) = writer.write([candidate(f"Tin số {meanwhile} hôm nay.", f"https://other.example/{meanwhile}")])
            assert result.outcome == "stored"
            meanwhile += 1
    assert listing.result()[0].news == listings_room.MOST_WAITING
    assert meanwhile > 5
    assert query(database, "select count(*) from pages where kind = 'article' and source = 'bao'") == [(22_000,)]
    for store in (reader, writer):
        store.close()
