"""`newscrawl search`, `show`, `stats` and `runs`, as a person runs them."""

from __future__ import annotations

import json
import re

import pytest
import wcwidth

from newscrawl.cli.options import fitted, table
from newscrawl.sites import Site
from newscrawl.storage.backends import location
from newscrawl.storage.site_rows import SiteWriter
from tests.cli.made import answer, fill, folder_of, newscrawl, refusal
from tests.projects import COMMAND, run, run_on_a_terminal

CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]")


@pytest.fixture
def url(each_database, tmp_path):
    """The small database."""
    return fill(tmp_path / "out.db", each_database.url)


def test_search_shows_the_best_with_marks(url):
    """One row a story, its passage, and how many there are; colour for a terminal alone."""
    result = newscrawl(url, "search", "da", "nang", "ngap", COLUMNS="60")
    title, facts, *passage, _, count = result.stdout.splitlines()
    assert (title, facts) == ("1  *Đà* *Nẵng* *ngập*", "   ttx · 2020-09-10 · Xã hội · Trần Ý")
    assert any("làm *ngập*" in line for line in passage)
    assert count == "1 of 1 articles"
    assert max(map(len, result.stdout.splitlines())) <= 60
    shown = run_on_a_terminal(
        COMMAND, "search", "ngap", "-bong", cwd=folder_of(url), NEWSCRAWL_DATABASE_URL=url, COLUMNS="80"
    )
    assert "\x1b[1;33mngập\x1b[0m" in shown


def test_search_takes_filters_and_gives_json(url):
    """Days include their last; -word excludes."""
    found = answer(url, "search", "ngap", "--all-copies", "--since", "2020-09-10", "--until", "2020-09-10")
    dates = {one["id"]: one["published_at"] for one in found["articles"]}
    assert dates == {1: "2020-09-10T12:00:00+00:00", 2: "2020-09-10T14:00:00+00:00"}
    only = answer(url, "search", "--section", "thoi su", "--author", "", "--source", "tin", "--all-copies", "-x")
    assert [one["id"] for one in only["articles"]] == [3]
    assert answer(url, "search", "bai", "-hanoi", "-bong")["total"] == 1
    assert answer(url, "search", "--author", "tran y")["articles"][0]["title"] == "Đà Nẵng ngập"


def test_nothing_found_and_wrong_options_are_one_line(url, tmp_path):
    """Exit code 1, and 2 for the options as everywhere."""
    assert refusal(url, "search", "khong-co") == "newscrawl search: nothing found"
    assert "may have up to 200 words" in refusal(url, "search", *(f"w{number}" for number in range(10_000)))
    assert newscrawl(url, "search", "x", "--sinc", "2020-01-01").returncode == 2
    assert "does not exist" in refusal(f"sqlite:///{tmp_path}/no.db", "search", "x")
    assert newscrawl(url, "search", "xyzzy", "--json").returncode == 1


def test_show_has_everything(url):
    """Text, copies with their sites, what was changed, where it is from; by number, address and copy."""
    shown = newscrawl(url, "show", "https://TTX.example/1?utm_source=x").stdout
    assert shown.startswith("Đà Nẵng ngập\narticle 1 https://ttx.example/1\n")
    assert "Copies\n2             bao, 2020-09-10 14:00: https://bao.example/2, 100% in" in shown
    assert "\nrun           1, made\n" in shown
    changed = newscrawl(url, "show", 4).stdout
    assert "publisher\n+ added       Đã sửa.\n" in changed
    copy = answer(url, "show", "3")
    assert (copy["original"]["id"], [one["id"] for one in copy["copies"]], copy["copy_count"]) == (1, [2], 1)
    assert refusal(url, "show", "99").endswith(f" no article 99 in {location(url)}")
    assert refusal(url, "show", "http://[").endswith(f" no article http://[ in {location(url)}")


