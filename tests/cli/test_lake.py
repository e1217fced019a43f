"""`newscrawl export --lake`: the database as Parquet files by day, of which those are written that changed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest
from pyarrow import parquet

from newscrawl.cli.lake import export_lake
from newscrawl.storage import lake as days
from newscrawl.storage.lake import LakeReader
from newscrawl.storage.maintenance import delete_article
from newscrawl.storage.search import COLUMNS
from testing.questions import IN_DUCKDB, IN_POSTGRESQL, IN_SQLITE, VIEWS
from tests.cli.made import answer, fill, newscrawl, refusal
from tests.conftest import ONLY_SQLITE
from tests.database import Database, as_sqlite_has_it, query

POSTGRESQL_IN_SLOW = pytest.mark.parametrize(
    "new_database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)], indirect=True
)


@pytest.fixture
def url(new_database, tmp_path):
    """The small database, with a changed headline and an article that was taken away."""
    made = Database(fill(tmp_path / "out.db", new_database().url))
    later = "datetime(first_seen_at, '+2 days') || '.000000'" if made.is_sqlite else "first_seen_at + interval '2 days'"
    made.execute(
        "update articles set title = 'Bóng đá hôm nay', section = 'Thể thao' where id = 4",
        f"update articles set gone_at = {later} where id = 3",
    )
    return made.url


def asked(lake: Path, statement: str) -> list[tuple[object, ...]]:
    """What DuckDB answers over the views of the guide; in the form in which SQLite gives it."""
    with duckdb.connect() as connection:
        connection.execute(VIEWS.replace("'lake/", f"'{lake}/"))
        rows = connection.execute(statement).fetchall()
    return [tuple(map(as_sqlite_has_it, row)) for row in rows]


def content(lake: Path) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables."""
    tables = (table.name for table in days.TABLES)
    return {name: asked(lake, f"from {name} order by id") for name in tables}


def files(lake: Path) -> dict[str, int]:
    """The files, and which they are: one that was written again is another."""
    return {str(path.relative_to(lake)): path.stat().st_ino for path in lake.rglob("*.parquet")}


def written(url: str, lake: Path) -> dict[str, tuple[int, int]]:
    """Export; how many days of each table were written and removed."""
    tables = answer(url, "export", "--lake", lake)["tables"]
    return {table["name"]: (table["written"], table["removed"]) for table in tables}


@POSTGRESQL_IN_SLOW
def test_lake_answers_as_the_database_does(url, tmp_path):
    """All ten questions, in the words of the guide."""
    written(url, tmp_path / "lake")
    assert len(IN_DUCKDB) == 10
    for question, statement in IN_DUCKDB.items():
        database = Database(url)
        expected = query(database, (IN_SQLITE if database.is_sqlite else IN_POSTGRESQL)[question])
        assert sorted(asked(tmp_path / "lake", statement), key=repr) == sorted(expected, key=repr), question
        assert expected, question


@POSTGRESQL_IN_SLOW
def test_only_changed_days_are_written(url, tmp_path):
    """After a change, a deletion, a move to another day; and none without a change."""
    lake, database = tmp_path / "lake", Database(url)
    assert written(url, lake) == {"articles": (3, 0), "article_revisions": (2, 0), "pages": (3, 0)}
    before = files(lake)
    assert written(url, lake) == {"articles": (0, 0), "article_revisions": (0, 0), "pages": (0, 0)}
    assert files(lake) == before
    database.execute("update articles set duplicate_of = null, similarity = null where id = 3")
    assert written(url, lake)["articles"] == (1, 0)
    changed = {name for name, number in files(lake).items() if before[name] != number}
    assert changed == {"articles/day=2020-09-11/articles.parquet"}
    delete_article(url, 3, tmp_path / "archive")
    assert written(url, lake)["articles"] == (0, 1)
    assert asked(lake, "select id from articles order by id") == [(1,), (2,), (4,), (5,)]
    assert not (lake / "articles/day=2020-09-11").exists()
    database.execute("update articles set published_at = null, fetched_at = '2019-01-02 23:59:59.999999' where id = 4")
    assert written(url, lake) == {"articles": (2, 0), "article_revisions": (1, 1), "pages": (0, 0)}
    assert asked(lake, "select id from articles where day = '2019-01-02'") == [(4,)]
    assert asked(lake, "select article_id from article_revisions where day = '2019-01-02'") == [(4,)]
    fresh = tmp_path / "fresh"
    written(url, fresh)
    assert content(lake) == content(fresh)


@ONLY_SQLITE
def test_columns_have_types(url, tmp_path):
    """As the guide says; there even without a row."""
    lake = tmp_path / "lake"
    Database(url).execute("delete from article_revisions")
    written(url, lake)
    read = parquet.read_table(lake / "articles/day=2020-09-10/articles.parquet", partitioning=None)
    assert read.column_names == [*COLUMNS, "words"]
    assert str(read.schema.field("fetched_at").type) == "timestamp[us, tz=UTC]"
    assert read.column("authors").to_pylist()[0] == ["Trần Ý"]
    assert read.column("words").to_pylist()[0].startswith(" da nang ngap \n theo ttxvn ")
    assert asked(lake, "from article_revisions") == []
    assert parquet.ParquetFile(lake / "pages/day=2020-09-10/pages.parquet").metadata.row_group(0).column(
        0
    ).compression == ("ZSTD")


@ONLY_SQLITE
def test_words_of_articles_that_are_not_indexed(url, tmp_path):
    """Are those that they will be indexed by."""
    written(url, tmp_path / "lake")
    Database(url).execute("delete from article_words")
    written(url, tmp_path / "other")
    assert content(tmp_path / "other")["articles"] == content(tmp_path / "lake")["articles"]


