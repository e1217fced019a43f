"""`newscrawl export`: what comes out, safely and whole."""

from __future__ import annotations

import csv
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from newscrawl.cli.export import write_csv, write_jsonl
from newscrawl.cli.parquet import write_parquet
from newscrawl.storage.search import COLUMNS
from tests.cli.made import answer, fill, newscrawl, refusal
from tests.conftest import ONLY_SQLITE


@pytest.fixture
def url(each_database, tmp_path):
    """The small database."""
    return fill(tmp_path / "out.db", each_database.url)


def test_lines_of_json_have_every_column(url, tmp_path):
    """With real lists and moments; by default a story once, by its filters less."""
    assert answer(url, "export", tmp_path / "a.jsonl", "--all-copies") == {
        "articles": 5,
        "file": str(tmp_path / "a.jsonl"),
        "format": "jsonl",
    }
    rows = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text("utf-8").splitlines()]
    assert list(rows[0]) == list(COLUMNS)
    assert (rows[0]["authors"], rows[0]["published_at"]) == (["Trần Ý"], "2020-09-10T12:00:00+00:00")
    shown = newscrawl(url, "export", "-", "--words", "ngap", "--source", "ttx")
    assert [json.loads(line)["id"] for line in shown.stdout.splitlines()] == [1]
    assert len(newscrawl(url, "export", "-").stdout.splitlines()) == 3


def test_lines_are_those_of_the_standard_library(tmp_path):
    """To the byte, whatever a text holds; but for two line breaks that JSON allows and readers stumble over."""
    moment = datetime(2020, 9, 10, 12, 0, 0, 120, tzinfo=UTC)
    row = ['\x00\x1f\x7f"\\/é\U0001f389\u200b', None, True, 7, 0.1 + 0.2, moment, ["a"], {"b": "\t\n"}, "\u2028\u2029"]
    names = [chr(ord("a") + number) for number in range(len(row))]
    with (tmp_path / "x.jsonl").open("wb") as file:
        write_jsonl([row], names, file)
    encoded = json.dumps(
        dict(zip(names, row, strict=True)), ensure_ascii=False, separators=(",", ":"), default=datetime.isoformat
    )
    wanted = encoded.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029") + "\n"
    assert (tmp_path / "x.jsonl").read_bytes() == wanted.encode()


def test_spreadsheet_runs_nothing(url, tmp_path):
    """No cell begins as a formula does, line breaks stay within theirs, and the file says that it is UTF-8."""
    target = tmp_path / "a.csv"
    assert newscrawl(url, "export", target, "--all-copies").returncode == 0
    assert target.read_bytes().startswith(b"\xef\xbb\xbfid,")
    with target.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 5
    assert rows[4]["title"].startswith("'=cmd|")
    assert rows[4]["authors"].startswith("'@a; b")
    assert rows[3]["text"].endswith(".\nĐã sửa.")
    assert not [cell for row in rows for cell in row.values() if re.match(r"\s*[=+@\t\r-]", cell)]


@pytest.mark.parametrize("bad", ["=1+1", "+1", "-1", "@x", "\t=1", " =1", "\r=1", "\n=1", "＝1", "\u00a0=1"])
def test_every_kind_of_formula_gets_an_apostrophe(bad, tmp_path):
    """Also behind what a spreadsheet passes over."""
    with (tmp_path / "x.csv").open("wb") as file:
        write_csv([[bad, ["=a", "b"]]], ["one", "two"], file)
    with (tmp_path / "x.csv").open(encoding="utf-8-sig", newline="") as text:
        assert list(csv.reader(text))[1] == [f"'{bad}", "'=a; b"]


def test_parquet_has_types(url, tmp_path):
    """Moments with their zone, lists as lists."""
    parquet = pytest.importorskip("pyarrow.parquet")
    assert newscrawl(url, "export", tmp_path / "a.parquet", "--all-copies").returncode == 0
    read = parquet.read_table(tmp_path / "a.parquet")
    assert read.column_names == list(COLUMNS)
    assert str(read.schema.field("published_at").type) == "timestamp[us, tz=UTC]"
    assert read.column("authors").to_pylist()[0] == ["Trần Ý"]
    assert read.num_rows == 5


def test_parquet_of_nothing_is_a_table(tmp_path):
    """With its columns."""
    parquet = pytest.importorskip("pyarrow.parquet")
    with (tmp_path / "x.parquet").open("wb") as file:
        write_parquet([], COLUMNS, file)
    assert parquet.read_table(tmp_path / "x.parquet").column_names == list(COLUMNS)


@ONLY_SQLITE
def test_bulk_lines_are_pairs(url):
    """An action with the article's id, then the article; line breaks in texts make no line."""
    lines = newscrawl(url, "export", "-", "--format", "opensearch", "--all-copies").stdout.split("\n")
    assert lines.pop() == ""
    assert [json.loads(line) for line in lines[::2]] == [{"index": {"_id": str(number)}} for number in range(1, 6)]
    articles = [json.loads(line) for line in lines[1::2]]
    assert [article["id"] for article in articles] == [1, 2, 3, 4, 5]
    assert articles[3]["text"].endswith("\nĐã sửa.")


@ONLY_SQLITE
def test_format_is_that_of_the_extension(url, tmp_path):
    """In any case; JSON lines without one, and nothing for one that is not known."""
    for name, form in (("a.CSV", "csv"), ("articles", "jsonl"), (".hidden", "jsonl")):
        assert answer(url, "export", tmp_path / name)["format"] == form
    for name, extension in (("a.xlsx", ".xlsx"), ("a.jsonl.gz", ".gz"), ("a.json", ".json")):
        path = tmp_path / name
        assert refusal(url, "export", path) == (
            f"newscrawl export: {path}: there is no format {extension}; there are .jsonl, .csv, .parquet, "
            "or choose one with --format"
        )
        assert not path.exists()
    assert answer(url, "export", tmp_path / "a.json", "--format", "jsonl")["format"] == "jsonl"


@ONLY_SQLITE
def test_file_is_replaced_whole_or_not_at_all(url, database, tmp_path):
    """A failing export leaves the earlier file; a folder or a missing one is told in a line."""
    target = tmp_path / "out" / "a.jsonl"
    target.parent.mkdir()
    target.write_text("earlier", "utf-8")
    target.chmod(0o640)
    link = tmp_path / "link.jsonl"
    link.symlink_to(target)
    assert newscrawl(url, "export", link).returncode == 0
    assert link.is_symlink()
    assert target.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in target.parent.iterdir()] == ["a.jsonl"]
    before = target.read_bytes()
    broken = tmp_path / "broken.db"
    broken.write_bytes(database.read_bytes()[:8192])
    assert newscrawl(f"sqlite:///{broken}", "export", link).returncode == 1
    assert target.read_bytes() == before
    assert [path.name for path in target.parent.iterdir()] == ["a.jsonl"]
    assert "cannot be written (Is a directory)" in refusal(url, "export", tmp_path)
    assert "cannot be written (No such file" in refusal(url, "export", tmp_path / "no" / "a.csv")
    assert "(No space left on device)" in refusal(url, "export", Path("/dev/full"))
