"""`newscrawl sites`: what people add, import, look at, pause and take elsewhere."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from newscrawl.sites import Site
from newscrawl.storage.plan import plan
from newscrawl.storage.site_rows import register_spiders, site_named
from tests.cli.made import fill
from tests.database import query
from tests.projects import invoke
from tests.sites.test_files import OPML


@pytest.fixture
def sites(tmp_path, file_with_tables):
    """Run `newscrawl sites` on a database of its own."""
    shutil.copyfile(file_with_tables, tmp_path / "out.db")

    def run(*arguments: object, code: int = 0, typed: str = "") -> str:
        done = invoke("sites", *arguments, "--database", f"sqlite:///{tmp_path}/out.db", cwd=tmp_path, typed=typed)
        assert done.returncode == code, done.stderr
        return done.stdout + done.stderr

    return run


def url(folder: Path) -> str:
    return f"sqlite:///{folder}/out.db"


def test_a_site_is_added_without_a_request(sites, tmp_path):
    """And it is in the next round, before those that ran."""
    assert sites("add", "bao.example", "--no-visit") == ("bao is added: https://bao.example\nsites: 1 added\n")
    assert "known already" in sites("add", "https://www.bao.example/", "--no-visit")
    planned = {one.name: one for one in plan(url(tmp_path))}
    assert planned["bao"].is_due
    assert planned["vnexpress"].declared_in == "spider"


def test_publishers_are_added_by_country_and_language(sites, tmp_path):
    """With what is known of them; the spiders of the project are there already."""
    assert sites("add", "--country", "fr", "--language", "fr").endswith(" added\n")
    row = site_named(url(tmp_path), "lemonde")
    assert (row.site.source, row.site.country, row.site.timezone) == ("lemonde.fr", "FR", "Europe/Paris")
    assert row.site.feeds
    assert "vnexpress is known already: a spider of the project" in sites("add", "--country", "vn")
    assert "no publisher is known there" in sites("add", "--country", "xx", code=1)


def test_an_address_of_a_publisher_brings_what_is_known_of_it(sites, tmp_path):
    """Nobody is asked."""
    assert "lemonde is added: https://www.lemonde.fr/" in sites("add", "lemonde.fr")
    assert site_named(url(tmp_path), "lemonde").site.article_url


@pytest.mark.parametrize(
    ("arguments", "says", "code"),
    [
        ((), "name addresses, or publishers", 2),
        (("https://a.example", "--country", "fr"), "name addresses, or publishers", 2),
        (("https://a.example", "https://b.example", "--name", "x"), "--name is the name of a single address", 2),
        (("https://a.example", "--name", "X-1", "--no-visit"), "name: 'X-1': a name has up to 40", 2),
        (("https://a.example", "--name", "fixtures", "--no-visit"), "the name of a spider of the project", 2),
        (("ftp://a.example",), "is no http(s) address", 2),
        (("http://127.0.0.1:1/",), "belongs to a service other than HTTP", 2),
    ],
)
def test_what_cannot_be_added_is_one_line(sites, arguments, says, code):
    """Before anything is asked of the network."""
    assert says in sites("add", *arguments, code=code)


def test_an_import_tells_each_line_that_it_cannot_take(sites, tmp_path):
    """And takes the others."""
    (tmp_path / "feeds.opml").write_text(OPML, "utf-8")
    told = sites("import", "feeds.opml", code=2).splitlines()
    assert "sites: 4 added, 1 with problems" in told
    assert any(line.startswith("newscrawl sites: feeds.opml:8: feeds: ") for line in told)
    assert site_named(url(tmp_path), "tin").site.added_by == "newscrawl sites import feeds.opml"
    assert "4 known already, 1 with problems" in sites("import", "feeds.opml", code=2)
    assert "sites: 1 added" in sites("import", "-", typed="https://x.example\n")
    assert sites("import", "-", typed="x y\n", code=1).startswith("sites: 1 with problems")
    assert "none.csv cannot be read (No such file" in sites("import", "none.csv", code=1)
    assert "sites: none" in sites("import", "-", typed="")


def test_an_export_can_be_imported_elsewhere(sites, tmp_path):
    """In any format, with the state."""
    (tmp_path / "feeds.opml").write_text(OPML, "utf-8")
    sites("import", "feeds.opml", code=2)
    sites("pause", "tin", "--notes", "moves")
    for form in ("opml", "csv", "jsonl"):
        sites("export", f"out.{form}")
        other = f"sqlite:///{tmp_path}/{form}.db"
        done = invoke("sites", "import", f"out.{form}", "--database", other, cwd=tmp_path)
        assert done.stdout == "sites: 4 added\n", done.stderr
        assert site_named(other, "tin").site == site_named(url(tmp_path), "tin").site
        assert site_named(other, "tin").site.state == "paused"
    assert sites("export", "-", "--format", "urls", "--state", "active").split() == [
        "https://bao.example/",
        "https://link.example/x",
        "https://www.moi.example",
    ]
    assert "cannot be written" in sites("export", "no/folder.csv", code=1)


def test_sites_are_listed_for_people_and_programs(sites):
    """By state, country and language."""
    sites("add", "bao.example", "--no-visit")
    sites("pause", "bao")
    line = next(line for line in sites("list").splitlines() if line.startswith("bao "))
    assert line.split()[:2] == ["bao", "paused"]
    assert "https://bao" in line
    assert sites("list", "--country", "xx") == "0 sites\n"
    listed = json.loads(sites("list", "--state", "paused", "--json"))
    assert [(one["name"], one["declared_in"], one["last_crawl_at"]) for one in listed] == [("bao", "row", None)]
    assert "vnexpress" in sites("list", "--country", "vn", "--language", "vi")


def test_pausing_and_resuming(sites, tmp_path):
    """Spiders of the project as well, before any of them ran."""
    sites("import", "-", typed="https://bao.example\n")
    assert sites("pause", "bao", "vnexpress", "--dead") == "bao is dead\nvnexpress is dead\n"
    assert {"bao", "vnexpress"}.isdisjoint(one.name for one in plan(url(tmp_path)))
    assert sites("resume", "bao") == "bao is active\n"
    assert "there is no site 'nobody', 'none'" in sites("pause", "nobody", "bao", "none", code=1)
    assert site_named(url(tmp_path), "bao").site.state == "paused"


def test_adding_a_paused_site_says_that_it_is(sites, tmp_path):
    """It is not resumed, for somebody has paused it; who adds it learns how."""
    sites("add", "bao.example", "--no-visit")
    sites("pause", "bao")
    again = sites("add", "bao.example", "--no-visit")
    assert again == (
        "bao is known already: https://bao.example; it is paused: newscrawl sites resume bao\n"
        "sites: 1 known already; 1 of these paused or dead\n"
    )
    assert site_named(url(tmp_path), "bao").site.state == "paused"
    (tmp_path / "list.txt").write_text("bao.example/rss.xml\ntin.example\n", "utf-8")
    assert sites("import", "list.txt") == "sites: 1 added, 1 given more listings; 1 of these paused or dead\n"


def test_removing_a_site_keeps_its_articles(sites, tmp_path):
    """A spider of the project is no row of its own."""
    fill(tmp_path / "out.db")
    before = query(tmp_path / "out.db", "select count(*) from articles")
    sites("add", "https://ttx.example", "--no-visit")
    assert sites("remove", "ttx") == "ttx is removed from the list; its articles and pages stay\n"
    assert query(tmp_path / "out.db", "select count(*) from articles") == before
    assert "there is no site 'ttx'" in sites("remove", "ttx", code=1)
    assert "'vnexpress' is a spider of the project" in sites("remove", "vnexpress", code=1)
    register_spiders(url(tmp_path), [Site(name="cu", home="https://cu.example/", domains=("cu.example",))])
    assert "cu is removed" in sites("remove", "cu")  # its file is gone


def test_a_site_is_shown_before_and_after_its_first_crawl(sites, tmp_path):
    """By its name or its source."""
    sites("add", "www.bao.example", "--no-visit")
    shown = sites("show", "bao")
    assert "home              https://www.bao.example\n" in shown
    assert shown.endswith("no crawl has visited it yet\n")
    assert sites("show", "bao.example") == shown
    (record,) = json.loads(sites("show", "bao", "--json"))
    assert (record["record"], record["name"]) == ("site", "bao")
    assert "there is no site 'nobody'" in sites("show", "nobody", code=1)


def test_a_name_stands_for_the_source_of_its_articles(sites, tmp_path):
    """In every command that asks for a source."""
    fill(tmp_path / "out.db")
    sites(
        "import", "-", "--format", "jsonl", typed='{"home": "https://ttx.example", "name": "agency", "source": "ttx"}'
    )

    def ask(*arguments: str) -> str:
        done = invoke(*arguments, "--database", url(tmp_path), cwd=tmp_path)
        return done.stdout + done.stderr

    assert "1 of 1 articles" in ask("search", "--source", "agency", "ngập")
    assert ask("search", "--source", "agency", "ngập") == ask("search", "--source", "ttx", "ngập")
    assert "no crawl of 'ttx' has been measured" in ask("health", "agency")
    assert "more have not been measured yet" in ask("health")
