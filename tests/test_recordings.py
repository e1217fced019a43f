"""Recorded responses: the folder as it is read and written, and the articles of every folder that we ship."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from newscrawl.base_spiders.registry import rules_for
from newscrawl.extraction import extract_page
from newscrawl.items import Article
from newscrawl.network.parts import whole_page
from newscrawl.recordings import (
    EXPECTED,
    FIELDS,
    NOT_REVIEWED,
    RESPONSES,
    Recording,
    RecordingError,
    body_name,
    facts_of,
    not_reviewed,
    read_expected,
    read_recordings,
    record,
    write_expected,
)
from newscrawl.text import nfc
from newscrawl.whole_files import is_safe_name
from tests.conftest import ROOT

THEN = datetime(2020, 9, 15, 8, 19, 42, tzinfo=UTC)
HTML = ("Content-Type", "text/html; charset=utf-8")
SITE = "https://news.example"


def made(url: str, body: bytes = b"<p>text</p>", *headers: tuple[str, str], status: int = 200) -> Recording:
    """A response that somebody recorded."""
    return Recording(url, status, (HTML, *headers), body, THEN)


def folders() -> list[Path]:
    """The folders of recordings that come with the project."""
    return sorted(path.parent for path in (ROOT / "fixtures").glob(f"*/{RESPONSES}"))


def pages() -> list[Any]:
    """Each page that an article is expected of, by its folder."""
    return [
        pytest.param(folder, url, id=f"{folder.name} {url.rsplit('/', 1)[1]}")
        for folder in folders()
        for url in read_expected(folder)
    ]


def test_there_are_folders():
    """The tests below have something to read."""
    assert {"bnews", "thoidai"} <= {folder.name for folder in folders()}


@pytest.mark.parametrize(("folder", "url"), pages())
def test_every_recorded_article_is_extracted_as_expected(folder, url):
    """Each field of each article comes out as a person has found it right; what nobody has reviewed proves nothing."""
    if url in (to_do := not_reviewed(folder)):
        pytest.fail(to_do[url], pytrace=False)
    recording = read_recordings(folder)[url]
    assert recording.is_html
    found = facts_of(extract_page(whole_page(read_recordings(folder), url), rules_for(url)).article)
    expected = read_expected(folder)[url]
    assert {name: (found[name], expected[name]) for name in FIELDS if found[name] != expected[name]} == {}


@pytest.mark.parametrize("folder", folders(), ids=lambda folder: folder.name)
def test_a_folder_is_as_record_would_write_it(folder, tmp_path):
    """No file lies about, and nothing was laid out by hand in a way that the next recording would undo."""
    copy = tmp_path / folder.name
    copy.mkdir()
    for path in folder.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    record(read_recordings(folder).values(), copy)
    write_expected(copy, {})
    assert {path.name: path.read_bytes() for path in copy.iterdir()} == {
        path.name: path.read_bytes() for path in folder.iterdir()
    }
    bodies = {entry["body"] for entry in json.loads((folder / RESPONSES).read_text("utf-8"))}
    assert {path.name for path in folder.iterdir()} - bodies <= {RESPONSES, EXPECTED, "README.md"}


def test_the_provided_documents_are_among_the_expected_articles(expected):
    """The pages written after the two documents give what the documents give, below the lead, which those lack."""
    texts = {facts["title"]: facts["text"] for folder in folders() for facts in read_expected(folder).values()}
    for document in expected.values():
        assert texts[document["title"]].partition("\n")[2] == document["text"]


def test_the_feed_of_bnews_is_utf_16_without_a_mark():
    """The fixture keeps what is odd about the site, whoever edits it."""
    bnews = read_recordings(ROOT / "fixtures" / "bnews")
    feed = bnews["https://bnews.vn/rss/kinh-te-viet-nam-1.rss"].body
    assert feed.startswith("<?xml".encode("utf-16-le"))
    (title,) = [line for line in feed.decode("utf-16-le").split("<title>") if line.startswith("Chợ phiên")]
    assert nfc(title) != title
    assert all(b"\0" not in recording.body for url, recording in bnews.items() if not url.endswith(".rss"))


def test_what_is_recorded_is_read_again(tmp_path):
    """URL, status, meaningful headers, body, time and evidence survive; the rest of the headers does not."""
    plain = Recording(f"{SITE}/robots.txt", 404, (("X-Robots-Tag", "none"),), b"", THEN, "written")
    page = made(f"{SITE}/a.html", b"\xff\0", ("ETag", '"1"'), ("Set-Cookie", "who=me"), ("Link", "a"), ("Link", "b"))
    written = record([page, plain], tmp_path / "site")
    assert [path.name for path in written] == ["a.html", RESPONSES]
    kept = (HTML, ("ETag", '"1"'), ("Link", "a"), ("Link", "b"))
    assert list(read_recordings(tmp_path / "site").values()) == [
        Recording(page.url, 200, kept, b"\xff\0", THEN, "recorded"),
        plain,
    ]


def test_recording_keeps_what_was_there(tmp_path):
    """New responses come beside the old ones, or in their place, and each body keeps the name of its file."""
    record([made(f"{SITE}/a", b"one"), made(f"{SITE}/b", b"two")], tmp_path)
    before = (tmp_path / RESPONSES).read_bytes()
    record([made(f"{SITE}/c", b"three"), made(f"{SITE}/b", b"new")], tmp_path)
    assert {url: one.body for url, one in read_recordings(tmp_path).items()} == {
        f"{SITE}/a": b"one",
        f"{SITE}/b": b"new",
        f"{SITE}/c": b"three",
    }
    assert (tmp_path / RESPONSES).read_bytes().startswith(before.rstrip(b"\n]\n"))
    assert {path.name for path in tmp_path.iterdir()} == {"a.html", "b.html", "c.html", RESPONSES}


def test_the_order_of_recording_does_not_show(tmp_path):
    """A folder lists its responses by URL, so that a diff shows what changed and nothing else."""
    responses = [made(f"{SITE}/{name}") for name in "cab"]
    record(responses, tmp_path / "one")
    record(responses[::-1], tmp_path / "two")
    assert (tmp_path / "one" / RESPONSES).read_bytes() == (tmp_path / "two" / RESPONSES).read_bytes()


def test_a_failed_write_leaves_the_folder_as_it_was(tmp_path, monkeypatch):
    """A recording that ends half-way is as if it had not begun: the list of responses is replaced last."""
    record([made(f"{SITE}/a", b"one")], tmp_path)
    before = read_recordings(tmp_path)
    (tmp_path / "zz.html").mkdir()
    with pytest.raises(RecordingError, match="cannot be written"):
        record([made(f"{SITE}/b", b"two"), made(f"{SITE}/zz.html", b"three")], tmp_path)
    assert dict(read_recordings(tmp_path)) == dict(before)
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_response_is_found_by_another_writing_of_its_url(tmp_path):
    """The exact URL first, else one that names the same page."""
    record([made(f"{SITE}/a?x=1&y=2", b"one"), made(f"{SITE}/a?y=2&x=1", b"two"), made(f"{SITE}/b?y=2&x=1")], tmp_path)
    recordings = read_recordings(tmp_path)
    assert recordings.find(f"{SITE}/a?y=2&x=1").body == b"two"
    assert recordings.find("https://NEWS.example/b?x=1&y=2#top").url == f"{SITE}/b?y=2&x=1"
    assert recordings.find(f"{SITE}/c") is None
    assert recordings.find("https://news.example:port/b") is None


@pytest.mark.parametrize(
    ("url", "name"),
    [
        (f"{SITE}/kinh-te/Bài viết.html", "kinh-te-b-i-vi-t.html"),
        (f"{SITE}/", "index.html"),
        (f"{SITE}/tin?trang=2", "tin-trang-2.html"),
        (f"{SITE}/..%2f..%2fetc/passwd", "etc-passwd.html"),
        (f"{SITE}/con", "page-con.html"),
        (f"{SITE}/NUL.txt", "page-nul.txt"),
        (f"{SITE}/.htaccess", "htaccess.html"),
        (f"{SITE}/a.", "a.html"),
        (f"{SITE}/{RESPONSES}", "responses-0a1578f02e2ff682.json"),
        (f"{SITE}/{'x' * 300}.html", f"{'x' * 80}.html"),
    ],
)
def test_a_body_has_a_readable_and_safe_name(url, name):
    """A file's name says the URL, on any file system, inside the folder."""
    assert body_name(url, "text/html", {RESPONSES, EXPECTED}) == name
    assert is_safe_name(name)


