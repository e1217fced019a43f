"""Sites as rows: whose is a domain, what a name stands for, and who wins."""

from __future__ import annotations

from dataclasses import replace

from newscrawl.sites import Site
from newscrawl.storage.engine import check_database
from newscrawl.storage.frontier import CHUNK
from newscrawl.storage.health import accept
from newscrawl.storage.site_rows import (
    SiteWriter,
    has_rows,
    register_spiders,
    remove_site,
    set_state,
    site_at,
    site_named,
    site_rows,
    sites_with_rules,
    sources_named,
)
from newscrawl.storage.sites import site_states
from tests.conftest import POSTGRESQL_SLOWLY
from tests.database import query
from tests.storage.test_plan import NOW

pytestmark = POSTGRESQL_SLOWLY

WHOLE = {
    "name": "bao",
    "home": "https://www.bao.example/tin/",
    "source": "bao",
    "title": "Báo Ví Dụ",
    "domains": ["bao.example", "bao.vn"],
    "feeds": ["https://bao.example/rss"],
    "sitemaps": ["https://bao.example/{year}-{month:02}.xml"],
    "sections": ["https://bao.example/thoi-su"],
    "article_url": r"https://bao\.example/.+-\d+\.html",
    "explores": False,
    "timezone": "Asia/Ho_Chi_Minh",
    "language": "vi",
    "country": "VN",
    "prune_xpath": ["//aside"],
    "kept_parameters": ["id"],
    "dropped_parameters": ["*"],
    "extractor": "trafilatura",
    "pace": 2.5,
    "state": "active",
    "notes": "hai dòng\nghi chú",
    "added_by": "a test",
}


def at(home: str, **facts) -> Site:
    return Site.of({"home": home, **facts})


def add(database, *sites: Site, reserved=()) -> list[tuple[str, str]]:
    with SiteWriter(database.url, reserved) as writer:
        return [(one.problem or one.what, one.name) for one in writer.add(sites)]


def test_everything_that_is_said_of_a_site_is_kept(database):
    """Every fact, whatever its kind."""
    site = Site.of(WHOLE)
    assert add(database, site) == [("added", "bao")]
    row = site_named(database.url, "bao")
    assert row.site == site
    assert row.site.as_json() == WHOLE
    assert (row.declared_in, row.health) == ("row", None)
    assert row.added_at >= NOW


def test_a_site_is_known_by_its_domain(database):
    """Twice in one file, in two, or under www: one row, with the listings of all."""
    feeds = [f"https://bao.example/{name}" for name in ("a", "b", "c")]
    first, second = (at("https://bao.example", feeds=[feed]) for feed in feeds[:2])
    assert add(database, first, second, first) == [("added", "bao"), ("extended", "bao"), ("known", "bao")]
    third = at("https://www.bao.example/x", feeds=feeds[1:])
    assert add(database, third, third) == [("extended", "bao"), ("known", "bao")]
    site = site_named(database.url, "bao").site
    assert (site.home, site.feeds) == ("https://bao.example", tuple(feeds))


def test_names_are_of_one_site(database):
    """The short one for the first; the others get that of their whole domain, or a number."""
    homes = ["https://bao.example", "https://bao.vn", "https://bao-vn.example", "https://bao-vn", "https://lemonde.vn"]
    named = add(database, *map(at, homes), reserved={"lemonde"})
    assert [name for _, name in named] == ["bao", "bao_vn", "bao_vn_example", "bao_vn_2", "lemonde_vn"]
    assert add(database, at("https://tin.example", name="bao")) == [("name: 'bao' is the name of another site", "bao")]
    assert add(database, at("https://le.example", name="lemonde"), reserved={"lemonde"}) == [("added", "lemonde")]


def test_no_site_takes_the_articles_of_another(database):
    """By their source; sites of one domain have one source by themselves."""
    register_spiders(database.url, [SPIDER])
    told = add(
        database,
        at("https://xa.example", source="bao"),
        at("https://xb.example", source="tin"),
        at("https://xc.example", source="tin"),
        at("https://a.xd.example"),
        at("https://b.xd.example"),
    )
    assert [what for what, _ in told] == [
        "source: 'bao' is what articles of the site 'bao' carry",
        "added",
        "source: 'tin' is what articles of the site 'xb' carry",
        "added",
        "added",
    ]


def test_a_page_is_of_the_longest_domain(database):
    """Of a host, or of one above it; a spider's copy says nothing, for the spider does."""
    assert site_at(database.url, "bao.example") is None
    assert not has_rows(database.url)
    add(database, at("https://bao.example"), at("https://the-thao.bao.example"))
    assert has_rows(database.url)
    names = [site_at(database.url, host) for host in ("bao.example", "m.bao.example", "a.the-thao.bao.example")]
    assert [one.name for one in names] == ["bao", "bao", "the_thao_bao"]
    assert site_at(database.url, "xbao.example") is None
    assert site_at(database.url, "example") is None


def test_only_sites_with_rules_are_read_for_them(database):
    """Time zone and language decide no key of a URL."""
    add(database, at("https://a.example", language="vi"), at("https://b.example", kept_parameters=["id"]))
    assert [one.name for one in sites_with_rules(database.url)] == ["b"]


