"""What is PostgreSQL's own: addresses, passwords, rights, a server that goes away."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from dataclasses import replace

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from newscrawl.search.query import parse
from newscrawl.storage import engine as engine_room
from newscrawl.storage.backends import location, parse_url
from newscrawl.storage.backends.postgresql import MOST_HEADED, MOST_OTHERS
from newscrawl.storage.engine import check_database, open_engine, select_rows, write_transaction
from newscrawl.storage.errors import StorageError, fault_of
from newscrawl.storage.maintenance import check
from newscrawl.storage.schema import UNIQUE_ARTICLES, metadata
from newscrawl.storage.search import search
from newscrawl.storage.selection import Selection
from newscrawl.storage.store import Store
from testing.forkserver import fork_server
from testing.postgres import cluster
from tests.conftest import ROOT
from tests.database import Database, query
from tests.storage.test_store import candidate

pytestmark = pytest.mark.parametrize("new_database", ["postgresql"], indirect=True)


def test_migrations_lead_to_the_schema(database):
    """Tables, columns, keys and indexes are those that the code expects."""
    engine = open_engine(database.url)
    with engine.connect() as connection:
        options = {"include_name": lambda name, kind, _: kind != "table" or name != "article_index"}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []
        view = connection.exec_driver_sql("select pg_get_viewdef('unique_articles')").scalar_one()
    engine.dispose()
    names = UNIQUE_ARTICLES.split("select ")[1].split(" from ")[0].split(", ")
    assert [line.strip(" ,").removeprefix("articles.") for line in view.split("\n")][0:1] == ["SELECT articles.id"]
    assert len(names) == view.split("FROM")[0].count(",") + 1


def test_many_processes_may_create_the_tables_at_once(database, postgres):
    """Two cron jobs that start together on a fresh database both find their tables."""
    url = postgres.create()
    code = f"from newscrawl.storage.engine import check_database; check_database({url!r})"
    processes = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True) for _ in range(4)]
    for process in processes:
        _, errors = process.communicate(timeout=60)
        assert (process.returncode, errors) == (0, "")


def test_tables_of_another_program_are_left_alone(database, postgres):
    """They stay its own."""
    other = Database(postgres.create())
    other.execute("create table articles (id integer primary key)")
    with pytest.raises(StorageError, match="tables of another program"):
        check_database(other.url)
    assert query(other, "select count(*) from pg_class where relname = 'alembic_version'") == [(0,)]


def test_reading_an_empty_database_makes_nothing(database, postgres):
    """It says who makes the tables."""
    url = postgres.create()
    with pytest.raises(StorageError, match="has no newscrawl tables; run a crawl to create them"):
        search(url, Selection())
    assert query(Database(url), "select count(*) from pg_class where relname = 'articles'") == [(0,)]


SECRET = "sesam-öffne-dich"


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("postgresql://", "names no database"),
        ("postgresql://me:{secret}@localhost/", "names no database"),
        ("postgresql+psycopg2://me:{secret}@localhost/x", "names postgresql+psycopg2"),
        ("postgresql://me:{secret}@localhost:port/x", "is not a database address"),
        ("postgresql://me:p@{secret}@localhost/x", "write @ in a password as %40"),
        ("mysql://me:{secret}@localhost/x", "names mysql, which is not supported"),
    ],
)
def test_wrong_address_is_one_line_without_the_password(database, address, said):
    """What is wrong, and how it is written."""
    with pytest.raises(StorageError) as raised:
        check_database(address.format(secret=SECRET))
    assert said in str(raised.value)
    assert SECRET not in str(raised.value)
    assert "\n" not in str(raised.value)


def test_place_is_named_without_the_password(database):
    """Nor what else its query may hold."""
    address = f"postgresql://me:{SECRET}@db.example:5433/news?sslpassword={SECRET}&host=/run"
    assert location(address) == "postgresql://me@db.example:5433/news?host=/run"
    assert parse_url(address).password == SECRET


def run(url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`scrapy crawl fixtures` into a database."""
    command = [sys.executable, "-m", "scrapy", "crawl", "fixtures", "-s", f"DATABASE_URL={url}", *arguments]
    return fork_server().run(command, cwd=ROOT, env=os.environ | {"NEWSCRAWL_EXTRACT_WORKERS": "0"})


def test_crawl_fills_it(database, expected):
    """The two documents, as in SQLite; a second run stores nothing new."""
    first = run(database.url)
    assert first.returncode == 0, first.stderr
    stored = query(database, "select title, text from articles order by url_key")
    assert stored == [(article["title"], article["text"]) for article in expected.values()]
    assert "2 unchanged" in run(database.url).stdout


