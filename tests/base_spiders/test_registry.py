"""The rules of a page's site, by whatever road the page comes."""

from __future__ import annotations

import json
import sys

import pytest
from scrapy.settings import Settings

from newscrawl.base_spiders.registry import SiteRegistry
from newscrawl.rules import RulesError, SiteRules
from tests.conftest import article
from tests.projects import COMMAND, SCRAPY, make_project, run, run_from_scratch

SITE = """
from dataclasses import replace

from newscrawl.base_spiders import NewsSpider


def in_capitals(article, page):
    return replace(article, section=f"{article.title}, {page.url}".upper())


class BaoSpider(NewsSpider):
    name = "bao"
    allowed_domains = ("bao.example",)
    prune_xpath = ("//div[has-class('note')]",)
    timezone = "Asia/Ho_Chi_Minh"
    adjust = f"{__name__}:in_capitals"
"""
SPORTS = """
from newscrawl.base_spiders import NewsSpider


class SportsSpider(NewsSpider):
    name = "sports"
    allowed_domains = ("thethao.bao.example",)
    language = "vi"
"""
URL = "https://www.bao.example/chong-ngap.html"
NOTE = "Bài viết này do ban biên tập của báo thực hiện trong khuôn khổ một chương trình truyền thông lớn của tỉnh."
TITLE, *LINES = article("Huế").splitlines()
PAGE = f"""<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>{TITLE}</title>
<meta property="article:published_time" content="2020-09-10T03:18:00"></head><body><article><h1>{TITLE}</h1>
<div class="note">{NOTE}</div>{"".join(f"<p>{line}</p>" for line in LINES)}</article></body></html>"""


@pytest.fixture
def project(tmp_path):
    """A project with two sites, and a saved page of one of them."""
    folder = make_project(tmp_path / "project", bao=SITE, sports=SPORTS)
    (folder / "pages").mkdir()
    (folder / "pages" / "page.html").write_text(PAGE, "utf-8")
    (folder / "pages" / "pages.json").write_text(json.dumps({"page.html": URL}), "utf-8")
    return folder


def rules_in(folder, *urls: str) -> list[str]:
    """Ask in a process of its own which rules pages have there."""
    code = (
        f"from newscrawl.base_spiders.registry import rules_for; print(*map(repr, map(rules_for, {urls!r})), sep='\\n')"
    )
    answer = run(sys.executable, "-c", code, cwd=folder)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout.splitlines()


def extracted(folder) -> dict[str, object]:
    """Extract the saved page by the public call, as a program in that folder does."""
    code = (
        "import dataclasses, datetime, json, pathlib, newscrawl;"
        f"article = newscrawl.extract(pathlib.Path('pages/page.html').read_bytes(), {URL!r});"
        "print(json.dumps(dataclasses.asdict(article), default=datetime.datetime.isoformat))"
    )
    answer = run(sys.executable, "-c", code, cwd=folder)
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


@pytest.mark.slow
def test_one_page_gives_the_same_article_by_every_road(project):
    """Crawls by either command, the public call, and `explain` of the file and of the database follow the rules."""
    database = f"sqlite:///{project / 'out.db'}"
    crawled = []
    for command in (SCRAPY, COMMAND):
        options = ["-s", f"DATABASE_URL={database}", "-O", "articles.jsonl"]
        result = run(command, "crawl", "fixtures", "-a", "path=pages", *options, cwd=project)
        assert result.returncode == 0, result.stderr
        crawled.append(json.loads((project / "articles.jsonl").read_text("utf-8")))
    assert crawled[0]["text"] == "\n".join(LINES)
    assert crawled[0]["section"] == f"{TITLE}, {URL}".upper()
    assert crawled[0]["source"] == "bao"
    assert crawled[0]["published_at"] == "2020-09-09T20:18:00+00:00"  # in the zone of the rules
    assert crawled == [extracted(project)] * 2

    explained = []
    for page in ("pages/page.html", URL):
        result = run(COMMAND, "explain", page, "--database", database, cwd=project, COLUMNS="1000")
        assert result.returncode == 0, result.stderr
        title, _, *rest = result.stdout.splitlines()
        assert title == TITLE
        explained.append(rest)
    assert explained[0] == explained[1]
    assert any(line.split() == ["-", "site", *NOTE.split()] for line in explained[0])


def test_rules_are_found_by_host(project):
    """With all below a domain, the longest that fits, and of nobody's page or no page none."""
    bao, www, deep, sports, other, ending, nothing = rules_in(
        project,
        "https://bao.example/a",
        "http://WWW.bao.example:8080/a",
        "https://a.b.bao.example./a",
        "https://m.thethao.bao.example/a",
        "https://other.example/a",
        "https://mybao.example/a",
        "http://[",
    )
    assert "in_capitals" in bao
    assert bao == www == deep
    assert "language='vi'" in sports
    assert "in_capitals" not in sports
    assert other == ending == nothing == repr(SiteRules())


@pytest.mark.parametrize("extractor", ["newscrawl", "trafilatura"])
def test_the_setting_names_the_extractor_of_every_site(extractor):
    """Of those that name none of their own."""
    sites = SiteRegistry(Settings({"EXTRACTOR": extractor, "SPIDER_MODULES": ["newscrawl.spiders"]}))
    expected = None if extractor == "newscrawl" else extractor
    assert {sites.rules_for(url).extractor for url in (URL, "https://bnews.vn/a", None)} == {expected}


def test_a_misspelt_extractor_is_one_line():
    with pytest.raises(RulesError, match="extractor must be one of newscrawl, trafilatura, not 'trafilatur'"):
        SiteRegistry(Settings({"EXTRACTOR": "trafilatur", "SPIDER_MODULES": []}))


def test_where_no_project_is_the_sites_are_newscrawls_own(tmp_path):
    """An unknown site has no rules, and nothing fails."""
    assert rules_in(tmp_path, URL) == [repr(SiteRules())]


@pytest.mark.slow
def test_page_without_a_url_needs_no_scrapy(tmp_path):
    """A library's user pays for the registry only where there is something to look up."""
    code = (
        f"import sys, newscrawl; newscrawl.extract({PAGE!r}); print('scrapy' in sys.modules);"
        f"newscrawl.extract({PAGE!r}, {URL!r}); print('twisted.internet.reactor' in sys.modules)"
    )
    assert run_from_scratch(sys.executable, "-c", code, cwd=tmp_path).stdout.split() == ["False", "False"]


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        (SITE.replace("prune_xpath", "prune_xpaths"), "a spider has no attribute 'prune_xpaths'; did you mean"),
        (SITE.replace("has-class(", "has-clas("), "unknown function has-clas()"),
        (SPORTS.replace("thethao.", ""), "the spiders bao and sports have different rules for bao.example"),
    ],
)
def test_wrong_spider_stops_a_crawl_in_one_line(tmp_path, source, fault):
    """Before anything is read, also when it is another spider that runs."""
    project = make_project(tmp_path / "project", bao=SITE, wrong=source)
    result = run(SCRAPY, "crawl", "fixtures", "-a", "path=.", cwd=project)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("newscrawl crawl: ")
    assert fault in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert not (project / "newscrawl.db").exists()
