"""An address with parameters that a site's spider speaks of, by every road to its page."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from newscrawl.archive import ArchiveWriter
from newscrawl.items import Page, Visit
from newscrawl.recordings import Recording, record
from tests.archive.made import ARTICLE
from tests.database import query
from tests.projects import COMMAND, make_project, run

SITE = """
from newscrawl.base_spiders import SiteSpider

class BaoSpider(SiteSpider):
    name = "bao"
    allowed_domains = ("bao.example",)
    feeds = ("https://bao.example/rss",)
    article_url = r"https://bao\\.example/doc\\?.*"
    {rule}
"""
RULE = 'kept_parameters, dropped_parameters = ("sid",), ("ref2", "box_*")'
THEN = datetime(2020, 9, 15, 8, tzinfo=UTC)
FIRST, SECOND = "0123456789abcdef01234567", "fedcba9876543210fedcba98"
KEYS = [f"https://bao.example/doc?sid={sid}" for sid in sorted((FIRST, SECOND))]
IN_FEED = [f"{KEYS[0]}&ref2=rss", f"https://bao.example/doc?box_top=1&sid={SECOND}&utm_source=rss"]
TOWNS = {FIRST: "Hoài Sơn", SECOND: "Vĩnh Hải"}


def answered(url: str, body: str, content_type: str) -> Recording:
    """What the site answered once."""
    return Recording(url, 200, (("Content-Type", content_type),), body.encode(), THEN)


def page(sid: str) -> str:
    """The page of an article that its session-like number names; its words are its own."""
    town = TOWNS[sid]
    said = "".join(
        f"<p>Ở {town}, người dân kể chuyện thứ {number} về {town} {sid[number:]}.</p>" for number in range(4)
    )
    return ARTICLE.format(name=town).replace("</article>", f"{said}</article>")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a site whose feed names two articles with noise in their addresses, recorded."""
    folder = make_project(tmp_path / "news", bao=SITE.format(rule=RULE))
    items = "".join(f"<item><title>Bài</title><link>{url.replace('&', '&amp;')}</link></item>" for url in IN_FEED)
    feed = f'<?xml version="1.0"?><rss version="2.0"><channel><title>Báo</title>{items}</channel></rss>'
    html = "text/html; charset=utf-8"
    asked = [*zip(IN_FEED, sorted(TOWNS), strict=True), (f"{KEYS[0]}&ref2=mail", FIRST)]
    pages = [answered(url, page(sid), html) for url, sid in asked]
    robots = answered("https://bao.example/robots.txt", "", "text/plain")
    record([robots, answered("https://bao.example/rss", feed, "application/rss+xml"), *pages], folder / "fixtures/bao")
    return folder


def crawled(project: Path, *arguments: str, spider: str = "bao", **settings: object) -> str:
    """Crawl without a network; return what is said."""
    given = {"ARCHIVE_DIR": "archive"} | settings
    options = [part for name, value in given.items() for part in ("-s", f"{name}={value}")]
    result = run(COMMAND, "crawl", spider, "-L", "WARNING", *options, *arguments, cwd=project)
    assert result.returncode == 0, result.stderr
    return result.stdout


def replayed(project: Path, *arguments: str) -> str:
    """Crawl the recordings."""
    return crawled(project, *arguments, FIXTURES_DIR="fixtures")


def kept_under_other_keys(archive: Path) -> None:
    """Write raw pages as a crawl did before the spider spoke of parameters."""
    writer = ArchiveWriter(archive, "bao")
    for url, sid in zip(IN_FEED, sorted(TOWNS), strict=True):
        headers = (("Content-Type", "text/html; charset=utf-8"),)
        visit = Visit(url, status=200, headers=headers)
        writer.write(Page(url, page(sid).encode(), headers[0][1], THEN, url, "bao", visit))
    writer.close()


def keys(project: Path, table: str = "articles", database: str = "newscrawl.db") -> list[str]:
    """The keys in a table, without those of listings."""
    statement = f"select url_key from {table} where url_key like '%/doc%' order by url_key"
    return [key for (key,) in query(project / database, statement)]


def change(project: Path, *statements: str) -> None:
    """Change the database as an earlier crawl could have left it."""
    with closing(sqlite3.connect(project / "newscrawl.db")) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


@pytest.mark.slow
def test_one_key_by_every_road(project):
    """Crawl, asked for by hand, archive, saved page, reextraction, and every command that takes a URL."""
    replayed(project)
    assert keys(project) == keys(project, "pages") == KEYS
    assert "1 unchanged" in replayed(project, "-a", f"urls={KEYS[0]}&ref2=mail")
    assert keys(project) == keys(project, "pages") == KEYS

    kept_under_other_keys(project / "archive")
    crawled(project, spider="archive", DATABASE_URL="sqlite:///again.db")
    assert keys(project, database="again.db") == keys(project, "pages", "again.db") == KEYS
    again = run(COMMAND, "reextract", "--database", "sqlite:///again.db", cwd=project)
    assert "2 pages re-extracted: 0 articles changed, 2 unchanged" in again.stdout, again.stderr
    assert keys(project, database="again.db") == KEYS

    (project / "saved").mkdir()
    (project / "saved/a.html").write_text(page(FIRST), "utf-8")
    (project / "saved/pages.json").write_text(json.dumps({"a.html": f"{KEYS[0]}&box_x=9#top"}), "utf-8")
    crawled(project, "-a", "path=saved", spider="fixtures", DATABASE_URL="sqlite:///saved.db")
    assert keys(project, database="saved.db") == KEYS[:1]

    for command in (("show",), ("explain",), ("delete", "--yes")):
        result = run(COMMAND, *command, f"{KEYS[1]}&ref2=x&box_y=&fbclid=1", cwd=project)
        assert result.returncode == 0, result.stderr
    assert keys(project) == KEYS[:1]


def test_what_was_stored_before_the_spider_said_so_is_the_same_article(project):
    """Its row takes today's key, its page is not fetched under both, and what waited is fetched once."""
    (project / "sites/bao.py").write_text(SITE.format(rule=""), "utf-8")
    replayed(project)
    assert keys(project) != KEYS
    change(project, "update pages set next_fetch_at = '2020-01-01'")
    before = query(project / "newscrawl.db", "select count(*) from articles")
    (project / "sites/bao.py").write_text(SITE.format(rule=RULE), "utf-8")
    replayed(project)
    assert query(project / "newscrawl.db", "select count(*), max(revision), max(duplicate_of) from articles") == [
        (*before[0], 1, None)
    ]
    assert keys(project) == KEYS
    due = query(
        project / "newscrawl.db", "select url_key from pages where next_fetch_at is not null and url_key like '%/doc%'"
    )
    assert sorted(key for (key,) in due) == KEYS
