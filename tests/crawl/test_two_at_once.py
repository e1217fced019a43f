"""Two crawls of one site into one database at the same time share the work."""

from __future__ import annotations

import subprocess
from collections import Counter
from pathlib import Path

import pytest

from testing.newspaper import Options, running
from tests.conftest import POSTGRESQL_RARELY, ROOT
from tests.crawl.site_crawl import allowed, command, crawl
from tests.database import Database, query, snapshot

pytestmark = pytest.mark.slow

LEARNED = {
    "article_urls": "select u.url_key, a.url_key, relation from article_urls u join articles a on a.id = u.article_id",
    "site_blocks": "select source, block_hash, articles, template_at is null from site_blocks",
    "near_duplicate_keys": "select k.key, a.url_key from near_duplicate_keys k join articles a on a.id = k.article_id",
}


def contents(database: Database) -> dict[str, object]:
    """Articles, their copies, and what was learned from them, but times and ids."""
    everything = snapshot(database)
    learned = {table: sorted(query(database, statement)) for table, statement in LEARNED.items()}
    return {table: everything[table] for table in ("articles", "article_revisions")} | learned


@POSTGRESQL_RARELY
def test_two_crawls_at_once_leave_what_one_leaves(tmp_path: Path, each_database: Database) -> None:
    """No article is lost, stored or fetched twice; copies and repeated boxes are found; no lock is an error."""
    with running(Options(articles=40, sections=3, copies=0.15, live=0, multipage=0, amp=True, mobile=True)) as site:
        assert crawl(site, tmp_path / "alone.db").returncode == 0
        alone = contents(Database(f"sqlite:///{tmp_path / 'alone.db'}"))
        assert len(alone["articles"]) == len(site.urls())
        assert any(row[16] is not None for row in alone["articles"])  # copies of others
        site.forget()
        together = command(site, tmp_path / "together.db", DATABASE_URL=each_database.url, CRAWL_LOCK=0)
        processes = [
            subprocess.Popen(together, cwd=ROOT, env=allowed(site), stdout=-1, stderr=subprocess.PIPE, text=True)
            for _ in range(2)
        ]
        for process in processes:
            _, errors = process.communicate(timeout=100)
            assert process.returncode == 0, errors
            assert "database is locked" not in errors  # as SQLite says it; a wait for the other one may be said
            assert "Traceback" not in errors
        assert contents(each_database) == alone
        articles = {url.removeprefix(site.url) for url in site.urls()}
        fetched = Counter(request.path for request in site.requests() if request.path in articles)
        assert fetched == dict.fromkeys(articles, 1)
