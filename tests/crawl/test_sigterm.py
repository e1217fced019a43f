"""SIGTERM ends a crawl within ten seconds, with everything stored that was read."""

from __future__ import annotations

import gzip
import signal
import subprocess
import time
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from testing.newspaper import Options, running
from tests.archive.made import ARTICLE, record, response
from tests.conftest import ROOT
from tests.crawl.site_crawl import allowed, command, crawl
from tests.database import committed, query
from tests.projects import COMMAND, environment, make_project

pytestmark = pytest.mark.slow

SPIDER = '''
"""Takes a minute for a page."""
import time
from newscrawl.base_spiders import SiteSpider

def slowly(article, page):
    if "{slow}" in (page.url or ""):
        time.sleep(45)
    return article

class Slow(SiteSpider):
    """Of one site."""
    name = "slow"
    home = "{url}/"
    allowed_domains = ("{host}",)
    adjust = f"{{__name__}}:slowly"
'''


def end_in_mid_crawl(command: Sequence[str], database: Path, stored: int, *, cwd: Path, env: Mapping[str, str]) -> None:
    """Run a crawl, and end it within ten seconds once it has stored so many articles."""
    process = subprocess.Popen(command, cwd=cwd, env=env, stdout=-1, stderr=-1, text=True)
    while committed(database) < stored:
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    began = time.monotonic()
    process.communicate(timeout=60)
    assert time.monotonic() - began < 10
    assert process.returncode == 143


def test_crawl_ends_with_everything_stored(tmp_path: Path) -> None:
    """In the middle of a site: what it counted stands there, and the next run brings the rest."""
    database = tmp_path / "out.db"
    with running(Options(articles=40, sections=2, copies=0, live=0, multipage=0)) as site:
        slowly = command(site, database, CONCURRENT_REQUESTS_PER_DOMAIN=1, DOWNLOAD_DELAY=0.5)
        end_in_mid_crawl(slowly, database, 5, cwd=ROOT, env=allowed(site))
        stored = committed(database)
        assert 5 <= stored < 40
        assert query(
            database, "select reason, exit_code, error, json_extract(counts, '$.outcomes.stored') from runs"
        ) == [("shutdown", 143, None, stored)]
        articles = {url.removeprefix(site.url) for url in site.urls()}
        fetched = sum(count for path, count in site.by_path().items() if path in articles)
        assert fetched - stored <= 1, "what was fetched is stored, but for one that was cut off"
        assert crawl(site, database).returncode == 0
        assert committed(database) == 40


def test_crawl_with_a_jobdir_is_continued_without_asking_twice(tmp_path: Path) -> None:
    """Scrapy would keep the requests that it had in hand, beside the database, which knows them as due."""
    database = tmp_path / "out.db"
    with running(Options(articles=30, sections=2, copies=0, live=0, multipage=0)) as site:
        settings = {"JOBDIR": tmp_path / "job", "CONCURRENT_REQUESTS_PER_DOMAIN": 1, "DOWNLOAD_DELAY": 0.1}
        end_in_mid_crawl(command(site, database, **settings), database, 5, cwd=ROOT, env=allowed(site))
        stored = committed(database)
        ended = crawl(site, database, **settings)
        assert (ended.returncode, committed(database)) == (0, 30)
        asked = sum(site.by_path()[url.removeprefix(site.url)] for url in site.urls())
    assert asked - 30 <= 1, "but for one that was cut off"
    assert stored < 30
    assert "JOBDIR is not used" in ended.stderr
    assert not (tmp_path / "job").exists()


def test_page_that_takes_a_minute_holds_nothing_up(tmp_path: Path) -> None:
    """It stays due for the next run."""
    database = tmp_path / "out.db"
    with running(Options(articles=6, sections=1, copies=0, live=0, multipage=0)) as site:
        slow = site.urls(1)[0]
        source = SPIDER.format(url=site.url, host=site.host, slow=slow.removeprefix(site.url))
        project = make_project(tmp_path / "project", slow=source)
        settings = {"DATABASE_URL": f"sqlite:///{database}", "ARCHIVE_DIR": "", "DOWNLOAD_DELAY": 0}
        options = [part for name, value in settings.items() for part in ("-s", f"{name}={value}")]
        env = environment(NEWSCRAWL_ALLOW_PRIVATE_ADDRESSES=site.host)
        end_in_mid_crawl([COMMAND, "crawl", "slow", *options], database, 5, cwd=project, env=env)
        assert query(database, f"select outcome, next_fetch_at is null from pages where url = '{slow}'") == [
            ("queued", 0)
        ]


def test_record_that_unpacks_without_end_holds_nothing_up(tmp_path: Path) -> None:
    """60 GB in a web archive of 60 MB; the file does not count as read."""
    database, path = tmp_path / "out.db", tmp_path / "x.warc.gz"
    packer = zlib.compressobj(wbits=31)
    head = record(b"", type_="metadata", size=10**11)[:-4]
    packed = [
        packer.compress(part) + packer.flush(zlib.Z_FULL_FLUSH) for part in (head, bytes(1 << 24), bytes(1 << 24))
    ]
    page = ARTICLE.format(name="Huế").encode()
    with path.open("wb") as file:
        file.write(gzip.compress(response(page)) + packed[0] + packed[1])
        file.writelines([packed[2]] * 3_600)  # each stands for itself after a full flush
    settings = ("-s", f"DATABASE_URL=sqlite:///{database}", "-s", "ARCHIVE_DIR=")
    reading = [COMMAND, "crawl", "archive", "-a", f"path={path}", *settings]
    end_in_mid_crawl(reading, database, 1, cwd=ROOT, env=environment())
    assert query(database, "select reason, exit_code from runs") == [("shutdown", 143)]
    assert query(database, "select * from loaded_archives") == []
