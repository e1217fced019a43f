"""Sites of a hosting service, of which earlier versions made one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from newscrawl.boilerplate.repeated import keys_of
from newscrawl.items import Link, Listing, SiteShape, Visit
from newscrawl.storage.engine import check_database
from newscrawl.storage.store import Store
from newscrawl.urls import site_of
from tests.database import query
from tests.storage.earlier import downgrade
from tests.storage.test_store import candidate

NOW = datetime.now(UTC)
SHARED = "Everything here may be copied by whoever names the author and the journal."


def page(site: str, number: int, source: str):
    """A page with a line that both sites have."""
    url = f"https://{site}.github.io/{number}.html"
    own = "\n".join(" ".join(f"{site}{number}{line}{word}" for word in range(8)) for line in range(4))
    made = candidate(f"{own}\n{SHARED}", url, source=source, fetched_at=NOW, title=f"{site} {number}")
    made = replace(made, page=replace(made.page, source=source, visit=Visit(url, status=200)))
    return replace(made, block_keys=keys_of(made.extraction.blocks))


def crawl(database, site: str, source: str, numbers: range) -> None:
    """Store pages as a crawl of a site does."""
    feed = f"https://{site}.github.io/feed.xml"
    shape = SiteShape(f"/{site}/{{number}}.html", "article", 5, f"https://{site}.github.io/{site}/1.html")
    store = Store.open(database.url, "site", {"url": f"https://{site}.github.io/"})
    store.is_watched = True
    links = tuple(Link(f"https://{site}.github.io/{number}.html") for number in range(9))
    store.write([Listing(feed, feed, source, Visit(feed, "feed", 200), NOW, links, shapes=(shape,))])
    store.write([page(site, number, source) for number in numbers])
    store.finish("finished")
    store.close()


def test_an_upgrade_splits_what_was_merged(each_database):
    """Articles, pages, measures, shapes and blocks go to their sites; others stay where they are."""
    database = each_database
    crawl(database, "anna", "github.io", range(2))
    crawl(database, "bert", "github.io", range(3))
    crawl(database, "carl", "carl", range(1))  # a spider's name
    downgrade(database.url, "0016")
    check_database(database.url)
    for table in ("articles", "pages"):
        rows = query(database, f"select distinct source, url from {table}")
        assert {source for source, _ in rows} == {"anna.github.io", "bert.github.io", "carl"}
        assert all(source in {site_of(url), "carl"} for source, url in rows)
    assert query(database, "select run_id, source from run_sources order by run_id") == [
        (1, "anna.github.io"),
        (2, "bert.github.io"),
        (3, "carl"),
    ]
    assert query(database, "select source, example from site_shapes order by source") == [
        (source, f"https://{name}.github.io/{name}/1.html")
        for source, name in (("anna.github.io", "anna"), ("bert.github.io", "bert"), ("carl", "carl"))
    ]
    counted = """
        select b.source, b.articles, count(h.article_id) from site_blocks b
        join site_block_articles h on h.block_id = b.id group by b.id having count(h.article_id) > 1 order by 1
    """
    assert query(database, counted) == [("anna.github.io", 2, 2), ("bert.github.io", 3, 3)]
    strays = "select b.source, a.source from site_blocks b join site_block_articles h on h.block_id = b.id "
    pairs = query(database, f"{strays} join articles a on a.id = h.article_id where a.source <> b.source")
    assert pairs == []
    crawl(database, "anna", "anna.github.io", range(3))
    assert query(database, "select count(*) from articles where source = 'anna.github.io'") == [(3,)]
    assert query(database, "select count(*) from pages where url like '%anna.github.io/%.html'") == [(9,)]
