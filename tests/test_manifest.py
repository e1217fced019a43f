"""Who a local page is."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from newscrawl.items import UnreadablePage
from newscrawl.local_files import entry_for, file_key
from tests.conftest import PROVIDED, ROOT


def test_place_below_the_nearest_manifest(tmp_path):
    """Wherever the folder with the manifest lies."""
    for parent in ("here", "there"):
        folder = tmp_path / parent / "collection"
        (folder / "sub").mkdir(parents=True)
        (folder / "pages.json").write_text("{}")
        assert file_key(folder / "sub" / "a.txt") == "file:collection/sub/a.txt"


def test_place_below_the_project(tmp_path, monkeypatch):
    """Not below the working directory, which changes."""
    for folder in (ROOT, tmp_path):
        monkeypatch.chdir(folder)
        assert file_key(ROOT / "docs" / "a.txt") == "file:docs/a.txt"
        assert file_key(PROVIDED / "a.txt") == "file:provided/a.txt"


def test_place_below_the_working_directory(tmp_path, monkeypatch):
    """Where there is neither; else the whole path."""
    monkeypatch.chdir(tmp_path)
    assert file_key(tmp_path / "x" / "a.txt") == "file:x/a.txt"
    monkeypatch.chdir("/")
    assert file_key(tmp_path / "x" / "a.txt") == f"file:{(tmp_path / 'x' / 'a.txt').relative_to('/')}"


def test_key_is_one_line_whatever_the_name():
    """Line breaks, percent signs and bytes that are no text are escaped; letters of any script stay."""
    name = os.fsdecode(b"\xff")
    assert file_key(Path(f"/nowhere/bài 1%\n{name}.txt")) == "file:/nowhere/bài 1%25%0A%FF.txt"


def test_entry_of_a_page(tmp_path):
    """URL, source, type and time."""
    facts = {
        "url": "https://news.example/a",
        "source": "news",
        "content_type": "text/html; charset=windows-1258",
        "fetched_at": "2020-09-10T17:18:00+07:00",
    }
    (tmp_path / "pages.json").write_text(json.dumps({"a.html": facts, "sub/b.html": "https://news.example/b"}))
    entry = entry_for(tmp_path / "a.html")
    assert (entry.url, entry.source, entry.content_type) == (facts["url"], "news", facts["content_type"])
    assert entry.fetched_at == datetime(2020, 9, 10, 10, 18, tzinfo=UTC)
    assert entry_for(tmp_path / "sub" / "b.html").url == "https://news.example/b"
    assert entry_for(tmp_path / "c.html").url is None


@pytest.mark.parametrize(
    ("manifest", "message"),
    [
        ("{", "is not a manifest"),
        ("[]", "must map file names"),
        ('{"a.html": {"ulr": "https://news.example/a"}}', "ulr"),
        ('{"a.html": {"url": "file:///etc/passwd"}}', "http"),
        ('{"a.html": {"url": 5}}', "must be a string without line breaks"),
        ('{"a.html": {"fetched_at": "2020-09-10"}}', "time zone"),
        ('{"a.html": 5}', "entry"),
    ],
)
def test_broken_manifest_fails_its_pages(tmp_path, manifest, message):
    """Rather than give them another identity."""
    (tmp_path / "pages.json").write_text(manifest)
    with pytest.raises(UnreadablePage, match=message) as caught:
        entry_for(tmp_path / "a.html")
    assert caught.value.reason == "bad_manifest"


def test_changed_manifest_is_read_anew(tmp_path):
    """Also by a process that has read it before."""
    manifest = tmp_path / "pages.json"
    manifest.write_text('{"a.html": {"source": "old"}}')
    assert entry_for(tmp_path / "a.html").source == "old"
    manifest.write_text('{"a.html": {"source": "new"}}')
    os.utime(manifest, (1, 1))
    assert entry_for(tmp_path / "a.html").source == "new"
