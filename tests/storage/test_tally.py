"""What a run did on each site is counted with the rows that it counts."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from newscrawl.items import Candidate, Link, Listing, Outcome, Visit
from newscrawl.storage.store import Store
from tests.database import query
from tests.storage.test_store import candidate

SITE = "https://news.example"
TEXT = "Sáng nay thành phố {} họp bàn chống ngập.\nTheo báo cáo, thành phố {} còn hai mươi tuyến đường bị ngập sau mưa."


def page(number: int, text: str | None = None, **facts) -> Candidate:
    """A page that was fetched, with an article of its own."""
    url = f"{SITE}/{number}.html"
    made = candidate(text or TEXT.format(number, number), url=url, fetched_at=datetime.now(UTC), source="news", **facts)
    return replace(made, page=replace(made.page, source="news", visit=Visit(url, status=200)))


def outcome(path: str, reason: str, kind: str = "article", what: str = "failed") -> Outcome:
    """A visit that brought nothing."""
    url = f"{SITE}/{path}"
    return Outcome(url, what, reason, reason, datetime.now(UTC), url, "news", Visit(url, kind))  # type: ignore[arg-type]


def feed(*links: int) -> Listing:
    """A feed that names pages."""
    url = f"{SITE}/rss"
    named = tuple(Link(f"{SITE}/{number}.html") for number in links)
    return Listing(url, url, "news", Visit(url, "feed", 200), datetime.now(UTC), named)


@pytest.fixture
def store(database):
    """A run that is watched."""
    store = Store.open(database.url, "news", {})
    store.is_watched = True
    yield store
    store.close()


def measured(database) -> dict:
    """What the last run measured."""
    return json.loads(query(database, "select measures from run_sources order by run_id desc limit 1")[0][0])


def test_articles_listings_and_failures_are_counted(store, database):
    """New articles with what they lack, their lengths, copies; why others are none; what a listing named."""
    dated = {"published_at": datetime(2020, 9, 10, tzinfo=UTC), "authors": ("A",)}
    store.write([feed(1, 2, 3), page(1, **dated), page(2, title=None)])
    store.write(
        [
            page(3, TEXT.format(1, 1)),
            outcome("4.html", "no_text", what="no_article"),
            outcome("sport", "http_404", "section"),
        ]
    )
    ids = dict(query(database, "select url_key, id from pages"))
    found = measured(database)
    assert found["fresh"] == {"stored": 3, "no_text": 1}
    assert found["without"] == {"title": 1, "date": 2, "any_date": 2, "authors": 2, "section": 3}
    assert found["copies"] == 1
    assert sum(found["words"].values()) == 3
    assert found["listings"] == {str(ids[f"{SITE}/rss"]): [3, 3], str(ids[f"{SITE}/sport"]): "http_404"}
    assert found["examples"]["title"] == ids[f"{SITE}/2.html"]
    assert found["examples"]["no_text"] == ids[f"{SITE}/4.html"]


def test_what_known_articles_lose_is_counted(store, database):
    """Against what is stored, not against what is usual."""
    store.write([page(1, authors=("A",)), page(2)])
    store.write([page(1, "Sáng nay thành phố họp."), page(2), outcome("2.html", "not_modified", what="unchanged")])
    found = measured(database)
    assert found["known"] == {"revised": 1, "same": 1, "not_modified": 1}
    assert found["lost"] == {"text": 1, "authors": 1}
    assert found["fresh"] == {"stored": 2}


def test_what_was_rolled_back_is_not_counted(store, database):
    """Rows and numbers stand or fall together."""
    store.write([page(1)])
    with pytest.raises(AttributeError):
        store.write([page(2), replace(page(3), extraction=None)])  # type: ignore[arg-type]
    assert measured(database)["fresh"] == {"stored": 1}
    store.write([page(2)])
    assert measured(database)["fresh"] == {"stored": 2}


def test_local_files_are_nobodys_health(database):
    """A run that is not watched measures nothing."""
    store = Store.open(database.url, "fixtures", {})
    store.write([page(1)])
    store.close()
    assert query(database, "select * from run_sources") == []
