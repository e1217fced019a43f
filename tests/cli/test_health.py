"""`newscrawl health`, and the command that is told of alarms."""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from newscrawl.crawl.health_watch import CommandFailed, run_command
from newscrawl.health import Measures, Run
from newscrawl.sites import Site
from newscrawl.storage.engine import write_transaction, writing_engine
from newscrawl.storage.health import judge_run, judge_within, mark_reported, unreported_alarms
from newscrawl.storage.site_rows import SiteWriter
from newscrawl.storage.store import Store
from tests.database import Database, query
from tests.health.made import healthy, history
from tests.projects import invoke
from tests.storage.test_tally import SITE, feed, page


def undated(number: int) -> Run:
    """A run whose articles have no date."""
    made = healthy(number).measures.copy()
    made.without["date"] = made.articles
    made.examples["date"] = 1
    return replace(healthy(number), measures=made)


def write(database: Database, runs: list[Run], arguments: str = "{}") -> None:
    """Let runs have been, as the crawl of a site leaves them."""
    if not query(database, "select * from pages"):
        store = Store.open(database.url, "news", {})
        store.write([feed(1)])
        store.finish("finished")
        store.close()
    for one in runs:
        began = f"'{one.started_at:%Y-%m-%d %H:%M:%S.%f}{'' if database.is_sqlite else '+00'}'"
        database.execute(
            "insert into runs (id, spider, arguments, version, host, pid, started_at, finished_at, counts) "
            f"values ({one.id + 100}, 'news', '{arguments}', '1', 'h', 1, {began}, {began}, '{{}}')",
            "insert into run_sources (run_id, source, measures) "
            f"values ({one.id + 100}, 'news', '{json.dumps(one.measures.as_json())}')",
        )


@pytest.fixture
def database(each_database):
    """A database of each kind in turn, with its tables."""
    Store.open(each_database.url, "nobody", {}).close()
    return each_database


@pytest.fixture
def health(database, tmp_path):
    """Run the command on the test's database."""
    return lambda *arguments: invoke("health", "--database", database.url, *arguments, cwd=tmp_path)


def test_healthy_and_broken(database, health):
    """Exit code 0 and a line; then 1, and what changed, with numbers, since when, and a page that shows it."""
    write(database, history(60))
    found = health()
    assert (found.returncode, found.stdout, found.stderr) == (0, "1 of 1 sites are healthy\n", "")
    assert health("--quiet").stdout == ""
    write(database, [undated(61), undated(62)])
    found = health("news", "--quiet")
    assert found.returncode == 1
    assert found.stdout == (
        "news is broken\n"
        "    new articles have no date: 100% of 20, 1% before\n"
        "      since 2026-03-04 22:30 UTC (run 161), last shown 2026-03-04 23:30\n"
        f"      {SITE}/1.html\n"
        "0 of 1 sites are healthy\n"
    ).replace(f"{SITE}/1.html", f"{SITE}/rss")
    (site,) = json.loads(health("--json").stdout)
    (alarm,) = site["alarms"]
    assert (alarm["symptom"], alarm["now"], alarm["run_id"]) == ("date", 1.0, 161)


def test_what_cannot_be_said(database, health, tmp_path):
    """No database, and a site that nobody crawled: one line, exit code 2."""
    found = health("--database", f"sqlite:///{tmp_path / 'none.db'}")
    assert (found.returncode, found.stdout, len(found.stderr.splitlines())) == (2, "", 1)
    write(database, history(5))
    found = health("nwes")
    assert found.returncode == 2
    assert found.stderr == "newscrawl health: no crawl of 'nwes' has been measured; measured sites: news\n"


def test_runs_with_arguments_are_not_judged(database, health):
    """A run of September is no measure of today, nor the other way round."""
    write(database, history(60))
    write(database, [undated(61)], arguments='{"since": "2020-09-01"}')
    assert health().returncode == 0


def failing(number: int, **measures) -> Run:
    """A run in which nothing could be read."""
    made = Measures(**measures) if measures else Measures(fresh=Counter({"not_there": 2}), listings={1: "http_403"})
    return replace(healthy(number), measures=made)


