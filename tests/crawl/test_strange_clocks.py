"""Servers whose ETags say nothing, and clocks that go wrong: no change is missed, and none is made up."""

from __future__ import annotations

from tests.crawl.crawls import paper

AT_ONCE = "update pages set next_fetch_at = '2000-01-01 00:00:00.000000' where next_fetch_at is not null"


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
        planned = "fetched_at > datetime('now', '+1 hour') and next_fetch_at is not null"
        assert crawls.query(f"select url from pages where {planned}") == []
