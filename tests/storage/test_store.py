"""What the store decides about a page."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from newscrawl.dedupe import content_hash
from newscrawl.items import Article, Block, Candidate, Extraction, Image, Outcome, Page, kept_text
from newscrawl.storage import engine as engine_room
from newscrawl.storage.errors import StorageError
from newscrawl.storage.maintenance import back_up
from newscrawl.storage.runs import report_run
from newscrawl.storage.store import Store
from tests.conftest import ONLY_SQLITE
from tests.database import query

NOON = datetime(2020, 9, 10, 12, tzinfo=UTC)
URL = "https://news.example/a.html"


def candidate(text: str = "Một đoạn văn.\nHai đoạn văn.", url: str = URL, **facts) -> Candidate:
    """A page as the pipelines hand it over."""
    fetched_at = facts.pop("fetched_at", NOON)
    body = facts.pop("body", text.encode())
    extractor = facts.pop("extractor", "test 1")
    sidebar = facts.pop("sidebar", "Tin khác")
    blocks = (*(Block("paragraph", line) for line in text.split("\n")), Block("list_item", sidebar, "related"))
    article = Article(title=facts.pop("title", "Tiêu đề"), text=kept_text(blocks), url=url, **facts)
    page = Page(url, body, "text/html", fetched_at, url)
    return Candidate(page, Extraction(article, blocks, extractor), content_hash(article.text))


@pytest.fixture
def store(database):
    """A run that writes."""
    store = Store.open(database.url, "test", {})
    yield store
    store.close()


def test_new_article_is_stored_with_its_page(store, database):
    """One row each, tied together."""
    (result,) = store.write([candidate(authors=("A", "B"), published_at=NOON, published_precision="second")])
    assert result.outcome == "stored"
    columns = "url, title, text, authors, published_at, revision, word_count"
    assert query(database, f"select {columns} from articles") == [
        (URL, "Tiêu đề", "Một đoạn văn.\nHai đoạn văn.", '["A", "B"]', "2020-09-10 12:00:00.000000", 1, 6)
    ]
    assert query(database, "select url_key, outcome, article_id from pages") == [(URL, "stored", 1)]


def test_missing_facts_are_null(store, database):
    """Never an empty text or a made-up value."""
    store.write([candidate(title=None)])
    columns = (
        "title, source, description, section, language, image_url, published_at, published_raw, published_source, "
        "published_precision, modified_at, paywalled, duplicate_of, similarity"
    )
    assert query(database, f"select {columns} from articles") == [(None,) * 14]
    assert query(database, "select authors, tags, images from articles") == [("[]", "[]", "[]")]


def test_dates_pictures_and_paywall_are_stored_as_the_page_gives_them(store, database):
    """Moments in UTC, pictures as JSON in reading order, and what is false is not unknown."""
    images = (Image("https://news.example/1.jpg", "Cầu Rồng. Ảnh: TTXVN"), Image("https://news.example/2.jpg"))
    hanoi = timezone(timedelta(hours=7))
    published = {"published_raw": "10/09/2020 17:18", "published_source": "byline", "published_precision": "minute"}
    moments = {
        "published_at": datetime(2020, 9, 10, 17, 18, tzinfo=hanoi),
        "modified_at": datetime(2020, 9, 11, 1, tzinfo=hanoi),
    }
    store.write([candidate(images=images, paywalled=False, **published, **moments)])
    assert query(database, f"select {', '.join([*published, *moments])}, paywalled from unique_articles") == [
        ("10/09/2020 17:18", "byline", "minute", "2020-09-10 10:18:00.000000", "2020-09-10 18:00:00.000000", 0)
    ]
    assert json.loads(query(database, "select images from unique_articles")[0][0]) == [
        {"url": "https://news.example/1.jpg", "caption": "Cầu Rồng. Ảnh: TTXVN"},
        {"url": "https://news.example/2.jpg", "caption": None},
    ]


def test_same_page_twice_in_one_batch(store, database):
    """Each page sees the one before it."""
    results = store.write([candidate(), candidate()])
    assert [result.outcome for result in results] == ["stored", "unchanged"]
    assert query(database, "select count(*) from articles") == [(1,)]


def test_changed_text_is_a_revision_of_the_publisher(store, database):
    """The old text is kept in full."""
    store.write([candidate("Cũ.")])
    (result,) = store.write([candidate("Mới.", fetched_at=NOON + timedelta(hours=1))])
    assert result.revised
    assert query(database, "select text, revision from articles") == [("Mới.", 2)]
    assert query(database, "select number, text, cause, fetched_at from article_revisions") == [
        (1, "Cũ.", "publisher", "2020-09-10 12:00:00.000000")
    ]


def test_changed_title_is_a_revision(store, database):
    """Headlines change too."""
    store.write([candidate(title="Cũ")])
    store.write([candidate(title="Mới")])
    assert query(database, "select title from articles") == [("Mới",)]
    assert query(database, "select title from article_revisions") == [("Cũ",)]


def test_other_text_from_the_same_bytes_is_the_extractors_doing(store, database):
    """Readers count only the publisher's revisions."""
    store.write([candidate("Một. Hai.", body=b"page")])
    store.write([candidate("Một.", body=b"page", extractor="test 2")])
    assert query(database, "select text, revision, extractor from articles") == [("Một.", 1, "test 2")]
    assert query(database, "select cause, extractor from article_revisions") == [("extractor", "test 1")]


