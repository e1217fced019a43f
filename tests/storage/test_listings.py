"""Long listings are written in slices: others write meanwhile, and a crawl that is killed loses none of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from newscrawl.discovery.link_keys import link_keys
from newscrawl.items import Link, ListedFacts, Listing, Visit
from newscrawl.storage import listings as listings_room
from newscrawl.storage import store as store_room
from newscrawl.storage.frontier import Take
from newscrawl.storage.listings import ListingLeft, Pace
from newscrawl.storage.store import Store
from newscrawl.window import Wanted, Window
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


def test_a_crawl_that_ends_leaves_the_rest_of_a_listing_to_the_next(store, database):
    """What was written of it stays, and it is due again."""
    asked = iter((False, False, True))
    store.is_over = lambda: next(asked)
    with pytest.raises(ListingLeft, match="the crawl ended"):
        store.write([sitemap(100)])
    assert query(database, "select count(*) from pages where kind = 'article'") == [(20,)]
    assert query(database, f"select outcome, fetched_at from pages where url = '{SITEMAP}'") == [("queued", None)]
    store.is_over = lambda: False
    (result,) = store.write([sitemap(100)])
    assert result.outcome == "listed"
    assert query(database, "select count(*) from pages where kind = 'article'") == [(100,)]


def test_no_key_is_computed_that_a_worker_has(store, monkeypatch):
    """Keys of hostile addresses take long."""
    made = sitemap(5)
    monkeypatch.setattr(listings_room, "link_keys", None)
    (result,) = store.write([made])
    assert result.news == 5


@pytest.mark.slow
@pytest.mark.parametrize(("count", "slice_"), [(3_000, 100), pytest.param(22_000, 500, marks=pytest.mark.soak)])
def test_others_write_while_a_long_listing_is_written(database, count, slice_):
    """Each waits for a slice at most, and nothing is lost."""
    reader, writer = Store.open(database.url, "bao", {}), Store.open(database.url, "other", {})
    reader.pace = Pace(slice_)
    with ThreadPoolExecutor(1) as pool:
        listing = pool.submit(reader.write, [sitemap(count)])
        meanwhile = 0
        while not listing.done():
            (result,) = writer.write([candidate(f"Tin số {meanwhile} hôm nay.", f"https://other.example/{meanwhile}")])
            assert result.outcome == "stored"
            meanwhile += 1
    assert listing.result()[0].news == listings_room.MOST_WAITING
    assert meanwhile > 5
    assert query(database, "select count(*) from pages where kind = 'article' and source = 'bao'") == [(count,)]
    for store in (reader, writer):
        store.close()


def known(database) -> list[str]:
    """The last steps of the addresses of articles, by when they were listed."""
    rows = query(database, "select url from pages where kind = 'article' order by listed_at")
    return [url.rpartition("-")[2].removesuffix(".html") for (url,) in rows]


def dated(numbers: range, url: str = SITEMAP) -> Listing:
    """A sitemap of articles, of which those with higher numbers are later."""
    links = tuple(
        Link(f"https://bao.example/tin-{number}.html", "article", NOW - timedelta(days=1000 - number))
        for number in numbers
    )
    return Listing(url, url, "bao", Visit(url, "sitemap", 200), NOW, links)


def test_a_site_may_have_so_many_known_pages(store, database):
    """The oldest that were not fetched are forgotten for later ones, and counted; an older one is not even added."""
    store.most_known = 26  # and the sitemap itself
    store.write([dated(range(100, 125))])
    database.execute(f"update pages set fetched_at = '{NOW:%F %T}.000000' where url like '%tin-100.html'")
    other = "https://bao.example/other.xml"
    (result,) = store.write([dated(range(200, 212), other)])
    assert (result.news, result.forgotten) == (12, 12)
    assert known(database) == ["100", *map(str, range(113, 125)), *map(str, range(200, 212))]
    assert query(database, "select source, pages from forgotten_pages") == [("bao", 12)]
    (again,) = store.write([dated(range(50), "https://bao.example/old.xml")])
    assert (again.news, again.forgotten) == (0, 51)
    assert known(database) == ["100", *map(str, range(114, 125)), *map(str, range(200, 212))]
    assert query(database, "select pages from forgotten_pages") == [(63,)]
    assert store.counts.reasons["forgotten"] == 63


def test_what_is_queued_is_forgotten_after_what_was_too_old(store, database, monkeypatch):
    """A run that asks for days of the past gets their pages, however many later ones were only recorded."""
    monkeypatch.setattr(listings_room, "MOST_WAITING", 5)
    store.most_known = 21
    store.write([dated(range(300, 320))])
    store.wanted = Wanted(Window(NOW - timedelta(days=1000), NOW - timedelta(days=990)))
    (result,) = store.write([dated(range(10))])
    assert (result.news, result.forgotten) == (10, 10)
    assert query(database, "select outcome, count(*) from pages where kind = 'article' group by 1 order by 1") == [
        ("queued", 15),
        ("skipped", 5),
    ]


def test_the_size_of_what_is_stored_is_told(store):
    """For the budget of a run: addresses of new pages, and texts with all their blocks."""
    (listed, again) = store.write([dated(range(20)), dated(range(20))])
    assert listed.bytes >= 20 * 2 * len("https://bao.example/tin-1.html")
    assert again.bytes == 0
    told = dated(range(1))
    fact = ListedFacts(content="<p>" + "chữ " * 700)
    told = replace(told, links=(replace(told.links[0], facts=fact),))
    (fed, again) = store.write([told, told])
    assert fed.bytes >= 2800
    assert again.bytes == 0
    (stored, same) = store.write([candidate("Chữ " * 500), candidate("Chữ " * 500)])
    assert stored.bytes >= 2000
    assert same.bytes == 0


def test_what_two_feeds_say_of_an_article_is_put_together():
    """The later one wins, but for what it leaves out, and for an excerpt in the place of a text."""
    whole = ListedFacts(title="Deich", published_at=NOW, published_precision="second", content="<p>" + "chữ " * 99)
    titles = ListedFacts(title="Der Deich hält", summary="Lead.", authors=("Ann Lee",))
    together = titles.after(whole)
    assert together == replace(whole, title="Der Deich hält", summary="Lead.", authors=("Ann Lee",))
    assert together == together.after(whole).after(titles).after(together)
    excerpt, edited = replace(whole, content="<p>chữ […]"), replace(whole, content=whole.content + "mới ")
    assert excerpt.after(whole) == whole
    assert edited.after(whole) == edited