def test_password_shows_nowhere(database, postgres):
    """Neither in the log, nor in the report, nor in what is stored of the run."""
    postgres.admin(f"create role guarded superuser login password '{SECRET}'")
    url = database.url.replace("newscrawl@", f"guarded:{SECRET}@")
    done = run(url, "-L", "DEBUG")
    assert done.returncode == 0
    assert SECRET not in done.stdout + done.stderr
    assert "postgresql://guarded@" in done.stdout
    assert all(SECRET not in str(row) for row in query(database, "select * from runs"))
    gone = run(url.replace("guarded", "nobody"))
    assert (gone.returncode, SECRET in gone.stderr) == (1, False)
    assert len(gone.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda url: url.replace("/test", "/no_test"), 'database "no_test'),
        (lambda url: url.replace("newscrawl@", "nobody_at_all@"), 'role "nobody_at_all" does not exist'),
        (lambda url: url.partition("?")[0] + "?host=/nowhere", "check that the server is running"),
    ],
)
def test_database_that_cannot_be_opened_is_one_line(database, change, said):
    """With the cause, and what to do."""
    with pytest.raises(StorageError) as raised:
        check_database(change(database.url))
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


def test_missing_rights_are_one_line(database, postgres):
    """Of a role that may read and nothing else."""
    postgres.admin("create role reader login")
    database.execute("grant select on all tables in schema public to reader")
    url = database.url.replace("newscrawl@", "reader@")
    assert search(url, Selection()).total == 0
    with pytest.raises(
        StorageError, match=r"permission denied for table runs \(make the role the owner of the database"
    ):
        Store.open(url, "test", {})
    other = postgres.create().replace("newscrawl@", "reader@")
    with pytest.raises(StorageError, match="permission denied for schema public"):
        check_database(other)


def test_who_waits_too_long_for_the_right_to_write_learns_why(database, monkeypatch):
    """Another transaction holds it."""
    monkeypatch.setattr(engine_room, "MOST_WAITS", 2)
    store = Store.open(database.url, "test", {})
    with store.engine.connect() as connection:
        connection.exec_driver_sql("set lock_timeout = '50ms'")
        connection.commit()
    other = open_engine(database.url)
    with write_transaction(other), pytest.raises(StorageError, match="another process has been writing all the time"):
        store.write([candidate()])
    other.dispose()
    store.write([candidate()])
    store.close()
    assert query(database, "select count(*) from articles") == [(1,)]


def test_reader_may_take_its_time(database):
    """An export waits for who takes it; only a writer that has stopped is ended, for it keeps others waiting."""
    asked = "show idle_in_transaction_session_timeout"
    with engine_room.read_connection(database.url) as connection:
        assert connection.exec_driver_sql(asked).scalar() == "0"
    engine = open_engine(database.url)
    with write_transaction(engine) as connection:
        assert connection.exec_driver_sql(asked).scalar() != "0"
    engine.dispose()


def test_what_the_database_cannot_hold_costs_one_page(database, tmp_path):
    """The others of its batch are stored, and the line names the fault and no text."""
    store = Store.open(database.url, "test", {})
    with pytest.raises(Exception, match="NUL"):
        store.write([candidate(), candidate("Bad\x00text.", url="https://bad.example/")])
    with pytest.raises(Exception, match="content_hash") as refused:
        store.write([candidate(), replace(candidate("Secret."), content_hash=None)])
    assert fault_of(refused.value).startswith('null value in column "content_hash" of relation "articles" violates')
    assert "Secret" not in fault_of(refused.value)
    store.write([candidate()])
    store.close()
    assert query(database, "select count(*) from articles") == [(1,)]


def test_function_with_side_effects_leaves_nothing(database):
    """Also where the server would let a superuser call it: one of our own is refused like theirs."""
    with pytest.raises(StorageError, match=r"lo_from_bytea\(\) may have effects"):
        list(select_rows(database.url, "select lo_from_bytea(0, 'x')"))
    assert query(database, "select count(*) from pg_largeobject_metadata") == [(0,)]


def test_role_that_only_reads_is_enough_for_readers(database, postgres):
    """As the operating guide makes it, with other names; it can search and ask, and the server refuses the rest."""
    store = Store.open(database.url, "test", {})
    store.write([candidate("Mưa lớn ở Huế.")])
    store.close()
    guide = (ROOT / "docs" / "OPERATING.md").read_text("utf-8").split("### A role that only reads")[1]
    statements = guide.split("```sql")[1].split("```")[0].replace("news_reader", "reader_of_test")
    name = parse_url(database.url).database
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute(statements.replace("database newscrawl", f"database {name}"))
        try:
            url = postgres.url(name, "reader_of_test")
            assert search(url, Selection(query=parse("mua lon"))).total == 1
            assert list(select_rows(url, "select count(*) from articles"))[1:] == [(1,)]
            with pytest.raises(StorageError, match=r"permission denied|read-only"):
                Store.open(url, "test", {}).write([candidate("Moi.")])
        finally:
            connection.execute("drop owned by reader_of_test cascade")
            connection.execute("drop role reader_of_test")