def test_changed_facts_and_sidebars_are_no_revision(store, database):
    """They are kept up to date without one."""
    store.write([candidate()])
    (result,) = store.write([candidate(section="Kinh tế", sidebar="Tin khác nữa")])
    assert result.outcome == "unchanged"
    assert query(database, "select section, revision from articles") == [("Kinh tế", 1)]
    facts = {"modified_at": NOON, "paywalled": True, "images": (Image("https://news.example/1.jpg"),)}
    (result,) = store.write([candidate(section="Kinh tế", sidebar="Tin khác nữa", **facts)])
    assert result.outcome == "unchanged"
    ((images, *others),) = query(database, "select images, modified_at, paywalled, revision from articles")
    assert json.loads(images) == [{"url": "https://news.example/1.jpg", "caption": None}]
    assert others == ["2020-09-10 12:00:00.000000", 1, 1]
    assert query(database, "select count(*) from article_revisions") == [(0,)]
    before = query(database, "select * from articles")
    store.write([candidate(section="Kinh tế", sidebar="Tin khác nữa", **facts)])
    assert query(database, "select * from articles") == before


def test_older_copy_does_not_replace_a_newer_one(store, database):
    """Two saved states of one page do not revise each other at every run."""
    store.write([candidate("Mới.")])
    (result,) = store.write([candidate("Cũ.", fetched_at=NOON - timedelta(days=1))])
    assert result.outcome == "unchanged"
    assert query(database, "select text from articles") == [("Mới.",)]


def test_failed_page_keeps_its_article(store, database):
    """A page that breaks later loses nothing already stored."""
    store.write([candidate()])
    store.write([Outcome(URL, "failed", "empty", "a.html: the page is empty", NOON, URL)])
    assert query(database, "select outcome, reason, article_id from pages") == [("failed", "empty", 1)]
    assert query(database, "select count(*) from articles") == [(1,)]
    store.write([candidate()])
    assert query(database, "select outcome, reason, error from pages") == [("stored", None, None)]


def test_same_text_elsewhere_is_linked_to_what_was_seen_first(store, database):
    """Whatever the order in which they came."""
    pages = [candidate(url=f"https://{name}.example/", fetched_at=NOON + timedelta(hours=h)) for name, h in LATER]
    store.write(pages)
    copies = "select a.url_key, b.url_key, a.similarity from articles a left join articles b on b.id = a.duplicate_of"
    assert sorted(query(database, copies)) == [
        ("https://a.example/", "https://b.example/", 1.0),
        ("https://b.example/", None, None),
        ("https://c.example/", "https://b.example/", 1.0),
    ]
    assert query(database, "select url_key from unique_articles") == [("https://b.example/",)]


LATER = [("a", 2), ("b", 1), ("c", 3)]


def test_head_that_changes_its_text_hands_over(store, database):
    """The next oldest leads its copies, and no link is left to an article with another text."""
    store.write([candidate(url=f"https://{name}.example/", fetched_at=NOON + timedelta(hours=h)) for name, h in LATER])
    store.write([candidate("Khác hẳn.", url="https://b.example/", fetched_at=NOON + timedelta(hours=1))])
    assert query(database, "select url_key from unique_articles order by 1") == [
        ("https://a.example/",),
        ("https://b.example/",),
    ]


