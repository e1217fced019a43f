"""The spiders of sites: what they declare, and what comes of the recorded pages of each."""

from __future__ import annotations

import ast
import gzip
import importlib
import inspect
import json
import os
import re
import sqlite3
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from scrapy.spiderloader import SpiderLoader
from scrapy.utils.project import get_project_settings

from newscrawl.base_spiders import SiteSpider
from newscrawl.discovery import NotAListing, read_listing
from newscrawl.recordings import FIELDS, read_expected, read_recordings
from testing.forkserver import fork_server
from tests.conftest import ROOT, SCRAPY

FIXTURES = ROOT / "fixtures"
BENCH = Path(os.environ.get("NEWSCRAWL_BENCH") or ROOT.parent / "shared" / "bench")
MOST_LINES = 25
FEWEST_ARTICLES = 15
"""On a saved listing; the shortest, of tuoitre.vn in March 2026, has as many."""


def sites() -> dict[str, type[SiteSpider]]:
    """The spiders of one site each, by name."""
    loader = SpiderLoader.from_settings(get_project_settings())
    spiders = (loader.load(name) for name in sorted(loader.list()))
    return {
        spider.name: spider
        for spider in spiders
        if issubclass(spider, SiteSpider) and "url" not in spider.arguments and spider.name != "archive"
    }


SITES = sites()
every_site = pytest.mark.parametrize("spider", SITES.values(), ids=list(SITES))
PROVIDED = {"bnews", "thoidai"}
"""Sites that every run replays; the others take a crawl each, and are left to the slow tests."""


@cache
def articles_of(name: str) -> dict[str, dict[str, Any]]:
    """The expected articles of a site by URL."""
    return read_expected(FIXTURES / name)


def lines_of_code(spider: type[SiteSpider]) -> int:
    """Lines of a class that are no docstring, comment or empty line."""
    source = inspect.getsource(spider)
    (node,) = ast.parse(source).body
    assert isinstance(node, ast.ClassDef)
    docstring = (node.body[0].end_lineno or 0) - node.body[0].lineno + 1 if ast.get_docstring(node) else 0
    return sum(bool(line.strip()) and not line.lstrip().startswith("#") for line in source.splitlines()) - docstring


def matches(spider: type[SiteSpider], url: str) -> bool:
    return re.fullmatch(spider.article_url or "", url) is not None


def test_there_are_spiders_and_every_folder_of_recordings_has_one():
    """No recordings lie about that no crawl replays."""
    folders = {path.name for path in FIXTURES.iterdir() if (path / "responses.json").exists()}
    assert folders == set(SITES)


@every_site
def test_a_site_has_recordings_and_expected_articles(spider):
    """A spider comes with a page, and with what must come of it."""
    assert articles_of(spider.name)
    assert articles_of(spider.name).keys() <= read_recordings(FIXTURES / spider.name).keys()


@every_site
def test_a_spider_is_short(spider):
    """A site is data."""
    assert lines_of_code(spider) <= MOST_LINES


@every_site
def test_a_spider_is_the_only_one_of_its_file(spider):
    """One site a file."""
    module = importlib.import_module(spider.__module__)
    own = [value for value in vars(module).values() if getattr(value, "__module__", "") == spider.__module__]
    assert [value for value in own if inspect.isclass(value)] == [spider]


@every_site
def test_what_is_unverified_is_declared(spider):
    """`unverified` names attributes of the spider itself, which say something."""
    for attribute in spider.unverified:
        assert vars(spider).get(attribute), attribute


@every_site
def test_every_address_is_of_the_site(spider):
    """What a spider reads is what it may fetch."""
    one = spider()
    for link in (*one.always(), *one.at_first()):
        assert one.is_own(link.url), link.url


@every_site
def test_the_address_of_an_article_is_known_from_that_of_a_listing(spider):
    """`article_url` matches the articles that were recorded, and no listing."""
    if spider.article_url is None:
        pytest.skip("nothing is known of the addresses of its articles")
    for url, recording in read_recordings(FIXTURES / spider.name).items():
        assert matches(spider, url) == (url in articles_of(spider.name)), recording.url
    one = spider()
    for link in (*one.always(), *one.at_first()):
        assert not matches(spider, link.url), link.url