def test_stats_and_runs_count(url):
    """By site, language and day; and every run."""
    counts = answer(url, "stats")
    assert [(one["name"], one["articles"], one["copies"]) for one in counts["by_source"]] == [
        ("bao", 3, 1),
        ("tin", 1, 1),
        ("ttx", 1, 0),
    ]
    assert [(one["name"], one["articles"]) for one in counts["by_day"]] == [("2020-09-11", 1), ("2020-09-10", 4)]
    assert answer(url, "stats", "--since", "2020-09-11")["total"]["articles"] == 1
    lines = newscrawl(url, "stats").stdout.splitlines()
    assert lines[0].split() == ["site", "articles", "copies", "gone", "first", "last"]
    assert lines[4].split() == ["all", "5", "2", "0", "2020-09-10", "2020-09-11"]
    (made,) = answer(url, "runs", "--spider", "made")
    assert (made["counts"]["outcomes"], made["reason"]) == ({"stored": 6, "failed": 1}, "finished")
    assert "since=2020-09-01" in newscrawl(url, "runs", COLUMNS="120").stdout


def test_no_title_controls_the_terminal(url, each_database):
    """In any command and form, whatever was stored by whomever."""
    bad = "\x1b[2J\x9b1m\u202e\rTieu\nde"
    each_database.execute(
        f"update articles set title = '{bad}', section = '{bad}', source = '{bad}' where id = 5",
        f"update runs set spider = '{bad}'",
    )
    for command in (["search"], ["search", "--json"], ["show", 5], ["show", 5, "--json"], ["stats"], ["runs"]):
        result = newscrawl(url, *command)
        assert result.returncode == 0, result.stderr
        assert not CONTROLS.search(result.stdout), command
    assert not CONTROLS.search(newscrawl(url, "show", "\x1b[2J").stderr)


def test_table_is_cut_for_a_terminal_alone(url):
    """A file or pipe has no width, unless somebody says one."""
    name = "a-site-with-a-very-long-name." * 4 + "example"
    with SiteWriter(url) as writer:
        writer.add([Site.of({"home": f"https://{name}"})])
    assert f"https://{name}" in newscrawl(url, "sites", "list", COLUMNS="").stdout
    assert "…" in newscrawl(url, "sites", "list", COLUMNS="80").stdout
    shown = run_on_a_terminal(
        COMMAND, "sites", "list", cwd=folder_of(url), NEWSCRAWL_DATABASE_URL=url, COLUMNS="100"
    ).splitlines()
    assert max(map(len, shown)) <= 100


def test_table_has_straight_columns_in_any_script():
    """Wide characters take two, accents none; what is too wide is cut, numbers stand to the right."""
    rows = [["東京の雨", 5, "x" * 50], ["e\u0301a", 12345, "Ω"], ["👩‍👩‍👧 nhà", 1, "y"]]
    lines = list(table(["name", "count", "text"], rows, 40))
    assert {wcwidth.width(line) for line in lines[1:2]} == {40}
    assert lines[1].endswith("x…")
    places = {wcwidth.width(line[: line.index(mark)]) for line, mark in zip(lines[1:], ["x", "Ω", "y"], strict=True)}
    assert len(places) == 1
    assert fitted("東京の雨", 6) == "東京…"
    assert fitted("東京の雨", 5) == "東京…"


def test_completion_names_commands_and_options(url):
    """As the help says, for the shell."""
    shell = {"cwd": folder_of(url), "_NEWSCRAWL_COMPLETE": "bash_complete"}
    result = run(COMMAND, **shell, COMP_WORDS="newscrawl sea", COMP_CWORD="1")
    assert result.stdout == "plain,search\n"
    result = run(COMMAND, **shell, COMP_WORDS="newscrawl search --si", COMP_CWORD="2")
    assert result.stdout == "plain,--since\n"


def test_select_prints_rows_and_json(url):
    """Alike from every database: lists as JSON, no value as nothing, moments as they are."""
    statement = "select id, authors, section, text from articles where id in (1, 5) order by id"
    shown = newscrawl(url, "sql", statement).stdout.splitlines()
    assert shown[0] == "id\tauthors\tsection\ttext"
    assert json.loads(shown[1].split("\t")[1]) == ["Trần Ý"]
    assert shown[2].split("\t")[2] == ""
    lines = newscrawl(url, "sql", "--json", statement).stdout.splitlines()
    first, other = map(json.loads, lines)
    assert (first["id"], first["section"], other["section"]) == (1, "Xã hội", None)
    (row,) = map(
        json.loads,
        newscrawl(url, "sql", "--json", "select title, blocks from articles where id = 5").stdout.split("\n")[:1],
    )
    assert bytes.fromhex(row["blocks"])[:1] == b"x"
    assert "only one SELECT statement is allowed" in refusal(url, "sql", "delete from articles")