def test_failed_batch_leaves_nothing(store, database):
    """A transaction is whole, and the counts are those of what was stored."""
    bad = replace(candidate(url="https://bad.example/"), content_hash=None)
    with pytest.raises(Exception, match=r"(?i)not.null"):
        store.write([candidate(), bad])
    assert query(database, "select count(*) from articles") == [(0,)]
    assert not store.counts.outcomes
    store.write([candidate()])
    ((counts,),) = query(database, "select counts from runs")
    assert json.loads(counts)["outcomes"] == {"stored": 1}


def test_counts_say_what_was_dropped(store, database):
    """By outcome, by reason, and in words."""
    store.write([candidate(), Outcome("file:x", "no_article", "no_text", "x: nothing", NOON)])
    report = report_run(database.url, store.run_id)
    assert str(report.counts) == ("1 stored, 1 without an article (no_text 1); words kept 6, dropped 2 (related 2)")
    assert [(article.words_kept, article.words_dropped) for article in report.articles] == [(6, 2)]


def test_dead_runs_are_closed_by_the_next(database):
    """A run whose process is gone was killed, whoever has its number now; one that goes on is left alone."""
    url = database.url
    code = (
        "import os, signal; from newscrawl.storage.store import Store\n"
        f"Store.open({url!r}, 'dead', {{}}); os.kill(os.getpid(), signal.SIGKILL)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -signal.SIGKILL
    alive = Store.open(url, "alive", {})
    database.execute(f"update runs set pid = {os.getpid()}")
    if database.is_sqlite:  # a file is of one machine, whatever that was called
        database.execute("update runs set host = 'another'")
    Store.open(url, "next", {}).close()
    assert query(database, "select spider, reason, error is null from runs order by id") == [
        ("dead", "killed", 0),
        ("alive", None, 1),
        ("next", None, 1),
    ]
    alive.close()


@ONLY_SQLITE
def test_database_on_another_machine_has_no_run_that_goes_on(database, tmp_path):
    """A copy that was made during a run knows no lock, so the run is closed there, and what it had in hand is free."""
    alive = Store.open(database.url, "alive", {})
    elsewhere = tmp_path / "elsewhere" / "out.db"
    elsewhere.parent.mkdir()
    back_up(database.url, elsewhere)
    Store.open(f"sqlite:///{elsewhere}", "next", {}).close()
    assert query(elsewhere, "select reason from runs where spider = 'alive'") == [("killed",)]
    alive.finish("finished")
    alive.close()
    assert query(database, "select reason, seconds > 0 from runs") == [("finished", 1)]


def test_runs_of_another_machine_are_left_to_it(database):
    """Its locks cannot be seen from here; only a file is of this machine alone."""
    other = Store.open(database.url, "other", {})
    database.execute("update runs set host = 'another', lock = '/nowhere/run.lock'")
    Store.open(database.url, "next", {}).close()
    assert query(database, "select reason from runs where spider = 'other'") == [
        ("killed" if database.is_sqlite else None,)
    ]
    other.close()


@ONLY_SQLITE
def test_database_that_is_taken_away_is_noticed(store, database):
    """SQLite would go on writing to a file without a name."""
    store.write([candidate()])
    database.path.rename(database.path.with_name("moved.db"))
    with pytest.raises(StorageError, match="removed or replaced during the run"):
        store.write([candidate("Moi.", url="https://news.example/2")])


@ONLY_SQLITE
def test_locked_database_is_one_clear_line(store, database, monkeypatch, caplog):
    """Who waits is told so each time, and who waited too long learns why."""
    monkeypatch.setattr(engine_room, "MOST_WAITS", 3)
    other = sqlite3.connect(database.path, isolation_level=None)
    other.execute("begin immediate")
    with store.engine.connect() as connection:
        connection.exec_driver_sql("pragma busy_timeout = 50")
    with pytest.raises(StorageError, match=r"out.db: database is locked \(another process has been writing"):
        store.write([candidate()])
    assert [record.message for record in caplog.records] == [
        f"database {database.path} is locked: another process is writing; waiting for it"
    ] * 2
    caplog.clear()
    monkeypatch.setattr(engine_room, "_is_hurried", False)
    engine_room.hurry()  # as SIGTERM does
    with pytest.raises(StorageError, match="database is locked"):
        store.write([candidate()])
    assert caplog.records == []
    other.close()
    store.write([candidate()])
    assert query(database, "select count(*) from articles") == [(1,)]
