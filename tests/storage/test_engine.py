"""Opening databases: new, old, foreign, broken."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import zlib
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine

from newscrawl import storage
from newscrawl.storage.engine import check_database, open_engine, write_transaction
from newscrawl.storage.errors import StorageError
from newscrawl.storage.schema import UNIQUE_ARTICLES, articles, metadata
from newscrawl.storage.store import Store
from tests.database import query
from tests.storage.test_store import candidate


def test_migrations_lead_to_the_schema(tmp_path):
    """A database made by the migrations has the tables, columns, keys and indexes that the code expects."""
    engine = open_engine(f"sqlite:///{tmp_path / 'x.db'}", create=True)
    with engine.connect() as connection:
        # In SQLite the full-text index and the number that was given last are tables.
        own = ("article_index", "last_deleted")
        options = {"include_name": lambda name, kind, _: kind != "table" or not name.startswith(own)}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []
        views = connection.exec_driver_sql("select sql from sqlite_master where type = 'view'").scalars().all()
    engine.dispose()
    assert [view.lower() for view in views] == [UNIQUE_ARTICLES]


def first_database(path):
    """A database as the first version made it: its tables, and an article that was revised."""
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(storage.__file__).parent / "migrations"))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    engine.dispose()
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(FIRST_ROWS)
        connection.execute("update articles set blocks = ?", [zlib.compress(b'[["paragraph","Moi.",null]]')])
        connection.commit()


FIRST_ROWS = """
    insert into runs values (1, 'test', '{}', '0.1.0', 'host', 1, '2020-09-10 12:00:00.000000', null, null, '{}');
    insert into articles (id, url_key, title, text, blocks, authors, tags, fetched_at, first_seen_at, updated_at,
        revision, content_hash, word_count, body_digest, extractor, run_id)
    values (7, 'https://news.example/', 'Tieu de', 'Moi.', '', '["A"]', '[]', '2020-09-10 12:00:00.000000',
        '2020-09-10 12:00:00.000000', '2020-09-10 12:00:00.000000', 2, 'x', 1, 'x', 'test 1', 1);
    insert into article_revisions values (1, 7, 1, 'Tieu de', 'Cu.', 'publisher', 'test 1',
        '2020-09-10 12:00:00.000000', '2020-09-10 12:00:00.000000');
    insert into pages values (1, 'https://news.example/', null, null, 'stored', null, null, 7,
        '2020-09-10 12:00:00.000000', 1);
"""


SEEN = "2020-09-10 12:00:00.000000"


def test_database_of_the_first_version_is_upgraded_with_its_rows(tmp_path):
    """Nothing stored is lost, what was not known then is NULL or empty, and the view has every column."""
    path = tmp_path / "x.db"
    first_database(path)
    before = {table: query(path, f"select * from {table}") for table in ("runs", "article_revisions", "pages")}
    (article,) = query(path, "select * from articles")
    check_database(f"sqlite:///{path}")
    before["runs"] = [(*run, *[None] * 8) for run in before["runs"]]
    before["pages"] = [(*page, "article", *[None] * 7, 0, None, None) for page in before["pages"]]
    assert {table: query(path, f"select * from {table}") for table in before} == before
    assert query(path, "select * from articles") == [(*article, "[]", *[None] * 7, "page", "fetched", SEEN)]
    with closing(sqlite3.connect(path)) as connection:
        view = connection.execute("select * from unique_articles")
        assert [column[0] for column in view.description] == articles.columns.keys()
        assert len(view.fetchall()) == 1


def test_crawl_goes_on_with_an_upgraded_database(tmp_path):
    """The run after an upgrade finds the article there and writes into it."""
    path = tmp_path / "x.db"
    first_database(path)
    store = Store.open(f"sqlite:///{path}", "test", {})
    (result,) = store.write([candidate("Moi.", url="https://news.example/", title="Tieu de", paywalled=True)])
    store.close()
    assert (result.outcome, result.article_id) == ("unchanged", 7)
    assert query(path, "select paywalled, revision from unique_articles") == [(1, 2)]


def test_opening_again_changes_nothing(tmp_path):
    """A database of today is left as it is."""
    path = tmp_path / "x.db"
    check_database(f"sqlite:///{path}")
    before = query(path, "select * from sqlite_master")
    check_database(f"sqlite:///{path}")
    assert query(path, "select * from sqlite_master") == before


@pytest.mark.slow
def test_many_processes_may_create_it_at_once(tmp_path):
    """Two cron jobs that start together on a fresh machine both find their tables."""
    code = f"from newscrawl.storage.engine import check_database; check_database('sqlite:///{tmp_path / 'x.db'}')"
    processes = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True) for _ in range(4)]
    for process in processes:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
        # Where the machine is busy, one may say that it waits.
        assert all("another process is writing; waiting for it" in line for line in errors.splitlines()), errors


def test_writes_are_durable_and_do_not_stop_readers(tmp_path):
    """Write-ahead log, full synchronisation, foreign keys."""
    engine = open_engine(f"sqlite:///{tmp_path / 'x.db'}", create=True)
    with engine.connect() as connection:
        pragmas = [connection.exec_driver_sql(f"pragma {name}").scalar() for name in PRAGMAS]
    engine.dispose()
    assert dict(zip(PRAGMAS, pragmas, strict=True)) == PRAGMAS


PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5_000}


def test_write_transactions_wait_for_each_other(tmp_path):
    """The right to write is taken at the beginning: another writer is refused, or waits, before it has read."""
    path = tmp_path / "x.db"
    engine = open_engine(f"sqlite:///{path}", create=True)
    with (
        write_transaction(engine),
        closing(sqlite3.connect(path, timeout=0)) as other,
        pytest.raises(sqlite3.OperationalError, match="locked"),
    ):
        other.execute("begin immediate")
    engine.dispose()


def test_database_of_another_program_is_left_alone(tmp_path):
    """Its tables stay its own."""
    path = tmp_path / "x.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("create table articles (id integer primary key)")
    with pytest.raises(StorageError, match="tables of another program"):
        check_database(f"sqlite:///{path}")
    assert query(path, "select name from sqlite_master") == [("articles",)]


def test_database_of_a_newer_version_is_left_alone(tmp_path):
    """An old program does not write what a newer one would misread."""
    path = tmp_path / "x.db"
    check_database(f"sqlite:///{path}")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("update alembic_version set version_num = '9999'")
        connection.commit()
    with pytest.raises(StorageError, match="newer version of newscrawl"):
        check_database(f"sqlite:///{path}")


def test_broken_upgrade_leaves_the_old_database(tmp_path):
    """A migration is one transaction: where it fails, nothing of it remains."""
    path = tmp_path / "x.db"
    with closing(sqlite3.connect(path)) as connection:
        # A view of the name that the first migration is going to give away last.
        connection.execute("create view unique_articles as select 1")
    with pytest.raises(StorageError, match="already exists"):
        check_database(f"sqlite:///{path}")
    assert query(path, "select name from sqlite_master") == [("unique_articles",)]


def test_folder_instead_of_a_file_is_refused(tmp_path):
    """In one line that names the place."""
    with pytest.raises(StorageError, match=f"{tmp_path}: unable to open"):
        check_database(f"sqlite:///{tmp_path}")