def test_site_that_was_never_read_is_failing(database, health):
    """Why, and since when; until anything of it is read, or somebody pauses it."""
    with SiteWriter(database.url) as writer:
        writer.add([Site.of({"name": "news", "home": SITE, "source": "news"})])
    write(database, [failing(1), failing(2, listings={1: (5, 5), 2: None})])
    assert health().returncode == 0
    idle = replace(healthy(5), measures=Measures(listings={1: None}))
    refused = failing(4, fresh=Counter({"http_403": 9, "robots": 1}), listings={1: (5, 5)})
    write(database, [failing(3, listings={1: "no_links", 2: "not_there"}), refused, idle])
    judge_run(database.url, 105)
    found = health("--quiet")
    assert found.returncode == 1
    assert found.stdout == (
        "news is failing\n"
        "    it has never given an article; its last visits ended with http_403 9, robots 1\n"
        "      since 2026-03-02 12:30 UTC (run 103)\n"
        "0 of 1 sites are healthy, 1 failing\n"
    )
    assert json.loads(health("--json").stdout)[0]["failing"]["reasons"] == {"http_403": 9, "robots": 1}
    assert query(database, "select health from sites") == [("failing",)]
    database.execute("update sites set state = 'paused'")
    found = health()
    assert (found.returncode, found.stdout.splitlines()[0]) == (0, "news is failing and paused")
    assert health("--quiet").stdout == ""
    database.execute("update sites set state = 'active'")
    write(database, [healthy(6)])
    judge_run(database.url, 106)
    assert health().stdout == "1 of 1 sites are healthy\n"
    assert query(database, "select health from sites") == [("healthy",)]


def test_removed_site_needs_no_attention(database, health, tmp_path):
    """Neither one that was failing nor one that was broken; one that was crawled by its address alone does."""
    with SiteWriter(database.url) as writer:
        writer.add([Site.of({"name": "news", "home": SITE, "source": "news"})])
    write(database, [failing(1)])
    database.execute(
        "insert into alarms (source, symptom, message, now, before, sample, run_id, since, shown_at) "
        "select 'news', 'title', 'no titles', 1, 0, 9, id, started_at, started_at from runs where id = 101",
    )
    assert health().returncode == 1
    assert invoke("sites", "remove", "news", "--database", database.url, cwd=tmp_path).returncode == 0
    found = health()
    assert (found.returncode, found.stdout.splitlines()[0]) == (0, "news is failing and removed")
    assert health("--quiet").stdout == ""
    database.execute("update runs set spider = 'site'")
    assert health().returncode == 1


def test_site_with_an_article_is_judged_by_its_alarms(database, health):
    """A short outage of a site that is known is none."""
    write(database, [failing(1)])
    store = Store.open(database.url, "news", {})
    store.write([page(1)])
    store.close()
    assert health().returncode == 0