def test_sites_are_listed_by_what_they_are(database):
    """By state, country and language, in the order of their names."""
    add(
        database, at("https://c.example", country="VN"), at("https://a.example", language="fr"), at("https://b.example")
    )
    set_state(database.url, "b", "dead")

    def listed(**wanted) -> list[str]:
        return [row.site.name for row in site_rows(database.url, **wanted)]

    assert listed() == ["a", "b", "c"]
    assert listed(country="vn") == ["c"]
    assert listed(language="fr") == ["a"]
    assert listed(states=["active"]) == ["a", "c"]
    assert listed(states=["active", "dead"], country="XX") == []


def test_a_name_stands_for_a_source(database):
    """What is no name may be a source itself."""
    add(database, at("https://www.bao.example"))
    assert sources_named(database.url, ["bao", "bao.example", "nobody"]) == {"bao": "bao.example"}


def test_removing_a_site_removes_its_row_alone(database):
    """Its domain is free for another."""
    add(database, at("https://bao.example"))
    assert remove_site(database.url, "bao")
    assert not remove_site(database.url, "bao")
    assert query(database, "select count(*) from site_domains") == [(0,)]
    assert add(database, at("https://bao.example", name="khac")) == [("added", "khac")]


SPIDER = Site(name="bao", home="https://bao.example/", source="bao", domains=("bao.example", "bao.vn"))


def test_a_spider_is_copied_and_wins(database):
    """A row of its name or its domains does not compete with it; what a person said of it stays."""
    add(database, at("https://bao.example"), at("https://bao.vn", domains=["bao.vn", "tin.example"]))
    add(database, at("https://x.bao.vn"), at("https://bao.example.org", name="giu", domains=["giu.example"]))
    register_spiders(database.url, [SPIDER])
    row = site_named(database.url, "bao")
    assert (row.declared_in, row.site.domains) == ("spider", SPIDER.domains)
    states = {one.site.name: one.site.state for one in site_rows(database.url)}
    assert states == {"bao": "active", "bao_vn": "active", "giu": "active", "x_bao": "active"}
    owners = dict(query(database, "select domain, name from site_domains join sites on sites.id = site_id"))
    assert owners["bao.vn"] == "bao"
    assert owners["tin.example"] == "bao_vn"
    set_state(database.url, "bao", "paused")
    register_spiders(database.url, [replace(SPIDER, feeds=("https://bao.example/rss",))])
    row = site_named(database.url, "bao")
    assert (row.site.state, row.site.feeds) == ("paused", ("https://bao.example/rss",))
    assert add(database, at("https://bao.vn", feeds=["https://bao.vn/rss"])) == [("known", "bao")]


def test_a_row_whose_domains_are_all_of_spiders_is_paused(database):
    """Or two crawls would fetch the site."""
    add(database, at("https://bao.vn", name="khac"))
    register_spiders(database.url, [SPIDER])
    site = site_named(database.url, "khac").site
    assert (site.state, site.notes) == ("paused", "paused, because the spider 'bao' crawls it")


def test_registering_writes_only_what_has_changed(database):
    """A second run of the same spiders takes no write lock."""
    register_spiders(database.url, [SPIDER])
    before = query(database, "select * from sites")
    register_spiders(database.url, [SPIDER])
    register_spiders(database.url, [])
    assert query(database, "select * from sites") == before


def test_there_is_nothing_where_there_is_no_database(database, tmp_path):
    """And none is made by asking."""
    assert not has_rows(database.url)
    url = f"sqlite:///{tmp_path / 'none.db'}"
    assert site_named(url, "bao") is None
    assert list(site_rows(url)) == []
    assert sources_named(url, ["bao"]) == {}
    assert sites_with_rules(url) == []
    assert not (tmp_path / "none.db").exists()
    check_database(url)
    assert not has_rows(url)


def test_a_site_that_nobody_has_crawled_has_a_state(database):
    """Beside those that were crawled without a row."""
    add(database, at("https://www.bao.example"), at("https://tin.example"))
    set_state(database.url, "tin", "paused")
    database.execute("insert into pages (url_key, outcome, source) values ('x', 'stored', 'file.example')")
    states = {one.source: (one.state, one.pages) for one in site_states(database.url, NOW)}
    assert states == {"bao.example": ("active", 0), "tin.example": ("paused", 0), "file.example": (None, 1)}
    (one,) = site_states(database.url, NOW, "tin.example")
    assert (one.state, one.last_run) == ("paused", None)


def test_health_is_noted_in_the_row(database):
    """What `newscrawl health` says, for lists of sites."""
    add(database, at("https://bao.example"))
    database.execute(
        "insert into alarms (source, symptom, message, now, before, sample, since, shown_at) values "
        "('bao.example', 'silence', 'no news', 1, 1, 1, '2026-01-01 00:00:00.000000', '2026-01-01 00:00:00.000000')"
    )
    accept(database.url, "bao.example")
    assert site_named(database.url, "bao").health == "healthy"


def test_many_are_added_and_listed(database):
    """More than are looked up with a statement."""
    homes = [f"https://site{number}.example/" for number in range(CHUNK + 1)]
    assert {what for what, _ in add(database, *map(at, homes))} == {"added"}
    assert len(list(site_rows(database.url))) == CHUNK + 1
