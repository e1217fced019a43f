"""An upgrade that is killed leaves the old database, at whatever statement; the next one completes it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from newscrawl.items import Link, Listing, Visit
from newscrawl.storage.engine import check_database
from newscrawl.storage.maintenance import check
from newscrawl.storage.schema import VERSION
from newscrawl.storage.store import Store
from tests.conftest import POSTGRESQL_RARELY
from tests.database import Database, query
from tests.storage.earlier import downgrade, killed_upgrade
from tests.storage.test_duplicates import page, story

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

BEFORE = "0013"
"""The schema of version 0.2.0."""
TABLES = (
    "runs",
    "articles",
    "article_revisions",
    "article_urls",
    "pages",
    "listed_facts",
    "site_blocks",
    "site_shapes",
)


def fill(database: Database) -> None:
    """Store what every migration has to do with: files, copies, revisions, pages of a hosting service."""
    store = Store.open(database.url, "github.io", {"url": "https://anna.github.io/"})
    now = datetime.now(UTC)
    feed = "https://anna.github.io/feed.xml"
    links = tuple(Link(f"https://anna.github.io/{number}.html") for number in range(5))
    store.write([Listing(feed, feed, "github.io", Visit(feed, "feed", 200), now, links)])
    for number in range(3):
        made = page("x", story(number), source="github.io", fetched_at=now)
        url = f"https://anna.github.io/{number}.html"
        visited = replace(made.page, key=url, url=url, source="github.io", visit=Visit(url, status=200))
        store.write([replace(made, page=visited)])
    local = page("copy", story(1), fetched_at=now - timedelta(days=3))
    store.write([replace(local, page=replace(local.page, key="file:copy.txt", url=None, origin="file"))])
    store.write([page("revised", story(5), fetched_at=now), page("revised", story(6), fetched_at=now)])
    store.finish("finished")
    store.close()


def content(database: Database) -> dict[str, list[tuple]]:
    """All rows, as they stand."""
    with database.snapshot() as connection:
        return {table: sorted(connection.execute(f"select * from {table}").fetchall(), key=repr) for table in TABLES}


@pytest.mark.parametrize("step", [9, pytest.param(1, marks=pytest.mark.soak)], ids="every {}".format)
@POSTGRESQL_RARELY
def test_an_upgrade_may_be_killed_at_any_statement(new_database, step):
    """Killed at one after the other: what was stored is there, in the version that it had."""
    database, other = new_database(), new_database()
    fill(database)
    downgrade(database.url, BEFORE)
    before = content(database)
    number = 1
    while killed_upgrade(database.url, number):
        number += step
        assert query(database, "select version_num from alembic_version") == [(BEFORE,)]
        assert content(database) == before
    assert number > 20
    assert query(database, "select version_num from alembic_version") == [(VERSION,)]
    assert list(check(database.url)) == []
    assert {source for (source,) in query(database, "select distinct source from pages where url like '%github%'")} == {
        "anna.github.io"
    }
    assert query(database, "select origin, count(*) from articles group by 1 order by 1") == [
        ("fetched", 4),
        ("file", 1),
    ]
    fill(other)
    downgrade(other.url, BEFORE)
    check_database(other.url)
    for table in ("articles", "pages"):
        columns = "url_key, source, outcome" if table == "pages" else "url_key, source, origin, revision, duplicate_of"
        rows = [query(one, f"select {columns} from {table} order by 1") for one in (database, other)]
        assert rows[0] == rows[1]
