"""What an operator sees."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from newscrawl.sites import Site
from newscrawl.storage.site_rows import SiteWriter
from tests.database import Database
from tests.serve.conftest import client_of
from tests.serve.test_reader import tree, words


def test_sites_have_their_state(own):
    """A row each, and a page each with everything that is known."""
    measures = '{"fresh": {"stored": 3, "timeout": 1}, "known": {"revised": 1}}'
    Database(own.url).execute(f"insert into run_sources (run_id, source, measures) values (1, 'bao', '{measures}')")
    client = client_of(own.url, own.archive)
    shown = tree(client, "/sites")
    rows = {words(row[0]): words(row) for row in shown.cssselect("tbody tr")}
    assert list(rows) == ["bao", "tin", "ttx"]
    assert rows["bao"].startswith("bao healthy 3 ")
    assert rows["bao"].endswith("20%")
    bao = words(tree(client, "/sites/bao"))
    assert "3 articles, 4 pages known" in bao
    assert "5 visits, timeout 20%" in bao
    for nowhere in ("/sites/nowhere", "/sites/a%00b", "/sites/" + "x" * 600):
        assert client.get(nowhere).status_code == 404


def test_failing_site_stands_before_the_healthy_ones(own):
    """It was crawled, and has never given an article."""
    with SiteWriter(own.url) as writer:
        writer.add([Site.of({"name": "zet", "home": "https://zet.example"})])
    Database(own.url).execute(
        "update sites set health = 'failing'",
        "insert into run_sources (run_id, source, measures) values (1, 'zet.example', '{}')",
    )
    client = client_of(own.url)
    first = words(tree(client, "/sites").cssselect("tbody tr")[0])
    assert first.startswith("zet.example failing: it has never given an article")
    assert "failing: it has never given an article" in words(tree(client, "/sites/zet.example"))


def test_failing_source_need_not_be_a_site_of_the_table(own):
    """One that was crawled by its address is failing all the same, until a page of it gives an article."""
    into = "insert into run_sources (run_id, source, measures) values"
    Database(own.url).execute(
        "update runs set arguments = '{}'",
        f"""{into} (1, 'zet.example', '{{"fresh": {{"http_403": 2}}}}')""",
        f"""{into} (1, 'new.example', '{{"fresh": {{"stored": 2}}}}')""",
    )
    client = client_of(own.url)
    shown = [words(row) for row in tree(client, "/sites").cssselect("tbody tr")]
    assert shown[0].startswith("zet.example failing: it has never given an article")
    assert next(row for row in shown if row.startswith("new.example")).startswith("new.example healthy")
    assert "failing: it has never given an article" in words(tree(client, "/sites/zet.example"))


def test_broken_site_says_why(own):
    """First in the list, with the page that shows it; names of sites may be anything."""
    moment = datetime(2020, 9, 11, tzinfo=UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    alarm = "'title', '10 of 12 articles have no title', 0.8, 0.0, 12, 1, 1"
    Database(own.url).execute(
        "update articles set source = 'a/b?c#d <i>' where source = 'tin'",
        "insert into alarms (source, symptom, message, now, before, sample, page_id, run_id, since, shown_at)"
        f" values ('ttx', {alarm}, '{moment}', '{moment}')",
    )
    client = client_of(own.url)
    shown = tree(client, "/sites")
    assert words(shown.cssselect("tbody tr")[0]).startswith("ttx broken: 10 of 12 articles have no title 1 ")
    broken = tree(client, "/sites/ttx")
    assert "10 of 12 articles have no title since 2020-09-11" in words(broken)
    assert "https://ttx.example/1" in [link.get("href") for link in broken.iter("a")]
    assert client.get("/api/alarms").json()["alarms"][0]["example"] == "https://ttx.example/1"
    (strange,) = [link.get("href") for link in shown.iter("a") if words(link) == "a/b?c#d <i>"]
    assert "1 article" in words(tree(client, strange))


def test_runs_are_listed_and_shown(client, own):
    """Those that go on are asked for again; a part of the page where a script asks."""
    shown = tree(client, "/runs")
    assert words(shown.cssselect("tbody tr")[0]).startswith("1 made ")
    one = words(tree(client, "/runs/1"))
    assert "Run 1 of made" in one
    assert "stored 6" in one
    assert "failed 1" in one
    assert "timeout 1" in one
    assert client.get("/runs/2").status_code == 404
    part = client.get("/runs", headers={"HX-Request": "true"})
    assert (part.status_code, part.text.startswith("<div")) == (286, True)  # nothing goes on
    assert "No runs yet" in words(tree(client, "/runs?spider=nobody"))
    Database(own.url).execute("update runs set finished_at = null, reason = null")
    assert "goes on" in words(tree(client_of(own.url), "/runs/1"))
    part = client_of(own.url).get("/runs/1", headers={"HX-Request": "true"})
    assert (part.status_code, part.text.startswith("<dl")) == (200, True)
    going_on = tree(client_of(own.url), "/runs")
    assert "goes on" in words(going_on)
    assert going_on.cssselect("#runs")[0].get("hx-trigger") == "every 5s"


def test_storage_is_measured(client):
    """The database, the archive, and rows."""
    shown = words(tree(client, "/storage"))
    assert "in 1 file" in shown
    assert "articles 5 article_revisions 1" in shown
    cells = [words(cell) for cell in tree(client, "/storage").cssselect("tbody tr *")]
    assert re.fullmatch(r"20\d\d-\d\d", cells[0])
    assert cells[1:4] == ["1", "6", "0 bytes"]
    assert cells[4].endswith("KB")