@pytest.mark.slow
@ONLY_SQLITE
def test_memory_is_bounded(url, tmp_path, monkeypatch):
    """Where the ids of all rows are too many to be held, the days are looked up in parts."""
    written(url, tmp_path / "lake")
    for most in (0, 1, 3, 5):
        monkeypatch.setattr(LakeReader, "__init__", _limited(most, LakeReader.__init__))
        export_lake(url, tmp_path / f"lake{most}", lambda *_: None)
        monkeypatch.undo()
        assert content(tmp_path / f"lake{most}") == content(tmp_path / "lake")


def _limited(most, init):
    return lambda self, connection: init(self, connection, most)


@ONLY_SQLITE
def test_damage_is_repaired(url, tmp_path):
    """A file that is cut, one that is missing, and what a killed export left."""
    lake = tmp_path / "lake"
    written(url, lake)
    before = content(lake)
    cut = lake / "articles/day=2020-09-10/articles.parquet"
    cut.write_bytes(cut.read_bytes()[:100])
    (lake / "pages/day=2020-09-10/pages.parquet").unlink()
    left = lake / "articles/day=2020-09-11/.articles.parquet.0a1b2c3d"
    left.write_bytes(b"PAR1")
    (lake / "articles/day=2020-09-11/notes.txt").write_text("mine")
    assert written(url, lake) == {"articles": (1, 0), "article_revisions": (0, 0), "pages": (1, 0)}
    assert content(lake) == before
    assert not left.exists()
    assert (lake / "articles/day=2020-09-11/notes.txt").exists()


@ONLY_SQLITE
def test_folder_of_something_else_is_refused(url, tmp_path):
    """In one line, and nothing in it is touched."""
    other = tmp_path / "mine"
    other.mkdir()
    (other / "notes.txt").write_text("mine")
    assert "holds other files; name a new or an empty folder" in refusal(url, "export", "--lake", other)
    lake = tmp_path / "lake"
    written(url, lake)
    second = fill(tmp_path / "second.db")
    assert f"is the lake of {tmp_path}/out.db; name another folder" in refusal(second, "export", "--lake", lake)
    (lake / "lake.json").write_text("[]")
    assert "lake.json is damaged" in refusal(url, "export", "--lake", lake)
    assert "(File exists)" in refusal(url, "export", "--lake", other / "notes.txt")
    assert "(No such file or directory)" in refusal(url, "export", "--lake", tmp_path / "no" / "lake")
    assert sorted(path.name for path in other.iterdir()) == ["notes.txt"]
    for wrong in (["x.csv"], ["--words", "x"], ["--source", "x"], ["--format", "csv"]):
        assert newscrawl(url, "export", "--lake", lake, *wrong).returncode == 2
    assert newscrawl(url, "export").returncode == 2


@ONLY_SQLITE
def test_links_are_followed_if_they_are_mine(url, tmp_path):
    """As `export` to a file does; a stranger's are refused by `followed`."""
    (tmp_path / "disk").mkdir()
    (tmp_path / "lake").symlink_to("disk")
    written(url, tmp_path / "lake")
    assert (tmp_path / "lake").is_symlink()
    assert (tmp_path / "disk/lake.json").exists()


@ONLY_SQLITE
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to own a link by another user")
def test_link_of_another_user_is_refused(url, tmp_path):
    """Within the lake as well."""
    lake, elsewhere = tmp_path / "lake", tmp_path / "elsewhere"
    elsewhere.mkdir()
    written(url, lake)
    (lake / "pages").rename(tmp_path / "pages")
    (lake / "pages").symlink_to(elsewhere)
    os.lchown(lake / "pages", 65534, 65534)
    assert "symbolic link of another user" in refusal(url, "export", "--lake", lake)
    assert not list(elsewhere.iterdir())


@pytest.mark.slow
@ONLY_SQLITE
def test_killed_export_is_continued(url, tmp_path):
    """A kill at any moment leaves whole files, and the next export finishes the lake; two at once are refused."""
    database, lake = Database(url), tmp_path / "lake"
    names = ", ".join(name for name in COLUMNS if name not in {"id", "url_key", "published_at"})
    database.execute(
        "with recursive n(i) as (select 10 union all select i + 1 from n where i < 200) "
        f"insert into articles (id, url_key, published_at, {names}, blocks) "
        f"select i, 'k' || i, datetime('2010-01-01', '+' || i || ' days') || '.000000', {names}, blocks "
        "from n, articles where articles.id = 5"
    )
    command = [sys.executable, "-m", "newscrawl", "export", "--lake", str(lake), "--database", url]
    for count in (1, 60):
        process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL)
        while process.poll() is None and len(list(lake.glob("articles/*/*.parquet"))) < count:
            time.sleep(0.01)
        if count == 1:
            assert "another export is writing" in refusal(url, "export", "--lake", lake)
        assert process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert json.loads((lake / "lake.json").read_text())["is_complete"] is False
        for path in lake.rglob("*.parquet"):
            assert parquet.read_metadata(path).num_rows >= 0
    finished = len(list(lake.glob("articles/*/*.parquet")))
    assert written(url, lake)["articles"][0] == 191 + 3 - finished
    assert not list(lake.rglob(".*.parquet.*"))
    assert json.loads((lake / "lake.json").read_text())["is_complete"] is True
    written(url, tmp_path / "fresh")
    assert content(lake) == content(tmp_path / "fresh")
