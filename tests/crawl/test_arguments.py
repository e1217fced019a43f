"""What `-a` can ask of a site's crawl, and what is refused in one line before anything is fetched."""

from __future__ import annotations

import re
from datetime import timedelta, timezone

import pytest
from scrapy.settings import Settings

import newscrawl.settings
from newscrawl.commands.crawl import check_crawl
from testing.newspaper import Fault
from tests.crawl.crawls import paper

HANOI = timezone(timedelta(hours=7))

WRONG = {
    "url=": "no site is named",
    "url=nonsense": "'nonsense' is no address of a site",
    "url=file:///etc/passwd": "no address of a site",
    "url=http://127.0.0.9/": "ALLOW_PRIVATE_ADDRESSES",
    "url=http://169.254.169.254/latest/": "ALLOW_PRIVATE_ADDRESSES",
    "url=http://me:secret@127.0.0.1/": "user name or password",
    "url=http://127.0.0.1:22/": "port 22",
    "since=yesterday": "since must be a day as in 2020-09-01, not 'yesterday'",
    "until=2020-13-01": "until must be a day",
    "until=9999-12-31": "since and until",
    "max_articles=0": "max_articles must be a whole number above 0",
    "max_articles=ten": "max_articles must be a whole number above 0, not 'ten'",
    "urls=/no/such/file": "/no/such/file cannot be read",
    "urls=http://elsewhere.example/a.html": "http://elsewhere.example/a.html is not of https://news.example/",
    "full=yes": "full must be 1 or 0, not 'yes'",
    "accept=1": "accept=1 is for pages that urls names; add -a urls=URL",
    "section=": "section: '' is neither a name nor a path",
    "section=http://elsewhere.example/x": "section: 'http://elsewhere.example/x' is neither a name nor a path",
    "timezone=Hanoi": "timezone: 'Hanoi' is no zone such as Asia/Ho_Chi_Minh",
    "max_article=3": "did you mean 'max_articles'?",
}


@pytest.mark.parametrize("argument", WRONG)
def test_wrong_arguments_are_refused_before_the_crawl(argument: str, tmp_path):
    """Each with a line that names what is wrong, and no password."""
    settings = Settings()
    settings.setmodule(newscrawl.settings)
    settings.setdict({"DATABASE_URL": f"sqlite:///{tmp_path}/out.db"})
    name, value = argument.split("=", 1)
    with pytest.raises(ValueError, match=re.escape(WRONG[argument])) as refused:
        check_crawl(settings, ["site"], {"url": "https://news.example/", name: value})
    assert str(refused.value).isprintable()
    assert "secret" not in str(refused.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [("-a", "until=2020-13-01"), ("-a", "url=http://127.0.0.9/"), ("-a", "since=2020-02-01", "-a", "until=2020-01-01")],
)
def test_user_sees_one_line_of_what_is_wrong(tmp_path, arguments):
    """Exit code 1, one line on stderr, no request."""
    with paper(tmp_path) as (site, crawls):
        ended = crawls(*arguments)
        assert (ended.code, ended.out) == (1, "")
        (line,) = ended.err.splitlines()
        assert line.startswith("newscrawl crawl: ")
        assert site.requests() == []


