"""Which files are read, and that nothing else is."""

from __future__ import annotations

import gzip
import os
import subprocess

import pytest

from newscrawl.items import Outcome, Page
from newscrawl.local_files import PathError, find_files, load_page, split_paths
from tests.conftest import article

LIMIT = 1 << 20


@pytest.fixture
def folder(tmp_path):
    """Pages among other things."""
    for name in (
        "b.txt",
        "a.html",
        "sub/c.HTM",
        "sub/deep/d.xhtml",
        "e.txt.gz",
        "pages.md",
        ".hidden.txt",
        ".git/f.txt",
    ):
        path = tmp_path / "pages" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(b"x") if name.endswith(".gz") else b"x")
    return tmp_path / "pages"


def names(paths, folder):
    """What is found, below the folder."""
    return [found.path.relative_to(folder).as_posix() for found in find_files(map(str, paths))]


def test_folder_is_read_in_a_fixed_order(folder):
    """Pages only, at any depth, without what is hidden."""
    assert names([folder], folder) == ["a.html", "b.txt", "e.txt.gz", "sub/c.HTM", "sub/deep/d.xhtml"]


def test_globs_and_lists(folder):
    """Each by itself, and mixed."""
    assert names([folder / "*.txt"], folder) == ["b.txt"]
    assert names([folder / "**" / "*.x*"], folder) == ["sub/deep/d.xhtml"]
    assert names([folder / "b.txt", folder / "sub"], folder) == ["b.txt", "sub/c.HTM", "sub/deep/d.xhtml"]


def test_list_is_split_at_commas_unless_it_is_a_name(tmp_path, monkeypatch):
    """A file may have a comma in its name."""
    monkeypatch.chdir(tmp_path)
    assert split_paths("a.txt, b.txt,") == ["a.txt", "b.txt"]
    (tmp_path / "a.txt, b.txt").touch()
    assert split_paths("a.txt, b.txt") == ["a.txt, b.txt"]


def test_name_with_glob_characters_is_a_name(tmp_path):
    """What exists as it is written is not a pattern."""
    (tmp_path / "[1].txt").touch()
    assert names([tmp_path / "[1].txt"], tmp_path) == ["[1].txt"]


@pytest.mark.parametrize("path", ["missing", "missing/*.txt", "pages.md"])
def test_path_to_nothing_is_refused(folder, path):
    """With the path in the message."""
    with pytest.raises(PathError, match=r"missing|pages\.md"):
        list(find_files([str(folder / path)]))


def load(path, root=None) -> Page | Outcome:
    """Read one file."""
    (found,) = find_files([str(path)])
    return load_page(found, LIMIT)


def test_link_never_leads_out_of_the_folder(folder, tmp_path):
    """Neither to a file nor to a folder; the link fails, and its target's record is not touched."""
    (tmp_path / "secret.txt").write_text(article("Huế"), "utf-8")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "up").symlink_to(tmp_path)
    (folder / "gone.txt").symlink_to(folder / "nothing.txt")
    outcomes = {found.path.name: load_page(found, LIMIT) for found in find_files([str(folder)])}
    for name in ("link.txt", "up", "gone.txt"):
        outcome = outcomes[name]
        assert isinstance(outcome, Outcome)
        assert outcome.reason == "unreadable"
        assert outcome.key.endswith(f"pages/{name}")
    assert "secret" not in "".join(outcomes)


def test_link_inside_the_folder_is_its_target(folder):
    """A loop ends, and a second way to a file is the same page."""
    (folder / "sub" / "loop").symlink_to(folder)
    (folder / "z.txt").symlink_to(folder / "b.txt")
    pages = [load_page(found, LIMIT) for found in find_files([str(folder)])]
    assert len(pages) == 6
    assert pages[-1].key == pages[1].key


def test_given_link_is_followed(folder, tmp_path):
    """Who names a link means its target."""
    (tmp_path / "data").symlink_to(folder)
    assert isinstance(load(tmp_path / "data" / "b.txt"), Page)
    assert len(list(find_files([str(tmp_path / "data")]))) == 5


def test_pipe_does_not_block(tmp_path):
    """Only regular files are read."""
    os.mkfifo(tmp_path / "pipe.txt")
    assert load(tmp_path / "pipe.txt").reason == "unreadable"


def test_size_is_limited_before_and_after_unpacking(tmp_path):
    """A bomb is not unpacked."""
    (tmp_path / "big.txt").write_bytes(b"x" * (LIMIT + 1))
    (tmp_path / "bomb.txt.gz").write_bytes(gzip.compress(bytes(LIMIT + 1)))
    (tmp_path / "full.txt").write_bytes(b"x" * LIMIT)
    assert load(tmp_path / "big.txt").reason == "too_large"
    assert load(tmp_path / "bomb.txt.gz").reason == "too_large"
    assert len(load(tmp_path / "full.txt").body) == LIMIT


@pytest.mark.parametrize(
    ("body", "reason"),
    [(gzip.compress(b"text" * 99, mtime=0)[:-9], "truncated"), (b"plain", "undecodable"), (b"", "empty")],
)
def test_broken_gzip_says_how(tmp_path, body, reason):
    """Cut off is not the same as never packed."""
    (tmp_path / "x.txt.gz").write_bytes(body)
    loaded = load(tmp_path / "x.txt.gz")
    if reason == "empty":  # nothing packed is nothing, as extraction will say
        assert loaded.body == b""
    else:
        assert loaded.reason == reason


def test_canonical_link_gives_the_url(tmp_path):
    """And with it the page's key; a link to the home page names no article."""
    page = "<html><head><link href='{}' rel='Canonical'></head><body>x</body></html>"
    (tmp_path / "a.html").write_text(page.format("https://www.news.co.uk/a?b=2&a=1#c"))
    (tmp_path / "b.html").write_text(page.format("https://www.news.co.uk/"))
    (tmp_path / "c.html").write_text(page.format("javascript:alert(1)"))
    a, b, c = (load(tmp_path / name) for name in ("a.html", "b.html", "c.html"))
    assert (a.url, a.key) == ("https://www.news.co.uk/a?b=2&a=1#c", "https://www.news.co.uk/a?a=1&b=2")
    assert (b.url, c.url) == (None, None)
    assert b.key.startswith("file:")


@pytest.mark.parametrize(
    "url",
    ["https://x.example:99999/a", "https://x.example:abc/a", "https://[x/a", "https://x y/a", "https://x/a&#10;b"],
)
def test_impossible_canonical_link_costs_only_itself(tmp_path, url):
    """The page is read, without a URL."""
    (tmp_path / "a.html").write_text(f"<html><head><link rel=canonical href='{url}'></head><body>x</body></html>")
    page = load(tmp_path / "a.html")
    assert isinstance(page, Page)
    assert page.url is None


def test_deep_folders_are_walked(tmp_path):
    """Deeper than Python's stack."""
    folder = tmp_path
    for _ in range(1200):
        folder /= "d"
        folder.mkdir()
    (folder / "a.txt").touch()
    found = list(find_files([str(tmp_path)]))
    subprocess.run(["rm", "-r", tmp_path / "d"], check=True)  # which Python's own rmtree could not
    assert len(found) == 1


def test_canonical_link_in_the_body_is_not_believed(tmp_path):
    """A comment or an embedded page could have written it."""
    (tmp_path / "a.html").write_text("<html><body><link rel=canonical href='https://x.example/a'></body></html>")
    assert load(tmp_path / "a.html").url is None
