"""A server that keeps its pages back from crawlers, while a feed has their whole texts."""

from __future__ import annotations

from tests.crawl.crawls import paper


def test_a_feed_has_what_the_pages_keep_back(tmp_path):
    """Articles are stored as the feed has them, though a second feed names the same ones without their text."""
    with paper(tmp_path, whole_feed=True) as (site, crawls):
        shown, *kept_back = site.urls()
        for url in kept_back:
            site.fault(url.removeprefix(site.url), "status", status=403)
        assert crawls().code == 0
        rows = crawls.query("select url, title, text, text_source from articles")
        assert {url for url, *_ in rows} == {shown, *kept_back}
        for url, title, text, source in rows:
            gold = site.gold(url)
            assert (title, text) == (gold.title, "\n".join([gold.lead, *gold.text]))
            assert source == ("page" if url == shown else "feed")