def test_two_urls_never_share_a_file(tmp_path):
    """Names that differ in case, in signs that no file name has, or behind the 80th letter, stay apart."""
    urls = [f"{SITE}/a-b", f"{SITE}/A-B", f"{SITE}/a/b", f"{SITE}/a:b", f"{SITE}/{'x' * 90}", f"{SITE}/{'x' * 91}"]
    record([made(url, url.encode()) for url in urls], tmp_path)
    assert len({path.name.lower() for path in tmp_path.iterdir()}) == len(urls) + 1
    assert all(one.body == url.encode() for url, one in read_recordings(tmp_path).items())


def broken(**changed: Any) -> bytes:
    """A list of one response in which some facts are wrong."""
    facts = {
        "url": f"{SITE}/a",
        "status": 200,
        "headers": [["ETag", "1"]],
        "body": "a.html",
        "fetched_at": THEN.isoformat(),
        "evidence": "recorded",
    }
    return json.dumps([facts | changed]).encode()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"[", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"{}", "must be a list"),
        (b"[1]", "response 1: must be an object of url, status"),
        (broken(more=1), "must be an object of"),
        (broken(url=7), "url must be"),
        (broken(url="file:///etc/passwd"), "url must be"),
        (broken(url="https://news.example:port/"), "url must be"),
        (broken(status=True), "status must be"),
        (broken(status=99), "status must be"),
        (broken(headers=7), "response 1"),
        (broken(headers=[["ETag"]]), "response 1"),
        (broken(headers=[["ETag", "1\r\nSet-Cookie: a"]]), "headers must be"),
        (broken(headers=[["ETag", "ộ"]]), "headers must be"),
        (broken(headers=[["content-encoding", "gzip"]]), "must not have content-encoding"),
        (broken(fetched_at="2020-09-15T08:19:42"), "needs a time zone"),
        (broken(fetched_at=7), "response 1"),
        (broken(evidence="hearsay"), "evidence must be"),
        (broken(evidence=[]), "response 1"),
        (broken(body="b.html"), "b.html: cannot be read"),
        (broken(body="../a.html"), "body must name a file beside"),
        (broken(body="/etc/passwd"), "body must name a file beside"),
        (broken(body="link.html"), "not a link"),
        (broken(body="folder"), "not a link or a folder"),
        (broken(body=RESPONSES), "the same url or body"),
        (broken()[:-1] + b"," + broken()[1:], "the same url or body"),
    ],
)
def test_a_broken_folder_is_told_in_one_line(content, says, tmp_path):
    """What is wrong and where, whatever a hand has done to the file."""
    (tmp_path / "a.html").write_bytes(b"text")
    (tmp_path / "link.html").symlink_to("/etc/passwd")
    (tmp_path / "folder").mkdir()
    (tmp_path / RESPONSES).write_bytes(content)
    with pytest.raises(RecordingError) as caught:
        read_recordings(tmp_path)
    assert says in str(caught.value)
    assert str(tmp_path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_folder_is_told_in_one_line(tmp_path):
    """A spider that nobody has recorded."""
    with pytest.raises(RecordingError, match=r"nobody/responses\.json: cannot be read \(No such file or directory\)"):
        read_recordings(tmp_path / "nobody")


def test_an_encoded_body_is_not_recorded(tmp_path):
    """A body is decoded first: what a person cannot read is no fixture."""
    with pytest.raises(ValueError, match="must not have Content-Encoding"):
        made(f"{SITE}/a", b"\x1f\x8b", ("Content-Encoding", "gzip"))


def test_expected_articles_are_kept_beside_new_ones(tmp_path):
    """Writing one article leaves those of other URLs as they were reviewed."""
    write_expected(tmp_path, {f"{SITE}/b": Article(text="b", published_at=THEN, authors=("A", "B"))})
    write_expected(tmp_path, {f"{SITE}/a": Article(text="a")})
    found = read_expected(tmp_path)
    assert list(found) == [f"{SITE}/a", f"{SITE}/b"]
    assert found[f"{SITE}/b"]["published_at"] == "2020-09-15T08:19:42+00:00"
    assert found[f"{SITE}/b"]["authors"] == ["A", "B"]


def test_what_was_generated_is_not_taken_for_reviewed(tmp_path):
    """The mark stands first, survives the writing of other articles, and goes with its line."""
    write_expected(tmp_path, {f"{SITE}/a": Article(text="a"), f"{SITE}/b": Article(text="b")}, is_reviewed=False)
    write_expected(tmp_path, {f"{SITE}/c": Article(text="c")})
    assert list(not_reviewed(tmp_path)) == [f"{SITE}/a", f"{SITE}/b"]
    assert all("\n" not in line and NOT_REVIEWED in line for line in not_reviewed(tmp_path).values())
    path = tmp_path / EXPECTED
    lines = path.read_text("utf-8").splitlines()
    marks = [number for number, line in enumerate(lines) if NOT_REVIEWED in line]
    assert [lines[number - 1] for number in marks] == [f'  "{SITE}/{name}": {{' for name in "ab"]
    path.write_text("\n".join(line for line in lines if NOT_REVIEWED not in line), "utf-8")
    assert not_reviewed(tmp_path) == {}
    assert {url: facts["text"] for url, facts in read_expected(tmp_path).items()} == {
        f"{SITE}/{name}": name for name in "abc"
    }


@pytest.mark.parametrize("content", ["[]", '{"a": {"title": "only"}}', '{"a": 1}'])
def test_broken_expectations_are_told_in_one_line(content, tmp_path):
    """A field that is missing would otherwise never be compared."""
    (tmp_path / EXPECTED).write_text(content, "utf-8")
    with pytest.raises(RecordingError, match=EXPECTED) as caught:
        read_expected(tmp_path)
    assert "\n" not in str(caught.value)
