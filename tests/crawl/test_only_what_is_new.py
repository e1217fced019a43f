"""A site that is crawled every hour: what is new arrives, what is known costs next to nothing."""

from __future__ import annotations

import json

import pytest

from testing.newspaper import Options, running
from tests.crawl.site_crawl import crawl
from tests.database import query

ARTICLES = 150


@pytest.mark.slow
def test_only_what_is_new_is_fetched(tmp_path):
    """All of a site at first; nothing when nothing happened; then its edits, new articles and deletions, no more."""
    database = tmp_path / "out.db"
    with running(Options(articles=ARTICLES, sections=4, copies=0, live=0)) as site:
        first = crawl(site, database)
        assert first.returncode == 0, first.stderr
        assert query(database, "select count(*) from articles") == [(ARTICLES,)]
        assert query(database, "select distinct source from articles") == [(site.host,)]
        assert len(site.requests()) <= 1.2 * ARTICLES

        site.forget()
        assert crawl(site, database).returncode == 0
        asked = site.requests()
        assert len(asked) <= 9  # robots.txt, the front page, four feeds of sections, three sitemaps: each listing once
        assert {request.status for request in asked if request.path != "/robots.txt"} == {304}
        assert all(request.if_none_match for request in asked if request.path != "/robots.txt")
        counts = json.loads(query(database, "select counts from runs order by id desc limit 1")[0][0])
        assert (counts["outcomes"].get("stored"), counts["revisions"]) == (None, 0)

        urls = site.urls()
        edited, deleted = urls[3:90:10], urls[5:60:20]
        site.edit(urls=edited)
        site.delete(urls=deleted)
        published = site.publish(4)
        site.forget()
        assert crawl(site, database).returncode == 0
        assert len(site.requests()) <= len(edited) + len(deleted) + len(published) + 30
        revised = query(database, "select url from articles where revision = 2")
        assert {url for (url,) in revised} == set(edited)
        assert {url for (url,) in query(database, "select url from articles where gone_at is not null")} == set(deleted)
        assert {url for (url,) in query(database, "select url from articles where run_id = 3 and revision = 1")} == set(
            published
        )
        for url, text in query(database, "select url, text from unique_articles where run_id = 3"):
            gold = site.gold(url)
            assert text.split("\n") == [gold.lead, *gold.text], url


@pytest.mark.slow
def test_changed_sidebars_and_counters_are_no_news(tmp_path):
    """Boxes that turn and numbers of comments make no revision."""
    database = tmp_path / "out.db"
    with running(Options(articles=20, sections=2)) as site:
        assert crawl(site, database).returncode == 0
        site.comment(urls=site.urls())
        site.rotate()
        site.forget()
        assert crawl(site, database, "-a", "full=1").returncode == 0
        assert len([request for request in site.requests() if request.status == 200]) >= 20
        assert query(database, "select count(*) from article_revisions") == [(0,)]