def test_since_and_until_choose_by_date(tmp_path):
    """Articles of these days of the site are stored, the last one included; others are fetched only where a link has
    no date."""
    with paper(tmp_path, articles=30, days=30) as (site, crawls):
        published = {url: site.gold(url).published_at.astimezone(HANOI).date() for url in site.urls()}
        days = sorted(set(published.values()))
        since, until = days[len(days) // 3], days[2 * len(days) // 3]
        wanted = {url for url, day in published.items() if since <= day <= until}
        assert 3 <= len(wanted) <= 20
        assert crawls("-a", f"since={since}", "-a", f"until={until}").code == 0
        assert crawls.stored == wanted
        fetched = {site.url + request.path for request in site.requests() if request.path.endswith(".html")}
        skipped = {url for (url,) in crawls.query("select url from pages where reason = 'older'")}
        assert wanted <= fetched
        assert fetched - wanted <= skipped
        assert len(fetched) < len(published)


@pytest.mark.parametrize(
    "late", ["/sitemap.xml", *(pytest.param(late, marks=pytest.mark.slow) for late in ("/sitemap/*.xml", "/"))]
)
def test_max_articles_ends_the_run_and_the_next_goes_on(tmp_path, late: str):
    """Exactly as many as asked for, the newest first, whichever listing comes late; the next run has the rest."""
    with paper(tmp_path, sections=1, faults=(Fault(late, "slow", seconds=0.0003),)) as (site, crawls):
        assert crawls("-a", "max_articles=4").code == 0
        assert crawls.stored == set(site.urls(4))
        assert crawls.ended == "max_articles"
        assert crawls().code == 0
        assert crawls.stored == set(site.urls())
        assert crawls.ended == "finished"


@pytest.mark.slow
def test_max_pages_ends_the_run_and_the_next_goes_on(tmp_path):
    """No more requests than allowed, but for robots.txt."""
    with paper(tmp_path) as (site, crawls):
        assert crawls(CRAWL_MAX_PAGES=15).code == 0
        assert len(site.requests()) == 15 + 1
        assert crawls.ended == "max_pages"
        for _ in range(2):
            assert crawls().code == 0
        assert crawls.stored == set(site.urls())


def test_urls_are_fetched_and_nothing_else(tmp_path):
    """By name with commas between or by a file with one a line; unknown and known ones, and no listing."""
    names = tmp_path / "urls.txt"
    with paper(tmp_path) as (site, crawls):
        first, second, third, *_ = site.urls()
        assert crawls("-a", f"urls={first},{second}").code == 0
        assert crawls.stored == {first, second}
        names.write_text(f"# wanted\n{third}\n\n{first}\n{first}\n{site.url}/kinh-te/khong-co-100999.html\n", "utf-8")
        site.forget()
        ended = crawls("-a", f"urls={names}")
        assert ended.code == 0
        assert crawls.stored == {first, second, third}
        assert crawls.outcome("/kinh-te/khong-co-100999.html") == ("gone", "http_404")
        assert sorted(site.by_path().values()) == [1, 1, 1, 1]  # with robots.txt
        assert crawls("-a", f"urls={site.url}/kinh-te/khong-co-100999.html").code == 0


@pytest.mark.slow
def test_full_fetches_what_is_known(tmp_path):
    """All is asked for again, without conditions, and nothing is stored twice."""
    with paper(tmp_path) as (site, crawls):
        crawls()
        site.forget()
        ended = crawls("-a", "full=1")
        assert ended.code == 0
        assert ended.summary.startswith("12 unchanged, ")
        articles = [request for request in site.requests() if request.path.endswith(".html")]
        assert sorted(site.url + request.path for request in articles) == sorted(site.urls())
        assert not [request for request in site.requests() if request.if_none_match or request.if_modified_since]


@pytest.mark.parametrize("name", [pytest.param("kinh-te", marks=pytest.mark.slow), "Kinh tế", "/kinh-te/"])
def test_section_reads_one_section(tmp_path, name: str):
    """By its name or its path; sitemap and feed are read for it, and no article or page of another section."""
    with paper(tmp_path) as (site, crawls):
        assert crawls("-a", f"section={name}").code == 0
        wanted = {url for url in site.urls() if "/kinh-te/" in url}
        assert wanted <= crawls.stored
        assert not [path for path in site.by_path() if path.startswith("/thoi-su/")]
        site.forget()
        assert crawls().code == 0  # the others were not forgotten
        assert crawls.stored == set(site.urls())
        assert not wanted & {site.url + path for path in site.by_path()}


def test_a_section_that_is_not_there_is_told_with_those_that_are(tmp_path):
    """In the message of the run."""
    with paper(tmp_path) as (_, crawls):
        ended = crawls("-a", "section=khong-co")
        assert ended.code == 2
        assert "no article of a section 'khong-co' is named; the site names: " in ended.err
        assert not crawls.stored
