"""Local pages only claim to be what they are: they replace nothing that was fetched, and are no visits."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from newscrawl.items import Candidate, Link, Listing, Origin, Outcome, Visit
from newscrawl.storage.engine import check_database
from newscrawl.storage.frontier import Take
from newscrawl.storage.store import Store
from tests.database import query
from tests.storage.earlier import downgrade
from tests.storage.test_store import candidate

URL = "https://bao.example/lu-ve"
STORY = "\n".join(f"Đoạn {number} kể về trận lũ tràn qua đê ở miền Trung đêm qua." for number in range(9))
FORGED = "\n".join(f"Câu {number} bịa đặt chưa từng có trên trang báo này cả." for number in range(9))
NOW = datetime.now(UTC)


def page(text: str = STORY, url: str = URL, origin: Origin = "fetched", **facts) -> Candidate:
    """A page of a site, fetched or not."""
    made = candidate(text, url, source="bao", fetched_at=facts.pop("fetched_at", NOW), **facts)
    visit = Visit(url, status=200) if origin == "fetched" else None
    return replace(made, page=replace(made.page, source="bao", visit=visit, origin=origin))


def listing(*urls: str) -> Listing:
    """A sitemap that names pages."""
    own = "https://bao.example/sitemap.xml"
    return Listing(own, own, "bao", Visit(own, "sitemap", 200), NOW, tuple(Link(url) for url in urls))


@pytest.fixture
def store(database):
    """A run that writes."""
    store = Store.open(database.url, "bao", {})
    yield store
    store.close()


@pytest.mark.parametrize("origin", ["file", "archive"])
@pytest.mark.parametrize("later", [NOW, NOW + timedelta(days=400)], ids=["same time", "claims to be newer"])
def test_a_local_page_replaces_nothing_that_was_fetched(store, database, origin, later):
    """Neither text nor facts, nor the plan of visits; the run says that it was not taken."""
    store.write([page()])
    tables = ("articles", "pages", "article_revisions", "article_urls", "site_blocks")
    before = {table: query(database, f"select * from {table}") for table in tables}
    (result,) = store.write([page(FORGED, origin=origin, title="Bịa", fetched_at=later)])
    store.write([Outcome(URL, "no_article", "no_text", "nothing", later, URL, "bao", None, origin)])
    assert {table: query(database, f"select * from {table}") for table in tables} == before
    assert result.outcome == "unchanged"
    assert store.counts.reasons == {"not_replaced": 1, "no_text": 1}


def test_a_fetched_page_replaces_a_local_one(store, database):
    """Whatever the local one says of its age, and the address is fetched although it was read."""
    store.write([page(FORGED, origin="file", title="Bịa", fetched_at=NOW + timedelta(days=400))])
    assert query(database, "select origin from articles") == [("file",)]
    assert query(database, "select outcome, fetched_at, next_fetch_at from pages") == [("stored", None, None)]
    store.write([listing(URL)])
    (taken,) = store.write([Take("bao", 5, ("article",))])
    assert [due.url for due in taken.due] == [URL]
    store.write([page()])
    assert query(database, "select origin, text, revision from articles") == [("fetched", STORY, 2)]
    assert query(database, "select outcome, fetched_at is null, next_fetch_at is null from pages where id = 1") == [
        ("stored", 0, 0)
    ]
    assert query(database, "select source, articles from site_blocks where source <> 'bao'") == []


def test_the_same_text_fetched_is_fetched(store, database):
    """Without a revision."""
    store.write([page(origin="archive")])
    store.write([page()])
    assert query(database, "select origin, revision from articles") == [("fetched", 1)]


def test_a_local_page_replaces_one_of_its_kind(store, database):
    """What is read again may have changed; files and archives do not replace each other."""
    store.write([page(origin="file")])
    store.write([page(FORGED, origin="archive")])
    assert query(database, "select text from articles") == [(STORY,)]
    store.write([page(FORGED, origin="file", fetched_at=NOW + timedelta(minutes=1))])
    assert query(database, "select text, revision from articles") == [(FORGED, 2)]


def test_a_local_page_leaves_what_waits_for_its_visit(store, database):
    """It gives the article, and the visit comes as planned."""
    store.write([listing(URL)])
    store.write([page(origin="file")])
    row = "select outcome, article_id, fetched_at, next_fetch_at is null from pages where url_key = "
    assert query(database, f"{row}'{URL}'") == [("queued", 1, None, 0)]


def test_a_local_page_moves_no_article(store, database):
    """A copy of a fetched text that names another address, and one at an alternate address of the article."""
    amp = "https://bao.example/amp/lu-ve"
    store.write([page(canonical_url="https://bao.example/lu"), page(url=amp, canonical_url=URL)])
    before = query(database, "select * from articles"), query(database, "select * from article_urls")
    store.write([page(url="https://bao.example/lu", origin="file")])
    store.write([page(FORGED, url=amp, origin="file")])
    assert (query(database, "select * from articles"), query(database, "select * from article_urls")) == before


def test_local_pages_teach_a_site_no_boilerplate(store, database):
    """However many of them have a sentence of its articles; among themselves they do."""
    shared = "Nước sông lên nhanh trong đêm khiến nhiều xã bị cô lập hoàn toàn."
    store.write([page(f"{STORY}\n{shared}")])
    for number in range(6):
        own = "\n".join(" ".join(f"chữ{number}{line}{word}" for word in range(9)) for line in range(6))
        store.write([page(f"{own}\n{shared}", f"https://bao.example/{number}", "file", title=str(number))])
    assert query(database, f"select text from articles where url_key = '{URL}'") == [(f"{STORY}\n{shared}",)]
    assert query(database, f"select count(*) from articles where text like '%{shared}'") == [(1,)]


def test_an_upgrade_marks_what_came_from_local_pages(each_database):
    """By the runs that stored them; their addresses are no visits any more, and those of a crawl stay."""
    for spider in ("archive", "fixtures", "bao"):
        store = Store.open(each_database.url, spider, {})
        store.write([page(STORY.replace("lũ", spider), f"https://bao.example/{spider}")])  # as a visit, in that version
        store.finish("finished")
        store.close()
    downgrade(each_database.url, "0013")
    check_database(each_database.url)
    marked = "select a.url_key, origin, p.fetched_at is null, next_fetch_at is null, etag from articles a join pages p "
    assert query(each_database, f"{marked} on p.article_id = a.id order by a.id") == [
        ("https://bao.example/archive", "archive", 1, 1, None),
        ("https://bao.example/fixtures", "file", 1, 1, None),
        ("https://bao.example/bao", "fetched", 0, 0, None),
    ]
