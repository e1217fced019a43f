"""A server that withholds its pages from crawlers, while a feed has their whole texts."""

from __future__ import annotations

from tests.crawl.crawls import paper


def test_a_feed_has_what_the_server_withholds(tmp_path):
    """Articles are stored as the feed has them, though a second feed names the same ones without their text.

    One that was asked for before the feed was read fails, and is stored when it is tried again.
    """
    with paper(tmp_path, whole_feed=True) as (site, crawls):
        shown, *withheld = site.urls()
        for url in withheld:
            site.fault(url.removeprefix(site.url), "status", status=403)
        assert crawls().code == 0
        crawls.change("update pages set next_fetch_at = '2000-01-01 00:00:00.000000' where outcome = 'failed'")
        assert crawls().code == 0
        rows = crawls.query("select url, title, text, text_source from articles")
        assert {url for url, *_ in rows} == {shown, *withheld}
        for url, title, text, source in rows:
            gold = site.gold(url)
            assert (title, text) == (gold.title, "\n".join([gold.lead, *gold.text]))
            assert source == ("page" if url == shown else "feed")
