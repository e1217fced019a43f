"""Sites that are rows, crawled as people crawl them: added by address, in every round, by name, and paused."""

from __future__ import annotations

import json
from contextlib import ExitStack

import pytest

from testing.newspaper import Options, running
from tests.database import query
from tests.projects import COMMAND, SCRAPY, make_project, run
from tests.rounds.papers import SETTINGS, SMALL

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def test_sites_are_added_and_crawled_without_a_file(tmp_path):
    """Discovered once; all further commands know them by their names."""
    with ExitStack() as stack:
        papers = [stack.enter_context(running(Options(seed=n, **SMALL), host=f"127.0.0.{n}")) for n in (2, 3)]
        project = make_project(tmp_path / "project")
        (project / "project_settings.py").write_text(SETTINGS, "utf-8")
        database = tmp_path / "news.db"
        url = {"NEWSCRAWL_DATABASE_URL": f"sqlite:///{database}"}

        def newscrawl(*arguments: str, code: int = 0) -> str:
            done = run(COMMAND, *arguments, cwd=project, **url)
            assert done.returncode == code, done.stderr
            return done.stdout + done.stderr

        told = newscrawl("sites", "add", papers[0].url, papers[1].url, "http://127.0.0.4:9999", code=2)
        assert "sites: 2 added, 1 with problems" in told
        assert "http://127.0.0.4:9999" in told
        assert "--no-visit" in told
        first, second = json.loads(newscrawl("sites", "list", "--json"))
        assert first["feeds"]
        assert first["sitemaps"]
        assert first["language"] == "vi"
        assert (first["state"], first["last_crawl_at"]) == ("active", None)

        done = json.loads(newscrawl("crawl", "--due", "--json"))
        assert {one["spider"] for one in done["sites"]} == {first["name"], second["name"]}
        assert all(one["outcomes"]["stored"] for one in done["sites"])
        sources = {row[0] for row in query(database, "select distinct source from articles")}
        assert sources == {first["source"], second["source"]} == {"127.0.0.2", "127.0.0.3"}
        assert newscrawl("health", first["name"]).endswith("1 of 1 sites are healthy\n")
        assert json.loads(newscrawl("stats", "--source", first["name"], "--json"))["by_source"]

        newscrawl("sites", "pause", second["name"])
        papers[1].forget()
        done = json.loads(newscrawl("crawl", "--all", "--json"))
        assert [one["spider"] for one in done["sites"]] == [first["name"]]
        assert papers[1].requests() == []

        named = run(SCRAPY, "crawl", second["name"], "-L", "WARNING", cwd=project, **url)
        assert named.returncode == 0, named.stderr
        assert papers[1].requests()
        runs = query(database, "select spider, count(*) from runs group by spider order by spider")
        assert runs == [(first["name"], 2), (second["name"], 2)]
