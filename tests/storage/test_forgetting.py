"""`newscrawl db prune --pages-days`: pages go that no crawl needs, and no others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from newscrawl.storage.maintenance import prune
from tests.cli.made import answer, fill, newscrawl
from tests.database import Database, query

NOW = datetime.now(UTC)
OLD, RECENT = (f"'{NOW - timedelta(days=days):%Y-%m-%d %H:%M:%S}.000000'" for days in (100, 5))
SITEMAP, OLD_SITEMAP, FEED = 101, 102, 103
LISTINGS = f"""
    insert into pages (id, url_key, url, source, kind, outcome, fetched_at, next_fetch_at) values
    ({SITEMAP}, 's', 's', 'bao', 'sitemap', 'listed', {OLD}, {OLD}),
    ({OLD_SITEMAP}, 'o', 'o', 'bao', 'sitemap', 'gone', {OLD}, null),
    ({FEED}, 'f', 'f', 'bao', 'feed', 'listed', {OLD}, {OLD})
"""
FORGOTTEN = {
    "a page without an article": "'no_article', 'listing', {old}, null, null, 'u', null",
    "a failed one": "'failed', 'http_500', {old}, null, null, 'u', null",
    "one that was gone": "'gone', 'http_404', {old}, null, null, 'u', null",
    "a wrong guess": "'skipped', 'not_there', {old}, null, null, 'u', null",
    "one that a feed named": "'no_article', 'listing', {old}, null, null, 'u', {feed}",
    "one of a sitemap that is not read": "'no_article', 'listing', {old}, null, null, 'u', {old_sitemap}",
}
KEPT = {
    "a recent one": "'no_article', 'listing', {recent}, null, null, 'u', null",
    "one that is tried again": "'failed', 'http_500', {old}, {old}, null, 'u', null",
    "one of an article": "'failed', 'http_500', {old}, null, 1, 'u', null",
    "one that was deleted": "'skipped', 'deleted', {old}, null, null, 'u', null",
    "one for an earlier day": "'skipped', 'older', {old}, null, null, 'u', null",
    "one that was never fetched": "'queued', null, null, {old}, null, 'u', null",
    "a file": "'failed', 'truncated', {old}, null, null, null, null",
    "one that a sitemap names": "'no_article', 'listing', {old}, null, null, 'u', {sitemap}",
}


@pytest.fixture
def url(each_database, tmp_path):
    """A database with each kind of page."""
    made = Database(fill(tmp_path / "out.db", each_database.url))
    made.execute("delete from pages where article_id is null", LISTINGS)
    names = {"old": OLD, "recent": RECENT, "sitemap": SITEMAP, "old_sitemap": OLD_SITEMAP, "feed": FEED}
    columns = "id, url_key, source, kind, outcome, reason, fetched_at, next_fetch_at, article_id, url, discovered_from"
    for number, (key, values) in enumerate((FORGOTTEN | KEPT).items(), 200):
        row = f"{number}, '{key}', 'bao', 'article', {values.format(**names)}"
        made.execute(f"insert into pages ({columns}) values ({row})")
    return made.url


def test_only_what_is_not_needed_is_forgotten(url):
    """And counted, by outcome and by site; a dry run changes nothing."""
    everything = {key for (key,) in query(Database(url), "select url_key from pages")}
    counts = {"no_article": 3, "failed": 1, "gone": 1, "skipped": 1}
    for dry_run in (True, False):
        said = answer(url, "db", "prune", "--pages-days", "60", *(["--dry-run"] if dry_run else []))
        assert (said["pages"], said["dry_run"]) == (counts, dry_run)
        left = {key for (key,) in query(Database(url), "select url_key from pages")}
        assert everything - left == (set() if dry_run else set(FORGOTTEN))
    assert query(Database(url), "select source, pages from forgotten_pages") == [("bao", 6)]
    # The sitemap that is gone names no page any more.
    assert prune(url, archive=None, archive_days=None, runs_days=None, pages_days=60).pages == {"gone": 1}
    assert newscrawl(url, "db", "prune", "--pages-days", "60").stdout.endswith(
        "0 pages without an article were deleted\n"
    )


def test_active_alarm_keeps_its_page(url):
    """Until it is over."""
    number = next(row[0] for row in query(Database(url), "select id from pages where url_key = 'a failed one'"))
    Database(url).execute(
        "insert into alarms (source, symptom, message, now, before, sample, page_id, since, shown_at) "
        f"values ('bao', 'title', '', 0, 0, 0, {number}, {OLD}, {OLD})"
    )
    forget = {"archive": None, "archive_days": None, "runs_days": None, "pages_days": 60}
    assert prune(url, **forget).pages["failed"] == 0
    Database(url).execute(f"update alarms set ended_at = {OLD}")
    assert prune(url, **forget).pages["failed"] == 1


def test_days_have_a_least(url):
    """Pages of yesterday are named by listings still."""
    assert newscrawl(url, "db", "prune", "--pages-days", "29").returncode == 2
