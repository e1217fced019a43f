"""Sites with endlessly many addresses, and articles with several: each article is fetched once, and the crawl ends."""

from __future__ import annotations

import pytest

from tests.crawl.crawls import paper

pytestmark = pytest.mark.slow

NO_SITEMAP = ("/sitemap*", "/rss/*", "/atom.xml", "/feed.json")


def test_many_addresses_of_one_article_are_one_article(tmp_path):
    """Session ids, utm parameters, AMP and mobile pages, letters encoded in two ways, sitemaps named twice and within
    themselves: each article is asked for once and stored once."""
    odd = ("session_ids", "utm", "amp", "mobile", "unicode_paths", "sitemap_twice", "sitemap_self")
    with paper(tmp_path, articles=20, **dict.fromkeys(odd, True)) as (site, crawls):
        ended = crawls()
        assert ended.code == 0
        assert ended.summary.startswith("20 stored, ")
        titles = {title for (title,) in crawls.query("select title from articles")}
        assert titles == {site.gold(url).title for url in site.urls()}
        assert sum(".html" in request.path for request in site.requests()) == 20
        assert site.by_path()["/sitemap.xml"] == 1
        site.forget()
        assert crawls().code == 0
        assert not [request for request in site.requests() if request.path.endswith(".html")]


def test_calendar_without_an_end_is_left_soon(tmp_path):
    """Days without articles lead nowhere: few of them are asked for, in this run and all later ones."""
    with paper(tmp_path, calendar=True) as (site, crawls):
        for _ in range(2):
            assert crawls().code == 0
            assert crawls.stored == set(site.urls())
            assert crawls.ended == "finished"
        days = [path for path in site.by_path() if path.startswith("/lich/")]
        assert len(days) <= 3
        assert crawls.query("select count(*) from pages where url like '%/lich/%'")[0][0] <= 10


def test_site_without_feeds_and_sitemaps_is_walked_to_its_last_page(tmp_path):
    """The lists of older articles are followed from page to page, with other session ids in every link of them."""
    with paper(tmp_path, articles=30, per_page=4, session_ids=True, calendar=True) as (site, crawls):
        for path in NO_SITEMAP:
            site.fault(path, "status", status=404)
        ended = crawls()
        assert ended.code == 0
        assert ended.summary.startswith("30 stored, ")
        assert crawls.query("select outcome, count(*) from pages where kind = 'article' group by 1") == [("stored", 30)]
        assert crawls.query("select count(*) from pages where outcome = 'queued'") == [(0,)]
        assert len(site.requests()) <= 30 + 2 * 4 + 20


@pytest.mark.parametrize("unknown", ["soft", "home"])
def test_site_that_answers_every_guess_with_a_page(tmp_path, unknown):
    """Where addresses that there are not give a page all the same, no feed or sitemap is believed to be there;
    only those that a page names have failed."""
    with paper(tmp_path, unknown=unknown) as (site, crawls):
        site.fault("/robots.txt", "status", status=404)
        for path in NO_SITEMAP:
            site.fault(path, *(("soft_404",) if unknown == "soft" else ("redirect",)), target="/")
        ended = crawls()
        assert ended.code == 0
        assert crawls.stored == set(site.urls())
        told = set(crawls.query("select distinct kind, outcome, reason from pages where kind in ('feed', 'sitemap')"))
        assert told == {("feed", "failed", "no_listing"), ("sitemap", "skipped", "not_there")}
        assert crawls.outcome("/") == ("listed", None)
        assert len(site.requests()) < 60


def test_articles_of_several_pages_and_copies(tmp_path):
    """The pages of an article are one article with all its paragraphs; a copy points to what it was copied from."""
    with paper(tmp_path, articles=24, multipage=0.3, copies=0.3) as (site, crawls):
        assert crawls().code == 0
        gold = {url: site.gold(url) for url in site.urls()}
        assert crawls.stored == set(gold)
        cut = [url for url, article in gold.items() if article.kind == "pages"]
        copied = {url: article.copy_of for url, article in gold.items() if article.kind == "copy"}
        assert len(cut) >= 3
        assert len(copied) >= 2
        for url in cut:
            ((text,),) = crawls.query("select text from articles where url = ?", url)
            paragraphs = [line for line in (gold[url].lead, *gold[url].text) if len(line) > 60]
            assert [line for line in text.split("\n") if len(line) > 60] == paragraphs
        numbers = dict(crawls.query("select url, id from articles"))
        of_id = {article.id: url for url, article in gold.items()}
        heads = {url: numbers[of_id[number]] for url, number in copied.items()}
        assert dict(crawls.query("select url, duplicate_of from articles where duplicate_of is not null")) == heads
        assert crawls.query("select count(*) from unique_articles") == [(24 - len(copied),)]


def test_half_an_article_is_not_stored(tmp_path):
    """Where the second page of an article cannot be had, the article fails, and is asked for again later."""
    with paper(tmp_path, articles=24, multipage=0.3) as (site, crawls):
        cut = next(url for url in site.urls() if site.gold(url).kind == "pages")
        path = cut.removeprefix(site.url)
        site.fault(path.replace(".html", "-p2.html"), "status", status=500)
        assert crawls(RETRY_TIMES=0).code == 0
        assert crawls.stored == set(site.urls()) - {cut}
        assert crawls.outcome(path) == ("failed", "http_500")
        assert crawls.query("select next_fetch_at is not null from pages where url = ?", cut) == [(1,)]
