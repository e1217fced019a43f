"""A person's own SELECT."""

from __future__ import annotations

import pytest

from newscrawl.storage.engine import check_database, select_rows
from newscrawl.storage.errors import StorageError


@pytest.fixture
def url(database):
    """A database with tables and nothing in them."""
    address = database.url
    check_database(address)
    return address


def test_select_gives_names_and_rows(url):
    """The columns' names first."""
    assert list(select_rows(url, "select 1 as one, null as nil union all select 2, 'x'")) == [
        ["one", "nil"],
        (1, None),
        (2, "x"),
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "delete from articles",
        "insert into runs default values",
        "drop table pages",
        "attach database '{other}' as other",
        "vacuum into '{other}'",
        "pragma journal_mode = delete",
        "create temp table t (x)",
        "select 1; delete from articles",
        "with x as (select 1) delete from articles",
        "with x as (delete from articles returning id) select * from x",
        "copy articles to '{other}'",
        "copy articles to program 'touch {other}'",
        "select set_config('transaction_read_only', 'off', false)",
        "commit",
    ],
)
def test_nothing_but_reading_is_possible(url, statement, tmp_path):
    """The database itself refuses."""
    other = tmp_path / "other.db"
    with pytest.raises(StorageError):
        list(select_rows(url, statement.format(other=other)))
    assert not other.exists()


@pytest.mark.parametrize(
    "statement",
    [
        "select name.value from articles, json_each(authors) name",
        "select path from json_tree('{}')",
        "select rowid from article_index where article_index match 'daegu' order by rank",
        "select bm25(article_index), highlight(article_index, 0, '', '') from article_index where title match 'x'",
        "select count(*) from sqlite_master",
    ],
)
def test_virtual_tables_of_sqlite_can_be_read(statement, tmp_path):
    """SQLite asks for leave to change its schema while it makes such a table in memory."""
    url = f"sqlite:///{tmp_path / 'out.db'}"
    check_database(url)
    names, *_ = select_rows(url, statement)
    assert names


@pytest.mark.parametrize(
    "statement",
    [
        "update sqlite_master set sql = ''",
        "update sqlite_schema set sql = 'create table x (y)' where name = 'articles'",
        "delete from sqlite_master",
        "insert into sqlite_master values ('table', 'x', 'x', 0, 'create table x (y)')",
        "update articles set title = ''",
        "update json_each set value = 1",
        "insert into article_index (article_index) values ('rebuild')",
        "insert into article_index (article_index, rank) values ('rank', 'bm25(1)')",
        "create virtual table temp.other using fts5 (x)",
        "drop table article_index",
        "update temp.sqlite_master set sql = ''",
        "pragma writable_schema = 1",
        "select * from pragma_writable_schema",
        "select * from pragma_data_version(1)",
        "pragma data_version = 1",
        "pragma query_only = 0",
    ],
)
def test_nothing_of_sqlite_can_be_written_by_way_of_a_virtual_table(statement, tmp_path):
    """Neither the schema nor an index; the file stays as it is, byte for byte."""
    path = tmp_path / "out.db"
    check_database(f"sqlite:///{path}")
    before = path.read_bytes()
    with pytest.raises(StorageError):
        list(select_rows(f"sqlite:///{path}", statement))
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "call",
    [
        "pg_notify('news', 'x')",
        "pg_advisory_lock(1702391667)",
        'pg_catalog . "pg_advisory_lock" (1)',
        "PG_ADVISORY_XACT_LOCK/* */(1)",
        "pg_create_physical_replication_slot('mine')",
        "pg_terminate_backend(1)",
        "set_config('role', 'none', false)",
        "lo_creat(1)",
        "pg_sleep(0)",
        "U&\"\\0070g_notify\"('news', 'x')",
        "u& \"!0070g_notify\" uescape '!' ('news', 'x')",
    ],
)
def test_functions_with_effects_are_refused(url, call, database):
    """Also to a superuser; a read-only transaction would let them through."""
    why = r"." if database.is_sqlite else r"may have effects|write names as they are"
    with pytest.raises(StorageError, match=why):
        list(select_rows(url, f"select {call}"))
    if not database.is_sqlite:
        assert list(select_rows(url, "select count(*) from pg_replication_slots"))[1:] == [(0,)]
        assert list(select_rows(url, "select random() < 2, 'notify'"))[1:] == [(True, "notify")]


def test_statement_has_a_time_limit(url, database):
    """What goes on for ever is ended in a line."""
    endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select max(i) from n"
    why = "the statement took more than 0.2 s" if database.is_sqlite else "canceling statement due to statement timeout"
    with pytest.raises(StorageError, match=why):
        list(select_rows(url, endless, 0.2))


def test_wrong_statement_is_one_line(url, database):
    """With the place and the cause."""
    cause = f"{database.path}: no such column: nonsense" if database.is_sqlite else 'column "nonsense" does not exist'
    with pytest.raises(StorageError, match=cause):
        list(select_rows(url, "select nonsense from articles"))


def test_missing_database_is_not_created(tmp_path):
    """Reading makes no file."""
    with pytest.raises(StorageError, match="does not exist"):
        list(select_rows(f"sqlite:///{tmp_path / 'no.db'}", "select 1"))
    assert not (tmp_path / "no.db").exists()
