"""A site that breaks is named after its next crawl, and a site that does not is not."""

from __future__ import annotations

import json
import shutil
import sys

import pytest

from tests.crawl.crawls import Crawls, paper
from tests.projects import COMMAND, run

AN_HOUR_AGO = """
    update runs set started_at = strftime('%Y-%m-%d %H:%M:%S.000000', started_at, '-1 hour'),
                    finished_at = strftime('%Y-%m-%d %H:%M:%S.000000', finished_at, '-1 hour')
"""
LISTINGS_DUE = "update pages set next_fetch_at = '2000-01-01 00:00:00.000000' where kind != 'article'"
HEALTHY = 9


def next_hour(crawls: Crawls) -> None:
    """Let an hour pass for the database."""
    crawls.change(AN_HOUR_AGO)
    crawls.change(LISTINGS_DUE)


def health(crawls: Crawls, *arguments: str):
    """What a user sees of the health of the site."""
    database = f"sqlite:///{crawls.database}"
    return run(COMMAND, "health", "--database", database, *arguments, cwd=crawls.database.parent)


BREAKAGES = {
    "text": ("/*.html", "halved", {}, "texts are shorter: "),
    "date": ("/*.html", "undated", {}, "new articles have no date: 100% of "),
    "refused": ("*", "status", {"status": 403}, "the site refuses requests: "),
    "listing": ("/rss/*", "no_entries", {}, "a listing is empty, with 0 pages, "),
}


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.soak
def test_breakages_are_found_in_the_next_run(tmp_path):
    """Each of four, after nine healthy runs; what they were is told once, and that it is over as well."""
    told = tmp_path / "told.jsonl"
    teller = tmp_path / "tell.py"
    teller.write_text(f"import sys; print(sys.stdin.read(), file=open({str(told)!r}, 'a'))", "utf-8")
    with paper(tmp_path, articles=40) as (site, crawls):
        for _ in range(HEALTHY):
            assert crawls().code == 0
            next_hour(crawls)
            site.publish(12)
        assert crawls.query("select symptom, message from alarms") == []
        healthy = health(crawls)
        assert (healthy.returncode, healthy.stdout) == (0, "1 of 1 sites are healthy\n")

        kept = tmp_path / "kept.db"
        shutil.copy2(crawls.database, kept)
        site.publish(20)
        for symptom, (path, fault, options, words) in BREAKAGES.items():
            shutil.copy2(kept, crawls.database)
            site.fault(path, fault, **options)
            crawls(RETRY_TIMES=0, ALARM_COMMAND=f"{sys.executable} {teller}")
            site.heal()
            found = health(crawls)
            assert found.returncode == 1, symptom
            assert found.stdout.startswith(f"{site.host} is broken\n    {words}"), found.stdout
            (alarm, *_) = json.loads(health(crawls, "--json").stdout)[0]["alarms"]
            assert alarm["symptom"].startswith(symptom)
            assert alarm["run_id"] == HEALTHY + 1
            assert alarm["example"].startswith(site.url)
            said = json.loads(told.read_text("utf-8").splitlines()[-1])
            assert (said["state"], said["source"]) == ("broken", site.host)
            assert said["begun"][0]["message"].startswith(words)
        assert len(told.read_text("utf-8").splitlines()) == len(BREAKAGES)

        next_hour(crawls)
        site.publish(20)
        crawls(ALARM_COMMAND=f"{sys.executable} {teller}")
        assert health(crawls, site.host).returncode == 0
        assert json.loads(told.read_text("utf-8").splitlines()[-1])["state"] == "over"
