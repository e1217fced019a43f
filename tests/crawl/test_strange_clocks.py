"""Servers whose ETags say nothing, and clocks that go wrong: no change is missed, and none is made up."""

from __future__ import annotations

import shutil

import pytest

from newscrawl.storage.maintenance import back_up, check
from tests.crawl.crawls import Crawls, paper

AT_ONCE = "update pages set next_fetch_at = '2000-01-01 00:00:00.000000' where next_fetch_at is not null"


@pytest.mark.slow
def test_servers_that_know_no_conditions(tmp_path):
    """With ETags that move and conditions that are ignored all is fetched anew, and only what is new is a revision."""
    with paper(tmp_path) as (site, crawls):
        site.fault("*", "etag_moves")
        site.fault("*", "unconditional")
        assert crawls().code == 0
        (edited,) = site.edit(1)
        crawls.change(AT_ONCE)
        ended = crawls()
        assert ended.code == 0
        assert not [request for request in site.requests() if request.status == 304]
        assert ended.summary.startswith("1 stored, 1 of them revised, ")
        assert crawls.query("select url from articles where revision > 1") == [(edited,)]
        assert crawls.query("select count(*) from article_revisions") == [(1,)]
        assert crawls.stored == set(site.urls())


@pytest.mark.slow
def test_clock_that_was_ahead(tmp_path):
    """What a run planned while the clock was a year ahead does not wait for a year."""
    ahead = ", ".join(
        f"{column} = strftime('%Y-%m-%d %H:%M:%S.000000', {column}, '+1 year')"
        for column in ("fetched_at", "queued_at", "next_fetch_at")
    )
    with paper(tmp_path) as (site, crawls):
        path = site.urls(1)[0].removeprefix(site.url)
        site.fault(path, "status")
        assert crawls(RETRY_TIMES=0).code == 0
        crawls.change(f"update pages set {ahead}")
        crawls.change("update articles set fetched_at = strftime('%Y-%m-%d %H:%M:%S.000000', fetched_at, '+1 year')")
        site.heal()
        (edited,) = site.edit(urls=site.urls(2)[1:])
        published = site.publish(2)
        for _ in range(2):
            assert crawls().code == 0
        assert crawls.stored == set(site.urls())
        assert set(published) < crawls.stored
        assert crawls.query("select url from articles where revision > 1") == [(edited,)]
        # Sections that feeds and sitemaps cover are not read; a date in the future leaves them due for when they are.
        planned = "next_fetch_at > datetime('now', '+8 days') and kind != 'section'"
        assert crawls.query(f"select url from pages where {planned}") == []


TIMES = {
    "pages": ("fetched_at", "queued_at", "next_fetch_at"),
    "articles": ("fetched_at", "first_seen_at", "seen_at", "updated_at"),
    "runs": ("started_at", "finished_at"),
    "listed_facts": ("seen_at",),
    "site_shapes": ("seen_at",),
    "site_blocks": ("first_seen_at", "last_seen_at"),
}


def jump(crawls: Crawls, days: int) -> None:
    """Let the clock jump by whole days: seen from there, all that is recorded is so much later or earlier."""
    for table, columns in TIMES.items():
        shifted = ", ".join(f"{one} = strftime('%Y-%m-%d %H:%M:%f000', {one}, '{-days:+} days')" for one in columns)
        crawls.change(f"update {table} set {shifted}")


@pytest.mark.slow
@pytest.mark.parametrize("days", [1, -1], ids=["ahead", "back"])
def test_clock_that_jumps_a_day_and_back(tmp_path, days):
    """Nothing is lost or stored twice, each change is one revision, and no visit waits for longer than it would."""
    with paper(tmp_path) as (site, crawls):
        assert crawls().code == 0
        edited = set()
        for step in (days, -days):
            jump(crawls, step)
            known = set(site.urls())
            edited |= set(site.edit(urls=[min(known - edited)]))
            published = site.publish(2)
            crawls.change(AT_ONCE)
            for _ in range(2):
                assert crawls().code == 0
            assert crawls.stored == set(site.urls())
            assert set(published) < crawls.stored
            assert {url for (url,) in crawls.query("select url from articles where revision > 1")} == edited
        assert crawls.query("select count(*), max(revision) from articles") == [(len(site.urls()), 2)]
        assert crawls.query("select url from pages where next_fetch_at > datetime('now', '+8 days')") == []
        assert [reason for (reason,) in crawls.query("select distinct reason from runs")] == ["finished"]


@pytest.mark.slow
def test_backup_that_is_restored_in_place_is_crawled_on(tmp_path):
    """What was stored since is crawled again, each article and each change once."""
    with paper(tmp_path) as (site, crawls):
        assert crawls().code == 0
        backup = tmp_path / "backup.db"
        back_up(f"sqlite:///{crawls.database}", backup)
        before = crawls.stored
        edited, published = site.edit(2), site.publish(3)
        crawls.change(AT_ONCE)
        assert crawls().code == 0
        assert crawls.stored == before | set(published)
        shutil.copy(backup, crawls.database)
        assert crawls.stored == before
        for _ in range(2):
            crawls.change(AT_ONCE)
            assert crawls().code == 0
        assert crawls.stored == set(site.urls())
        assert {url for (url,) in crawls.query("select url from articles where revision > 1")} == set(edited)
        assert crawls.query("select count(*) from article_revisions") == [(2,)]
        assert list(check(f"sqlite:///{crawls.database}")) == []