def shortened(number: int, divisor: int) -> Run:
    """A run whose texts are shorter."""
    made = healthy(number).measures.copy()
    made.words = Counter({length // divisor: count for length, count in made.words.items()})
    return replace(healthy(number), measures=made)


def test_accepted_change_is_the_new_measure(database, health):
    """What a person accepts is normal from then on, and half of that is news again."""
    write(database, history(60))
    write(database, [shortened(number, 2) for number in range(61, 71)])
    judge_run(database.url, 170)
    assert health().returncode == 1
    assert health("--accept").returncode == 2
    assert health("--accept", "news").returncode == 0
    write(database, [shortened(71, 2)])
    judge_run(database.url, 171)
    assert health().returncode == 0
    write(database, [shortened(72, 4)])
    (alarm,) = json.loads(health("--json").stdout)[0]["alarms"]
    assert (alarm["symptom"], alarm["run_id"]) == ("text", 172)
    assert 150 < alarm["before"] < 250


def test_alarm_is_told_once_and_its_end_once(database):
    """What could not be told is told after the next run."""
    url = database.url
    write(database, [*history(60), undated(61)])
    assert judge_run(url, 161) == ["news"]
    for _ in range(2):
        begun, over = unreported_alarms(url, "news")
        assert [alarm.symptom for alarm in begun] == ["date"]
    mark_reported(url, begun, over)
    write(database, [undated(62)])
    judge_run(url, 162)
    assert unreported_alarms(url, "news") == ([], [])
    write(database, [healthy(63)])
    judge_run(url, 163)
    begun, over = unreported_alarms(url, "news")
    assert (begun, [alarm.symptom for alarm in over]) == ([], ["date"])
    mark_reported(url, begun, over)
    assert unreported_alarms(url, "news") == ([], [])


FACTS = {"source": "báo", "state": "broken", "begun": [], "over": []}


def test_command_gets_the_facts(tmp_path):
    """As JSON on standard input and in the environment; no shell reads the command."""
    script = tmp_path / "a script.py"
    script.write_text(
        "import os, sys\n"
        "said = [os.environ[f'NEWSCRAWL_ALARM_{name}'] for name in ('SOURCE', 'MESSAGE')]\n"
        "open(sys.argv[1], 'w', encoding='utf-8').write(sys.stdin.read() + ''.join(said) + sys.argv[2])",
        "utf-8",
    )
    out = tmp_path / "out"
    run_command(f"{sys.executable} '{script}' {out} '$HOME;ls'", FACTS, ["a", "b"], 30)
    assert out.read_text("utf-8") == json.dumps(FACTS, ensure_ascii=False) + "báoa\nb$HOME;ls"


def test_command_gets_no_password(tmp_path, monkeypatch):
    """It may be somebody else's program; where the database is, it may know."""
    monkeypatch.setenv("NEWSCRAWL_DATABASE_URL", "postgresql://me:secret@db.example/news?sslpassword=secret")
    monkeypatch.setenv("PGPASSWORD", "secret")
    out = tmp_path / "out"
    run_command(f"sh -c 'env > {out}'", FACTS, ["a"], 30)
    assert "secret" not in out.read_text("utf-8")
    assert "NEWSCRAWL_DATABASE_URL=postgresql://me@db.example/news\n" in out.read_text("utf-8")


@pytest.mark.parametrize(
    ("command", "complaint"),
    [
        ("/no/such/program", "No such file"),
        ("'open", "cannot be parsed: No closing quotation"),
        (f"{sys.executable} -c 'import sys; sys.exit(\"no mail\\nno server\")'", "it exited with 1: no server"),
        (f"{sys.executable} -c 'import time; time.sleep(60)'", "it took more than 0.5 s and was killed"),
    ],
)
def test_command_that_fails(command, complaint):
    """One line that says why."""
    with pytest.raises(CommandFailed, match=complaint.replace("(", r"\(")) as error:
        run_command(command, FACTS, [], 0.5 if "sleep" in command else 30)
    assert "\n" not in str(error.value)


def test_idle_runs_of_a_worker_are_judged_together(database):
    """What found nothing new waits, while the last run that was judged is not long ago; the next one judges both."""
    url, hour = database.url, timedelta(hours=1)
    idle = Measures(known=Counter({"not_modified": 20}), listings={1: None})
    write(database, [*history(60), *(replace(healthy(number), measures=idle) for number in (61, 62, 63))])
    with writing_engine(url) as engine, write_transaction(engine) as connection:
        assert judge_within(connection, 160, 9 * hour) == ["news"]
        waiting = "select count(*) from run_sources where symptoms is null"
        connection.exec_driver_sql("update run_sources set symptoms = null where run_id > 160")
        assert judge_within(connection, 161, 2 * hour) == []
        assert connection.exec_driver_sql(waiting).scalar() == 3
        assert judge_within(connection, 161, hour) == ["news"]
        assert connection.exec_driver_sql(waiting).scalar() == 0
        connection.exec_driver_sql("update run_sources set symptoms = null where run_id > 161")
        assert judge_within(connection, 162, 2 * hour) == []
        assert judge_within(connection, 163, 2 * hour) == ["news"]
        assert connection.exec_driver_sql(waiting).scalar() == 0