def test_phrases_are_found_beyond_the_positions_that_the_index_knows(database):
    """The index knows the order of the first 16,383 words."""
    store = Store.open(database.url, "test", {})
    long = " ".join(f"w{number}" for number in range(20_000))
    store.write(
        [candidate(f"{long} mua lon", url="https://a.example/"), candidate("Lớn mưa.", url="https://b.example/")]
    )
    store.close()
    assert [one.facts["id"] for one in search(database.url, Selection(query=parse('"mua lon"'))).found] == [1]


def test_monstrous_words_are_indexed_as_far_as_a_vector_goes(database):
    """Nothing of a text ends a crawl."""
    store = Store.open(database.url, "test", {})
    store.write([candidate(" ".join(f"{number:099d}" for number in range(20_000)))])
    store.close()
    assert search(database.url, Selection(query=parse(f"{5:099d}"))).total == 1
    assert list(check(database.url)) == []


@pytest.mark.slow
def test_common_word_gives_the_best_of_all_that_there_are(database):
    """Whose title has it, of more than are ranked by their whole texts; and the number of all is told."""
    store = Store.open(database.url, "test", {})
    count = MOST_HEADED + MOST_OTHERS + 20
    pages = [candidate(f"Mưa ở nơi thứ {n}.", url=f"https://a.example/{n}") for n in range(count)]
    pages[3] = candidate("Nơi khác.", url="https://a.example/3", title="Mưa")
    store.write(pages)
    store.close()
    answer = search(database.url, Selection(query=parse("mua"), all_copies=True))
    assert (answer.found[0].facts["id"], answer.total) == (4, count)


@pytest.fixture
def own_server():
    """A server that a test may kill."""
    with cluster() as running:
        yield running


@pytest.mark.slow
def test_crawl_outlives_a_restart_between_its_writes(database, own_server):
    """The connection that is gone is noticed before it is used."""
    url = own_server.create_with_tables()
    store = Store.open(url, "test", {})
    store.write([candidate()])
    own_server.stop()
    own_server.start()
    store.write([candidate("Khác.", url="https://b.example/")])
    store.close()
    assert query(Database(url), "select count(*) from articles") == [(2,)]


@pytest.mark.slow
def test_reader_outlives_a_restart_between_its_calls(database, own_server):
    """And says in one line that the server is gone, as long as it is."""
    url = own_server.create_with_tables()
    assert search(url, Selection()).total == 0
    own_server.stop()
    own_server.start()
    assert search(url, Selection()).total == 0
    own_server.stop()
    for _ in range(2):
        with pytest.raises(StorageError, match="check that the server is running") as raised:
            search(url, Selection())
        assert "\n" not in str(raised.value)
    own_server.start()
    assert search(url, Selection()).total == 0


@pytest.mark.slow
def test_killed_server_loses_nothing_that_was_acknowledged(database, own_server):
    """The crawl ends in one line; after a restart all is there that was said to be stored."""
    url = own_server.create_with_tables()
    store = Store.open(url, "test", {})
    acknowledged = 0

    def kill() -> None:
        while acknowledged < 20:
            time.sleep(0.005)
        own_server.kill()

    killer = threading.Thread(target=kill)
    killer.start()
    said = ""
    while not said:
        page = candidate(f"Bài số {acknowledged}.", url=f"https://a.example/{acknowledged}")
        try:
            store.write([page])
            acknowledged += 1
        except StorageError as error:
            said = str(error)
    killer.join()
    # By whether the connection was in use when the server died, or was opened after it.
    assert "the next crawl continues" in said or "check that the server is running" in said
    assert "\n" not in said
    store.close()
    own_server.start()
    ((stored,),) = query(Database(url), "select count(*) from articles")
    assert stored in {acknowledged, acknowledged + 1}


def test_without_psycopg_the_way_to_it_is_told(database, tmp_path):
    """In one line."""
    (tmp_path / "psycopg.py").write_text("raise ImportError('no libpq')", "utf-8")
    code = f"from newscrawl.storage.engine import check_database; check_database({database.url!r})"
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stderr.splitlines()[-1].endswith("PostgreSQL needs psycopg; run: pip install 'newscrawl[postgres]'")
