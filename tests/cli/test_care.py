"""`newscrawl delete` and `newscrawl db`."""

from __future__ import annotations

from datetime import timedelta

import pytest

from newscrawl.archive import read_archive
from newscrawl.items import Link, Listing, Visit
from newscrawl.storage.backends import location
from newscrawl.storage.store import Store
from tests.cli.made import AGENCY, NOON, answer, fill, newscrawl, refusal
from tests.conftest import ONLY_SQLITE
from tests.database import query
from tests.storage.test_store import candidate


@pytest.fixture
def url(each_database, tmp_path):
    """The small database."""
    return fill(tmp_path / "out.db", each_database.url)


def pages_kept(database) -> list[str | None]:
    """The URLs of the raw pages in the archive."""
    files = (database.parent / "archive").rglob("*.warc.gz")
    records = [record for file in files for record in read_archive(file, max_size=0)]
    return sorted(record.page.url or "" for record in records if record.page is not None)


def test_deleted_article_is_nowhere(url, each_database, database):
    """Neither row, earlier texts, words, keys nor raw pages of any version; the next copy leads; it is logged."""
    assert pages_kept(database).count("https://bao.example/4") == 2
    done = answer(url, "delete", "https://bao.example/4", "--yes")
    assert (done["article"], done["revisions"], done["archive_records"]) == (4, 1, 2)
    assert answer(url, "delete", 1, "--yes")["archive_records"] == 1
    assert pages_kept(database) == [f"https://{name}" for name in ("bao.example/2", "bao.example/5", "tin.example/3")]
    assert query(each_database, "select id, duplicate_of from articles order by id") == [(2, None), (3, 2), (5, None)]
    assert query(each_database, "select count(*) from article_revisions") == [(0,)]
    assert query(each_database, "select article_id from article_words order by 1") == [(2,), (3,), (5,)]
    assert refusal(url, "search", "bong da") == "newscrawl search: nothing found"
    assert [run["arguments"]["url_key"] for run in answer(url, "runs", "--spider", "delete")] == [
        "https://ttx.example/1",
        "https://bao.example/4",
    ]
    assert answer(url, "db", "check") == {"faults": []}


def test_raw_pages_of_earlier_versions_are_deleted(url, each_database, database):
    """Also if that of the last version was not archived."""
    each_database.execute("update articles set archive_file = null, archive_offset = null where id = 4")
    assert answer(url, "delete", 4, "--yes")["archive_records"] == 2
    assert "https://bao.example/4" not in pages_kept(database)


def test_number_of_a_deleted_article_is_given_to_no_other(url, each_database):
    """A program that asks for articles after the last number it has seen would miss the other."""
    for last in (5, 6, 7):
        answer(url, "delete", last, "--yes")
        store = Store.open(url, "bao", {})
        results = store.write([candidate(f"Tin {last}", f"https://bao.example/next-{last}")])
        store.close()
        assert [result.article_id for result in results] == [last + 1]
    answer(url, "delete", 2, "--yes")
    store = Store.open(url, "bao", {})
    assert store.write([candidate("Tin cuối", "https://bao.example/last")])[0].article_id == 9
    store.close()
    assert query(each_database, "select id from articles order by id") == [(1,), (3,), (4,), (8,), (9,)]


def test_no_listing_brings_a_deleted_article_back(url, each_database):
    """However new its date is there."""
    answer(url, "delete", 4, "--yes")
    store = Store.open(url, "bao", {})
    visit = Visit("https://bao.example/feed", status=200, kind="feed")
    links = (Link("https://bao.example/4", modified_at=NOON + timedelta(days=900)), Link("https://bao.example/5"))
    store.write([Listing("https://bao.example/feed", "https://bao.example/feed", "bao", visit, NOON, links)])
    store.close()
    assert query(
        each_database, "select outcome, reason, next_fetch_at from pages where url_key = 'https://bao.example/4'"
    ) == [("skipped", "deleted", None)]


def test_deleting_asks_first(url, each_database, database):
    """No answer is no; what is not there, or has no archive, is one line and nothing is lost."""
    asked = newscrawl(url, "delete", 1, typed="n\n")
    assert asked.returncode == 1
    assert "Delete it, with 0 earlier texts? [y/N]" in asked.stderr
    assert refusal(url, "delete", "77", "--yes").startswith("newscrawl delete: no article 77 in ")
    (database.parent / "archive").rename(database.parent / "elsewhere")
    assert "nothing was deleted from the database" in refusal(url, "delete", 1, "--yes")
    assert query(each_database, "select count(*) from articles") == [(5,)]
    assert answer(url, "delete", 1, "--yes", "--archive", "elsewhere")["archive_records"] == 1


@ONLY_SQLITE
def test_vacuum_leaves_nothing_of_what_was_deleted(url, database):
    """Not in any page of the file."""
    store = Store.open(url, "made", {})
    store.write([candidate("Từ lạ: qzxwvk.", url="https://bao.example/6")])
    store.close()
    for number in (1, 2, 3, 6):
        answer(url, "delete", number, "--yes")
    # The end of the word: an index stores of words that begin alike what differs.
    assert b"xwvk" in database.read_bytes()
    sizes = answer(url, "db", "vacuum")
    assert sizes["bytes_after"] <= sizes["bytes_before"]
    content = b"".join(path.read_bytes() for path in database.parent.glob("out.db*") if path.is_file())
    assert AGENCY[:30].encode() not in content
    assert b"xwvk" not in content
    assert answer(url, "db", "check") == {"faults": []}


def test_upgrade_and_check_say_what_they_did(url, each_database, tmp_path):
    """In a line; a database that is not there is not made."""
    each_database.execute("update articles set section = 'Khác' where id = 2")
    waiting = newscrawl(url, "db", "check")
    assert (waiting.returncode, waiting.stdout) == (
        1,
        "1 articles are not indexed for search yet; run: newscrawl db upgrade\n",
    )
    assert answer(url, "db", "upgrade", "--reindex") == {"indexed": 5}
    assert newscrawl(url, "db", "check").stdout == f"{location(url)} is intact\n"
    missing = f"sqlite:///{tmp_path}/no.db"
    for command in ("upgrade", "check", "vacuum"):
        assert "no.db does not exist" in refusal(missing, "db", command)


@pytest.mark.parametrize("new_database", ["postgresql"], indirect=True)
def test_vacuum_of_a_server_says_what_it_takes(url):
    """Before and after; the server gives space back in its own time."""
    sizes = answer(url, "db", "vacuum")
    assert min(sizes.values()) > 1_000_000


def test_unknown_numbers_are_not_there(url):
    """Also such as no database can hold."""
    assert "no article 99999999999999999 in" in refusal(url, "show", "99999999999999999")
    assert refusal(url, "delete", "99999999999999999", "--yes").startswith("newscrawl delete: no article")