@every_site
def test_what_a_site_begins_with_names_its_articles(spider):
    """The recorded listings that a spider begins with lead to every recorded article."""
    one = spider()
    recordings = read_recordings(FIXTURES / spider.name)
    named = set()
    for link in (*one.always(), *one.at_first()):
        if recording := recordings.find(link.url):
            try:
                found = read_listing(recording.body, recording.header("Content-Type") or "", recording.url)
            except NotAListing as error:
                pytest.fail(f"{link.url}: {error}")
            named |= {found_link.url for found_link in found.links}
    assert articles_of(spider.name).keys() <= named


def saved(dataset: str) -> list[dict[str, Any]]:
    """The saved pages of a dataset, of sites that have a spider."""
    pages = BENCH / dataset / "pages.jsonl"
    if not pages.exists():
        return []
    domains = {domain for spider in SITES.values() for domain in spider.allowed_domains}
    found = [json.loads(line) for line in pages.read_text("utf-8").splitlines()]
    return [page for page in found if page["site"] in domains]


def owner(page: dict[str, Any]) -> type[SiteSpider]:
    return next(spider for spider in SITES.values() if page["site"] in spider.allowed_domains)


@pytest.mark.skipif(not saved("vn"), reason=f"there are no saved pages in {BENCH}")
def test_the_addresses_of_saved_articles_are_known():
    """`article_url` matches the addresses of real articles."""
    assert [page["url"] for page in saved("vn") if not matches(owner(page), page["url"])] == []


@pytest.mark.skipif(not saved("vn-listings"), reason=f"there are no saved listings in {BENCH}")
def test_the_addresses_of_saved_listings_are_no_articles():
    """`article_url` matches no address of a real home or section page."""
    assert [page["url"] for page in saved("vn-listings") if matches(owner(page), page["url"])] == []


@pytest.mark.skipif(not saved("vn-listings"), reason=f"there are no saved listings in {BENCH}")
def test_saved_listings_name_articles():
    """On real home and section pages, `article_url` finds the articles among the links."""
    few = {}
    for page in saved("vn-listings"):
        found = read_listing(gzip.decompress((BENCH / "vn-listings" / page["html"]).read_bytes()), "", page["url"])
        articles = {link.url for link in found.links if matches(owner(page), link.url)}
        if len(articles) < FEWEST_ARTICLES:
            few[page["id"]] = len(articles)
    assert few == {"cafef_data_201904": 0}  # a table of figures


@pytest.fixture
def replayed(tmp_path):
    """Replay a spider in a process of its own; return how it ended, and the stored articles by URL."""

    def replay(name: str) -> tuple[subprocess.CompletedProcess[str], dict[str, dict[str, Any]]]:
        database = tmp_path / "out.db"
        options = {
            "FIXTURES_DIR": FIXTURES,
            "DATABASE_URL": f"sqlite:///{database}",
            "ARCHIVE_DIR": tmp_path / "archive",
            "DOWNLOAD_DELAY": 0,
            "AUTOTHROTTLE_ENABLED": 0,
        }
        settings = [part for option, value in options.items() for part in ("-s", f"{option}={value}")]
        ours = {"NEWSCRAWL_EXTRACT_WORKERS": "0"}
        run = fork_server().run([*SCRAPY, "crawl", name, *settings], cwd=ROOT, env=os.environ | ours)
        connection = sqlite3.connect(database)
        connection.row_factory = sqlite3.Row
        try:
            rows = [dict(row) for row in connection.execute("select * from articles")]
        finally:
            connection.close()
        return run, {row["url"]: {field: plain(field, row[field]) for field in FIELDS} for row in rows}

    return replay


def plain(field: str, value: Any) -> Any:
    """Return a column as `expected.json` writes the field."""
    if value is None:
        return None
    if field in {"authors", "tags", "images"}:
        return json.loads(value)
    if field in {"published_at", "modified_at"}:
        return value.replace(" ", "T").removesuffix(".000000") + "+00:00"
    return bool(value) if field == "paywalled" else value


@pytest.mark.parametrize(
    "spider",
    [pytest.param(site, id=name, marks=() if name in PROVIDED else pytest.mark.slow) for name, site in SITES.items()],
)
def test_a_replay_stores_what_is_expected(spider, replayed):
    """Discovery, robots.txt, extraction and store make the expected articles of recorded pages, and no other."""
    run, stored = replayed(spider.name)
    assert run.returncode == 0, run.stderr
    expected = articles_of(spider.name)
    assert stored.keys() == expected.keys()
    for url, facts in expected.items():
        different = {field for field in FIELDS if stored[url][field] != facts[field]} - {"source"}
        assert different == set(), {field: stored[url][field] for field in different}
        assert stored[url]["source"] == spider.name
