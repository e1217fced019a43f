"""Finding articles in a database that is written by others as well."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from newscrawl.search.query import parse, phrase_of
from newscrawl.storage.engine import open_engine, write_transaction
from newscrawl.storage.maintenance import check, upgrade
from newscrawl.storage.search import search
from newscrawl.storage.search_index import MOST_INDEXED
from newscrawl.storage.selection import Selection
from newscrawl.storage.store import Store
from tests.database import query
from tests.storage.test_engine import first_database
from tests.storage.test_store import NOON, candidate
from tests.vietnamese import decomposed

RAIN = "Sáng nay, Đà Nẵng có mưa rất to ở nhiều nơi.\nHọc sinh toàn thành phố được nghỉ học."
FACTS = {"source": "bao", "section": "Kinh tế", "authors": ("Nguyễn Văn Đô",), "language": "vi", "published_at": NOON}


@pytest.fixture
def url(database):
    """Four articles, one of them a copy."""
    address = database.url
    store = Store.open(address, "test", {})
    store.write(
        [
            candidate(RAIN, url="https://a.example/1", title="Mưa to", **FACTS),
            candidate(RAIN, url="https://b.example/2", title="Mưa to", published_at=NOON + timedelta(days=1)),
            candidate("Hòa bình ở thành phố khác.", url="https://a.example/3", title="Đà Nẵng", description="Sapo."),
            candidate("東京都で雨。", url="https://c.example/4", title="雨", language="ja", source="c"),
        ]
    )
    store.close()
    return address


def found(url: str, typed: str = "", **wanted) -> list[int]:
    """The ids that a search gives, in its order."""
    return [one.facts["id"] for one in search(url, Selection(query=parse(typed), **wanted)).found]


@pytest.mark.parametrize(
    ("typed", "ids"),
    [
        ("da nang", [3, 1]),
        ("ĐÀ NẴNG", [3, 1]),
        (decomposed("Đà Nẵng"), [3, 1]),
        ('"nang da"', []),
        ('"da nang" -mua', [3]),
        ("hoà", [3]),
        ("hoa binh", [3]),
        ("sapo", [3]),
        ("東京", [4]),
        ("京東", []),
        ("-nang", [4]),
        ("nguyen van do", []),
        ("tieu", []),
        ("🎉", []),
    ],
)
def test_words_find_articles(url, typed, ids):
    """In title, lead and text, all of them and no exclusion; the title counts most."""
    if typed == "🎉":
        assert parse(typed).phrases == ()
        return
    assert found(url, typed) == ids


def test_copies_are_shown_once_unless_asked_for(url):
    """By the oldest publication, as in unique_articles."""
    assert found(url, "mua") == [1]
    assert sorted(found(url, "mua", all_copies=True)) == [1, 2]


def test_selection_narrows_what_is_found(url):
    """By every fact; section and author by their words."""
    day = datetime(2020, 9, 10, tzinfo=UTC)
    assert found(url, "nang", sources=("bao",)) == found(url, sources=("bao",)) == [1]
    assert found(url, sources=("bao", "c"), languages=("ja",)) == [4]
    assert found(url, section=phrase_of("kinh te")) == found(url, "mua", author=phrase_of("van do")) == [1]
    assert found(url, author=phrase_of("do van")) == []
    assert found(url, since=day, until=day + timedelta(days=1)) == [1]
    assert found(url, "mua", since=day + timedelta(days=1), all_copies=True) == [2]
    assert found(url, until=day) == []


def test_without_words_the_newest_come_first(url):
    """Those without a date last; and the number of all is told."""
    answer = search(url, Selection(all_copies=True), limit=2)
    assert [one.facts["id"] for one in answer.found] == [2, 1]
    assert answer.total == 4
    assert search(url, Selection(query=parse("nang")), limit=1).total == 2


def test_new_articles_come_before_old_ones_that_fit_as_well(database):
    """Only among those: relevance counts more."""
    url, now = database.url, datetime.now(UTC)
    store = Store.open(url, "test", {})
    texts = ("Một con mèo nằm.", "Hai con mèo ngồi.")
    dates = (now, now - timedelta(days=3000))
    pages = zip(texts, dates, strict=True)
    store.write(
        [candidate(text, url=f"https://x.example/{n}", published_at=when) for n, (text, when) in enumerate(pages)]
    )
    store.write([candidate(f"{'chó ' * 9}", url=f"https://y.example/{n}") for n in range(5)])
    store.close()
    assert found(url, "meo") == [1, 2]


def test_facts_that_change_are_searched_as_they_are(url, database):
    """Whoever changes them, and with the text as it was."""
    database.execute(
        "update articles set source = 'moi', language = 'en', published_at = '2021-01-01 00:00:00.000000' where id = 1",
        "update articles set gone_at = '2021-01-01 00:00:00.000000' where id = 3",
    )
    day = datetime(2021, 1, 1, tzinfo=UTC)
    wanted = {"sources": ("moi",), "languages": ("en",), "since": day, "until": day + timedelta(days=1)}
    assert found(url, "mua", **wanted) == [1]
    assert found(url, "nang", sources=("bao",)) == []
    assert found(url, "hoa") == []
    assert found(url, "hoa", all_copies=True) == [3]


@pytest.mark.parametrize(
    ("typed", "ids"), [('mua -"nang da"', [1]), ('mua -"da nang"', []), ("mua -nang -la", []), ('"mua rat" -la', [1])]
)
def test_exclusions_beside_words(url, typed, ids):
    """Words and phrases, of which some are in no article."""
    assert found(url, typed) == ids


def test_changed_text_is_found_and_the_earlier_is_not(url):
    """In the transaction that stores it."""
    store = Store.open(url, "test", {})
    store.write([candidate("Nắng đẹp khắp nơi.", url="https://a.example/1", body=b"x", **FACTS)])
    store.close()
    assert found(url, "nang dep") == [1]
    assert found(url, '"hoc sinh"', all_copies=True) == [2]
    assert list(check(url)) == []


def test_other_programs_leave_no_wrong_answers(url, database):
    """What they change is not found by its earlier words, and by its new ones after the next transaction of ours."""
    database.execute("update articles set text = 'Bão lớn' where id = 1", "delete from articles where id = 3")
    assert found(url, "mua", all_copies=True) == [2]
    answer = search(url, Selection(query=parse("bao")))
    assert (answer.total, answer.not_indexed) == (0, 1)
    Store.open(url, "test", {}).close()
    assert found(url, "bao lon") == [1]
    assert found(url, "hoa binh") == []
    # Other programs do not keep SQLite's foreign keys.
    left = ["a row of table pages references a missing row of table articles"] if database.is_sqlite else []
    assert list(check(url)) == left


def test_database_of_an_earlier_version_is_indexed(tmp_path):
    """A part with the tables, all by an upgrade."""
    path = tmp_path / "x.db"
    first_database(path)
    with closing(sqlite3.connect(path)) as old:
        old.executemany(
            "insert into articles select ?, ?, url, canonical_url, source, title, description, text, blocks, authors, "
            "section, tags, language, image_url, published_at, published_precision, fetched_at, first_seen_at, "
            "updated_at, revision, content_hash, duplicate_of, similarity, word_count, body_digest, extractor, run_id "
            "from articles where id = 7",
            [(number, f"https://news.example/{number}") for number in range(8, 8 + MOST_INDEXED)],
        )
        old.commit()
    url = f"sqlite:///{path}"
    steps = list(upgrade(url))
    assert (steps[0].total, steps[-1].done) == (1, 1)
    assert search(url, Selection(query=parse("moi"), all_copies=True)).total == MOST_INDEXED + 1
    assert list(check(url)) == []


def test_index_is_mended(url, database):
    """What somebody broke is told, and made anew."""
    if database.is_sqlite:
        database.execute(
            "insert into article_index (article_index) values ('delete-all')",
            "delete from article_index_docsize",
            "drop trigger article_words_delete",
        )
    else:
        database.execute("update article_index set words = '' where article_id = 3")
    database.execute("delete from article_words where article_id = 4")
    faults = list(check(url))
    assert faults == [
        "1 articles are missing from the search index; run: newscrawl db upgrade --reindex",
        "the search index is inconsistent; run: newscrawl db upgrade --reindex",
    ]


def test_everything_can_be_indexed_anew(url):
    """It finds the same."""
    list(upgrade(url, reindex=True))
    assert found(url, "da nang") == [3, 1]
    assert list(check(url)) == []


@pytest.mark.parametrize(
    "typed",
    [
        "'",
        '"',
        '""',
        "' or 1=1 --",
        "a-b",
        "col:x",
        "title : x",
        "NEAR(da nang, 3)",
        "AND OR NOT",
        "da AND NOT",
        "*",
        "da*",
        "^da",
        "{title} : x",
        "da + nang",
        "\x00da",
        "\ud800da",
        "da\u202e",
        "🎉 da",
        "%s %(x)s :x ?1",
        "x" * 100_000,
        "é" * 100_000 + "\u0301" * 100_000,
        '"' * 10_001,
    ],
)
def test_nothing_that_is_typed_breaks_a_search(url, database, typed):
    """It means words, or nothing."""
    search(url, Selection(query=parse(typed), author=phrase_of(typed), section=phrase_of(typed)))
    search(url, Selection(query=parse(f"da -{typed}")))
    assert query(database, "select count(*) from articles") == [(4,)]


def test_readers_and_a_crawl_do_not_wait_for_each_other(url, database):
    """A writer in the middle of its transaction does not stop a search, nor a long reading the writer."""
    engine = open_engine(url)
    with write_transaction(engine) as writer:
        writer.exec_driver_sql("update articles set title = 'Đà Nẵng, Huế' where id = 3")
        assert found(url, "hue") == []  # as it was before
    engine.dispose()
    assert found(url, "hue") == [3]
    with database.snapshot() as reader:
        assert reader.execute("select count(*) from articles").fetchone() == (4,)
        store = Store.open(url, "test", {})
        store.write([candidate("Mới tinh.", url="https://a.example/new")])
        store.close()
        assert reader.execute("select count(*) from articles").fetchone() == (4,)
    assert len(found(url, "moi tinh")) == 1


@pytest.mark.slow
def test_searches_run_while_another_process_writes(url, database):
    """Hundreds of both, and none fails."""
    code = (
        "from newscrawl.storage.store import Store\nfrom tests.storage.test_store import candidate\n"
        f"store = Store.open({url!r}, 'test', {{}})\n"
        "for n in range(150): store.write([candidate(f'Bão số {n} đổ bộ.', url=f'https://s.example/{n}')])\n"
        "store.close()"
    )
    with subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True) as writer:
        done = threading.Event()
        threading.Thread(target=lambda: (writer.wait(), done.set()), daemon=True).start()
        seen = [0]
        while not done.is_set():
            seen.append(search(url, Selection(query=parse("bao"))).total)
        assert writer.stderr is not None
        assert (writer.returncode, writer.stderr.read()) == (0, "")
    assert seen == sorted(seen)
    assert search(url, Selection(query=parse("bao"), all_copies=True)).total == 150
