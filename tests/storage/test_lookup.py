"""Finding one article as it is stored."""

from __future__ import annotations

import pytest

from newscrawl.items import Image, NoArticle, Outcome
from newscrawl.storage.errors import StorageError
from newscrawl.storage.lookup import article_by_id, article_by_key
from newscrawl.storage.store import Store
from tests.database import query
from tests.storage.test_engine import first_database
from tests.storage.test_store import NOON, URL, candidate

FACTS = {
    "canonical_url": "https://news.example/canonical.html",
    "source": "news",
    "description": "Sapo.",
    "authors": ("A", "B"),
    "section": "Kinh tế",
    "tags": ("x",),
    "language": "vi",
    "image_url": "https://news.example/0.jpg",
    "images": (Image("https://news.example/1.jpg", "Ảnh"), Image("https://news.example/2.jpg")),
    "published_at": NOON,
    "published_raw": "10/9",
    "published_source": "byline",
    "published_precision": "day",
    "modified_at": NOON,
    "paywalled": False,
}


@pytest.fixture
def url(database):
    """A database with an article, and a page that gave none."""
    url = database.url
    store = Store.open(url, "test", {})
    failed = Outcome("https://news.example/bad", "failed", "truncated", "bad: it breaks off", NOON)
    store.write([candidate(**FACTS), candidate(url="https://copy.example/a.html"), failed])
    store.close()
    return url


def test_article_is_given_back_as_it_was_stored(url):
    """Every fact and every block."""
    (given, found) = candidate(**FACTS), article_by_id(url, 1)
    assert found is not None
    assert (found.id, found.extraction) == (1, given.extraction)
    assert all(getattr(found.extraction.article, name) == value for name, value in FACTS.items())


@pytest.mark.parametrize("key", [URL, "https://news.example/canonical.html"])
def test_article_is_found_by_its_page_and_by_its_own_address(url, key):
    """Whichever a person has at hand."""
    found = article_by_key(url, key)
    assert found is not None
    assert found.id == 1


def test_page_itself_comes_before_one_that_claims_its_address(database):
    """Also where the other was there first."""
    url = database.url
    store = Store.open(url, "test", {})
    store.write([candidate(url="https://print.example/", canonical_url=URL), candidate("Khác.")])
    store.close()
    found = article_by_key(url, URL)
    assert found is not None
    assert found.extraction.article.text == "Khác."


def test_copy_says_of_which_article(url):
    """As the database has it."""
    found = article_by_key(url, "https://copy.example/a.html")
    assert found is not None
    assert found.duplicate_of == 1


def test_page_without_an_article_says_why(url):
    """The crawl knew."""
    with pytest.raises(NoArticle) as answer:
        article_by_key(url, "https://news.example/bad")
    assert (answer.value.reason, str(answer.value)) == ("truncated", "bad: it breaks off")


def test_what_is_not_there_is_none(url):
    """An article and a page that nobody came to."""
    assert article_by_id(url, 99) is None
    assert article_by_key(url, "https://news.example/other") is None


def test_looking_changes_nothing(url, database, tmp_path):
    """A database that is not there is not made, and one of an older version is not upgraded."""
    with pytest.raises(StorageError, match="does not exist; run a crawl to create it"):
        article_by_id(f"sqlite:///{tmp_path / 'no.db'}", 1)
    assert not (tmp_path / "no.db").exists()
    first_database(tmp_path / "old.db")
    before = query(tmp_path / "old.db", "select * from sqlite_master")
    with pytest.raises(StorageError, match="an older version of newscrawl"):
        article_by_id(f"sqlite:///{tmp_path / 'old.db'}", 7)
    assert query(tmp_path / "old.db", "select * from sqlite_master") == before
    if database.is_sqlite:
        database.path.chmod(0o444)
    assert article_by_id(url, 1) is not None


def test_file_that_is_no_database_is_one_line(tmp_path):
    """Which one, and what to do."""
    (tmp_path / "x.db").write_text("not a database at all, only text of some length", "utf-8")
    with pytest.raises(StorageError, match=r"x.db: file is not a database \(set DATABASE_URL to another file"):
        article_by_id(f"sqlite:///{tmp_path / 'x.db'}", 1)
