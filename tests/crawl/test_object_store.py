"""Crawls whose raw pages go to an object store, and other machines that read them there."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from testing.newspaper import Options, Site, running
from testing.object_store import BUCKET, SECRET, ObjectServer, object_server, program
from tests.conftest import ROOT
from tests.crawl.site_crawl import allowed, command
from tests.database import committed, query, snapshot
from tests.projects import run

pytestmark = pytest.mark.slow

PLACE = f"s3://{BUCKET}/raw"


@pytest.fixture(scope="module")
def server() -> Iterator[ObjectServer]:
    """A server that speaks S3."""
    if program() is None:
        assert not os.environ.get("CI"), "moto_server is not installed"
        pytest.skip("needs moto_server: uv tool install 'moto[server]'")
    with object_server() as running:
        yield running


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with running(Options(articles=20, sections=2, copies=0, live=0, multipage=0.1)) as site:
        yield site


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    return tmp_path / "spool"


def begin(site: Site, database: Path, server: ObjectServer, **settings: object) -> subprocess.Popen[str]:
    """Begin a crawl of the site with its raw pages in the store."""
    given = {"ARCHIVE_DIR": PLACE, "ARCHIVE_SPOOL": database.with_name("spool"), "EXTRACT_WORKERS": 1} | settings
    variables = allowed(site) | server.environment
    return subprocess.Popen(command(site, database, **given), cwd=ROOT, env=variables, stdout=-1, stderr=-1, text=True)


def elsewhere(server: ObjectServer, folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a command on a machine that has no spool."""
    folder.mkdir(exist_ok=True)
    place = {"NEWSCRAWL_ARCHIVE_DIR": PLACE, "NEWSCRAWL_ARCHIVE_SPOOL": str(folder / "spool")}
    return run("newscrawl", *map(str, arguments), cwd=folder, **server.environment, **place)


def waiting(spool: Path) -> list[Path]:
    return sorted(path for path in spool.rglob("*") if path.is_file())


def test_every_machine_reads_what_one_stored(server: ObjectServer, site: Site, tmp_path: Path, spool: Path):
    """It re-extracts, reads the archive into a new database, and deletes; nothing of it is logged that is secret."""
    database, other = tmp_path / "out.db", tmp_path / "other"
    crawling = begin(site, database, server)
    said = crawling.communicate(timeout=120)
    assert crawling.returncode == 0, said
    assert committed(database) == 20
    assert waiting(spool) == []

    url = f"sqlite:///{database}"
    read = elsewhere(server, other, "reextract", "--database", url, "--restart")
    assert read.returncode == 0, read.stderr
    assert "20 pages re-extracted: 0 articles changed" in read.stdout, read.stdout
    copy = tmp_path / "copy.db"
    loaded = elsewhere(server, other, "crawl", "archive", "-s", f"DATABASE_URL=sqlite:///{copy}")
    assert loaded.returncode == 0, loaded.stderr
    places = "select url_key, text, archive_file, archive_offset from articles order by 1"
    assert query(copy, places) == query(database, places)
    assert waiting(other) == []

    (number, key) = query(database, "select id, url_key from articles order by id limit 1")[0]
    gone = elsewhere(server, other, "delete", number, "--yes", "--database", url)
    assert gone.returncode == 0, gone.stderr
    again = tmp_path / "again.db"
    assert elsewhere(server, other, "crawl", "archive", "-s", f"DATABASE_URL=sqlite:///{again}").returncode == 0
    assert committed(again) == 19
    assert key not in [found for (found,) in query(again, "select url_key from articles")]
    results = [each.stdout + each.stderr for each in (read, loaded, gone)]
    assert all(SECRET not in text for text in [*said, *results])


def test_killed_crawl_loses_no_page(server: ObjectServer, site: Site, tmp_path: Path, spool: Path):
    """What it stored is read from the spool, and the next crawl uploads it."""
    database = tmp_path / "out.db"
    crawling = begin(site, database, server, CONCURRENT_REQUESTS_PER_DOMAIN=1, DOWNLOAD_DELAY=0.2)
    while committed(database) < 5:
        assert crawling.poll() is None
    crawling.kill()
    crawling.communicate()
    assert waiting(spool)
    url = f"sqlite:///{database}"
    own = {"NEWSCRAWL_ARCHIVE_DIR": PLACE, "NEWSCRAWL_ARCHIVE_SPOOL": str(spool)}
    stored = committed(database)
    read = run("newscrawl", "reextract", "--database", url, "--restart", cwd=tmp_path, **server.environment, **own)
    assert f"{stored} pages re-extracted: 0 articles changed" in read.stdout, (read.stdout, read.stderr)
    crawling = begin(site, database, server)
    assert crawling.communicate(timeout=120)
    assert crawling.returncode == 0
    assert waiting(spool) == []
    read = elsewhere(server, tmp_path / "other", "reextract", "--database", url, "--restart")
    assert "20 pages re-extracted: 0 articles changed" in read.stdout, (read.stdout, read.stderr)


@pytest.mark.soak
def test_store_that_is_down_costs_nothing_but_time(server: ObjectServer, site: Site, tmp_path: Path, spool: Path):
    """Everything is stored, the log says once what waits, and no re-extraction takes silence for an answer."""
    database = tmp_path / "out.db"
    server.stop()
    try:
        crawling = begin(site, database, server)
        said = crawling.communicate(timeout=120)
        assert crawling.returncode == 0, said
        assert committed(database) == 20
        assert said[1].count("what is complete waits in") == 1
        assert SECRET not in said[1]
        before = snapshot(database)
        read = elsewhere(server, tmp_path / "other", "reextract", "--database", f"sqlite:///{database}")
        assert read.returncode == 2
        assert "cannot be read" in read.stderr
        assert snapshot(database) == before
    finally:
        server.start()
    assert waiting(spool)
    crawling = begin(site, database, server)
    said = crawling.communicate(timeout=120)
    assert waiting(spool) == [], said
