"""`newscrawl dedupe --rebuild`, as a person runs it."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from contextlib import closing

import pytest

from newscrawl.storage.store import Store
from tests.database import database_in, query
from tests.projects import COMMAND, invoke, run_on_a_terminal
from tests.storage.test_duplicates import LINKS, copied, page, report, story

STATE = "select url_key, content_hash, (select count(*) from near_duplicate_keys where article_id = id) from articles"


def command(database) -> list[str]:
    """What a person types."""
    return [COMMAND, "dedupe", "--rebuild", "--database", f"sqlite:///{database}"]


def dedupe(database) -> subprocess.CompletedProcess[str]:
    """Run the command."""
    return invoke(*command(database)[1:], cwd=database.parent)


def change(database, script: str) -> None:
    """Change the database behind newscrawl's back."""
    with closing(sqlite3.connect(database, timeout=30)) as connection:
        connection.executescript(script)


@pytest.fixture(scope="module")
def crawled(tmp_path_factory):
    """Stories, copies and reports of a crawl."""
    made = database_in(tmp_path_factory.mktemp("crawled"))
    store = Store.open(made.url, "test", {})
    store.write([page(f"n{number}", story(number, 12), number) for number in range(150)])
    store.write([page(f"c{number}", copied(story(number, 12), 500 + number), 200 + number) for number in range(30)])
    store.write([page(f"d{number}", copied(story(number, 12), 600 + number), 300 + number) for number in range(30)])
    store.write([page(f"r{day}", report(day), day) for day in range(1, 9)])
    store.close()
    return made.path


@pytest.fixture
def filled(crawled, database):
    """The database of that crawl, and what it made of them."""
    shutil.copyfile(crawled, database)
    return query(database, LINKS), query(database, STATE)


OLD = """
    delete from near_duplicate_keys;
    update articles set content_hash = 'an older version made it';
    update articles set duplicate_of = null, similarity = null;
    insert into near_duplicate_keys values (1, 1), (2, 777777);
"""


def test_rebuild_gives_what_a_crawl_gives(filled, database):
    """Keys, hashes and links, from a database that has none that are right."""
    change(database, OLD)
    done = dedupe(database)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "218 articles, 158 stories, 60 copies"
    assert (query(database, LINKS), query(database, STATE)) == filled
    assert query(database, "select count(*) from near_duplicate_keys where article_id = 777777") == [(0,)]


def test_rebuild_takes_wrong_links_away(filled, database):
    """A link that no text bears out, and copies whose head was deleted by hand."""
    change(database, "update articles set duplicate_of = 5, similarity = 0.9 where id between 100 and 120")
    change(database, "delete from articles where duplicate_of is null and id in (select duplicate_of from articles)")
    left = {key for (key,) in query(database, "select url_key from articles")}
    assert dedupe(database).returncode == 0
    links = {key: head for key, head, _ in query(database, LINKS)}
    assert links.keys() == left
    followers = {f"https://d{number}.example/": f"https://c{number}.example/" for number in range(30)}
    assert {key: head for key, head in links.items() if head} == followers


@pytest.mark.slow
@pytest.mark.soak
def test_rebuild_that_is_killed_goes_on(filled, database):
    """The second process does what the first has not done, and ends as one would have."""
    change(database, OLD)
    first = subprocess.Popen(command(database), stdout=subprocess.PIPE, text=True)
    assert first.stdout is not None
    lines = iter(first.stdout)
    assert any(line.startswith("computing keys: 1") for line in lines)
    with closing(sqlite3.connect(database, timeout=30, isolation_level=None)) as connection:
        connection.execute("begin immediate")  # it stands still now
        first.kill()
        first.wait()
        ((stage, position),) = connection.execute(
            "select stage, position from dedupe_rebuilds where finished_at is null"
        )
        connection.execute("rollback")
    assert stage in {"keys", "links"}
    first.stdout.close()
    second = dedupe(database)
    assert second.stdout.startswith("resuming an interrupted rebuild\n")
    if stage == "keys":
        assert f"computing keys: {position} of" not in second.stdout
    assert (query(database, LINKS), query(database, STATE)) == filled
    assert query(database, "select count(*), count(finished_at) from dedupe_rebuilds") == [(1, 1)]


@pytest.mark.slow
@pytest.mark.soak
def test_crawl_writes_while_a_rebuild_runs(filled, database):
    """Neither waits for the other's end, and what came meanwhile is linked."""
    change(database, OLD)
    rebuild = subprocess.Popen(command(database), stdout=subprocess.PIPE, text=True)
    assert rebuild.stdout is not None
    rebuild.stdout.readline()
    store = Store.open(f"sqlite:///{database}", "test", {})
    for number in range(30, 40):
        store.write([page(f"late{number}", copied(story(number, 12), 700 + number), 400 + number)])
    store.close()
    rebuild.communicate(timeout=60)
    assert rebuild.returncode == 0
    links = {key: head for key, head, _ in query(database, LINKS)}
    assert {key: head for key, head in links.items() if "late" not in key} == {key: head for key, head, _ in filled[0]}
    assert len([key for key in links if "late" in key]) == 10


@pytest.mark.slow
def test_terminal_sees_a_progress_bar(filled, database):
    """One line a stage, up to the end."""
    shown = run_on_a_terminal(*command(database), cwd=database.parent)
    assert "linking duplicates" in shown
    assert shown.count("100%") >= 3
    assert shown.splitlines()[-1] == "218 articles, 158 stories, 60 copies"


def test_missing_database_is_one_line(tmp_path):
    """Nothing is created."""
    done = dedupe(tmp_path / "x.db")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines() == [
        f"newscrawl dedupe: database {tmp_path / 'x.db'} does not exist; run a crawl to create it"
    ]
    assert not (tmp_path / "x.db").exists()


def test_without_rebuild_there_is_nothing_to_do(database):
    """It says what there is."""
    done = invoke("dedupe", cwd=database.parent)
    assert done.returncode == 2
    assert "--rebuild" in done.stderr
